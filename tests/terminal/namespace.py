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

# A network of documentation (RFC 5737): it is nobody's.
NEAR, FAR = "198.51.100.1", "198.51.100.2"
_TUNSETIFF, _TUN, _NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET of linux/sched.h


class NamespaceUnavailable(Exception):  # noqa: N818 - it says what has happened
    """Why this machine gives a test no network of its own."""


@dataclass(frozen=True)
class Link:
    """How the line is, in each direction: half of the delay, and all of the loss and the limit."""

    delay_ms: float
    loss_percent: float = 0.0
    mbit: float = 1000.0


@dataclass(frozen=True)
class Namespace:
    """A place that is reached over the line only, at `far`."""

    name: str
    far: str = FAR

    def inside(self, *command: str) -> list[str]:
        """A command to be run there."""
        return ["ip", "netns", "exec", self.name, *command]


@contextmanager
def namespace(link: Link) -> Iterator[Namespace]:
    """A namespace at the end of such a line, gone at the end. NamespaceUnavailable says why there is none."""
    if shutil.which("ip") is None:
        raise NamespaceUnavailable("ip is not installed (package iproute2)")
    if os.geteuid() != 0:
        raise NamespaceUnavailable("only root may make a network namespace")
    if NEAR.rpartition(".")[0] in subprocess.run(["ip", "route"], capture_output=True, text=True, check=False).stdout:
        raise NamespaceUnavailable(f"the network of {NEAR} is in use on this machine")
    place = Namespace(f"vpt{os.getpid() % 100_000}")
    near = far = -1
    relay: subprocess.Popen[bytes] | None = None
    try:
        _run("ip", "netns", "add", place.name)
        near, far = _tun(f"{place.name}a"), _tun(f"{place.name}b")
        _run("ip", "link", "set", f"{place.name}b", "netns", place.name)
        _run("ip", "address", "add", NEAR, "peer", FAR, "dev", f"{place.name}a")
        _run("ip", "link", "set", f"{place.name}a", "up")
        _run(*place.inside("ip", "address", "add", FAR, "peer", NEAR, "dev", f"{place.name}b"))
        _run(*place.inside("ip", "link", "set", f"{place.name}b", "up"))
        numbers = [str(number) for number in (near, far, link.delay_ms / 2000, link.loss_percent, link.mbit)]
        slow_link = Path(__file__).with_name("slow_link.py")
        relay = subprocess.Popen([sys.executable, str(slow_link), *numbers], pass_fds=(near, far))
        yield place
    finally:
        if relay is not None:
            relay.terminate()
            relay.wait()
        for device in (near, far):
            if device >= 0:
                os.close(device)
        subprocess.run(["ip", "netns", "del", place.name], capture_output=True, check=False)


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
