"""`vpterm db`: the database of the installation, for administrators."""

import typer

from vpterm.cli.ground import at_work, ground, narrate
from vpterm.database import roles
from vpterm.database.logins import make_database, make_roles
from vpterm.database.server import DATABASE
from vpterm.kernel.errors import VptermError
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
        typer.echo(_("Schema {here}, newest {newest}").format(here=here, newest=newest_revision()))


@app.command("setup", help=_("Make our roles and database on a PostgreSQL of your own, named in vpterm.toml."))
def setup(superuser_url: str) -> None:
    standing = ground()
    standing.installation.prepare()
    if standing.server:
        raise VptermError(
            _("The file vpterm.toml of this installation names no database host."),
            _('Write into {file}: [database] host = "...", and if need be port and name.').format(
                file=standing.installation.home / "vpterm.toml"
            ),
        )
    make_roles(superuser_url, standing.installation)
    make_database(superuser_url, standing.settings["database"].get("name", DATABASE))
    standing.start()
    narrate(_("The database is ready."))
