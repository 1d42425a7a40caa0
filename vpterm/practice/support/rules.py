"""What support may be granted in a session, for how long, and how long is waited for an answer. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

LONGEST_REASON = 120
SHORTEST_REASON = 4
MINUTES = (5, 15, 30, 60)
USUAL_MINUTES = 15
ANSWER_WITHIN = timedelta(minutes=1)  # no answer is a no
APPROVE_WITHIN = timedelta(minutes=10)
ASK_AGAIN_AFTER = timedelta(minutes=1)  # who was refused does not ask on and on


class Reach(StrEnum):
    """How far support reaches into a session; each includes the ones before it."""

    VIEW = "view"
    POINT = "point"
    TYPE = "type"


REACH_LABELS = {
    Reach.VIEW: N_("look"),
    Reach.POINT: N_("look and point"),
    Reach.TYPE: N_("look, point and type"),
}


class Happening(StrEnum):
    """What is written into the trail. Without consent (`glass_`) is a kind of its own."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    KEYBOARD_GIVEN = "keyboard_given"
    KEYBOARD_TAKEN = "keyboard_taken"
    ENDED = "ended"
    GLASS_ASKED = "glass_asked"
    GLASS_APPROVED = "glass_approved"
    GLASS_LAPSED = "glass_lapsed"
    GLASS_ENDED = "glass_ended"


HAPPENING_LABELS = {
    Happening.ASKED: N_("asked"),
    Happening.GRANTED: N_("granted"),
    Happening.REFUSED: N_("refused"),
    Happening.LAPSED: N_("not answered"),
    Happening.WITHDRAWN: N_("withdrawn"),
    Happening.KEYBOARD_GIVEN: N_("keyboard given"),
    Happening.KEYBOARD_TAKEN: N_("keyboard taken back"),
    Happening.ENDED: N_("ended"),
    Happening.GLASS_ASKED: N_("asked without consent"),
    Happening.GLASS_APPROVED: N_("approved without consent"),
    Happening.GLASS_LAPSED: N_("without consent: not approved"),
    Happening.GLASS_ENDED: N_("ended, without consent"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person grants: how far, for how long, and whether owners' names and amounts are shown."""

    reach: Reach = Reach.VIEW
    minutes: int = USUAL_MINUTES
    sees_private: bool = False


def check_grant(*, reach: str, minutes: str, sees_private: bool) -> Grant:
    """A grant from what an app sent; Refused for what is none."""
    try:
        grant = Grant(Reach(reach), int(minutes), sees_private)
    except ValueError as failure:
        raise Refused(_("This cannot be granted."), field="reach") from failure
    if grant.minutes not in MINUTES:
        raise Refused(_("This cannot be granted."), field="minutes")
    return grant


def check_reason(text: str) -> str:
    """Why support asks, in one line that the person will read."""
    reason = " ".join(text.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Refused(
            _("Say why, in a few words."),
            _("{least} to {most} characters.").format(least=SHORTEST_REASON, most=LONGEST_REASON),
            field="reason",
        )
    return reason
