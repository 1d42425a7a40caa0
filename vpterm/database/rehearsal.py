"""What the first connection and the first statement of a process make once and for all, made before it is forked.

A worker that made it itself would have a copy of its own: 10 MiB of the configuration of all mappers, and of the
pages in whose gaps the driver's OpenSSL puts its tables.
"""

from psycopg import pq
from sqlalchemy.orm import configure_mappers


def rehearse() -> None:
    """Make it. No server is asked, and no secret is needed."""
    configure_mappers()
    connection = pq.PGconn.connect_start(b"host=/nowhere")
    connection.encrypt_password(b"", b"", b"scram-sha-256")  # with the ciphers of a login
    connection.finish()
