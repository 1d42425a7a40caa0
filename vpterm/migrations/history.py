"""Brings a database to the newest schema, or tells where it stands. Run as the owner."""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("vpterm.migrations")))
    config.attributes["url"] = make_url(url).set(drivername="postgresql+psycopg")
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Run what is missing, each migration in its own transaction, never waiting long for a lock."""
    command.upgrade(_config(url), revision)


def current_revision(url: str) -> str | None:
    """The revision the database stands at; None for an empty one."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    head = ScriptDirectory.from_config(_config("postgresql://")).get_current_head()
    if head is None:
        raise LookupError("there are no migrations")
    return head
