"""`vpterm`: the one command. Every group of commands is a file of this folder."""

import sys

from vpterm.cli.exits import FAILED
from vpterm.cli.ground import narrate
from vpterm.cli.language import shell_language
from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import set_language
from vpterm.terminal.logs import set_up_logs


def main() -> None:
    """The entry of the command: errors of ours become a sentence on stderr and an exit code."""
    set_language(shell_language())
    from vpterm.cli.commands import app

    set_up_logs(as_json=False)
    try:
        app()
    except VptermError as failure:
        narrate(f"vpterm: {failure.message}" + (f"\n{failure.advice}" if failure.advice else ""))
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
