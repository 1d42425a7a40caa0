"""What people are told when they next come in: that a session of theirs was ended meanwhile, and why.

Kept over a restart in one small file. One that cannot be read or written costs the sentence, nothing else.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from vpterm.kernel.dates import format_moment
from vpterm.kernel.i18n import N_, _
from vpterm.terminal.gateway.registry import OpenSession

_log = logging.getLogger("vpterm.terminal")

_MOST_PER_PERSON = 3
Why = Literal["alone", "longest", "administrator"]
_WORDS = {
    "alone": N_("Session ended {when}: nobody had typed for long. Drafts are kept."),
    "longest": N_("Session ended {when}: it had been open for long enough. Drafts are kept."),
    "administrator": N_("Session ended {when} by the administrator. Drafts are kept."),
}
_NAMED = {
    "alone": N_("Session “{name}” ended {when}: nobody had typed for long. Drafts are kept."),
    "longest": N_("Session “{name}” ended {when}: it had been open for long enough. Drafts are kept."),
    "administrator": N_("Session “{name}” ended {when} by the administrator. Drafts are kept."),
}


@dataclass(frozen=True)
class Ended:
    """A session that did not end by its person's own wish."""

    why: str
    name: str
    at: str

    def in_words(self) -> str:
        """The sentence, in the language spoken now."""
        words = (_NAMED if self.name else _WORDS)[self.why]
        return _(words).format(name=self.name, when=format_moment(datetime.fromisoformat(self.at)))


class Untold:
    """Login -> what that person has not been told yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: dict[str, list[Ended]] = {}
        try:
            stored = json.loads(path.read_text("utf-8"))
            self._waiting = {login: [Ended(**each) for each in ended] for login, ended in stored.items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, AttributeError):
            _log.warning("%(file)s cannot be read; nobody is told what is in it", {"file": path.name})

    def note(self, session: OpenSession, why: Why) -> Ended:
        """A session has ended; its person learns of it at the next login."""
        ended = Ended(why, session.name, datetime.now(UTC).isoformat(timespec="seconds"))
        self._waiting[session.login] = [*self._waiting.get(session.login, []), ended][-_MOST_PER_PERSON:]
        self._write()
        return ended

    def take(self, login: str) -> str:
        """All that this person is to be told, once; in the language spoken now."""
        waiting = self._waiting.pop(login, [])
        if waiting:
            self._write()
        return " ".join(ended.in_words() for ended in waiting if ended.why in _WORDS)

    def _write(self) -> None:
        plain = {login: [asdict(each) for each in ended] for login, ended in self._waiting.items()}
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(plain, file, ensure_ascii=False)
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("%(file)s cannot be written: %(why)s", {"file": self._path.name, "why": error.strerror})
