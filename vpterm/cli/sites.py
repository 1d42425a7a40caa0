"""`vpterm site`: the clinics of the group."""

import asyncio
from typing import Annotated

import typer

from vpterm.cli.ground import at_work, narrate
from vpterm.kernel.i18n import _
from vpterm.practice.sites.queries import list_sites

app = typer.Typer(help=_("The clinics of the group."), no_args_is_help=True)


@app.command("list", help=_("List the clinics: code, name, town, company."))
def show() -> None:

    async def work() -> None:
        async with standing.management() as context:
            for site in await list_sites(context.database):
                typer.echo(f"{site.code:<12} {site.name:<32} {site.town:<20} {site.entity_name}")

    with at_work() as standing:
        asyncio.run(work())


@app.command("add-entity", help=_("Add a company that bills; prints its number."))
def add_entity(
    name: str,
    siren: Annotated[str, typer.Option(help=_("nine digits"))],
    vat_number: Annotated[str, typer.Option()],
    address: str = "",
    postcode: str = "",
    town: str = "",
    legal_form: str = "SELARL",
) -> None:

    from vpterm.practice.sites.actions import open_billing_entity

    async def work() -> int:
        async with standing.management() as context:
            return await open_billing_entity(
                context, name=name, legal_form=legal_form, siren=siren, vat_number=vat_number, address=address,
                postcode=postcode, town=town,
            )  # fmt: skip

    with at_work() as standing:
        typer.echo(asyncio.run(work()))


@app.command("add", help=_("Add a clinic, with its own login of the database and its secret."))
def add(
    code: str,
    name: str,
    entity: Annotated[int, typer.Option(help=_("number of the company, from add-entity"))],
    siret: Annotated[str, typer.Option(help=_("fourteen digits"))],
    phone: Annotated[str, typer.Option()],
    invoice_prefix: Annotated[str, typer.Option(help=_("letters before its invoice numbers"))],
    address: str = "",
    postcode: str = "",
    town: str = "",
    email: str = "",
    colour: str = "blue",
) -> None:

    from vpterm.kernel.identifiers import parse_phone  # a door goes without all telephones of the world
    from vpterm.practice.sites.actions import open_site

    async def work() -> int:
        async with standing.management() as context:
            return await open_site(
                context, code=code, name=name, billing_entity_id=entity, siret=siret, address=address,
                postcode=postcode, town=town, phone=parse_phone(phone), email=email, colour=colour,
                invoice_prefix=invoice_prefix,
            )  # fmt: skip

    with at_work() as standing:
        asyncio.run(work())
        login = standing.make_site_login(code)
        narrate(_("Site {code} is open; its login of the database is {login}.").format(code=code, login=login))
