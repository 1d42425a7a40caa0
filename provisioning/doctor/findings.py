"""What a check answers: a grade, a sentence, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Wrong things make `doctor` fail; careful ones are to be known."""

    OK = "ok"
    CAREFUL = "careful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check on one host. `check` is its name for programs; `advice` says what to do ("" for nothing)."""

    host: str
    check: str
    grade: Grade
    sentence: str
    advice: str = ""


def is_fit(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(finding.grade != Grade.WRONG for finding in findings)
