"""A line of its own for a test: a network namespace, and a link to it with a delay, losses and a limit.

The link is a pair of TUN devices with slow_link.py between them: what a packet meets is ours to say, and no kernel
needs netem for it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A network of documentation (RFC 5737): it is nobody's. Each process has eight addresses of it.
_NETWORK, _EACH = "198.51.100", 8
_TUNSETIFF, _TUN, _NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET of linux/sched.h


class NamespaceUnavailable(Exception):  # noqa: N818 - it says what has happened
    """Why this machine gives a test no network of its own."""


@dataclass(frozen=True)
class Link:
    """How the line is, in each direction: half of the delay, and all of the loss, the limit and its modem's buffer."""

    delay_ms: float
    loss_percent: float = 0.0
    mbit: float = 1000.0
    buffer_s: float = 0.5  # what waits longer for its turn is dropped

    @property
    def numbers(self) -> list[str]:
        """As slow_link.py reads them."""
        return [str(number) for number in (self.delay_ms / 2000, self.loss_percent, self.mbit, self.buffer_s)]


CUT = Link(delay_ms=0, loss_percent=100)


class Namespace:
    """A place that is reached over the line only. `near` is this side's address, `far` that of the place."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.near, self.far, self.farther = (f"{_NETWORK}.{number * _EACH + which}" for which in (1, 2, 3))
        self.relay: subprocess.Popen[str] | None = None

    def inside(self, *command: str) -> list[str]:
        """A command to be run there."""
        return ["ip", "netns", "exec", self.name, *command]

    def become(self, link: Link) -> None:
        """Another line from now on, for what is connected too."""
        assert self.relay is not None
        assert self.relay.stdin is not None
        self.relay.stdin.write(" ".join(link.numbers) + "\n")
        self.relay.stdin.flush()

    def move(self) -> None:
        """The place has another address from now on, as a telephone that leaves a wireless network."""
        device = f"{self.name}b"
        self.far, self.farther = self.farther, self.far
        _run(*self.inside("ip", "address", "flush", "dev", device))
        _run(*self.inside("ip", "address", "add", self.far, "peer", self.near, "dev", device))


@contextmanager
def namespace(link: Link) -> Iterator[Namespace]:
    """A namespace at the end of such a line, gone at the end. NamespaceUnavailable says why there is none."""
    if shutil.which("ip") is None:
        raise NamespaceUnavailable("ip is not installed (package iproute2)")
    if os.geteuid() != 0:
        raise NamespaceUnavailable("only root may make a network namespace")
    place = _free_place()
    devices: list[int] = []
    try:
        _run("ip", "netns", "add", place.name)
        devices += [_tun(f"{place.name}a"), _tun(f"{place.name}b")]
        _run("ip", "link", "set", f"{place.name}b", "netns", place.name)
        for far in (place.far, place.farther):
            _run("ip", "address", "add", place.near, "peer", far, "dev", f"{place.name}a")
        _run("ip", "link", "set", f"{place.name}a", "up")
        _run(*place.inside("ip", "address", "add", place.far, "peer", place.near, "dev", f"{place.name}b"))
        _run(*place.inside("ip", "link", "set", f"{place.name}b", "up"))
        _run(*place.inside("ip", "link", "set", "lo", "up"))
        slow_link = Path(__file__).with_name("slow_link.py")
        command = [sys.executable, str(slow_link), *map(str, devices), *link.numbers]
        place.relay = subprocess.Popen(command, pass_fds=devices, stdin=subprocess.PIPE, text=True)
        yield place
    finally:
        if place.relay is not None:
            place.relay.terminate()
            place.relay.communicate()
        for device in devices:
            os.close(device)
        subprocess.run(["ip", "netns", "del", place.name], capture_output=True, check=False)


def _free_place() -> Namespace:
    """Addresses that nobody on this machine uses, beginning with those of this process."""
    taken = subprocess.run(["ip", "route"], capture_output=True, text=True, check=False).stdout.split()
    if any(network.startswith(f"{_NETWORK}.") and "/" in network for network in taken):
        raise NamespaceUnavailable(f"the network {_NETWORK} is in use on this machine")
    for step in range(256 // _EACH):
        place = Namespace(f"vpt{os.getpid() % 100_000}", (os.getpid() + step) % (256 // _EACH))
        if place.far not in taken:
            return place
    raise NamespaceUnavailable(f"the network {_NETWORK} is full")


async def enter_network(name: str) -> None:
    """Put the thread of this loop, and no other, into a namespace: what it opens from now on stands there."""
    place = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(place, _NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(place)


def _tun(name: str) -> int:
    try:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN | _NO_PI))
    except OSError as failure:
        raise NamespaceUnavailable(f"no TUN device here: {failure}") from failure
    return device


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NamespaceUnavailable(f"{' '.join(command[:4])}: {done.stderr.strip()}")
