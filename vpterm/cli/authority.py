"""`vpterm ca`: the group's own authority, and the certificates of some hours that it signs."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import ground, narrate
from vpterm.cli.staff import find_person, manage
from vpterm.database.context import Context
from vpterm.kernel.dates import format_moment
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.certificates import CertificateRow, list_certificates, note_certificate, revoke_certificate
from vpterm.practice.staff.rules import check_hours

app = typer.Typer(help=_("The group's own authority for certificates of some hours."), no_args_is_help=True)
SLACK = timedelta(minutes=5)  # clocks of doors are not all the same


@app.command("init", help=_("Make the authority: its key stays in this installation, 0600."))
def init() -> None:
    from vpterm.terminal.identity.authority import Authority

    standing = ground()
    standing.installation.prepare()
    typer.echo(Authority(standing.installation.home).make())


@app.command("show", help=_("Print the authority's public key and fingerprint."))
def show() -> None:
    from vpterm.terminal.identity.authority import Authority

    key = Authority(ground().installation.home).public_key()
    if key is None:
        raise NotFound(_("There is no authority here."), _("Make it: vpterm ca init"))
    typer.echo(key.export_public_key().decode().strip())
    typer.echo(key.get_fingerprint())


@app.command("sign", help=_("Sign a person's public key for some hours; prints the file that was written."))
def sign(
    login: str,
    key: Annotated[Path, typer.Option(help=_("the person's .pub file"))],
    hours: int = 12,
    sites: Annotated[str, typer.Option(help=_("codes, with commas between; none: wherever the person works"))] = "",
    source: Annotated[
        str, typer.Option(help=_("addresses or networks, with commas between; none: from anywhere"))
    ] = "",
) -> None:
    from vpterm.terminal.identity.authority import Authority, read_key_to_sign

    authority, public, lasting = Authority(ground().installation.home), read_key_to_sign(key), check_hours(hours)
    codes, addresses = _split(sites), _split(source)

    async def work(context: Context) -> None:
        person = await find_person(context, login)
        wrong = [code for code in codes if person.at(code) is None]
        if wrong:
            raise Refused(
                _("{login} does not work at {site}.").format(login=login, site=", ".join(wrong)), field="sites"
            )
        now = context.now().replace(microsecond=0)
        times = {"valid_from": now - SLACK, "valid_until": now + lasting}
        serial = await note_certificate(
            context, staff_id=person.id, fingerprint=public.get_fingerprint(), site_codes=codes, **times
        )
        line = authority.sign(public, serial=serial, login=login, site_codes=codes, addresses=addresses, **times)
        written = key.with_name(key.name.removesuffix(".pub") + "-cert.pub")
        written.write_bytes(line)
        typer.echo(written)
        narrate(
            _("Certificate {serial} is good until {when}.").format(serial=serial, when=format_moment(now + lasting))
        )

    authority.require()
    manage(work)


@app.command("list", help=_("List the certificates, newest first: serial, login, until when, sites."))
def show_all(expired: Annotated[bool, typer.Option(help=_("expired ones too"))] = False) -> None:

    async def work(context: Context) -> None:
        for row in await list_certificates(context.database):
            if expired or row.valid_until > context.now():
                typer.echo(_line(row))

    manage(work)


@app.command("revoke", help=_("Take a certificate back by its serial: it opens no door from now on."))
def revoke(serial: int) -> None:

    async def work(context: Context) -> None:
        await revoke_certificate(context, serial=serial)

    manage(work)


def _line(row: CertificateRow) -> str:
    state = _("revoked") if row.revoked_at else ""
    until, sites = format_moment(row.valid_until), ",".join(row.site_codes) or "*"
    return f"{row.serial:<6} {row.login:<20} {until:<15} {sites:<20} {row.fingerprint} {state}".rstrip()


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
