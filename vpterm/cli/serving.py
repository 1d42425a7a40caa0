"""`vpterm serve` opens the door; `vpterm run` opens the program in this terminal."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.engine import make_url

from vpterm.cli.door_limits import chosen_limits
from vpterm.cli.exits import FAILED
from vpterm.cli.ground import Ground, at_work, ground, keeping, narrate
from vpterm.database import roles
from vpterm.database.engine import Database
from vpterm.kernel.errors import NotAllowed, VptermError
from vpterm.kernel.i18n import _
from vpterm.practice.staff.passwords import is_password
from vpterm.practice.staff.queries import find_staff, note_login_here, way_in_here
from vpterm.practice.staff.rules import GuessLimits, is_locked
from vpterm.practice.staff.sealing import SEAL_SECRET, Seal
from vpterm.screens.link import SessionRequest
from vpterm.terminal.logs import set_up_logs
from vpterm.terminal.painting.colour import colours_of
from vpterm.terminal.painting.glyphs import glyphs_of

if TYPE_CHECKING:
    from vpterm.terminal.service import Service

log = logging.getLogger("vpterm.cli")
WATCH_S = 2.0


def serve(
    host: str = "127.0.0.1",
    port: int = 8022,
    web_port: Annotated[int, typer.Option(help=_("port of the browser door; 0 keeps it closed"))] = 0,
    web_host: Annotated[str, typer.Option(help=_("where the browser door listens, if not on --host"))] = "",
    web_name: Annotated[list[str] | None, typer.Option(help=_("name by which browsers call it; repeatable"))] = None,
    web_certificate: Annotated[Path | None, typer.Option(help=_("certificate chain (PEM) in place of our own"))] = None,
    web_key: Annotated[Path | None, typer.Option(help=_("private key (PEM) of --web-certificate"))] = None,
    mosh_ports: Annotated[str, typer.Option(help=_("UDP ports for mosh, such as 60000:60030; none without"))] = "",
    metrics_port: Annotated[int | None, typer.Option(help=_("port on loopback for metrics and health"))] = None,
    log_json: Annotated[bool, typer.Option(help=_("log one JSON object a line, for programs"))] = False,
    home: Path | None = None,
) -> None:
    """Open the SSH door until Ctrl-C or SIGTERM; an embedded PostgreSQL is started and stopped with it."""
    if log_json:
        set_up_logs(as_json=True)
    web = WebChoice(web_port or None, web_host, tuple(web_name or ()), web_certificate, web_key)
    try:
        udp = read_ports(mosh_ports)
        with keeping(home) as standing:
            work = open_door(standing, host, port, web, metrics_port=metrics_port, log_json=log_json, mosh_ports=udp)
            asyncio.run(work)
    except VptermError as failure:
        if not log_json:
            raise
        log.critical("the door is not open: %(why)s", {"why": failure.message})
        raise typer.Exit(FAILED) from failure


def read_ports(text: str) -> tuple[int, int] | None:
    """The first and the last port of "60000:60030", or of a single one; nothing of nothing. Raises VptermError."""
    if not text:
        return None
    first, _colon, last = text.partition(":")
    with contextlib.suppress(ValueError):
        ports = int(first), int(last or first)
        if 1024 <= ports[0] <= ports[1] <= 65_535:
            return ports
    raise VptermError(
        _("These are no ports: {text}").format(text=text), _("Two numbers from 1024 to 65535, as in 60000:60030.")
    )


@dataclass(frozen=True)
class WebChoice:
    """The browser door as the command line asks for it; `port` None: none."""

    port: int | None = None
    host: str = ""
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None


async def open_door(
    standing: Ground,
    host: str,
    port: int,
    web: WebChoice,
    *,
    greeting: str = "",
    metrics_port: int | None = None,
    log_json: bool = False,
    mosh_ports: tuple[int, int] | None = None,
) -> None:
    """Serve until we are told to end. The gateway holds its own login; each worker its site's, and no other."""
    from vpterm.terminal.identity.accounts import StaffAccounts
    from vpterm.terminal.recording.ledger import DatabaseLedger
    from vpterm.terminal.service import serve as serve_door
    from vpterm.terminal.settings import DoorSettings
    from vpterm.terminal.support.journal import StaffJournal

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    seal = Seal(standing.installation.new_secret(SEAL_SECRET))
    database = Database(standing.url(roles.DOOR_LOGIN))
    accounts = StaffAccounts(database, seal)
    settings = DoorSettings(
        state_folder=standing.installation.home, host=host, port=port, web_port=web.port, web_host=web.host,
        web_names=web.names, web_certificate=web.certificate, web_key=web.key, metrics_port=metrics_port,
        log_json=log_json, mosh_ports=mosh_ports, **chosen_limits(standing.settings),
    )  # fmt: skip
    try:
        service = await serve_door(
            settings, accounts, standing.site_url, ledger=DatabaseLedger(database), journal=StaffJournal(database)
        )
    except OSError as failure:
        await accounts.close()
        raise VptermError(
            _("The door cannot open on {host}:{port}.").format(host=host, port=port),
            _("Is it open already? Choose another with --port. ({reason})").format(reason=failure.strerror or failure),
        ) from failure
    watch = asyncio.create_task(_keep_server(standing))
    log.info("the door is open at port %(port)s", {"port": service.port})
    if not log_json:
        narrate(greeting or _("The door is open: ssh -p {port} LOGIN@{host}").format(port=service.port, host=host))
        _narrate_web(service)
        if mosh_ports is not None:
            _narrate_mosh(host, service.port)
    try:
        await ended.wait()
    finally:
        watch.cancel()
        log.info("the door is being closed")
        if not log_json:
            narrate(_("Closing the door; saved work and drafts are kept."))
        await service.close()
        await accounts.close()


def _narrate_web(service: "Service") -> None:
    """Where browsers come in, or why they cannot."""
    if service.web is not None:
        narrate(_("In a browser: {address}").format(address=service.web.address))
        if service.web.fingerprint:
            narrate(_("Its own certificate, SHA-256: {print}").format(print=service.web.fingerprint))
    elif service.web_trouble is not None:
        narrate(f"{service.web_trouble.message} {service.web_trouble.advice}")


def _narrate_mosh(host: str, port: int) -> None:
    """How mosh comes in, or what it lacks."""
    from vpterm.terminal.mosh.server import MoshUnavailable, find_mosh_server

    try:
        find_mosh_server()
    except MoshUnavailable as trouble:
        narrate(f"{trouble.message} {trouble.advice}")
    else:
        narrate(_('On unsteady lines: mosh --ssh="ssh -p {port}" LOGIN@{host}').format(port=port, host=host))


async def _keep_server(standing: Ground) -> None:
    """Start the embedded server again when it died under us (killed, out of memory): sessions wait and go on."""
    while standing.server:
        await asyncio.sleep(WATCH_S)
        if not standing.server.is_alive():
            log.warning("PostgreSQL is gone; starting it again")
            try:
                await asyncio.to_thread(standing.server.start)
            except VptermError:
                log.exception("PostgreSQL does not start; trying again")


def run(
    site: Annotated[str, typer.Option(help=_("code of the site, where the address does not say it"))] = "",
    login: str = "",
    home: Path | None = None,
) -> None:
    """The classic clinic: a workstation that points at one server, by VPTERM_DATABASE_URL or the installation here."""
    if url := os.environ.get("VPTERM_DATABASE_URL"):
        open_here(url, site or site_of(url), login)
        return
    standing = ground(home)
    if named := standing.settings.get("workstation", {}).get("database_url"):
        open_here(named, site or site_of(named), login)
        return
    with at_work(home) as standing:
        open_here(standing.site_url(site or _only_site(standing)), site or _only_site(standing), login)


def site_of(url: str) -> str:
    """The site that an address is for: its login is the site's own."""
    user = make_url(url).username or ""
    prefix = roles.site_login("")
    if not user.startswith(prefix):
        raise VptermError(
            _("This database address is not a site's own."), _("Ask the administrator for: vpterm db url --site CODE")
        )
    return user.removeprefix(prefix)


def open_here(url: str, site: str, login: str) -> None:
    """Ask who is there, then open the program in this terminal."""
    from vpterm.terminal.local import run_locally

    login = login or typer.prompt(_("Login"), err=True)
    password: str = typer.prompt(_("Password"), hide_input=True, err=True)
    request = asyncio.run(_prove(url, site, login, password))

    async def prove_again(typed: str) -> None:
        """At a locked screen."""
        database = Database(url)
        try:
            await _prove_password(database, login, typed)
        finally:
            await database.close()

    run_locally(request, prove=prove_again)


async def _prove(url: str, site: str, login: str, password: str) -> SessionRequest:
    database = Database(url)
    try:
        await _prove_password(database, login, password)
        person = await find_staff(database, login=login)
    finally:
        await database.close()
    if person is None:
        raise NotAllowed(_("Login or password is wrong, or you do not work at this site."))
    term = "xterm-256color" if sys.platform == "win32" else os.environ.get("TERM", "")
    return SessionRequest(
        site_code=site, database_url=url, staff_id=person.id, login=login, language=person.language,
        display_name=person.name, sites=(site,), colours=colours_of(term, os.environ), glyphs=glyphs_of(term),
    )  # fmt: skip


async def _prove_password(database: Database, login: str, password: str) -> None:
    """As a door does: guesses count for all doors together, and are stopped for all."""
    limits = GuessLimits()
    way = await way_in_here(database, login=login, limits=limits)
    if way is not None and way.asks_code:
        raise NotAllowed(_("This account asks for a code."), _("Come in by the door: ssh LOGIN@SERVER"))
    stopped = way is not None and is_locked(way.guesses, limits)
    stored = way.password_hash if way is not None and not stopped else None
    is_right = await asyncio.to_thread(is_password, stored, password)
    await note_login_here(database, login=login, accepted=is_right, looked_at=not stopped)
    if stopped:
        raise NotAllowed(_("Too many attempts."), _("Wait ten minutes and try again."))
    if not is_right:
        raise NotAllowed(_("Login or password is wrong, or you do not work at this site."))


def _only_site(standing: Ground) -> str:
    """The one site whose secret is here, for an installation of a single clinic."""
    prefix = roles.site_login("")
    found = sorted((standing.installation.home / "secrets").glob(f"{prefix}*.secret"))
    if len(found) != 1:
        raise VptermError(_("Which site?"), _("Say it with --site CODE."))
    return found[0].stem.removeprefix(prefix)
