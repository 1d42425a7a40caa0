"""Reads about the people who work in the group."""

from dataclasses import dataclass

from sqlalchemy import func, select

from vpterm.database.engine import Database
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.rules import Role
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


async def password_hash_here(database: Database, *, login: str) -> str | None:
    """For a workstation with a site's login: the hash of a person who works at this very site."""
    async with database.reading() as connection:
        return (await connection.execute(select(func.password_hash_here(login)))).scalar_one_or_none()


async def list_public_keys(database: Database, *, staff_id: int) -> list[str]:
    """For the gateway's login only: the person's keys, each as a line of OpenSSH."""
    async with database.reading() as connection:
        return list(await connection.scalars(select(StaffKey.public_key).where(StaffKey.staff_id == staff_id)))


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
