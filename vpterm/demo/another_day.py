"""The demo group on a later day: what is there stays, and a new morning is under way."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from vpterm.demo.at_work import Site
from vpterm.demo.furniture import PEOPLE
from vpterm.demo.group import open_sites
from vpterm.demo.morning import fill_day, live_day
from vpterm.demo.names import dice
from vpterm.demo.patients import BREEDS, HERDS, Patient
from vpterm.demo.premises import Premises
from vpterm.kernel.dates import at_time, day_bounds
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.queries import list_reasons, list_resources
from vpterm.practice.animals.tables import Animal, AnimalWeight, Species
from vpterm.practice.clients.tables import Client
from vpterm.practice.sites.queries import list_sites
from vpterm.practice.staff.queries import list_staff
from vpterm.practice.waiting.actions import leave
from vpterm.practice.waiting.queries import waiting_room
from vpterm.practice.waiting.tables import Visit

KNOWN = 150  # patients a site that the demo brings in again; the bulk path's are left alone
SHARE = 0.45


async def refresh_morning(premises: Premises, *, progress: Callable[[str], None], now: datetime | None = None) -> bool:
    """Have a morning under way at each site where nobody has come today; answers whether anything was added."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    async with premises.management() as context:
        people = {person.login: person.id for person in await list_staff(context.database)}
        people |= {site.code: site.id for site in await list_sites(context.database)}
    if not all(person.login in people for person in PEOPLE):
        return False
    added = False
    async with open_sites(premises, people, moment) as sites:
        for site in sites:
            if not await _anybody_came(site):
                progress(_("A new morning at {site}…").format(site=site.clinic.name))
                await _begin_day(site, moment)
                added = True
    return added


async def _anybody_came(site: Site) -> bool:
    start, _end = day_bounds(site.today)
    statement = select(func.count()).where(Visit.site_id == site.context.site_id, Visit.arrived_at >= start)
    async with site.context.reading() as connection:
        return bool((await connection.execute(statement)).scalar_one())


async def _begin_day(site: Site, moment: datetime) -> None:
    site.chance = dice(site.today.toordinal() + site.context.site_id)
    for visit in (await waiting_room(site.context)).rows:
        await leave(site.desk(moment), visit_id=visit.id)
    site.resources = {row.name: row.id for row in await list_resources(site.context)}
    site.reasons = {row.name: row.id for row in await list_reasons(site.context)}
    site.patients = await _patients(site)
    await fill_day(site, site.today, SHARE, at_time(site.today, time(0, 5)))
    await live_day(site, site.today, moment)


async def _patients(site: Site) -> list[Patient]:
    """The demo's own patients of a site as they are now: those that were registered first."""
    weight = (
        select(AnimalWeight.weight_g)
        .where(AnimalWeight.animal_id == Animal.id, AnimalWeight.removed_at.is_(None))
        .order_by(AnimalWeight.measured_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(
            Animal.name, Species.code, Animal.breed, Animal.sex, Animal.birth_date, Animal.coat, Animal.sterilised,
            Animal.identification, func.coalesce(weight, 0).label("weight_g"), Animal.id, Animal.client_id,
        )
        .join(Species, Species.id == Animal.species_id)
        .join(Client, Client.id == Animal.client_id)
        .where(Client.preferred_site_id == site.context.site_id, Animal.died_on.is_(None))
        .order_by(Animal.id)
        .limit(KNOWN)
    )  # fmt: skip
    async with site.context.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [_patient(row, site.today) for row in rows]


def _patient(row: Any, today: date) -> Patient:
    usual = dict(BREEDS.get(row.code, ())).get(row.breed, 0)
    herd = row.code in HERDS
    return Patient(
        name=row.name, species=row.code, breed=row.breed, sex=row.sex,
        born=row.birth_date or today - timedelta(days=2200), coat=row.coat, sterilised=row.sterilised,
        identification=row.identification or "", grown_g=0 if herd else row.weight_g or round(usual * 1000) or 1000,
        animal_id=row.id, client_id=row.client_id,
    )  # fmt: skip
