"""What a process of ours holds, as the kernel counts it."""

import resource
from pathlib import Path


def memory_mib(pid: int) -> int:
    """What a process holds that is in no file, in MiB (proc(5), statm); 0 if it is gone."""
    try:
        _size, resident, shared = Path(f"/proc/{pid}/statm").read_text("ascii").split()[:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize() // (1024 * 1024)
