"""Importing owners and animals from another program's file: one transaction an owner, as often as wanted."""

from collections.abc import Callable
from pathlib import Path

from vpterm.database.context import Context
from vpterm.exchange.mapping import ColumnMapping, check_columns
from vpterm.exchange.report import ImportReport, ReportLine
from vpterm.exchange.rows import Owner, RowReader, Tell
from vpterm.exchange.tables_of_text import TextRow, read_table
from vpterm.kernel.errors import NotFound, Refused, Unavailable
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise
from vpterm.practice.animals.actions import OwnerRegistered, register_owner
from vpterm.practice.animals.queries import known_imports, list_species

Progress = Callable[[int, int], None]  # owners done, owners in all
AT_ONCE = 500  # keys asked about in one statement


async def import_clients(
    context: Context, *, content: bytes | Path, mapping: ColumnMapping, progress: Progress | None = None
) -> ImportReport:
    """Bring in what is right of a file; what is not is told line by line in the report.

    Refused: a file that is no table, or that lacks a column of the mapping. A database that goes away stops the
    import (`report.stopped`); running it again goes on, since what is there is known by its import key.
    """
    context.require("clients.edit")
    context.require("animals.edit")
    table = read_table(_bytes(content))
    check_columns(mapping, table)
    report = ImportReport(rows=len(table.rows))
    names = {
        normalise(name): row.code
        for row in await list_species(context)
        for name in (row.code, row.name_fr, row.name_en)
    }
    owners = _owners(table.rows, RowReader(mapping, names, context.today()), report)
    await _register_all(context, owners, report, progress or (lambda done, total: None))
    report.lines.sort(key=lambda line: line.line)
    return report


def _bytes(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content
    try:
        return content.read_bytes()
    except OSError as failure:
        raise NotFound(_("The file {path} cannot be read.").format(path=content)) from failure


def _owners(rows: tuple[TextRow, ...], reader: RowReader, report: ImportReport) -> list[Owner]:
    """The owners in the order of the file; lines of one owner need not stand together."""
    owners: dict[str, Owner | None] = {}
    for row in rows:
        tell = _teller(report, row.line)
        key = reader.owner_key(row)
        if key not in owners or (owner := owners[key]) is None:
            owners[key] = owner = reader.read_owner(row, key, tell)
        if owner is None:
            continue
        animal = reader.read_animal(row, key, tell)
        if animal is not None:
            owner.animals.append((row.line, animal))
    return [owner for owner in owners.values() if owner is not None]


def _teller(report: ImportReport, line: int) -> Tell:
    def tell(column: str, value: str, reason: str, refused: bool) -> None:
        report.lines.append(ReportLine(line, column, value, reason, refused))

    return tell


async def _register_all(context: Context, owners: list[Owner], report: ImportReport, progress: Progress) -> None:
    try:
        for start in range(0, len(owners), AT_ONCE):
            some = owners[start : start + AT_ONCE]
            client_keys = [owner.key for owner in some]
            animal_keys = [animal.import_key or "" for owner in some for _line, animal in owner.animals]
            known = await known_imports(context, client_keys=client_keys, animal_keys=animal_keys)
            for place, owner in enumerate(some, start + 1):
                await _register(context, owner, known, report)
                progress(place, len(owners))
    except Unavailable as failure:
        report.stopped = failure.message


async def _register(context: Context, owner: Owner, known: frozenset[str], report: ImportReport) -> None:
    once = {animal.import_key: (line, animal) for line, animal in reversed(owner.animals)}
    new = [(line, animal) for key, (line, animal) in reversed(once.items()) if key not in known]
    report.animals_known += len(owner.animals) - len(new)
    if owner.key in known and not new:
        report.clients_known += 1
        return
    try:
        done = await register_owner(
            context, client=owner.fields, client_key=owner.key, animals=[animal for _line, animal in new]
        )
    except Refused as refusal:
        _teller(report, owner.line)(refusal.field or "", "", refusal.message, True)
        return
    _count(
        done,
        [line for line, _animal in new],
        [animal.fields.get("identification", "") for _line, animal in new],
        report,
    )


def _count(done: OwnerRegistered, lines: list[int], numbers: list[str], report: ImportReport) -> None:
    report.clients_added += done.new
    report.clients_known += not done.new
    for line, number, animal in zip(lines, numbers, done.animals, strict=True):
        if animal.refusal is not None:
            value = number if animal.refusal.field == "identification" else ""
            _teller(report, line)(animal.refusal.field or "", value, animal.refusal.message, True)
        else:
            report.animals_added += animal.new
            report.animals_known += not animal.new
