"""Where `vpterm run` puts a document: the person's own folder of downloads. The file is theirs alone to read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _

_LINE = re.compile(r'^XDG_(DOWNLOAD|DOCUMENTS)_DIR="(.+)"\s*$', re.MULTILINE)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\:*?"<>|]')  # of any system: the folder may be shared
_MOST_TRIES = 1000


def folder_of_person(environment: Mapping[str, str]) -> Path:
    """Downloads, else documents, as the person's desktop calls them (xdg-user-dirs); else their home."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    try:
        named = dict(_LINE.findall(settings.read_text("utf-8")))
    except (OSError, UnicodeDecodeError):
        named = {}
    wanted = [Path(named[name].replace("$HOME", str(home))) for name in ("DOWNLOAD", "DOCUMENTS") if name in named]
    for folder in (*wanted, home / "Downloads", home / "Documents"):
        if folder.is_dir():
            return folder
    return home


def keep_file(folder: Path, file_name: str, content: bytes) -> Path:
    """Write a new file, beside one of the same name; the path. Raises Refused when the folder takes none."""
    wanted = Path(_NOT_IN_NAMES.sub("-", file_name).strip(". ") or "document.pdf")
    for number in range(1, _MOST_TRIES):
        path = folder / (wanted.name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError as failure:
            reason = failure.strerror or type(failure).__name__
            raise Refused(_("The document cannot be written to {folder}.").format(folder=folder), reason) from failure
        return path
    raise Refused(_("The document cannot be written to {folder}.").format(folder=folder))
