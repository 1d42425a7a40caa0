"""`vpterm staff key`: the SSH keys of a person, security keys (FIDO) among them."""

from pathlib import Path

import typer

from vpterm.cli.staff import find_person, manage
from vpterm.database.context import Context
from vpterm.kernel.i18n import _
from vpterm.practice.staff import actions
from vpterm.practice.staff.queries import list_keys

app = typer.Typer(help=_("The SSH keys of a person."), no_args_is_help=True)


@app.command("add", help=_("Let a person in by the SSH key of a .pub file."))
def add(
    login: str,
    file: Path,
    verify_required: bool = typer.Option(False, help=_("a security key must have checked a PIN or a finger")),
) -> None:
    line = file.read_text("utf-8")

    async def work(context: Context) -> None:
        person = await find_person(context, login)
        await actions.add_public_key(context, staff_id=person.id, line=line, verify_required=verify_required)

    manage(work)


@app.command("list", help=_("List a person's keys: number, kind, comment."))
def show(login: str) -> None:

    async def work(context: Context) -> None:
        person = await find_person(context, login)
        for key in await list_keys(context.database, staff_id=person.id):
            asked = _("PIN or finger") if key.verify_required else ""
            typer.echo(f"{key.id:<6} {key.line.split()[0]:<40} {key.comment:<30} {asked}".rstrip())

    manage(work)


@app.command("remove", help=_("Let a person in by this key no more."))
def remove(login: str, number: int) -> None:

    async def work(context: Context) -> None:
        person = await find_person(context, login)
        await actions.remove_public_key(context, staff_id=person.id, key_id=number)

    manage(work)
