"""`vpterm import`: owners and animals from another program's file."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vpterm.cli.exits import FAILED, LINES_REFUSED
from vpterm.cli.ground import at_work, narrate
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _

if TYPE_CHECKING:
    from vpterm.exchange.mapping import ColumnMapping
    from vpterm.exchange.report import ImportReport


def import_clients(
    file: Annotated[Path | None, typer.Argument(help=_("the file: CSV, as the other program exported it"))] = None,
    mapping: Annotated[
        str, typer.Option(help=_("which column is what: a .toml file, or the name of a sample"))
    ] = "one-line-per-animal",
    sample: Annotated[bool, typer.Option(help=_("print the sample mapping, to be adapted, and end"))] = False,
) -> None:
    """Take in what is right of a file; what is not is told line by line, on stdout, and exit code 4."""
    # Here and not above: a door, which is open for months, goes without the exchange and its 3 MiB.
    from vpterm.exchange.clients import import_clients as bring_in
    from vpterm.exchange.mapping import sample_mapping

    if sample or file is None:
        typer.echo(sample_mapping(mapping))
        return
    columns = _mapping(mapping)

    async def work() -> "ImportReport":
        async with standing.management() as context:
            return await bring_in(context, content=file, mapping=columns, progress=_progress)

    with at_work() as standing:
        report = asyncio.run(work())
    for line in report.lines:
        typer.echo(str(line))
    narrate(report.summary())
    if report.stopped:
        raise typer.Exit(FAILED)
    if report.refused:
        raise typer.Exit(LINES_REFUSED)


def _mapping(name: str) -> "ColumnMapping":
    from vpterm.exchange.mapping import load_mapping, read_mapping, sample_mapping, sample_names

    if name in sample_names():
        return read_mapping(sample_mapping(name))
    path = Path(name)
    if not path.exists():
        raise Refused(
            _("There is no mapping “{name}”.").format(name=name),
            _("Name a .toml file, or one of: {names}.").format(names=", ".join(sample_names())),
        )
    return load_mapping(path)


def _progress(done: int, total: int) -> None:
    """A line that counts up on a terminal; every thousand owners elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))
    elif done % 1000 == 0 or done == total:
        narrate(f"{done}/{total}")
