"""Processes that tests have started, seen from outside."""

from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process lives; one that has ended and that nobody has waited for yet does not.

    An orphan's end is waited for by the machine's first process, which on some takes seconds, on some for ever.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
