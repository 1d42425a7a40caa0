"""How a table is shared between the sites: each table declares one of these beside its definition.

Grants and row security are generated from the declarations (walls.py). See docs/concepts.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The root of all declarations.

    attributed: triggers write who, where and when on every row, and refuse a write without a member of staff.
    audited: old and new values of every change go to the audit trail.
    """

    attributed: bool = True
    audited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Common(Sharing):
    """In common: every site reads and writes it.

    Reading has no policy, on purpose: a policy would turn the name search into sequential scans.
    of_its_author: only the site that wrote a row may change it (column site_id).
    deletable: a site may delete rows (lists that hang on something else, such as telephone numbers).
    """

    of_its_author: bool = False
    deletable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOnly(Sharing):
    """The group's own: every site reads it, the management writes it.

    door: the gateway reads it too, to know who may come in where.
    """

    door: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PerSite(Sharing):
    """Kept apart: a site sees and writes its own rows (column site_id); the management reads them all.

    append_only: no row is ever changed or deleted, by anybody (tills, registers).
    """

    append_only: bool = False
    deletable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChoice(Sharing):
    """Kept apart by site, except what the group chose for a subject of the sharing matrix.

    subject: a name of practice/sharing/rules.py.
    read_when, insert_when: the choices under which other sites read rows, or add some.
    """

    subject: str
    read_when: frozenset[str] = frozenset()
    insert_when: frozenset[str] = frozenset()
    deletable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOnly(Sharing):
    """Accounts and their secrets: the door (gateway) and the management; no site's login reaches them."""

    append_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail(Sharing):
    """The audit trail: written by a trigger only; a site reads its own rows, the management all."""

    attributed: bool = False
