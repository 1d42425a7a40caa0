"""The errors that an administrator sees: what happened, and what to do about it."""

# ruff: noqa: N818  (they are named for what happened: "Refused" reads better at every raise)

from collections.abc import Sequence
from dataclasses import dataclass


class ProvisioningError(Exception):
    """Root of all errors here: `message` says what happened, `advice` what to do ("" for nothing)."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Unreachable(ProvisioningError):
    """A host does not answer, or went away in the middle."""


class NotThere(ProvisioningError):
    """What was named is not there, or is not ours."""


class Refused(ProvisioningError):
    """It could be done, and must not."""


class Busy(ProvisioningError):
    """Another command is changing this group."""


class StepFailed(ProvisioningError):
    """A host refused a step; what was done before it stands, and the next apply goes on from there."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault in a file: `line` from 1, `key` as one would write it ("clinics.lilas.memory")."""

    line: int
    key: str
    sentence: str


class FileWrong(ProvisioningError):
    """A file says what cannot be meant. All its faults at once, each with line and key."""

    def __init__(self, path: str, complaints: Sequence[Complaint]) -> None:
        lines = [f"{path}:{each.line}: {each.key}: {each.sentence}" for each in complaints]
        super().__init__("\n".join(lines), "The whole format, with an example: docs/operations/group-file.md")
        self.complaints = tuple(complaints)
