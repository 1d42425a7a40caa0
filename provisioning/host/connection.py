"""A connection to one host, and libvirt's exceptions turned into sentences."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

import libvirt

from provisioning.errors import ProvisioningError, StepFailed, Unreachable
from provisioning.group.model import HostWish

T = TypeVar("T")
_GONE = {
    libvirt.VIR_ERR_NO_CONNECT, libvirt.VIR_ERR_INVALID_CONN, libvirt.VIR_ERR_SYSTEM_ERROR,
    libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_RPC,
}  # fmt: skip
_NOT_FOUND = {
    libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_NO_STORAGE_POOL, libvirt.VIR_ERR_NO_STORAGE_VOL,
    libvirt.VIR_ERR_NO_NETWORK,
}  # fmt: skip
_TRIAL = """<domain type="kvm"><name>{name}</name><memory unit="MiB">32</memory><vcpu>1</vcpu>
<os><type arch="x86_64" machine="q35">hvm</type></os><cpu mode="host-passthrough"/></domain>"""

libvirt.registerErrorHandler(lambda _context, _error: None, None)  # else it writes on stderr what it raises too


class Host:
    """One host of the file, connected. Safe to use from several threads, as libvirt's connections are."""

    def __init__(self, wish: HostWish) -> None:
        self.wish = wish
        self.name = wish.name
        try:
            self.connection = libvirt.open(wish.uri)
        except libvirt.libvirtError as failure:
            raise Unreachable(
                f"{wish.name} cannot be reached at {wish.uri}: {failure}", "Examine it: vpterm-provision doctor"
            ) from failure

    @cached_property
    def has_kvm(self) -> bool:
        """By trial: a machine with our processor is started, paused, and taken away. A file /dev/kvm proves nothing."""
        if "<domain type='kvm'" not in self.connection.getCapabilities():
            return False
        flags = libvirt.VIR_DOMAIN_START_PAUSED | libvirt.VIR_DOMAIN_START_AUTODESTROY
        try:
            trial = self.connection.createXML(_TRIAL.format(name=f"vpterm-trial-{uuid4().hex[:8]}"), flags)
        except libvirt.libvirtError:
            return False
        trial.destroy()
        return True

    @cached_property
    def memory_mib(self) -> int:
        return int(self.connection.getInfo()[1])

    def close(self) -> None:
        self.connection.close()


@contextmanager
def speaking_to(host: Host, doing: str) -> Iterator[None]:
    """Turn what libvirt raises inside into an error that says what was being done, and where."""
    try:
        yield
    except libvirt.libvirtError as failure:
        raise translated(host, doing, failure) from failure


def translated(host: Host, doing: str, failure: libvirt.libvirtError) -> ProvisioningError:
    text = str(failure)
    if "host forwarding rule" in text:
        return StepFailed(f"{doing} on {host.name}: its door is taken by another program", "Give it another port.")
    if "No space left" in text:
        return StepFailed(f"{doing} on {host.name}: the disk of the host is full", f"Make room in {host.wish.storage}.")
    if failure.get_error_code() in _GONE and not host.connection.isAlive():
        return Unreachable(f"{host.name} went away: {doing}", "What was done stands; apply again when it is back.")
    return StepFailed(f"{doing} on {host.name}: {text}")


def found(look: Callable[[], T]) -> T | None:
    """What a look-up of libvirt's answers; None when it says that there is no such thing."""
    try:
        return look()
    except libvirt.libvirtError as failure:
        if failure.get_error_code() in _NOT_FOUND:
            return None
        raise


def domain(host: Host, name: str) -> Any:
    """libvirt's domain of that name, or None."""
    return found(lambda: host.connection.lookupByName(name))
