"""On which line of a TOML file a key stands: tomllib answers values only, and a complaint must name the line."""

import re

Path = tuple[str, ...]
_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"^\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def lines_of_keys(text: str) -> dict[Path, int]:
    """Every table and key with the line (from 1) where it first stands; of an inline table only its own key."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            path = table
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], number)
    return found


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it (a key that is missing stands nowhere)."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _parts(dotted: str) -> Path:
    return tuple(one or two or three for one, two, three in _PART.findall(dotted))
