"""What a check answers: a grade, a sentence, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Grade(StrEnum):
    """Wrong things make `vpterm doctor` fail; careful ones are to be known."""

    OK = "ok"
    CAREFUL = "careful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `check` is its name for programs and never translated; `advice` says what to do ("" for nothing)."""

    check: str
    grade: Grade
    sentence: str
    advice: str = ""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def ok(check: str, sentence: str) -> Finding:
    return Finding(check, Grade.OK, sentence)


def careful(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check, Grade.CAREFUL, sentence, advice)


def wrong(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check, Grade.WRONG, sentence, advice)


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(finding.grade != Grade.WRONG for finding in findings)
