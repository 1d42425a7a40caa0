"""Roles, what each may do, and what a password must be. Pure."""

from enum import StrEnum

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
        _DESK | {"invoices.credit", "agenda.manage", "fees.edit", "group.manage", "staff.manage", "audit.read"}
    ),
    Role.SUPPORT: frozenset(),
}


def rights_of(roles: frozenset[Role]) -> frozenset[str]:
    """Everything that the roles of a person at a site allow together."""
    return frozenset().union(*(RIGHTS[role] for role in roles)) if roles else frozenset()


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
