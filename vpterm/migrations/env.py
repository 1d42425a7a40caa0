"""Alembic's entry: runs migrations online as the owner, with a short wait for locks."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from vpterm.database.tables import Table
from vpterm.migrations.draft import load_tables

LOCK_TIMEOUT = "5s"  # a clinic at work is worth more than a migration: it fails and is tried again

load_tables()
engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Table.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
