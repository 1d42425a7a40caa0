"""Roles, what each may do, what a password and a PIN must be, who is asked for a code, when guessing is stopped. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

SHORTEST_PASSWORD = 8


class Role(StrEnum):
    """A role that a person has at a site."""

    VET = "vet"
    NURSE = "nurse"
    RECEPTION = "reception"
    MANAGEMENT = "management"
    SUPPORT = "support"


ROLE_LABELS = {
    Role.VET: N_("vet"),
    Role.NURSE: N_("vet nurse"),
    Role.RECEPTION: N_("receptionist"),
    Role.MANAGEMENT: N_("management"),
    Role.SUPPORT: N_("support"),
}

_DESK = {
    "clients.edit",
    "animals.edit",
    "agenda.edit",
    "waiting.edit",
    "invoices.issue",
    "payments.take",
    "till.close",
}
_CARE = {"care.write", "care.weigh"}
RIGHTS: dict[Role, frozenset[str]] = {
    Role.VET: frozenset(_DESK | _CARE | {"care.sign", "invoices.credit", "agenda.manage"}),
    Role.NURSE: frozenset(_DESK | _CARE),
    Role.RECEPTION: frozenset(_DESK | {"care.weigh"}),
    Role.MANAGEMENT: frozenset(
        _DESK
        | {
            "invoices.credit",
            "agenda.manage",
            "fees.edit",
            "group.manage",
            "staff.manage",
            "audit.read",
            "support.approve",
        }
    ),
    Role.SUPPORT: frozenset(),
}


def rights_of(roles: frozenset[Role]) -> frozenset[str]:
    """Everything that the roles of a person at a site allow together."""
    return frozenset().union(*(RIGHTS[role] for role in roles)) if roles else frozenset()


def works_there(roles: frozenset[Role]) -> bool:
    """Whether a person with these roles at a site works there: support looks in when asked, and works nowhere."""
    return bool(roles - {Role.SUPPORT})


def check_role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as failure:
        raise Refused(_("“{role}” is no role.").format(role=text), ", ".join(Role), field="role") from failure


def check_password(password: str) -> str:
    """Long enough to be no guess; nothing else is asked (NIST SP 800-63B, 5.1.1.2)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(
            _("The password is too short."),
            _("Use at least {count} characters; a sentence is easy to remember.").format(count=SHORTEST_PASSWORD),
            field="password",
        )
    return password


SHORTEST_PIN, LONGEST_PIN = 4, 6  # always shorter than a password, so that what is typed at a lock is one or the other
WRONG_PINS = 5


def is_like_pin(text: str) -> bool:
    """Whether what somebody typed at a locked screen is meant as a PIN."""
    return text.isascii() and text.isdigit() and SHORTEST_PIN <= len(text) <= LONGEST_PIN


def check_pin(pin: str) -> str:
    """Digits that nobody guesses at first sight: neither one digit again and again nor a run up or down."""
    if not is_like_pin(pin):
        advice = _("Use {least} to {most} digits.").format(least=SHORTEST_PIN, most=LONGEST_PIN)
        raise Refused(_("This is no PIN."), advice, field="pin")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise Refused(_("This PIN is guessed at once."), _("Take other digits."), field="pin")
    return pin


class CodeRule(StrEnum):
    """What the group asks of a role about codes from a telephone (TOTP)."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """A rule, and whether who comes with an SSH key or a certificate is asked for the code as well."""

    rule: CodeRule = CodeRule.OFFERED
    with_key: bool = False

    def allows_enrolment(self) -> bool:
        return self.rule is not CodeRule.OFF


def strictest(policies: Iterable[CodePolicy]) -> CodePolicy:
    """The policy of a person with several roles; that of a person without any is the one to begin with."""
    order, found = list(CodeRule), list(policies)
    if not found:
        return CodePolicy()
    return CodePolicy(max((one.rule for one in found), key=order.index), any(one.with_key for one in found))


def check_code_rule(text: str) -> CodeRule:
    try:
        return CodeRule(text)
    except ValueError as failure:
        raise Refused(
            _("“{rule}” is no rule for codes.").format(rule=text), ", ".join(CodeRule), field="rule"
        ) from failure


LONGEST_CERTIFICATE_HOURS = 24 * 7


def check_hours(hours: int) -> timedelta:
    """How long a certificate is good for: what cannot be taken back everywhere must not live long."""
    if not 1 <= hours <= LONGEST_CERTIFICATE_HOURS:
        raise Refused(
            _("A certificate is good for 1 to {most} hours.").format(most=LONGEST_CERTIFICATE_HOURS), field="hours"
        )
    return timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """So many wrong guesses within a time, then none is looked at until that time has passed over them."""

    per_account: int = 8
    per_address: int = 30
    within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong guesses of late, through whichever door: at an account since it was last opened, and from an address.

    knows_address: the account's person has come in from this address before.
    """

    of_account: int = 0
    of_address: int = 0
    knows_address: bool = False


def is_address_locked(guesses: Guesses, limits: GuessLimits) -> bool:
    return guesses.of_address >= limits.per_address


def is_locked(guesses: Guesses, limits: GuessLimits) -> bool:
    """Whether no guess is looked at now. Nobody is kept out of their work by a stranger who guesses at their name."""
    return is_address_locked(guesses, limits) or (
        guesses.of_account >= limits.per_account and not guesses.knows_address
    )


def network_of(address: str) -> str:
    """What counts as one address: itself, or the /64 of an IPv6 address; text that is no address stays."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
