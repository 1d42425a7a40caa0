"""libvirt's <domain>: the parts of it that our machines have (https://libvirt.org/formatdomain.html)."""

from dataclasses import dataclass
from typing import ClassVar

from provisioning.xml.element import Element, flag, many, number, one, text, texts
from provisioning.xml.marks import MachineMark


@dataclass(frozen=True, kw_only=True)
class Disk(Element):
    TAG: ClassVar[str] = "disk"
    kind: str | None = text("@type")
    device: str | None = text("@device")
    format: str | None = text("driver/@type")
    format_name: str | None = text("driver/@name")
    discard: str | None = text("driver/@discard")
    path: str | None = text("source/@file")
    target: str | None = text("target/@dev")
    bus: str | None = text("target/@bus")


@dataclass(frozen=True, kw_only=True)
class Interface(Element):
    """A card on a network of libvirt's. `isolated`: it hears the host and no other card of the bridge."""

    TAG: ClassVar[str] = "interface"
    kind: str | None = text("@type")
    network: str | None = text("source/@network")
    model: str | None = text("model/@type")
    isolated: str | None = text("port/@isolated")


@dataclass(frozen=True, kw_only=True)
class Channel(Element):
    """The guest agent's line."""

    TAG: ClassVar[str] = "channel"
    kind: str | None = text("@type")
    target: str | None = text("target/@type")
    name: str | None = text("target/@name")


@dataclass(frozen=True, kw_only=True)
class Serial(Element):
    """The first serial line, its output kept by libvirt in a file as well."""

    TAG: ClassVar[str] = "serial"
    kind: str | None = text("@type")
    port: int | None = number("target/@port")


@dataclass(frozen=True, kw_only=True)
class Graphics(Element):
    TAG: ClassVar[str] = "graphics"
    kind: str | None = text("@type")
    autoport: str | None = text("@autoport")
    listen: str | None = text("@listen")


@dataclass(frozen=True, kw_only=True)
class FirmwareEntry(Element):
    """A file of the host that the guest reads by QEMU's fw_cfg: no medium, and only its path on a command line."""

    TAG: ClassVar[str] = "entry"
    name: str | None = text("@name")
    path: str | None = text("@file")


@dataclass(frozen=True, kw_only=True)
class Firmware(Element):
    TAG: ClassVar[str] = "sysinfo"
    kind: str | None = text("@type")
    entries: tuple[FirmwareEntry, ...] = many("entry", FirmwareEntry)


@dataclass(frozen=True, kw_only=True)
class Domain(Element):
    """A machine. `kind` is "kvm", or "qemu" for plain emulation."""

    TAG: ClassVar[str] = "domain"
    kind: str | None = text("@type")
    name: str | None = text("name")
    uuid: str | None = text("uuid")
    title: str | None = text("title")
    mark: MachineMark | None = one("metadata/vpterm:machine", MachineMark)
    memory_unit: str | None = text("memory/@unit")
    memory: int | None = number("memory")
    cpus: int | None = number("vcpu")
    firmware: Firmware | None = one("sysinfo", Firmware)
    os_type: str | None = text("os/type")
    architecture: str | None = text("os/type/@arch")
    machine: str | None = text("os/type/@machine")
    kernel: str | None = text("os/kernel")
    initrd: str | None = text("os/initrd")
    command_line: str | None = text("os/cmdline")
    acpi: bool = flag("features/acpi")
    translation_cache_unit: str | None = text("features/tcg/tb-cache/@unit")
    translation_cache: int | None = number("features/tcg/tb-cache")
    cpu_mode: str | None = text("cpu/@mode")
    clock: str | None = text("clock/@offset")
    on_poweroff: str | None = text("on_poweroff")
    on_reboot: str | None = text("on_reboot")
    on_crash: str | None = text("on_crash")
    disks: tuple[Disk, ...] = many("devices/disk", Disk)
    interfaces: tuple[Interface, ...] = many("devices/interface", Interface)
    serials: tuple[Serial, ...] = many("devices/serial", Serial)
    channels: tuple[Channel, ...] = many("devices/channel", Channel)
    graphics: tuple[Graphics, ...] = many("devices/graphics", Graphics)
    video: str | None = text("devices/video/model/@type")
    balloon: str | None = text("devices/memballoon/@model")
    random_model: str | None = text("devices/rng/@model")
    random_kind: str | None = text("devices/rng/backend/@model")
    random_source: str | None = text("devices/rng/backend")
    arguments: tuple[str, ...] = texts("qemu:commandline/qemu:arg/@value")

    @property
    def memory_mib(self) -> int:
        """libvirt answers in KiB whatever it was told."""
        per_mib = {"KiB": 1024, "MiB": 1, None: 1024}[self.memory_unit]
        return (self.memory or 0) // per_mib
