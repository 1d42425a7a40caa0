"""`vpterm matrix`: who sees what, as the partners sign it."""

import asyncio
from collections.abc import Iterator

import typer

from vpterm.cli.ground import at_work, narrate
from vpterm.cli.language import shell_language
from vpterm.database.sharing import Common, GroupOnly, PerSite
from vpterm.database.tables import declared_tables
from vpterm.kernel.dates import format_date_short
from vpterm.kernel.i18n import _, set_language
from vpterm.migrations.draft import load_tables
from vpterm.practice.sharing.actions import MatrixRow, choose_sharing, list_matrix
from vpterm.practice.sharing.rules import SUBJECTS

app = typer.Typer(help=_("Who sees what between the sites."), invoke_without_command=True)


@app.callback()
def show(context: typer.Context, language: str = shell_language()) -> None:
    if context.invoked_subcommand:
        return
    set_language(language)

    async def work() -> list[MatrixRow]:
        async with standing.management() as management:
            return await list_matrix(management.database)

    with at_work() as standing:
        for line in matrix_page(asyncio.run(work()), language):
            typer.echo(line)


@app.command("set", help=_("Choose what is shared on a subject; takes effect at once in open sessions."))
def choose(subject: str, choice: str) -> None:

    async def work() -> None:
        async with standing.management() as management:
            await choose_sharing(management, subject=subject, choice=choice)

    with at_work() as standing:
        asyncio.run(work())
    narrate(_("{subject} is now {choice}.").format(subject=subject, choice=choice))


def matrix_page(rows: list[MatrixRow], language: str) -> Iterator[str]:
    """The page "Qui voit quoi": what is chosen, then what never is a matter of choice."""
    yield _("WHO SEES WHAT")
    yield ""
    for row in rows:
        subject = SUBJECTS[row.subject]
        label, chosen = _(subject.label), _(subject.choices[row.choice])
        since = format_date_short(row.changed_at.date(), language)
        yield f"  {label:<42} {chosen:<44} {row.subject}={row.choice}  ({_('since')} {since})"
    yield ""
    yield "  " + _("In common to all sites:") + " " + _tables(Common)
    yield "  " + _("Kept apart by site, always:") + " " + _tables(PerSite)
    yield "  " + _("Written by the group, read by all:") + " " + _tables(GroupOnly)


def _tables(kind: type) -> str:
    load_tables()
    return ", ".join(sorted(name for name, table in declared_tables().items() if isinstance(table.__sharing__, kind)))
