"""How the terminal server logs: as text, or one JSON object a line; in neither form a word about a person.

A log call's sentence is constant and its values are named: `log.warning("worker %(pid)s ended", {"pid": 12})`.
Staff are known by their number; an address, where the same one must be recognised, by `mark()`.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO, cast

_OURS = "vpterm"
_KEY = secrets.token_bytes(32)  # never kept: marks of an earlier start cannot be told apart from strangers'
_LONGEST = 400
_FRAMES = 12
_ADDRESSES = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")

_log = logging.getLogger("vpterm.terminal")


def mark(address: str) -> str:
    """What stands for an address in the logs of this start of the server: the same for the same, told to nobody."""
    return hmac.new(_KEY, address.encode(), hashlib.sha256).hexdigest()[:12]


def describe(error: BaseException) -> Iterator[str]:
    """An exception without its message, which may quote what people wrote: kinds, states, and places in the code."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield f"{type(link).__name__}{_state(link)}"
        frames = traceback.extract_tb(link.__traceback__)
        yield from (f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-_FRAMES:])
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _state(error: BaseException) -> str:
    """What a machine says about a failure, where it is a code or the system's own word."""
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return f" [{error.errno}] {error.strerror}"
    state = getattr(error, "sqlstate", None)
    return f" [{state}]" if isinstance(state, str) else ""


def _sentence(record: logging.LogRecord) -> str:
    """What is said; a library's own words lose addresses and whatever they quote."""
    said = record.getMessage()
    if record.name.split(".")[0] == _OURS:
        return said
    first = said.splitlines()[0] if said else ""
    return _QUOTED.sub("…", _ADDRESSES.sub("…", first))[:_LONGEST]


class TextLogs(logging.Formatter):
    """For a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and below it where an exception came from."""
        record.message, record.asctime = _sentence(record), self.formatTime(record)
        lines = [self.formatMessage(record)]
        if error := _error(record):
            lines += ["  " + line for line in describe(error)]
        return "\n".join(lines)


class JsonLogs(logging.Formatter):
    """For a program: time (UTC), level, name, event (the constant sentence), fields (its values), error."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, in one line."""
        is_ours = record.name.split(".")[0] == _OURS
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "event": record.msg if is_ours else _sentence(record),
            "fields": dict(record.args) if is_ours and isinstance(record.args, Mapping) else {},
        }
        if error := _error(record):
            line["error"] = list(describe(error))
        return json.dumps(line, ensure_ascii=False, default=str)


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def set_up_logs(*, as_json: bool, level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Log to stderr (or a stream): as text from `level` on, or as JSON, where the server's own events begin at info."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLogs() if as_json else TextLogs())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    if as_json:
        logging.getLogger(_OURS).setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _Printed(io.TextIOBase):
    """Stands in for stdout and stderr: says that something was printed, never what."""

    def write(self, text: str) -> int:
        if text.strip():
            _log.warning("something was printed: %(letters)s letters", {"letters": len(text)})
        return len(text)


def keep_prints_aside() -> None:
    """Let what libraries print, and what ends the process, become log lines like the others."""
    sys.stdout = sys.stderr = cast(TextIO, _Printed())
    sys.excepthook = lambda kind, error, trace: _log.critical("the process ends", exc_info=(kind, error, trace))
