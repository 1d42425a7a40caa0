"""Reads about the people who work in the group."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from vpterm.database.engine import Database
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.rules import Guesses, GuessLimits, Role
from vpterm.practice.staff.tables import StaffKey, StaffMember, StaffPassword, StaffSite


@dataclass(frozen=True, slots=True)
class SiteRoles:
    """A site at which a person works, with the roles held there."""

    site_id: int
    site_code: str
    site_name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff."""

    id: int
    login: str
    name: str
    title: str
    ordinal_number: str
    language: str
    active: bool
    sites: tuple[SiteRoles, ...]

    def at(self, site_code: str) -> SiteRoles | None:
        return next((work for work in self.sites if work.site_code == site_code), None)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A public SSH key of a person, as a line of OpenSSH without its comment."""

    id: int
    line: str
    comment: str
    verify_required: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WayIn:
    """How a person proves who they are at a workstation. Who is asked for codes comes in by a door, without a hash."""

    password_hash: str | None
    asks_code: bool
    guesses: Guesses


async def list_staff(database: Database, *, site_code: str | None = None) -> list[StaffRow]:
    """The members of staff, by login; of one site where given. The installation itself is left out."""
    people = [person for person in await _read(database) if person.id != 1]
    return [person for person in people if site_code is None or person.at(site_code)]


async def find_staff(database: Database, *, login: str) -> StaffRow | None:
    """The person with this login, None when there is none (a question of the doors, so no error)."""
    return next(iter(await _read(database, login=login)), None)


async def find_staff_by_id(database: Database, *, staff_id: int) -> StaffRow | None:
    return next(iter(await _read(database, staff_id=staff_id)), None)


async def find_password_hash(database: Database, *, staff_id: int) -> str | None:
    """For the gateway's login only."""
    async with database.reading() as connection:
        statement = select(StaffPassword.password_hash).where(StaffPassword.staff_id == staff_id)
        return (await connection.execute(statement)).scalar_one_or_none()


async def way_in_here(database: Database, *, login: str, limits: GuessLimits) -> WayIn | None:
    """For a workstation with a site's login: how a person who works at this very site proves who they are."""
    async with database.reading() as connection:
        found = await connection.execute(select("*").select_from(func.way_in_here(login, limits.within)))
        row = found.one_or_none()
    return WayIn(row[0], row[1], Guesses(row[2], row[3], row[4])) if row is not None else None


async def note_login_here(database: Database, *, login: str, accepted: bool, looked_at: bool = True) -> None:
    """A workstation writes down who came in there, or did not; `looked_at` is false while guessing is stopped."""
    async with database.transaction(staff_id=0) as connection:
        await connection.execute(select(func.note_login_here(login, accepted, looked_at)))


async def list_keys(database: Database, *, staff_id: int) -> list[KeyRow]:
    """For the gateway and the management: the person's keys, oldest first."""
    columns = (StaffKey.id, StaffKey.public_key, StaffKey.comment, StaffKey.verify_required, StaffKey.created_at)
    async with database.reading() as connection:
        rows = await connection.execute(select(*columns).where(StaffKey.staff_id == staff_id).order_by(StaffKey.id))
        return [KeyRow(*row) for row in rows]


async def _read(database: Database, *, login: str | None = None, staff_id: int | None = None) -> list[StaffRow]:
    works = func.array_agg(StaffSite.role).label("roles")
    sites = (
        select(StaffSite.staff_id, StaffSite.site_id, Site.code, Site.name, works)
        .join(Site, Site.id == StaffSite.site_id)
        .where(StaffSite.ended_on.is_(None))
        .group_by(StaffSite.staff_id, StaffSite.site_id, Site.code, Site.name)
        .subquery()
    )
    statement = select(
        StaffMember, sites.c.site_id, sites.c.code, sites.c.name.label("site_name"), sites.c.roles
    ).outerjoin(sites, sites.c.staff_id == StaffMember.id)
    if login is not None:
        statement = statement.where(StaffMember.login == login)
    if staff_id is not None:
        statement = statement.where(StaffMember.id == staff_id)
    async with database.reading() as connection:
        rows = (await connection.execute(statement.order_by(StaffMember.login, sites.c.code))).mappings().all()
    people: dict[int, StaffRow] = {}
    for row in rows:
        known = people.get(row["id"])
        here = (
            (SiteRoles(row["site_id"], row["code"], row["site_name"], frozenset(map(Role, row["roles"]))),)
            if row["site_id"]
            else ()
        )
        people[row["id"]] = StaffRow(
            id=row["id"], login=row["login"], name=f"{row['first_name']} {row['last_name']}".strip(),
            title=row["title"], ordinal_number=row["ordinal_number"], language=row["language"],
            active=row["left_on"] is None, sites=(known.sites if known else ()) + here,
        )  # fmt: skip
    return list(people.values())
