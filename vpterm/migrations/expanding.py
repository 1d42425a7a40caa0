"""Whether a migration only adds: then workers of the release before it go on working with the new schema.

The rule is "expand first, contract in a later release" (docs/operations/upgrade.md). What must take something away says
so in a line `-- takes away: why`, and is not run while people work (`vpterm upgrade`).
"""

import re
from collections.abc import Sequence
from importlib import resources

_BODIES = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TAKES_AWAY = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|VIEW|MATERIALIZED|SEQUENCE|TYPE|SCHEMA|FUNCTION|EXTENSION)\b"
    r"|\bRENAME\b|\bTRUNCATE\s+(?!OR\b|ON\b)(?:TABLE\s+)?\w|\bDELETE\s+FROM\b"
    r"|\bALTER\s+COLUMN\s+\S+\s+(?:SET\s+DATA\s+)?TYPE\b|\bSET\s+NOT\s+NULL\b",
    re.IGNORECASE,
)
_NEW_COLUMN = re.compile(r"\bADD\s+COLUMN\b[^,;]*", re.IGNORECASE)
_DECLARATION = re.compile(r"^--\s*takes away:\s*\S", re.MULTILINE)


def taken_away(sql: str) -> list[str]:
    """What the text of a migration takes from the release before it, each in its own words; nothing if it only adds."""
    plain = _COMMENTS.sub(" ", _BODIES.sub(" ", sql))
    found = [" ".join(match[0].split()) for match in _TAKES_AWAY.finditer(plain)]
    for match in _NEW_COLUMN.finditer(plain):
        column = " ".join(match[0].split())
        if "NOT NULL" in column.upper() and not re.search(r"DEFAULT|GENERATED", column, re.IGNORECASE):
            found.append(column)
    return found


def says_so(sql: str) -> bool:
    """Whether a migration declares that it takes something away."""
    return _DECLARATION.search(sql) is not None


def contracting(revisions: Sequence[str]) -> list[str]:
    """Those of some revisions that take something away, by their SQL."""
    files = (resources.files("vpterm.migrations") / "versions").iterdir()
    texts = {file.name.partition("_")[0]: file.read_text("utf-8") for file in files if file.name.endswith(".sql")}
    return [revision for revision in revisions if revision in texts and taken_away(texts[revision])]
