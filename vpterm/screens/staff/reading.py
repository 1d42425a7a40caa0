"""What the door tells of a person's own account, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.screens.shell.app import PracticeApp

METHODS = {
    "password": N_("password"),
    "code": N_("password and code"),
    "recovery": N_("recovery code"),
    "publickey": N_("SSH key"),
    "certificate": N_("certificate"),
    "pin": N_("PIN at a locked screen"),
    "locked": N_("guessing stopped"),
}


@dataclass(frozen=True)
class Login:
    """An attempt to come in; `number` tells two of the same second apart."""

    number: int
    happened_at: datetime
    address: str
    method: str
    accepted: bool


@dataclass(frozen=True)
class Key:
    """An SSH key of the person."""

    kind: str
    comment: str
    added_at: datetime


@dataclass(frozen=True)
class Account:
    """All that the screen shows."""

    logins: tuple[Login, ...]
    keys: tuple[Key, ...]
    has_code: bool
    recovery_left: int
    may_enrol: bool
    must_have: bool
    has_pin: bool = False


async def ask_door(app: PracticeApp, question: str, values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Ask the door about the person of this session. Refused where there is no door."""
    if app.link is None:
        raise Refused(_("Your account is kept at the door."), _("Come in by it: ssh LOGIN@SERVER"))
    return await app.link.ask_door(question, values or {})


async def read_account(app: PracticeApp) -> Account:
    """The person's own account."""
    told = await ask_door(app, "show")
    return Account(
        logins=tuple(
            Login(number, datetime.fromisoformat(when), address, method, accepted)
            for number, (when, address, method, accepted) in enumerate(told["logins"])
        ),
        keys=tuple(Key(kind, comment, datetime.fromisoformat(when)) for kind, comment, when in told["keys"]),
        has_code=told["has_code"],
        recovery_left=told["recovery_left"],
        may_enrol=told["may_enrol"],
        must_have=told["must_have"],
        has_pin=told["has_pin"],
    )
