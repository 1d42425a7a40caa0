"""Exit codes of `vpterm-provision`, in one place. 0 is success; 2 is what the command line itself refuses (Typer's)."""

from provisioning.errors import Busy, FileWrong, NotThere, ProvisioningError, Refused, StepFailed, Unreachable

FAILED = 1
FILE_WRONG = 3  # group.toml says what cannot be meant; nothing was asked of any host
REFUSED = 4  # it must not be done, or not before somebody has decided; nothing was done
UNREACHABLE = 5  # a host does not answer, or went away in the middle
STEP_FAILED = 6  # a host said no in the middle; the next apply goes on from there
BUSY = 7  # another command is changing the group
NOT_THERE = 8  # what was named is not there
UNFIT = 9  # `doctor`, `image verify`: nothing failed, something is wrong
CHANGES = 10  # `plan --check`: there is something to do

_OF = {
    FileWrong: FILE_WRONG,
    Refused: REFUSED,
    Unreachable: UNREACHABLE,
    StepFailed: STEP_FAILED,
    Busy: BUSY,
    NotThere: NOT_THERE,
}


def exit_code(failure: ProvisioningError) -> int:
    """The code of an error."""
    return _OF.get(type(failure), FAILED)
