"""How much machine a group needs, from what was measured. Pure; every figure says where it comes from."""

from dataclasses import dataclass

# docs/benchmarks.md, "Sessions": 165 MiB before anybody comes, (910 - 205) / 199 MiB for each person more; rounded up.
PROGRAM_MIB = 165
SESSION_MIB = 4
# `free` in a machine of the clinic's image: kernel, systemd, journal, sshd. Doubled, for the pages of files.
SYSTEM_MIB = 80
# What QEMU takes beside the guest's memory: 239 MiB resident for a guest that had filled 176 of its 256.
QEMU_MIB = 64
HOST_MIB = 1024
# docs/benchmarks.md, "What a busy session sends": 120x40, two keys a second without a pause, which nobody keeps up.
SESSION_BYTES_A_SECOND = 20_079
# The clinic's image, and what a machine writes over it: journals and drafts, with room to spare.
IMAGE_GIB = 1
LAYER_GIB = 4


@dataclass(frozen=True, slots=True)
class Need:
    """What a group needs: of each machine, and of the host that bears all of them (without the group's database)."""

    machine_mib: int
    host_mib: int
    disk_gib: int
    uplink_mbit: float


def need_of(clinics: int, people: int) -> Need:
    """For `clinics` machines with `people` at work at once in each. Raises ValueError below one."""
    if clinics < 1 or people < 1:
        raise ValueError("at least one clinic and one person are meant")
    machine_mib = _up_to(64, SYSTEM_MIB + PROGRAM_MIB + SESSION_MIB * people)
    host_mib = _up_to(1024, HOST_MIB + clinics * (machine_mib + QEMU_MIB))
    uplink_mbit = round(clinics * people * SESSION_BYTES_A_SECOND * 8 / 1e6, 1)
    return Need(machine_mib, host_mib, IMAGE_GIB + clinics * LAYER_GIB, uplink_mbit)


def _up_to(step: int, value: int) -> int:
    return -(-value // step) * step
