"""Asks PostgreSQL what it is and how it is set, and each site's own login what it reaches. Judges nothing."""

from __future__ import annotations

import importlib
import pkgutil

import psycopg
from psycopg import sql
from sqlalchemy.exc import SQLAlchemyError

import vpterm.practice
from vpterm.cli.doctor.facts import DatabaseState, SiteWall
from vpterm.cli.ground import Ground
from vpterm.database import roles
from vpterm.database.sharing import PerSite, Trail
from vpterm.database.tables import declared_tables
from vpterm.database.walls import has_policies
from vpterm.kernel.errors import VptermError
from vpterm.migrations.history import current_revision, newest_revision

_PATIENCE = "-c statement_timeout=10s -c lock_timeout=2s"
_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "row_security", "max_connections")


def probe_database(standing: Ground) -> DatabaseState:
    """PostgreSQL as it stands; nothing is started, nothing is migrated."""
    try:
        owner = standing.url(roles.OWNER)
        with psycopg.connect(owner, autocommit=True, connect_timeout=3, options=_PATIENCE) as connection:
            settings: dict[str, str] = dict(
                connection.execute(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(_SETTINGS),)
                ).fetchall()
            )
            return DatabaseState(
                version=connection.info.server_version,
                settings=settings,
                revision=current_revision(owner),
                newest_revision=newest_revision(),
                tables_without_walls=_without_walls(connection),
            )
    except (psycopg.Error, SQLAlchemyError, VptermError) as failure:
        rests = standing.server is not None and not standing.has_keeper() and not standing.server.is_alive()
        return DatabaseState(failure=_reason(failure), rests=rests)


def _without_walls(connection: psycopg.Connection) -> tuple[str, ...]:
    """Tables that declare policies and stand open, partitions of them included."""
    _load_tables()
    guarded = [name for name, table in declared_tables().items() if has_policies(table.__sharing__)]
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s) AND NOT c.relrowsecurity ORDER BY 1",
        (guarded,),
    )
    return tuple(str(row[0]) for row in rows)


def probe_sites(standing: Ground) -> list[str]:
    """The codes of all sites, as the management sees them; none while the database does not answer."""
    try:
        with _connected(standing.url(roles.MANAGEMENT_LOGIN)) as connection:
            return [str(row[0]) for row in connection.execute("SELECT code FROM sites ORDER BY code")]
    except (psycopg.Error, VptermError):
        return []


def probe_wall(standing: Ground, code: str) -> SiteWall:
    """What the site's own login sees of others; and in how many tables there is something not to be seen."""
    try:
        with _connected(standing.site_url(code)) as connection:
            row = connection.execute("SELECT code FROM sites WHERE id = current_site_id()").fetchone()
            is_own = row is not None and row[0] == code
            foreign = sum(_rows_of_others(connection, table, code) for table in _kept_apart())
        with _connected(standing.url(roles.MANAGEMENT_LOGIN)) as connection:
            guarded = sum(_has_rows_of_others(connection, table, code) for table in _kept_apart())
    except (psycopg.Error, VptermError) as failure:
        return SiteWall(code, failure=_reason(failure))
    return SiteWall(code, is_own=is_own, foreign_rows=foreign, guarded=guarded)


def _kept_apart() -> list[str]:
    """Tables that no choice of the group opens to other sites."""
    _load_tables()
    return [
        name
        for name, table in declared_tables().items()
        if isinstance(table.__sharing__, PerSite | Trail) and "site_id" in table.__table__.columns
    ]


_OTHERS = sql.SQL("FROM {} WHERE site_id <> (SELECT id FROM sites WHERE code = %s)")


def _rows_of_others(connection: psycopg.Connection, table: str, code: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) ") + _OTHERS.format(sql.Identifier(table)), (code,)).fetchone()
    return int(row[0]) if row else 0


def _has_rows_of_others(connection: psycopg.Connection, table: str, code: str) -> bool:
    row = connection.execute(
        sql.SQL("SELECT 1 ") + _OTHERS.format(sql.Identifier(table)) + sql.SQL(" LIMIT 1"), (code,)
    )
    return row.fetchone() is not None


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=3, options=_PATIENCE)


def _load_tables() -> None:
    """Every noun's tables: a table that is not imported would not be looked at."""
    importlib.import_module("vpterm.database.audit")
    for noun in pkgutil.iter_modules(vpterm.practice.__path__, "vpterm.practice."):
        if noun.ispkg and any(part.name == "tables" for part in pkgutil.iter_modules(_path_of(noun.name))):
            importlib.import_module(f"{noun.name}.tables")


def _path_of(package: str) -> list[str]:
    return list(importlib.import_module(package).__path__)


def _reason(failure: Exception) -> str:
    """One line of a failure."""
    said = str(failure.message if isinstance(failure, VptermError) else failure).strip()
    first = said.splitlines()[0] if said else type(failure).__name__
    return first.rpartition(" failed: ")[2][:160]  # psycopg begins with the place, which is known
