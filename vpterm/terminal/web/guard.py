"""What stands before every page of the browser door: bans, names, origins, and the headers of every answer."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from vpterm.terminal.identity.limits import GuessLimiter

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),  # with no-referrer browsers hide the origin of our own forms
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("X-Frame-Options", "DENY"),
)


def host_of(authority: str) -> str:
    """The name or address in a Host header, without its port and brackets, in small letters."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower()


def is_known_host(authority: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this door. Addresses always do: a foreign page cannot be served under one."""
    host = host_of(authority)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host in names or f"*.{host.partition('.')[2]}" in names
    return True


def is_own_origin(origin: str, scheme: str, authority: str) -> bool:
    """Whether a request was made by one of our own pages. A browser always says whose page it was."""
    page_scheme = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    return bool(authority) and origin.lower() == f"{page_scheme}://{authority}".lower()


def content_policy(scheme: str, authority: str, nonce: str) -> str:
    """The Content-Security-Policy: our own files and our own line, nothing inline but what xterm.js draws.

    xterm.js makes style elements, which bear the nonce, and colours its cells by style attributes.
    """
    line = "wss" if scheme in ("https", "wss") else "ws"
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        f"img-src 'self'; font-src 'self'; connect-src 'self' {line}://{authority}; "
        "frame-src blob:; "  # a document that the page has fetched, to be printed
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def header(scope: Scope, name: bytes) -> str:
    """A header of a request; empty when it is missing or given twice."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


class Guard:
    """Wraps the routes. `names` are those under which the door may be called, in small letters."""

    def __init__(self, app: App, guesses: GuessLimiter, names: frozenset[str], banned: App) -> None:
        self._app, self._guesses, self._names, self._banned = app, guesses, names, banned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            return
        authority = header(scope, b"host")
        address = scope["client"][0] if scope["client"] else ""
        scope["nonce"] = secrets.token_urlsafe(16)
        if not is_known_host(authority, self._names):
            await _refuse(scope, send, 421)
        elif scope["type"] == "websocket":
            if self._guesses.is_address_banned(address) or not _is_ours(scope):
                await _refuse(scope, send, 403)
            else:
                await self._app(scope, receive, send)
        elif scope["method"] == "POST" and not _is_ours(scope):
            await _refuse(scope, send, 403)
        else:
            is_banned = self._guesses.is_address_banned(address)
            await (self._banned if is_banned else self._app)(scope, receive, _with_headers(scope, send))


def _is_ours(scope: Scope) -> bool:
    return is_own_origin(header(scope, b"origin"), scope["scheme"], header(scope, b"host"))


def _with_headers(scope: Scope, send: Send) -> Send:
    policy = content_policy(scope["scheme"], header(scope, b"host"), scope["nonce"])

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _value in message["headers"]}
            added = [*_ALWAYS, ("Content-Security-Policy", policy)]
            if b"cache-control" not in given:
                added.append(("Cache-Control", "no-store"))
            message["headers"] = [
                *message["headers"],
                *((name.lower().encode(), value.encode("latin-1")) for name, value in added),
            ]
        await send(message)

    return send_with_headers


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"refused\n"})
