"""Cuts what a terminal sends into keys, mouse reports and pastes; names them by way of Textual's tables.

The cutting is our own, by the grammar of ECMA-48, so that a key is never half read and what is no key (a
terminal's reply to a question) is dropped whole instead of being typed as text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from textual import events
from textual.message import Message

from vpterm.terminal.session.textual_internals import KeyNames

ESCAPE_DELAY_S = 0.1
PASTE_DELAY_S = 3.0
MAX_PASTE = 256 * 1024
_MAX_SEQUENCE = 64
_MAX_STRING = 8 * 1024
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"

# ESC, then one of: a whole control sequence, an SS3 key, an X10 mouse report, or any one character (Alt).
_SEQUENCE = re.compile(r"\x1b(?:\[M...|\[\[[A-E]|\[[0-?]*[ -/]*[@-~]|O[0-9;]*[ -~])", re.DOTALL)
_CUT_SEQUENCE = re.compile(r"\x1b(?:\[M.{0,2}|\[\[?|\[[0-?]*[ -/]*|O[0-9;]*)\Z", re.DOTALL)
_STRING = re.compile(r"\x1b[\]P^_X](.*?)(?:\x07|\x1b\\|\x9c)", re.DOTALL)
# Replies: device attributes, status, cursor reports, modes, window reports, anything with a private prefix.
_REPLY = re.compile(r"\x1b\[(?:[?>=].*|[0-9;]*[Rcntyx]|.*[ -/][@-~])\Z", re.DOTALL)
_SHIFT_F3 = re.compile(r"\x1b\[1;([2-9]|1[0-6])R\Z")
_PUTTY_ARROW = re.compile(r"\x1bO([ABCD])\Z")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class KeyDecoder:
    """The keys of one terminal. Bytes in, Textual's events out; call `expire` when nothing follows.

    After `patience_s` without more, `expire` decides on a half-read sequence (a lone ESC is the Escape key, ESC
    and a character is Alt, the rest is dropped).
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._names = KeyNames()
        self._rest = ""
        self._paste: list[str] | None = None
        self._paste_length = 0

    @property
    def patience_s(self) -> float | None:
        """How long to wait for the rest of a half-read sequence or paste, in seconds; None: nothing is half read."""
        if self._paste is not None:
            return PASTE_DELAY_S
        return ESCAPE_DELAY_S if self._rest else None

    def feed(self, data: bytes) -> Iterator[Message]:
        """The events in these bytes."""
        self._rest += self._utf8.decode(data)
        while self._rest:
            if self._is_pasting():
                yield from self._take_paste()
                if self._is_pasting():
                    return
                continue
            length, messages = self._next()
            if not length:
                return
            self._rest = self._rest[length:]
            yield from messages

    def expire(self) -> Iterator[Message]:
        """Nothing followed: decide on what is half read."""
        if self._paste is not None:
            yield from self._end_paste("")
        rest, self._rest = self._rest, ""
        if rest == "\x1b":
            yield events.Key("escape", "\x1b")
        elif len(rest) == 2:
            yield from self._names.alt(rest[1])

    def _is_pasting(self) -> bool:
        return self._paste is not None

    def _next(self) -> tuple[int, list[Message]]:
        """The length and the events of what stands first; length 0 when more is needed."""
        text = self._rest
        if text[0] != "\x1b":
            end = text.find("\x1b")
            plain = text if end < 0 else text[:end]
            return len(plain), [key for sign in plain for key in self._names.keys(sign)]
        if match := _SEQUENCE.match(text):
            return match.end(), self._sequence(match.group())
        if len(text) == 1 or (len(text) <= _MAX_SEQUENCE and _CUT_SEQUENCE.match(text)):
            return 0, []
        if text[1] in "]P^_X":
            return self._string(text)
        if text[1] in "[O":  # no sequence of any terminal: drop it to the next ESC
            end = text.find("\x1b", 1)
            return (len(text) if end < 0 else end), []
        if text[1] == "\x1b":
            return 1, [events.Key("escape", "\x1b")]
        return 2, list(self._names.alt(text[1]))

    @staticmethod
    def _string(text: str) -> tuple[int, list[Message]]:
        """A reply in the form of a control string: dropped whole, or as far as it is bearable."""
        if match := _STRING.match(text):
            return match.end(), []
        return (len(text) if len(text) > _MAX_STRING else 0), []

    def _sequence(self, sequence: str) -> list[Message]:
        if sequence == _PASTE_START:
            self._paste, self._paste_length = [], 0
            return []
        if match := _SHIFT_F3.match(sequence):  # the same bytes as a cursor report, which we never ask for
            sequence = f"\x1b[13;{match.group(1)}~"
        elif match := _PUTTY_ARROW.match(sequence):  # we keep cursor keys in normal mode: SS3 means Ctrl
            sequence = f"\x1b[1;5{match.group(1)}"
        elif sequence.startswith("\x1b[M") and len(sequence) == 6:
            return list(self._names.mouse(_x10_as_sgr(sequence)))
        elif sequence.startswith("\x1b[<"):
            return list(self._names.mouse(sequence))
        elif _REPLY.match(sequence) or sequence in ("\x1b[I", "\x1b[O"):
            return []
        return list(self._names.keys(sequence)) if len(sequence) <= _MAX_SEQUENCE else []

    def _take_paste(self) -> Iterator[Message]:
        head, end, tail = self._rest.partition(_PASTE_END)
        if end:
            self._rest = tail
            yield from self._end_paste(head)
            return
        # The last bytes may be the beginning of the end mark.
        keep = next((n for n in range(len(_PASTE_END) - 1, 0, -1) if self._rest.endswith(_PASTE_END[:n])), 0)
        cut = len(self._rest) - keep
        self._add_to_paste(self._rest[:cut])
        self._rest = self._rest[cut:]

    def _add_to_paste(self, text: str) -> None:
        if self._paste is None:
            return
        text = text[: MAX_PASTE - self._paste_length]
        if text:
            self._paste.append(text)
            self._paste_length += len(text)

    def _end_paste(self, text: str) -> Iterator[Message]:
        self._add_to_paste(text)
        pasted = "".join(self._paste or ())
        self._paste = None
        pasted = _CONTROLS.sub("", pasted.replace("\r\n", "\n").replace("\r", "\n"))
        if pasted:
            yield events.Paste(pasted)


def _x10_as_sgr(sequence: str) -> str:
    button, x, y = (ord(sign) - 32 for sign in sequence[3:])
    if button & 3 == 3 and not button & 64:  # X10 does not say which button was let go: take the first
        return f"\x1b[<{button & ~3};{x};{y}m"
    return f"\x1b[<{button};{x};{y}M"
