"""`vpterm staff`: accounts, roles, passwords, codes. Keys are keys.py."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from vpterm.cli.ground import at_work, narrate
from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.sites.queries import find_site
from vpterm.practice.staff import actions
from vpterm.practice.staff.proofs import (
    choose_code_policy,
    find_code_state,
    list_code_policies,
    reset_totp,
)
from vpterm.practice.staff.queries import StaffRow, find_staff, list_staff
from vpterm.practice.staff.rules import CodePolicy, CodeRule, check_code_rule, check_role

app = typer.Typer(help=_("Accounts, roles, passwords, keys."), no_args_is_help=True)


@app.command("list", help=_("List the accounts: login, name, roles at sites."))
def show(site: str | None = None) -> None:

    async def work(context: Context) -> None:
        for person in await list_staff(context.database, site_code=site):
            roles = "  ".join(f"{at.site_code}: {', '.join(sorted(at.roles))}" for at in person.sites)
            typer.echo(f"{person.login:<20} {person.name:<28} {roles}")

    manage(work)


@app.command("add", help=_("Add a person, with a role at a site, and ask for their password."))
def add(
    login: str,
    first_name: str,
    last_name: str,
    site: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help=_("vet, nurse, reception, management or support"))],
    language: str = "fr",
    ordinal_number: str = "",
) -> None:
    password = _ask_password()

    async def work(context: Context) -> None:
        where, wanted = await find_site(context.database, code=site), check_role(role)
        staff_id = await actions.engage_staff(
            context, login=login, first_name=first_name, last_name=last_name, language=language,
            ordinal_number=ordinal_number,
        )  # fmt: skip
        await actions.give_role(context, staff_id=staff_id, site_id=where.id, role=wanted)
        await actions.set_password(context, staff_id=staff_id, password=password)

    manage(work)
    narrate(_("{login} can come in.").format(login=login))


@app.command("role", help=_("Give a person a role at a site, or (--end) take it away."))
def role(login: str, site: str, role: str, end: bool = False) -> None:

    async def work(context: Context) -> None:
        person, where = await find_person(context, login), await find_site(context.database, code=site)
        change = actions.take_role if end else actions.give_role
        await change(context, staff_id=person.id, site_id=where.id, role=check_role(role))

    manage(work)


@app.command("end", help=_("A person has left: end every role and the account; open sessions close. (--undo) reopens."))
def end(login: str, undo: bool = False) -> None:

    async def work(context: Context) -> None:
        change = actions.reopen_account if undo else actions.end_account
        await change(context, staff_id=(await find_person(context, login)).id)

    manage(work)


@app.command("password", help=_("Set a person's password."))
def password(login: str) -> None:
    wanted = _ask_password()

    async def work(context: Context) -> None:
        person = await find_person(context, login)
        await actions.set_password(context, staff_id=person.id, password=wanted)

    manage(work)


@app.command("totp", help=_("Codes from a telephone: print who has them and what is asked of each role; change that."))
def totp(
    reset: Annotated[str, typer.Option(help=_("end the codes of this person, who has lost telephone and codes"))] = "",
    role: Annotated[str, typer.Option(help=_("the role of which to ask otherwise from now on"))] = "",
    rule: Annotated[str, typer.Option(help=_("off, offered or required"))] = CodeRule.OFFERED,
    with_key: Annotated[bool, typer.Option(help=_("ask for the code after an SSH key or a certificate too"))] = False,
) -> None:

    async def work(context: Context) -> None:
        if reset:
            person = await find_person(context, reset)
            had = await reset_totp(context, staff_id=person.id)
            told = _("{login} is asked for no code any more.") if had else _("{login} had no codes.")
            narrate(told.format(login=reset))
        if role:
            policy = CodePolicy(check_code_rule(rule), with_key)
            await choose_code_policy(context, role=check_role(role), policy=policy)
        if not reset and not role:
            await _print_codes(context)

    manage(work)


async def _print_codes(context: Context) -> None:
    for role, policy in (await list_code_policies(context.database)).items():
        also = _("after keys too") if policy.with_key else ""
        typer.echo(f"{role:<12} {policy.rule:<10} {also}".rstrip())
    typer.echo("")
    for person in await list_staff(context.database):
        state = await find_code_state(context.database, staff_id=person.id)
        if state.enrolled:
            left = _("recovery codes left: {count}").format(count=state.recovery_left)
            typer.echo(f"{person.login:<20} {left}")


def manage(work: Callable[[Context], Awaitable[None]]) -> None:
    async def managed() -> None:
        async with standing.management() as context:
            await work(context)

    with at_work() as standing:
        asyncio.run(managed())


async def find_person(context: Context, login: str) -> StaffRow:
    person = await find_staff(context.database, login=login)
    if person is None:
        raise NotFound(_("There is no account “{login}”.").format(login=login), _("See the list: vpterm staff list"))
    return person


def _ask_password() -> str:
    asked: str = typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
    return asked
