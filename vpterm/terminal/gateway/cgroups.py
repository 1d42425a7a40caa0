"""A cgroup (v2) for each worker, where the system lets this process make some: cgroups(7), kernel cgroup-v2.

Whether it does is found by trying, since delegation shows in no other way that can be trusted. systemd delegates with
`Delegate=memory cpu` and `DelegateSubgroup=gateway`; in a container the tree is often read-only.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

_log = logging.getLogger("vpterm.terminal")
_NEEDED = {"memory", "cpu"}
_OWN_LEAF = "gateway"  # processes live in leaves only (cgroups(7), "no internal processes"): ours moves into one
_CPU_WEIGHT = 50  # of 100: the doors and the database go first
_MIB = 1024 * 1024


class Cgroups:
    """The cgroup below which workers get one each."""

    def __init__(self, base: Path) -> None:
        self._base = base

    def confine(self, worker: int, pid: int, memory_mib: int) -> None:
        """Put a fresh worker into a cgroup of its own. What cannot be set is left to the worker's own limits."""
        group = self._group(worker)
        try:
            group.mkdir(exist_ok=True)
            if memory_mib:
                (group / "memory.max").write_text(str(memory_mib * _MIB))
                (group / "memory.oom.group").write_text("1")
                with contextlib.suppress(OSError):  # a kernel without swap accounting
                    (group / "memory.swap.max").write_text("0")
            (group / "cpu.weight").write_text(str(_CPU_WEIGHT))
            (group / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            _log.warning("worker %(pid)s has no cgroup: %(why)s", {"pid": pid, "why": error.strerror})

    def clean(self) -> None:
        """Take away the cgroups of workers that are gone. One whose process is not yet waits for the next time."""
        for group in self._base.glob("worker-*"):
            with contextlib.suppress(OSError):
                group.rmdir()

    def _group(self, worker: int) -> Path:
        return self._base / f"worker-{os.getpid()}-{worker}"


def try_cgroups() -> Cgroups | None:
    """Cgroups for workers, if this process may make them; None where limits of the process must do."""
    here = find_own_cgroup(Path("/proc/self/mountinfo"), Path("/proc/self/cgroup"))
    return try_at(here) if here is not None else None


def find_own_cgroup(mounts: Path, membership: Path) -> Path | None:
    """The folder of this process' cgroup in the unified hierarchy; None where there is none."""
    try:
        roots = [line.split()[4] for line in mounts.read_text("ascii").splitlines() if " - cgroup2 " in line]
        paths = [line[3:] for line in membership.read_text("ascii").splitlines() if line.startswith("0::")]
    except (OSError, ValueError):
        return None
    return Path(roots[0]) / paths[0].lstrip("/") if roots and paths else None


def try_at(here: Path) -> Cgroups | None:
    """Try to have cgroups below the one at `here`; leaves everything as it was where that fails."""
    is_in_leaf = here.name == _OWN_LEAF
    base = here.parent if is_in_leaf else here
    try:
        if not set((base / "cgroup.controllers").read_text("ascii").split()) >= _NEEDED:
            return None
        if not is_in_leaf:
            _step_aside(base)
        (base / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(_NEEDED)))
    except OSError:
        if not is_in_leaf:
            _step_back(base)
        return None
    made = Cgroups(base)
    made.clean()
    return made


def _step_aside(base: Path) -> None:
    """Move this process into a leaf. Others are not ours to move: with any left the kernel refuses the next step."""
    (base / _OWN_LEAF).mkdir(exist_ok=True)
    (base / _OWN_LEAF / "cgroup.procs").write_text(str(os.getpid()))


def _step_back(base: Path) -> None:
    with contextlib.suppress(OSError):
        if str(os.getpid()) in (base / _OWN_LEAF / "cgroup.procs").read_text("ascii").split():
            (base / "cgroup.procs").write_text(str(os.getpid()))
        (base / _OWN_LEAF).rmdir()
