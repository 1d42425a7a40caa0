"""A page of the browser door without a browser: forms by http.client, lines by a WebSocket client, screens by pyte."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyte
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.terminal.door import PASSWORD, RunningDoor


class Visitor:
    """Speaks HTTP to a door as a browser would, one request per connection; keeps the cookie."""

    def __init__(self, door: RunningDoor) -> None:
        web = door.service.web
        assert web is not None, door.service.web_trouble
        self.origin = web.address.rstrip("/")
        self.authority = urlsplit(web.address).netloc
        self._tls: ssl.SSLContext | None = None
        if self.origin.startswith("https:"):
            self._tls = ssl.create_default_context()
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE  # people compare the door's own certificate once
        self.cookie = ""
        self.answered: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """Status and body of an answer; its headers are in `answered`."""
        connection: http.client.HTTPConnection
        if self._tls is not None:
            connection = http.client.HTTPSConnection(self.authority, timeout=20, context=self._tls)
        else:
            connection = http.client.HTTPConnection(self.authority, timeout=20)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            given["Cookie"] = self.cookie
        try:
            connection.request(method, path, body or None, given)
            answer = connection.getresponse()
            self.answered = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def comes_in(self, login: str, password: str = PASSWORD, **headers: str) -> int:
        """Fill in the form; the status."""
        form = urlencode({"login": login, "password": password}).encode()
        given = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded", **headers}
        status, self.said = self.ask("POST", "/login", form, **given)
        if "set-cookie" in self.answered:
            self.cookie = self.answered["set-cookie"].partition(";")[0]
        return status

    def dial(self, *, origin: str | None = None, **options: Any) -> ClientConnection:
        """The WebSocket, before a word is said."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        wanted: Any = self.origin if origin is None else (origin or None)
        address = f"{'ws' if self._tls is None else 'wss'}://{self.authority}/line"
        line: ClientConnection = connect(
            address,
            origin=wanted,
            additional_headers=headers,
            compression=None,
            max_size=None,
            ssl=self._tls,
            ping_interval=None,
            **options,
        )
        return line


class FakePage:
    """A page at work: says what ours says, draws with pyte. `draws` false: a browser too busy to draw."""

    def __init__(
        self, visitor: Visitor, *, page: str = "p1", again: bool = False, size: tuple[int, int] = (80, 24)
    ) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._open = contextlib.ExitStack()
        self.line = self._open.enter_context(visitor.dial())
        self.draws = True
        self.messages: list[dict[str, Any]] = []
        self.taken = 0
        self.is_over = False
        self.tell(type="open", page=page, again=again, columns=size[0], rows=size[1])

    def tell(self, **message: Any) -> None:
        """Say something beside the keys."""
        self.line.send(json.dumps(message))

    def types(self, keys: str) -> None:
        """Type."""
        self.line.send(keys.encode())

    def read(self, seconds: float = 0.05) -> bool:
        """Take one message, if one comes."""
        try:
            message = self.line.recv(seconds)
        except TimeoutError:
            return False
        except ConnectionClosed:
            self.is_over = True
            return False
        if isinstance(message, str):
            self.messages.append(json.loads(message))
            return True
        self.taken += len(message)
        if self.draws:
            self._stream.feed(message)
            with contextlib.suppress(ConnectionClosed):
                self.tell(type="drawn", bytes=len(message))
        return True

    def close(self) -> None:
        """Close the tab."""
        self._open.close()

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def sees(self, text: str, seconds: float = 10.0) -> None:
        """Wait until the screen shows a text."""
        until = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < until, f"{text!r} is not on the screen:\n{self.text}\n{self.messages}"
            self.read()

    def hears(self, kind: str, seconds: float = 10.0) -> dict[str, Any]:
        """Wait for a message of this kind; takes it."""
        until = time.monotonic() + seconds
        while not (found := [message for message in self.messages if message["type"] == kind]):
            assert time.monotonic() < until, (kind, self.messages)
            self.read()
        self.messages.remove(found[0])
        return found[0]

    def ends(self, seconds: float = 10.0) -> int:
        """Wait until the line is closed; its code."""
        until = time.monotonic() + seconds
        while not self.is_over:
            assert time.monotonic() < until, self.messages
            self.read()
        return self.line.protocol.close_code or 0


@contextlib.contextmanager
def page_of(visitor: Visitor, **options: Any) -> Iterator[FakePage]:
    """A page that is closed at the end of the block."""
    page = FakePage(visitor, **options)
    try:
        yield page
    finally:
        page.close()
