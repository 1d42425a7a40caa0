"""Starts and stops the browser door: its socket, its certificate, uvicorn on the gateway's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterator

import uvicorn

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.doorkeeper import Doorkeeper
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.web.certificate import fingerprint, names_in, own_certificate
from vpterm.terminal.web.connections import counted_protocols
from vpterm.terminal.web.line import MAX_MESSAGE
from vpterm.terminal.web.pages import missing_files
from vpterm.terminal.web.site import WebSite

_START_S = 5.0
_STOP_S = 2


class WebDoorUnavailable(VptermError):  # noqa: N818  (as all of them: named for what happened)
    """The browser door cannot open; the other doors can."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the business of the command, not of one of its doors."""
        yield


class WebDoor:
    """The running browser door. `address` is what people type, `fingerprint` that of a certificate of our own."""

    def __init__(self, server: uvicorn.Server, site: WebSite, address: str, own: str) -> None:
        self.site, self.address, self.fingerprint = site, address, own
        self._server = server
        self._running: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port really listened on."""
        return int(self.address.rpartition(":")[2].rstrip("/"))

    async def start(self, listening: socket.socket) -> None:
        """Serve on a socket that is bound already."""
        self._running = asyncio.create_task(self._server.serve(sockets=[listening]))
        async with asyncio.timeout(_START_S):
            while not self._server.started and not self._running.done():  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        if self._running.done():
            await self._running

    async def close(self) -> None:
        """Stop listening, end what is still open. Takes at most some 2 seconds."""
        self._server.should_exit = True
        if self._running is not None:
            stuck = asyncio.get_running_loop().call_later(_STOP_S / 2, self._cut)
            await self._running
            stuck.cancel()

    def _cut(self) -> None:
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()


async def open_web_door(keeper: Doorkeeper) -> WebDoor:
    """Open the browser door of these settings.

    Raises WebDoorUnavailable without xterm.js, with an unusable certificate, or if the port is taken.
    """
    settings = keeper.settings
    if missing := missing_files():
        raise WebDoorUnavailable(
            _("The browser door stays closed: {files} is missing.").format(files=", ".join(missing)),
            _("Run `make setup` on a machine with npm, then start again."),
        )
    host = settings.web_host or settings.host
    is_secure = not is_loopback(host) or settings.web_certificate is not None
    try:
        names, context, own = _identity(settings, host) if is_secure else (_names(settings, host), None, "")
    except (OSError, ValueError) as failure:
        raise WebDoorUnavailable(
            _("The browser door stays closed: its certificate cannot be used."), str(failure)
        ) from failure
    try:
        listening = _listen(host, settings.web_port or 0)
    except OSError as failure:
        place = f"{host}:{settings.web_port}"
        raise WebDoorUnavailable(
            _("The browser door cannot open on {place}.").format(place=place),
            _("Choose another with --web-port. ({reason})").format(reason=failure.strerror or failure),
        ) from failure
    port = int(listening.getsockname()[1])
    site = WebSite(keeper, names, port, is_secure=is_secure)
    door = WebDoor(_server(keeper, site, context), site, _address(settings, host, port, is_secure), own)
    await door.start(listening)
    return door


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _server(keeper: Doorkeeper, site: WebSite, context: ssl.SSLContext | None) -> uvicorn.Server:
    for name in ("uvicorn.error", "uvicorn.access"):  # any stranger can make it complain
        logging.getLogger(name).setLevel(logging.ERROR)
    settings = keeper.settings
    http, line = counted_protocols(keeper.held, settings.login_grace_s / 2)
    return _Server(
        uvicorn.Config(
            site.app,
            http=http,
            ws=line,
            ws_max_size=MAX_MESSAGE,
            ws_ping_interval=settings.keepalive_s,
            ws_ping_timeout=settings.keepalive_s * (settings.keepalive_missed - 1),
            ws_per_message_deflate=False,  # what a person types must not tell by its length what stands beside it
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_S,
            ssl_context_factory=(lambda config, default: context) if context is not None else None,
        )
    )


def _identity(settings: DoorSettings, host: str) -> tuple[frozenset[str], ssl.SSLContext, str]:
    """The names, the TLS context, and the fingerprint of a certificate of our own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    names = _names(settings, host)
    if settings.web_certificate is not None:
        context.load_cert_chain(settings.web_certificate, settings.web_key)
        return names | names_in(settings.web_certificate), context, ""
    own_certificate(settings.web_certificate_path, settings.web_key_path, names)
    context.load_cert_chain(settings.web_certificate_path, settings.web_key_path)
    return names, context, fingerprint(settings.web_certificate_path)


def _names(settings: DoorSettings, host: str) -> frozenset[str]:
    called = (*settings.web_names, "localhost", socket.gethostname(), "" if _is_everywhere(host) else host)
    return frozenset(name.lower() for name in called if name)


def _is_everywhere(host: str) -> bool:
    return not host or host in {str(ipaddress.IPv4Address(0)), str(ipaddress.IPv6Address(0))}


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=128)
    listening.setblocking(False)
    return listening


def _address(settings: DoorSettings, host: str, port: int, is_secure: bool) -> str:
    shown = settings.web_names[0] if settings.web_names else host
    if _is_everywhere(shown):
        shown = socket.gethostname()
    shown = f"[{shown}]" if ":" in shown else shown
    return f"{'https' if is_secure else 'http'}://{shown}:{port}/"
