"""What a worker does to itself before anybody is in it: limits that the kernel then keeps, whatever its apps do.

They hold everywhere on Linux. Where the installation has cgroups the gateway sets those too (gateway/cgroups.py).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource

MIB = 1024 * 1024
# A worker over its memory is ended by the gateway at its next beat. Who is faster than that gets a MemoryError at
# twice as much, in their own code: it ends their session only.
_HARD = 2
_MOST_FILES = 1024
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38  # prctl(2)


def confine(memory_mib: int, nice: int) -> None:
    """Limit this process: memory in MiB (0: no limit), open files, no new rights, no core dumps (people's data).

    `nice` has the doors and the database go before workers when cores are scarce.
    """
    if memory_mib:
        # Data, not address space (RLIMIT_AS): what is only reserved, as by malloc for each thread, costs nothing.
        _limit(resource.RLIMIT_DATA, _HARD * memory_mib * MIB)
    _limit(resource.RLIMIT_NOFILE, _MOST_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError):
        os.nice(nice)
    forbid_what_no_worker_needs()


def forbid_what_no_worker_needs() -> None:
    """No program that it may start gets more rights; no other process of this account reads its memory (ptrace)."""
    with contextlib.suppress(OSError, AttributeError):
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))
