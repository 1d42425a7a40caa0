"""The entry of `vpterm-provision`: its commands, and errors of ours as a sentence on stderr with an exit code."""

import sys

import typer

from provisioning.cli import doctor, images, machines, planning, sizing
from provisioning.cli.exits import exit_code
from provisioning.cli.ground import narrate
from provisioning.errors import ProvisioningError

app = typer.Typer(
    help="Virtual computers for the clinics of a group.", no_args_is_help=True, pretty_exceptions_enable=False
)
for command in (
    doctor.doctor,
    planning.plan,
    planning.apply,
    planning.destroy,
    sizing.size,
    machines.status,
    machines.start,
    machines.stop,
):
    app.command()(command)
app.add_typer(images.app, name="image")
app.command(context_settings={"ignore_unknown_options": True})(machines.ssh)


def main() -> None:
    try:
        app()
    except ProvisioningError as failure:
        narrate(f"vpterm-provision: {failure.message}" + (f"\n{failure.advice}" if failure.advice else ""))
        sys.exit(exit_code(failure))


if __name__ == "__main__":
    main()
