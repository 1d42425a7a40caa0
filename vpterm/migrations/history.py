"""Brings a database to the newest schema, or tells where it stands. Run as the owner.

To tell where it stands takes no Alembic: a door asks at every start, and would keep 10 MiB of it.
"""

from importlib import resources

import psycopg
from sqlalchemy.engine import make_url


def upgrade(url: str, revision: str = "head") -> None:
    """Run what is missing, each migration in its own transaction, never waiting long for a lock."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("vpterm.migrations")))
    config.attributes["url"] = make_url(url).set(drivername="postgresql+psycopg")
    command.upgrade(config, revision)


def current_revision(url: str) -> str | None:
    """The revision the database stands at; None for an empty one."""
    with psycopg.connect(url) as connection:
        known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if known is None or known[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def revisions() -> list[str]:
    """All revisions here, oldest first: each file's name begins with its number, and the history is one line."""
    versions = resources.files("vpterm.migrations") / "versions"
    return sorted({file.name.partition("_")[0] for file in versions.iterdir() if file.name[:1].isdigit()})


def newest_revision() -> str:
    """The revision that the tables of this program stand at."""
    return revisions()[-1]
