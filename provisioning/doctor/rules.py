"""From facts about a host to findings."""

from collections.abc import Iterator
from dataclasses import dataclass

from provisioning.doctor.findings import Finding, Grade

OLDEST_LIBVIRT = (9, 0, 0)  # the one of Debian 12, with which all of this was tried
LEAST_STORAGE_GIB = 10
INSTALL = "apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils"


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What was found out of a host. None: it could not be found out from here."""

    name: str
    uri: str
    libvirt: tuple[int, int, int]
    has_kvm: bool
    guards: tuple[str, ...]
    free_mib: int
    wanted_mib: int
    storage_gib: int | None


def judge_unreachable(name: str, uri: str, why: str) -> Finding:
    """A host that does not answer."""
    advice = f"On a Debian host: {INSTALL}; then: systemctl start libvirtd. Try: virsh -c {uri} list"
    return Finding(name, "libvirt", Grade.WRONG, f"libvirt does not answer at {uri}: {why}", advice)


def judge_host(facts: HostFacts) -> Iterator[Finding]:
    """All checks of a host that answers."""
    yield _libvirt(facts)
    yield _kvm(facts)
    yield _guard(facts)
    yield _memory(facts)
    yield _storage(facts)


def judge_programs(missing: tuple[str, ...]) -> Finding:
    """Of this computer: what `image build` needs."""
    if missing:
        sentence = f"images cannot be built here: {', '.join(missing)} is missing"
        return Finding("here", "programs", Grade.CAREFUL, sentence, "apt-get install mmdebstrap e2fsprogs qemu-utils")
    return Finding("here", "programs", Grade.OK, "images can be built here")


def _libvirt(facts: HostFacts) -> Finding:
    version = ".".join(map(str, facts.libvirt))
    if facts.libvirt < OLDEST_LIBVIRT:
        oldest = ".".join(map(str, OLDEST_LIBVIRT))
        return Finding(
            facts.name,
            "libvirt",
            Grade.WRONG,
            f"libvirt {version} is too old",
            f"It must be {oldest} or newer: Debian 12.",
        )
    return Finding(facts.name, "libvirt", Grade.OK, f"libvirt {version} answers")


def _kvm(facts: HostFacts) -> Finding:
    if facts.has_kvm:
        return Finding(facts.name, "kvm", Grade.OK, "a machine was started with KVM")
    advice = "Turn virtualisation on in its firmware (VT-x, AMD-V, SVM); ask a hoster for nested virtualisation."
    return Finding(facts.name, "kvm", Grade.CAREFUL, "no KVM: machines are emulated, and several times slower", advice)


def _guard(facts: HostFacts) -> Finding:
    if facts.guards:
        sentence = f"{' and '.join(facts.guards)} keeps each machine to its own files"
        return Finding(facts.name, "guard", Grade.OK, sentence)
    sentence = "nothing but file rights keeps a machine's QEMU from the files of another"
    return Finding(facts.name, "guard", Grade.CAREFUL, sentence, "apt-get install apparmor, then restart libvirtd.")


def _memory(facts: HostFacts) -> Finding:
    if facts.wanted_mib > facts.free_mib:
        sentence = f"{facts.free_mib} MiB of memory are free, the file may ask for {facts.wanted_mib}"
        return Finding(facts.name, "memory", Grade.CAREFUL, sentence, "See where machines would stand: plan")
    return Finding(facts.name, "memory", Grade.OK, f"{facts.free_mib} MiB of memory are free")


def _storage(facts: HostFacts) -> Finding:
    if facts.storage_gib is None:
        sentence = "room for images and disks is known when its storage pool is made"
        return Finding(facts.name, "storage", Grade.CAREFUL, sentence)
    if facts.storage_gib < LEAST_STORAGE_GIB:
        sentence = f"{facts.storage_gib} GiB are left for images and disks"
        return Finding(facts.name, "storage", Grade.WRONG, sentence, f"Make room: at least {LEAST_STORAGE_GIB} GiB.")
    return Finding(facts.name, "storage", Grade.OK, f"{facts.storage_gib} GiB are free for images and disks")
