"""The way of a visit: waiting, in consultation, to bill, gone; and when somebody waits too long. Pure."""

from datetime import datetime
from enum import StrEnum

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

LATE_AFTER_MIN = 20  # waiting longer than this, past the time of the booking, is late


class State(StrEnum):
    """Where a visit is."""

    WAITING = "waiting"
    IN_CONSULTATION = "in_consultation"
    TO_BILL = "to_bill"
    GONE = "gone"


class Step(StrEnum):
    """What happens to a visit."""

    CALL_IN = "call_in"
    FINISH = "finish"
    LEAVE = "leave"


STATE_LABELS = {
    State.WAITING: N_("waiting"),
    State.IN_CONSULTATION: N_("in consultation"),
    State.TO_BILL: N_("to bill"),
    State.GONE: N_("gone"),
}
_WAY = {
    (State.WAITING, Step.CALL_IN): State.IN_CONSULTATION,
    (State.WAITING, Step.LEAVE): State.GONE,  # people do walk away
    (State.IN_CONSULTATION, Step.FINISH): State.TO_BILL,
    (State.IN_CONSULTATION, Step.LEAVE): State.GONE,
    (State.TO_BILL, Step.LEAVE): State.GONE,
}


def allowed_from(step: Step) -> frozenset[State]:
    """The states from which a step can be taken."""
    return frozenset(state for state, taken in _WAY if taken == step)


def next_state(state: State, step: Step, animal: str) -> State:
    """Where the step leads; Refused with the state in words when it cannot be taken from here."""
    if (state, step) in _WAY:
        return _WAY[state, step]
    raise Refused(
        {
            State.WAITING: _("{animal} is still in the waiting room."),
            State.IN_CONSULTATION: _("{animal} is in consultation already."),
            State.TO_BILL: _("The consultation of {animal} is finished already."),
            State.GONE: _("{animal} has left already."),
        }[state].format(animal=animal),
        _("Look at the waiting room again; the last step can be undone."),
    )


def previous_state(
    state: State, *, called_at: datetime | None, finished_at: datetime | None, left_at: datetime | None
) -> State | None:
    """The state before the last step, by the steps that were taken; None when there was only the arrival."""
    if state == State.WAITING:
        return None
    if state == State.GONE and finished_at is not None:
        return State.TO_BILL
    if state == State.TO_BILL or (state == State.GONE and called_at is not None):
        return State.IN_CONSULTATION
    return State.WAITING


def waited_min(now: datetime, arrived_at: datetime, called_at: datetime | None = None) -> int:
    """Whole minutes in the waiting room: until now, or until called in. Never negative."""
    return max(int(((called_at or now) - arrived_at).total_seconds() // 60), 0)


def is_late(now: datetime, arrived_at: datetime, booked_at: datetime | None) -> bool:
    """Whether somebody waits too long. Who comes early waits from the time of the booking on."""
    return waited_min(now, max(arrived_at, booked_at or arrived_at)) > LATE_AFTER_MIN
