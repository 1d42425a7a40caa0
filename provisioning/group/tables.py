"""One table of the file under examination: what is asked of it, and what it holds that nobody asks for."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from provisioning.errors import Complaint
from provisioning.group.positions import Path, nearest_line
from provisioning.group.values import WrongValue, name

T = TypeVar("T")
_MISSING: Any = object()


class Complaints(list[Complaint]):
    """What is wrong with a file, gathered, so that it is mended in one go."""

    def __init__(self, lines: dict[Path, int]) -> None:
        super().__init__()
        self.lines = lines

    def add(self, path: Path, sentence: str) -> None:
        self.append(Complaint(nearest_line(self.lines, path), ".".join(path), sentence))


class Table:
    """A table, taken apart key by key. Leaving the `with` complains of every key that nobody took."""

    def __init__(self, values: Any, path: Path, complaints: Complaints) -> None:
        self.path = path
        self._complaints = complaints
        if not isinstance(values, dict):
            self.complain("a table is meant")
        self._values: dict[str, Any] = dict(values) if isinstance(values, dict) else {}
        self._known: list[str] = []

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        for key in self._values if kind is None else ():
            self._complaints.add((*self.path, key), f"is not known here; known are: {', '.join(self._known)}")

    def take(self, key: str, read: Callable[[Any], T], default: T = _MISSING) -> T:
        """The value of a key. A wrong one is complained of, and None goes on in its place: no group comes of it."""
        self._known.append(key)
        value = self._values.pop(key, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                self.complain("is missing", key)
                return None  # type: ignore[return-value]
            return default
        try:
            return read(value)
        except WrongValue as wrong:
            self.complain(str(wrong), key)
            return None  # type: ignore[return-value]

    def tables(self, key: str, needed: bool = True) -> Iterator[tuple[str, "Table"]]:
        """The named tables below a key: [hosts.alpha], [hosts.beta]."""
        self._known.append(key)
        below = self._values.pop(key, {})
        if not isinstance(below, dict) or (needed and not below):
            self.complain(f"at least one table is meant: [{key}.NAME]", key)
            return
        for each, values in below.items():
            table = Table(values, (*self.path, key, each), self._complaints)
            try:
                name(each)
            except WrongValue as wrong:
                table.complain(str(wrong))
            with table:
                yield each, table

    def complain(self, sentence: str, key: str | None = None) -> None:
        self._complaints.add(self.path if key is None else (*self.path, key), sentence)
