"""Makes the demo group: three clinics with a year of work behind them and a morning under way.

Everything goes through the actions that people use, under each site's own login, dated by the context's clock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from vpterm.database.context import Context
from vpterm.demo.at_work import Site
from vpterm.demo.furniture import (
    CLINICS,
    COMPANIES,
    DEMO_STAFF,
    FARM_REASONS,
    LAST_PERSON,
    PEOPLE,
    REASONS,
    WEEK,
    Clinic,
    Person,
)
from vpterm.demo.morning import close_some_time, fill_day, live_day
from vpterm.demo.names import dice
from vpterm.demo.patients import Owner, Patient, plan_owners
from vpterm.demo.premises import Premises
from vpterm.demo.year import LAST_DAYS, live_year
from vpterm.kernel.dates import at_time, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.agenda.furniture import add_reason, add_resource, set_opening_hours
from vpterm.practice.animals.actions import register_animal
from vpterm.practice.animals.library import load_library
from vpterm.practice.clients.actions import register_client
from vpterm.practice.fees.actions import load_base_fees, set_site_fee
from vpterm.practice.sites.actions import open_billing_entity, open_site
from vpterm.practice.sites.queries import list_sites
from vpterm.practice.staff.actions import engage_staff, give_role, set_password
from vpterm.practice.staff.queries import find_staff
from vpterm.practice.staff.rules import RIGHTS, Role
from vpterm.practice.till.actions import open_till
from vpterm.practice.till.closings import close_day

__all__ = ["DEMO_STAFF", "GroupState", "make_group", "state_of"]

COMING_DAYS = 18
SEEDS = {"lilas": 11, "port": 22, "bocage": 33}
Progress = Callable[[str], None]


class GroupState(StrEnum):
    """What stands in a database: nothing, half a demo group (it was broken off), a whole one, or a real group."""

    EMPTY = "empty"
    HALF = "half"
    WHOLE = "whole"
    OTHER = "other"


async def state_of(premises: Premises) -> GroupState:
    """By the companies (a SIREN that nobody bears) and by the account that is made last."""
    async with premises.management() as context:
        sites = await list_sites(context.database)
        if not sites:
            return GroupState.EMPTY
        if not any(site.siren in COMPANIES for site in sites):
            return GroupState.OTHER
        last = await find_staff(context.database, login=LAST_PERSON.login)
        return GroupState.HALF if last is None else GroupState.WHOLE


async def make_group(premises: Premises, *, password: str, progress: Progress, now: datetime | None = None) -> None:
    """Make the whole demo group as of `now`; a whole one is left as it is.

    Refused: half a group. It is not completed: have a fresh database and begin again (`vpterm demo` does so).
    """
    state = await state_of(premises)
    if state in {GroupState.HALF, GroupState.OTHER}:
        raise Refused(_("There is a group already that is not the whole demo group."), _("Use a fresh database."))
    if state == GroupState.WHOLE:
        return
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    async with premises.management() as context:
        progress(_("Companies, clinics and people…"))
        people = await _found(premises, context, password)
        await load_library(context)
        await load_base_fees(context)
        async with open_sites(premises, people, moment) as sites:
            await _live(sites, moment, progress)
        await _engage(context, LAST_PERSON, people, password)
    progress(_("The demo group is made."))


async def _live(sites: list[Site], moment: datetime, progress: Progress) -> None:
    progress(_("Owners and their animals…"))
    await asyncio.gather(*(_furnish(site, moment) for site in sites))
    progress(_("A year of consultations, invoices and closings…"))
    await asyncio.gather(*(live_year(site, _visitors(site, sites)) for site in sites))
    progress(_("The last days, and the morning under way…"))
    await asyncio.gather(*(_live_lately(site, moment) for site in sites))


def _visitors(site: Site, sites: list[Site]) -> list[Patient]:
    """Animals that also come here: those of the site next door, where the same vet works."""
    neighbours = {"lilas": "port", "port": "lilas"}
    return [
        one for other in sites if other.clinic.code == neighbours.get(site.clinic.code) for one in other.patients[:40]
    ]


async def _found(premises: Premises, context: Context, password: str) -> dict[str, int]:
    """Companies, sites with their logins, people; answers numbers of sites by code and of people by login."""
    ids: dict[str, int] = {}
    companies = {siren: await open_billing_entity(context, siren=siren, **facts) for siren, facts in COMPANIES.items()}
    for clinic in CLINICS:
        ids[clinic.code] = await open_site(
            context, code=clinic.code, name=clinic.name, billing_entity_id=companies[clinic.siren], siret=clinic.siret,
            address=clinic.address, postcode=clinic.postcode, town=clinic.town, phone=clinic.phone,
            email=f"{clinic.code}@example.org", colour=clinic.colour, invoice_prefix=clinic.prefix,
        )  # fmt: skip
        premises.make_site_login(clinic.code)
    for person in PEOPLE:
        ids[person.login] = await _engage(context, person, ids, password)
    return ids


async def _engage(context: Context, person: Person, ids: dict[str, int], password: str) -> int:
    number = await engage_staff(
        context, login=person.login, first_name=person.first_name, last_name=person.last_name, title=person.title,
        ordinal_number=person.ordinal_number,
    )  # fmt: skip
    for code, role in person.works.items():
        await give_role(context, staff_id=number, site_id=ids[code], role=role)
    await set_password(context, staff_id=number, password=password, any_length=True)
    return number


@asynccontextmanager
async def open_sites(premises: Premises, people: dict[str, int], moment: datetime) -> AsyncIterator[list[Site]]:
    """The three clinics of the demo, each under its own login, at this moment."""
    async with AsyncExitStack() as stack:
        sites = []
        for clinic in CLINICS:
            context = await stack.enter_async_context(
                premises.at_site(clinic.code, people[clinic.desk], RIGHTS[Role.NURSE])
            )
            chance = dice(SEEDS[clinic.code])
            sites.append(Site(clinic, replace(context, clock=lambda: moment), people, chance, paris_day(moment)))
        yield sites


async def _furnish(site: Site, moment: datetime) -> None:
    """Agenda, till, prices of its own, clients and animals of one site."""
    long_ago = moment - timedelta(days=400)
    await _furnish_agenda(site, site.clinic, long_ago)
    await open_till(site.desk(long_ago), name="Accueil")
    management = site.at("gerance", long_ago, Role.MANAGEMENT)
    if site.clinic.code == "bocage":
        for code, price in (("CS", "46.00"), ("CASTCT", "88.00"), ("VISR", "45.00")):
            await set_site_fee(management, code=code, price=Money(price))
    for owner in plan_owners(site.chance, site.clinic.code, site.clinic.clients, site.today):
        await _register(site, owner, moment)


async def _furnish_agenda(site: Site, clinic: Clinic, moment: datetime) -> None:
    management = site.at("gerance", moment, Role.MANAGEMENT)
    rows = [(name, "practitioner", login) for login, name in clinic.vets.items()]
    for position, (name, kind, login) in enumerate([*rows, *((*room, "") for room in clinic.rooms)], 1):
        site.resources[name] = await add_resource(
            management, name=name, kind=kind, staff_id=site.people.get(login), position=position
        )
        await set_opening_hours(management, resource_id=site.resources[name], hours=WEEK)
    kinds = {"practitioner", *(kind for _name, kind in clinic.rooms)}
    chosen = [reason for reason in (*REASONS, *FARM_REASONS) if reason[2] in kinds]
    for position, (name, minutes, kind) in enumerate(chosen, 1):
        site.reasons[name] = await add_reason(management, name=name, duration_min=minutes, kind=kind, position=position)


async def _register(site: Site, owner: Owner, moment: datetime) -> None:
    desk = site.desk(moment)
    client_id = await register_client(
        desk, last_name=owner.last_name, first_name=owner.first_name, title=owner.title, phones=owner.phones,
        address=owner.address, postcode=owner.postcode, town=owner.town, email=owner.email, alert=owner.alert,
        note=owner.note, business=owner.business, preferred_site_id=site.context.site_id,
    )  # fmt: skip
    for patient in owner.patients:
        patient.client_id = client_id
        patient.animal_id = await register_animal(
            desk, client_id=client_id, name=patient.name, species_code=patient.species, breed=patient.breed,
            sex=patient.sex, sterilised=patient.sterilised, birth_date=None if patient.is_herd else patient.born,
            coat=patient.coat, identification=patient.identification, insurance=patient.insurance, alert=patient.alert,
        )  # fmt: skip
        site.patients.append(patient)


async def _live_lately(site: Site, moment: datetime) -> None:
    """The last days with their agenda, today as far as it is, the bookings of the coming weeks."""
    for ahead in range(-LAST_DAYS, 0):
        await _live_past_day(site, site.today + timedelta(days=ahead))
    await fill_day(site, site.today, 0.75, at_time(site.today, time(0, 5)))
    await live_day(site, site.today, moment)
    await close_some_time(site, site.today, moment)
    for ahead in range(1, COMING_DAYS + 1):
        day = site.today + timedelta(days=ahead)
        if day.isoweekday() != 7:
            await fill_day(site, day, 0.6 * (1 - ahead / (COMING_DAYS + 4)), moment)


async def _live_past_day(site: Site, day: date) -> None:
    if day.isoweekday() == 7:
        return
    await fill_day(site, day, 0.3, at_time(day, time(0, 5)))
    await live_day(site, day, at_time(day, time(18, 45)))
    await close_day(site.desk(at_time(day, time(18, 50))), day=day)
