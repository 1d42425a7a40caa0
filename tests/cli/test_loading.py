"""What a command loads: a door is open for months, and holds no more than it needs."""

import subprocess
import sys


def loaded_by(module: str) -> set[str]:
    asked = f"import sys, {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split())


def test_the_command_line_loads_nothing_that_only_one_command_needs() -> None:
    loaded = loaded_by("vpterm.cli.main, vpterm.cli.commands")
    assert "vpterm.cli.serving" in loaded
    unwanted = ("phonenumbers", "stdnum", "alembic", "textual", "asyncssh", "vpterm.exchange.clients", "vpterm.demo")
    nouns = ("animals", "clients", "agenda", "care", "billing", "till")
    assert loaded & {*unwanted, *(f"vpterm.practice.{noun}" for noun in nouns)} == set()
