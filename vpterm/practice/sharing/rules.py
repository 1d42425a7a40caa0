"""The sharing matrix: its subjects and what may be chosen for each. Pure.

docs/concepts.md tells what is in common, what is kept apart, and what is chosen here.
"""

from dataclasses import dataclass

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the matrix. The first choice is the one a new group starts with."""

    name: str
    label: str
    choices: dict[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.choices))


SUBJECTS = {
    subject.name: subject
    for subject in (
        Subject(
            "fees",
            N_("Fee schedule"),
            {
                "override": N_("shared, each site may set its own prices"),
                "shared": N_("shared, one price for all"),
                "separate": N_("each site its own"),
            },
        ),
        Subject(
            "balance",
            N_("What a client owes at the other sites"),
            {
                "amount": N_("the amount only"),
                "hidden": N_("hidden"),
                "detail": N_("the amount and the invoices"),
            },
        ),
        Subject(
            "agenda",
            N_("Agenda of the other sites"),
            {"free-busy": N_("free or taken, and booking"), "hidden": N_("hidden"), "full": N_("everything")},
        ),
        Subject(
            "stock",
            N_("Stock of the other sites"),
            {"read-only": N_("to read, and transfer requests"), "hidden": N_("hidden")},
        ),
        Subject(
            "recalls",
            N_("Recalls are sent by"),
            {
                "preferred-site": N_("the client's preferred site"),
                "last-site": N_("the last site that saw the animal"),
                "group": N_("the group"),
            },
        ),
        Subject(
            "notes",
            N_("Internal notes on clients"),
            {"group": N_("the whole group"), "site": N_("each site its own")},
        ),
    )
}


def check_choice(subject: str, choice: str) -> Subject:
    """The subject, when the choice is one of its own; else Refused with what can be chosen."""
    known = SUBJECTS.get(subject)
    if known is None:
        raise Refused(
            _("“{subject}” is no subject of the matrix.").format(subject=subject),
            ", ".join(SUBJECTS),
            field="subject",
        )
    if choice not in known.choices:
        raise Refused(
            _("“{choice}” cannot be chosen for {subject}.").format(choice=choice, subject=subject),
            ", ".join(known.choices),
            field="choice",
        )
    return known
