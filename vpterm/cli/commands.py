"""All commands. Imported by main.py once the language is known: their help is translated as they are declared."""

import typer

from vpterm.cli import (
    authority,
    database,
    demo,
    housekeeping,
    keys,
    matrix,
    moving,
    recordings,
    serving,
    sessions,
    sites,
    staff,
    support,
    times,
    upgrading,
    verifying,
)
from vpterm.cli.doctor import command as doctor
from vpterm.kernel.i18n import _

app = typer.Typer(
    name="vpterm",
    help=_("The practice software of a group of veterinary clinics."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo", help=_("Make the demo group and open its door."))(demo.demo)
app.command("serve", help=_("Open the SSH door of this installation."))(serving.serve)
app.command("upgrade", help=_("Have this release take over from the one that serves, while people work."))(
    upgrading.upgrade
)
app.command("run", help=_("Open the program in this terminal, without SSH."))(serving.run)
app.command("import", help=_("Take in owners and animals exported from another program."))(moving.import_clients)
app.command("housekeeping", help=_("Forget what is kept for a set time only: old logins."))(housekeeping.housekeeping)
app.command("verify", help=_("Prove that the tills' journals and the invoice numbers are whole."))(verifying.verify)
app.add_typer(doctor.app, name="doctor")
app.add_typer(sites.app, name="site")
staff.app.add_typer(keys.app, name="key")
app.add_typer(staff.app, name="staff")
app.add_typer(sessions.app, name="sessions")
app.add_typer(support.app, name="support")
app.add_typer(recordings.app, name="recordings")
app.add_typer(times.app, name="times")
app.add_typer(authority.app, name="ca")
app.add_typer(matrix.app, name="matrix")
app.add_typer(database.app, name="db")
