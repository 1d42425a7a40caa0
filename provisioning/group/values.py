"""The single values of the file: names, sizes, ports. Each reader answers the value or raises WrongValue."""

import re
from ipaddress import IPv4Network
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_VERSION = re.compile(r"[0-9a-f]{12}")
_SIZE = re.compile(r"(\d+) ?(MiB|GiB)")
DOORS = range(1024, 30_000)  # above them are the doors of administrators: machine.admin_port
SMALLEST_MIB = 128  # below it Debian's kernel and systemd alone do not start


class WrongValue(Exception):  # noqa: N818 - it is turned into a complaint at once
    """Why a value cannot be meant, as a sentence."""


def name(value: Any) -> str:
    """Names become names of libvirt and of hosts in the network: RFC 1123, without capitals."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise WrongValue(f"{value!r} is no name: a letter, then letters, digits and hyphens, 31 at most, no capitals")
    return value


def names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongValue('a list of names is meant: ["lilas", "port"]')
    return tuple(name(each) for each in value)


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValue("a text in quotes is meant")
    return value


def folder(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/") or ".." in value.split("/"):
        raise WrongValue(f"{value!r} is no folder from the root: /var/lib/vpterm-machines")
    return value.rstrip("/") or "/"


def version(value: Any) -> str:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise WrongValue("the version of an image is twelve hexadecimal digits (vpterm-provision image list)")
    return value


def count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 256:
        raise WrongValue("a whole number from 1 to 256 is meant")
    return value


def order(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
        raise WrongValue("a whole number from 0 to 1000 is meant; the lowest starts first")
    return value


def memory_mib(value: Any) -> int:
    mib = _size_mib(value)
    if mib < SMALLEST_MIB:
        raise WrongValue(f"{value} is too little: no image starts below {SMALLEST_MIB} MiB")
    return mib


def reserve_mib(value: Any) -> int:
    return _size_mib(value)


def disk_gib(value: Any) -> int:
    mib = _size_mib(value)
    if mib % 1024 or not mib:
        raise WrongValue(f"{value}: a disk is whole GiB")
    return mib // 1024


def port(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in DOORS:
        raise WrongValue(f"a port from {DOORS.start} to {DOORS.stop - 1} is meant")
    return value


def kind(value: Any) -> str:
    if value not in ("walled", "nat"):
        raise WrongValue(f'{value!r} is no kind of network: "walled" or "nat"')
    return str(value)


def subnet(value: Any) -> IPv4Network:
    try:
        found = IPv4Network(value)
    except ValueError as failure:
        raise WrongValue(f"{value!r} is no network: 10.20.0.0/24") from failure
    if not found.is_private or found.prefixlen > 28:
        raise WrongValue(f"{value}: a private network of at least 16 addresses is meant")
    return found


def _size_mib(value: Any) -> int:
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise WrongValue(f'{value!r} is no size: "512 MiB" or "8 GiB"')
    return int(match[1]) * (1024 if match[2] == "GiB" else 1)
