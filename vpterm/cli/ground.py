"""What every command stands on: the installation, its PostgreSQL, contexts for the management and the sites."""

import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import typer

from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.database.installation import Installation, database_url, default_home
from vpterm.database.logins import drop_database, make_database, make_roles, make_site_login
from vpterm.database.server import DATABASE, SUPERUSER, EmbeddedServer
from vpterm.kernel.errors import Refused, VptermError
from vpterm.kernel.i18n import _
from vpterm.migrations.expanding import contracting
from vpterm.migrations.history import current_revision, newest_revision, revisions, upgrade
from vpterm.practice.sites.queries import find_site
from vpterm.practice.staff.actions import INSTALLATION
from vpterm.practice.staff.rules import RIGHTS, Role


@dataclass(frozen=True)
class Ground:
    """An installation with its database: embedded, or the one that `vpterm.toml` names."""

    installation: Installation

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The file vpterm.toml of the installation; empty when there is none."""
        file = self.installation.home / "vpterm.toml"
        if not file.exists():
            return {}
        try:
            return tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as failure:
            raise VptermError(_("{file} cannot be read.").format(file=file), str(failure)) from failure

    @cached_property
    def server(self) -> EmbeddedServer | None:
        """The embedded server, unless the settings name another host."""
        return None if self.settings.get("database", {}).get("host") else EmbeddedServer(self.installation)

    def url(self, login: str) -> str:
        """The database address of a login whose secret is here."""
        if self.server:
            return self.server.url(login)
        place = self.settings["database"]
        return database_url(
            login, self.installation.secret(login), host=place["host"], port=place.get("port"),
            name=place.get("name", DATABASE),
        )  # fmt: skip

    def site_url(self, code: str) -> str:
        """The address of a site's own login."""
        return self.url(roles.site_login(code))

    def start(self, *, alone: bool = False) -> bool:
        """Have the database answer, with the newest schema. True when this call started the embedded server.

        Unless this process is `alone` people may be at work: then a migration that takes something away is Refused.
        """
        self.installation.prepare()
        started = False
        if self.server:
            started = not self.server.is_running()
            self.server.start()
            superuser = self.server.url(SUPERUSER, database="postgres")
            make_roles(superuser, self.installation)
            make_database(superuser, DATABASE)
        owner = self.url(roles.OWNER)
        if (here := current_revision(owner)) != newest_revision():
            if here is not None and not alone and self.has_keeper():
                require_expanding(here)
            upgrade(owner)
        return started

    def start_afresh(self) -> None:
        """Throw the database away and have an empty one. For a demo group that was broken off, and nothing else."""
        if self.server is None:
            raise VptermError(
                _("Half a demo group stands on a server that is not ours."), _("Have it dropped there, then try again.")
            )
        drop_database(self.server.url(SUPERUSER, database="postgres"), DATABASE)
        self.start(alone=True)

    def stop(self) -> None:
        if self.server:
            self.server.stop()

    @property
    def keeper_file(self) -> Path:
        return self.installation.home / "keeper.lock"

    def has_keeper(self) -> bool:
        """Whether a door is open on this installation: its server is not ours to stop."""
        if sys.platform == "win32" or not self.keeper_file.exists():
            return False
        with self.keeper_file.open() as file:
            return not locked(file)

    def make_site_login(self, code: str) -> str:
        """The login of a new site with its secret; see database/logins.py."""
        return make_site_login(self.url(roles.OWNER), self.installation, code)

    @asynccontextmanager
    async def management(self) -> AsyncIterator[Context]:
        """The administrator at the command line: the management's login, signed by the installation."""
        database = Database(self.url(roles.MANAGEMENT_LOGIN))
        try:
            yield Context(database, 0, "", INSTALLATION, RIGHTS[Role.MANAGEMENT])
        finally:
            await database.close()

    @asynccontextmanager
    async def at_site(self, code: str, staff_id: int, rights: frozenset[str]) -> AsyncIterator[Context]:
        """A person at work at a site, under the site's own login."""
        database = Database(self.site_url(code))
        try:
            site = await find_site(database, code=code)
            yield Context(database, site.id, site.code, staff_id, rights)
        finally:
            await database.close()


def ground(home: Path | None = None) -> Ground:
    """The installation in `home`, else in VPTERM_HOME or the usual place."""
    return Ground(Installation((home or default_home()).absolute()))


@contextmanager
def at_work(home: Path | None = None) -> Iterator[Ground]:
    """An installation whose database answers, for one command; a server started for it is stopped afterwards."""
    standing = ground(home)
    started = standing.start()
    try:
        yield standing
    finally:
        if started and not standing.has_keeper():
            standing.stop()


@contextmanager
def keeping(home: Path | None = None) -> Iterator[Ground]:
    """An installation that this process keeps at work, alone: it stops the embedded server, whoever started it."""
    standing = ground(home)
    standing.installation.prepare()
    with standing.keeper_file.open("w") as file:
        if not locked(file):
            raise VptermError(
                _("This installation is open already."),
                _("Its folder is {home}.").format(home=standing.installation.home),
            )
        try:
            standing.start(alone=True)
            yield standing
        finally:
            standing.stop()


def pending_after(revision: str | None) -> list[str]:
    """The revisions that a database at this one still lacks, oldest first."""
    return [each for each in revisions() if revision is None or each > revision]


def require_expanding(revision: str | None) -> None:
    """Refused when what a database at this revision lacks takes something from the release that is at work."""
    if blocked := contracting(pending_after(revision)):
        raise Refused(
            _("Migration {revision} takes away what the release that serves still needs.").format(revision=blocked[0]),
            _("Close the door, then open it with this release: vpterm serve."),
        )


def locked(file: IO[str]) -> bool:
    """Take the lock that a process holds until it ends, however it ends; False when another has it."""
    import fcntl  # not on Windows, where there is no door to keep

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def narrate(sentence: str) -> None:
    """Say what goes on: on stderr, since stdout is data. A log on a full disk costs the sentence, nothing else."""
    with suppress(OSError):
        typer.echo(sentence, err=True)
