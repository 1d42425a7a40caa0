"""Tables as other programs export them: encodings, separators and the quirks of Excel. Nothing of the practice."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise

SEPARATORS = ";\t,|"
LONGEST_FIELD = 100_000
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row: the number of its first line in the file (from 1), its values by the normalised name of the column."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(normalise(column), "")


@dataclass(frozen=True, slots=True)
class TextTable:
    """The columns as they are written in the file, and its rows without the empty ones."""

    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]


def decoded(content: bytes) -> str:
    """The text of a file: by its byte order mark, as UTF-8, or line by line as UTF-8 or else Windows-1252.

    Line by line, since files put together from two programs do exist.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_decoded_line(line) for line in content.splitlines(keepends=True))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; Latin-1 has a sign for every byte.
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:
            return line.decode("latin-1")


def read_table(content: bytes) -> TextTable:
    """The table in a file whose first line names the columns. Refused: an empty file, one that is no table."""
    lines = decoded(content).replace("\x00", "").splitlines(keepends=True)
    skipped = 0
    while lines and (not lines[0].strip() or lines[0].strip().lower().startswith("sep=")):
        lines.pop(0)
        skipped += 1
    if not lines:
        raise Refused(_("The file is empty."))
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(iter(lines), delimiter=_separator(lines[0]))
    try:
        columns = [_plain_value(name) for name in next(reader)]
        rows = tuple(_rows(reader, columns, skipped))
    except csv.Error as failure:
        raise Refused(
            _("Line {line} cannot be read: a quotation mark is never closed.").format(line=reader.line_num + skipped),
            _("Mend the file, or export it again."),
        ) from failure
    return TextTable(tuple(column for column in columns if column), rows)


def _separator(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _rows(reader: Any, columns: list[str], skipped: int) -> Iterator[TextRow]:
    keys = [normalise(column) for column in columns]
    start = reader.line_num + 1
    for fields in reader:
        values = {key: _plain_value(field) for key, field in zip(keys, fields, strict=False) if key}
        if any(values.values()):
            yield TextRow(start + skipped, values)
        start = reader.line_num + 1


def _plain_value(field: str) -> str:
    """Without the blanks around, and without the `="..."` that keeps Excel from eating a leading zero."""
    text = field.replace("\u00a0", " ").strip().lstrip("\ufeff")
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.strip()
