"""Where each person worked last, kept over a restart of the gateway in one small file."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

_log = logging.getLogger("vpterm.terminal")


class LastSites:
    """Login -> code of the site last used. A file that cannot be read or written costs the memory, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sites: dict[str, str] = {}
        try:
            stored = json.loads(path.read_text("utf-8"))
            self._sites = {str(login): str(site) for login, site in stored.items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError):
            _log.warning("%(file)s cannot be read; people come in at their first site", {"file": path.name})

    def note(self, login: str, site_code: str) -> None:
        """Remember where a person works now."""
        if self._sites.get(login) == site_code:
            return
        self._sites[login] = site_code
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(self._sites, file, ensure_ascii=False)
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("%(file)s cannot be written: %(why)s", {"file": self._path.name, "why": error.strerror})

    def choose(self, login: str, site_codes: list[str]) -> str | None:
        """Where a person comes in: the site last used if it is still theirs, else their first."""
        last = self._sites.get(login)
        if last in site_codes:
            return last
        return site_codes[0] if site_codes else None
