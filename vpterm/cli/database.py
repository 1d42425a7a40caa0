"""`vpterm db`: the database of the installation, for administrators."""

import typer

from vpterm.cli.ground import at_work, ground
from vpterm.database import roles
from vpterm.kernel.i18n import _
from vpterm.migrations.history import current_revision, newest_revision

app = typer.Typer(help=_("The database of the installation."), no_args_is_help=True)


@app.command(
    "url",
    help=_(
        "Print the address of a site's own login (or the management's), for psql. Only the owner of the secrets can."
    ),
)
def url(site: str | None = None, owner: bool = False) -> None:
    standing = ground()
    login = roles.site_login(site) if site else roles.OWNER if owner else roles.MANAGEMENT_LOGIN
    typer.echo(standing.url(login))


@app.command("upgrade", help=_("Bring the schema to the newest version; prints which."))
def upgrade() -> None:
    with at_work():
        typer.echo(newest_revision())


@app.command("status", help=_("Print the schema's version here and the newest one."))
def status() -> None:
    with at_work() as standing:
        here = current_revision(standing.url(roles.OWNER))
        typer.echo(f"schema {here}, newest {newest_revision()}")
