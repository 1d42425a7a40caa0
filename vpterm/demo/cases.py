"""What brings animals to the demo's clinics, read from cases.toml. No database."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of consultation; the file says what its fields mean.

    fees: "CODE" or "CODE*quantity", separated by spaces.
    """

    species: str
    reason: str
    note: str
    fees: str
    share: int
    who: str = ""
    kind: str = "consultation"
    problem: str = ""

    def services(self) -> Iterator[tuple[str, str]]:
        """(fee code, quantity)."""
        for item in self.fees.split():
            code, _times, quantity = item.partition("*")
            yield code, quantity or "1"


def read_cases() -> tuple[Case, ...]:
    """All cases of the file, in its order."""
    text = (resources.files("vpterm.demo") / "cases.toml").read_text("utf-8")
    return tuple(Case(**case) for case in tomllib.loads(text)["case"])


CASES = read_cases()


def bulk_cases(species: str) -> Iterator[str]:
    """ "reason|note|summary" of a species, the frequent ones more often."""
    for case in CASES:
        if case.species == species:
            note = case.note.format(t="38,6", w="12 kg", n="")
            yield from [f"{case.reason}|{note}|{note.splitlines()[0][:120]}"] * max(1, case.share // 2)
