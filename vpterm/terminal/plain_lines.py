"""Asking and telling in plain lines, at a terminal that no full-screen program has taken."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable

_LONGEST_LINE = 128
_ESCAPE_S = 0.1  # after Esc alone nothing follows


class PersonLeft(Exception):  # noqa: N818 - named for what happened, as in kernel/errors.py
    """The person has gone, or said that they will."""


class PlainLines:
    """One terminal. `write` sends it bytes; what it types is given to `feed`, at the end `leave` is called."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._keys: asyncio.Queue[str | None] = asyncio.Queue(_LONGEST_LINE * 8)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        """What the terminal has sent; what nobody waits for is dropped, as a terminal does."""
        for key in self._decoder.decode(data):
            if not self._keys.full():
                self._keys.put_nowait(key)

    def forget_typed(self) -> None:
        """What was typed before this moment answers nothing that is asked after it."""
        while not self._keys.empty():
            self._keys.get_nowait()

    def rest(self) -> bytes:
        """What was typed ahead and not asked for here."""
        keys = []
        while not self._keys.empty():
            keys.append(self._keys.get_nowait() or "")
        return "".join(keys).encode()

    def leave(self) -> None:
        """The terminal is gone."""
        while self._keys.full():
            self._keys.get_nowait()
        self._keys.put_nowait(None)

    def say(self, line: str) -> None:
        """One line."""
        self._write(line.encode() + b"\r\n")

    async def ask(self, question: str, *, shown: bool) -> str:
        """One line of what is typed. Ctrl-C and Ctrl-D leave: PersonLeft."""
        self._write(question.encode() + b" ")
        line = ""
        while True:
            key = await self._next()
            if key in "\r\n":
                self._write(b"\r\n")
                return line
            if key in "\x7f\b":
                if line and shown:
                    self._write(b"\b \b")
                line = line[:-1]
            elif key.isprintable() and len(line) < _LONGEST_LINE:
                line += key
                if shown:
                    self._write(key.encode())

    async def until_left(self) -> None:
        """Until Ctrl-C or Ctrl-D, or until the terminal is gone; other keys do nothing."""
        while (key := await self._keys.get()) is not None and key not in "\x03\x04":
            pass

    async def key(self) -> str:
        """One key: "up", "down", "enter", "escape", or the letter. Ctrl-C and Ctrl-D leave: PersonLeft."""
        key = await self._next()
        if key in "\r\n":
            return "enter"
        if key != "\x1b":
            return key
        try:
            async with asyncio.timeout(_ESCAPE_S):
                if await self._next() not in "[O":
                    return "escape"
                code = await self._next()
                while code.isdigit() or code == ";":  # modifiers, and keys with numbers
                    code = await self._next()
                return {"A": "up", "B": "down"}.get(code, "other")
        except TimeoutError:
            return "escape"

    async def _next(self) -> str:
        key = await self._keys.get()
        if key is None or key in "\x03\x04":
            raise PersonLeft
        return key
