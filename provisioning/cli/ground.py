"""What the commands stand on: the group's file, the folder of images and keys, connections to the hosts."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provisioning.errors import NotThere, ProvisioningError
from provisioning.group.model import ClinicWish, Group
from provisioning.images.store import ImageStore
from provisioning.keyring import Keyring

if TYPE_CHECKING:  # libvirt is asked for by the commands that need a host; the others do without
    from provisioning.host.connection import Host

TheFile = Annotated[Path, typer.Argument(help="the group's file", envvar="VPTERM_GROUP_FILE")]
File = Annotated[Path, typer.Option("--file", "-f", help="the group's file", envvar="VPTERM_GROUP_FILE")]
Home = Annotated[
    Path | None,
    typer.Option(help="folder of images and keys", envvar="VPTERM_PROVISION_HOME"),
]
AsJson = Annotated[bool, typer.Option("--json", help="for programs: JSON on stdout")]
Name = Annotated[str, typer.Argument(help="name of a clinic in the file")]
GROUP_FILE = Path("group.toml")


@dataclass(frozen=True, slots=True)
class Ground:
    """The folder of images and keys."""

    home: Path

    @property
    def images(self) -> ImageStore:
        return ImageStore(self.home / "images")

    def folder(self, group: Group) -> Path:
        return self.home / "groups" / group.name

    def keyring(self, group: Group) -> Keyring:
        return Keyring(self.folder(group) / "keys")


def ground(home: Path | None) -> Ground:
    """The folder that was named, or root's, or the person's own."""
    if home is not None:
        return Ground(home.absolute())
    if os.geteuid() == 0:
        return Ground(Path("/var/lib/vpterm-provision"))
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return Ground(Path(state) / "vpterm-provision")


def narrate(sentence: str) -> None:
    """A line on stderr: what is going on, never data."""
    typer.echo(sentence, err=True)


@contextmanager
def connected(group: Group) -> Iterator[dict[str, "Host"]]:
    """All hosts of the file."""
    Host = host_class()  # noqa: N806
    with ExitStack() as stack:
        hosts = {}
        for wish in group.hosts:
            hosts[wish.name] = Host(wish)
            stack.callback(hosts[wish.name].close)
        yield hosts


def host_class() -> type["Host"]:
    """The class that speaks to libvirt; a sentence where Python has no libvirt."""
    try:
        from provisioning.host.connection import Host
    except ImportError as missing:
        raise ProvisioningError(
            "Python does not find libvirt here",
            "On Debian: apt-get install libvirt-dev pkg-config gcc; then: pip install 'vpterm[provisioning]'",
        ) from missing
    return Host


def clinic_named(group: Group, name: str) -> ClinicWish:
    clinic = group.clinic(name)
    if clinic is None:
        raise NotThere(f"{name} is not in the file", f"There are: {', '.join(each.name for each in group.clinics)}")
    return clinic
