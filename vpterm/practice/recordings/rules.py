"""When a session is recorded, for how long it is kept, and how the rows of a site hang together. Pure.

What is shown on a clinic's screen is personal data of clients and work of staff: recording is off until the group
decides otherwise, and people are told (GDPR art. 13; Code du travail art. L1222-4).
"""

import hashlib
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

Choice = Literal["off", "support", "all"]
Closing = Literal["closed", "failed", "broken_off"]
Use = Literal["played", "exported", "removed"]

CHOICES = {
    "off": N_("nothing is recorded"),
    "support": N_("recorded while support looks"),
    "all": N_("every session is recorded"),
}
KEEP_DAYS, FEWEST_DAYS, MOST_DAYS = 90, 1, 1095


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a site. A site without a row has the defaults."""

    choice: str = "off"
    keep_days: int = KEEP_DAYS

    def reason(self, *, support_looks: bool) -> str:
        """Why a session is recorded now: "all", "support", or "" when it is not."""
        if self.choice == "all":
            return "all"
        return "support" if self.choice == "support" and support_looks else ""


def check_choice(choice: str) -> str:
    """The choice, when it is one; else Refused with those there are."""
    if choice not in CHOICES:
        raise Refused(_("“{choice}” cannot be chosen here.").format(choice=choice), ", ".join(CHOICES), field="choice")
    return choice


def check_days(days: int) -> int:
    """A number of days for which recordings may be kept; else Refused."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise Refused(
            _("Recordings are kept for {fewest} to {most} days.").format(fewest=FEWEST_DAYS, most=MOST_DAYS),
            field="keep_days",
        )
    return days


def kept_until(began_at: datetime, keep_days: int) -> datetime:
    """Until when a recording is kept that begins now."""
    return began_at + timedelta(days=keep_days)


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What of a recording its closing vouches for, in the order of definitions.sql (recording_text)."""

    recording_id: int
    site_code: str
    staff_id: int
    session_number: int
    began_at: datetime
    reason: str
    installation: str
    file_name: str
    header_hash: str
    key_fingerprint: str
    kept_until: datetime
    sequence: int
    ended_at: datetime
    how: str
    chunks: int
    size: int
    file_hash: str


def closing_hash(previous: str, facts: RecordingFacts) -> str:
    """The hash of a closing: that of the site's closing before, and everything that is known of this recording."""
    text = "|".join(_written(value) for value in astuple(facts))
    return hashlib.sha256(f"{previous}|{text}".encode()).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return str(value)
