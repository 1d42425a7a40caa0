"""`vpterm`: the one command. Every group of commands is a file of this folder."""

import sys

import typer

from vpterm.cli import database, demo, matrix, moving, serving, sites, staff, verifying
from vpterm.cli.exits import FAILED
from vpterm.cli.ground import narrate, quiet_logs
from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _

app = typer.Typer(
    name="vpterm",
    help=_("The practice software of a group of veterinary clinics."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo", help=_("Make the demo group and open its door."))(demo.demo)
app.command("serve", help=_("Open the SSH door of this installation."))(serving.serve)
app.command("run", help=_("Open the program in this terminal, without SSH."))(serving.run)
app.command("import", help=_("Take in owners and animals exported from another program."))(moving.import_clients)
app.command("verify", help=_("Prove that the tills' journals and the invoice numbers are whole."))(verifying.verify)
app.add_typer(sites.app, name="site")
app.add_typer(staff.app, name="staff")
app.add_typer(matrix.app, name="matrix")
app.add_typer(database.app, name="db")


def main() -> None:
    """The entry of the command: errors of ours become a sentence on stderr and an exit code."""
    quiet_logs()
    try:
        app()
    except VptermError as failure:
        narrate(f"vpterm: {failure.message}" + (f"\n{failure.advice}" if failure.advice else ""))
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
