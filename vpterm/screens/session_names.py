"""What people call their sessions (desk, consulting room, home): which names there may be, which are proposed.

Doors and screens both import this; nothing of either lives here.
"""

import re

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.text import normalise

LONGEST_NAME = 24
FIRST = ""  # the session of who has given none a name
_FIRST_WORDS = {"principale", "main"}
_NAME = re.compile(r"[^\W_](?:[^\W_]|[ '’-](?=[^\W_]))*")
PROPOSED = (N_("reception"), N_("consultation"), N_("surgery"), N_("office"), N_("at home"))


def check_session_name(typed: str) -> str:
    """A name as it is kept: small letters, single blanks; FIRST for nothing at all and for what that one is called.

    Letters, digits, and between them blanks, dashes and apostrophes. Raises Refused for anything else, a command say.
    """
    name = " ".join(typed.split()).lower()
    if normalise(name) in _FIRST_WORDS or not name:
        return FIRST
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise Refused(
            _("“{name}” is no name for a session.").format(name=typed[:LONGEST_NAME]),
            _("Letters and digits, at most {most} of them.").format(most=LONGEST_NAME),
            field="name",
        )
    return name


def is_session_name(typed: str) -> bool:
    """Whether `check_session_name` takes it."""
    try:
        check_session_name(typed)
    except Refused:
        return False
    return True


def show_session_name(name: str) -> str:
    """A name as people read it."""
    return name or _("main")


def proposed_names(taken: set[str]) -> list[str]:
    """Names that nobody need think up, without those that are taken."""
    return [name for name in map(_, PROPOSED) if name not in taken]
