"""`vpterm verify`: proves that tills and invoice numbers are whole."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from vpterm.cli.doctor.last_verification import note_verification
from vpterm.cli.exits import VERIFICATION_FAILED
from vpterm.cli.ground import at_work
from vpterm.kernel.i18n import _
from vpterm.practice.sites.queries import find_site, list_sites

if TYPE_CHECKING:
    from vpterm.practice.till.verification import Verification


def verify(site: str | None = None) -> None:
    """Compute every hash, total and number again; exit code 3 when one does not hold."""
    from vpterm.practice.till.verification import verify_journal  # a door goes without the till

    async def work() -> Sequence[tuple[str, "Verification"]]:
        async with standing.management() as context:
            database = context.database
            sites = [await find_site(database, code=site)] if site else await list_sites(database)
            return [(found.code, await verify_journal(database, found.id)) for found in sites]

    with at_work() as standing:
        results = asyncio.run(work())
    if site is None:
        note_verification(standing, datetime.now(UTC), is_whole=all(result.ok for _code, result in results))
    for code, result in results:
        if result.ok:
            typer.echo(_("{site}: {count} entries, whole").format(site=code, count=result.count))
        elif result.broken_sequence is None:
            typer.echo(_("{site}: BROKEN: {why}").format(site=code, why=result.why))
        else:
            sentence = _("{site}: BROKEN at entry {sequence}: {why}")
            typer.echo(sentence.format(site=code, sequence=result.broken_sequence, why=result.why))
    if not all(result.ok for _code, result in results):
        raise typer.Exit(VERIFICATION_FAILED)
