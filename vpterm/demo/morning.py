"""The days around today at one site: bookings, and of a day what has happened of it until a moment."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from vpterm.demo.at_work import Site, settle_bill, treat
from vpterm.demo.cases import Case
from vpterm.demo.furniture import AFTERNOON_HOURS, MORNING_HOURS, SATURDAY_HOURS, SUNDAY_HOURS
from vpterm.demo.patients import Patient, choose_case, choose_patient
from vpterm.kernel.dates import at_time
from vpterm.kernel.errors import Conflict
from vpterm.practice.agenda.actions import book, close_time
from vpterm.practice.agenda.queries import BookingRow, day_agenda
from vpterm.practice.care.actions import open_consultation, perform_service, write_note
from vpterm.practice.waiting.actions import check_in, leave
from vpterm.practice.waiting.queries import find_present_visit

WAITING, TO_BILL = 3, 2
LENGTH = timedelta(minutes=50)  # what began longer ago is over
SOON = timedelta(minutes=25)
HALF_WRITTEN = {
    "dog": "Boite de la patte avant gauche depuis dimanche, après la plage. Mange bien.\nT 38,7, ",
    "cat": "N'a rien mangé depuis avant-hier, se cache sous le lit.\nT 39,4, muqueuses roses, déshydratation légère. ",
}
BOOKED_AS = {
    "Vaccin": ("Vaccin annuel", "Primo-vaccination", "Vaccin et passeport", "Vaccin lapin"),
    "Contrôle": ("Contrôle", "Griffes", "Glandes anales"),
    "Boiterie": ("Boiterie",),
    "Peau et oreilles": ("Otite", "Démangeaisons", "Masse cutanée"),
    "Bilan senior": ("Bilan senior",),
    "Urgence": ("Renversé par une voiture", "Piroplasmose", "Coliques"),
    "Castration": ("Castration",),
    "Stérilisation": ("Stérilisation",),
    "Détartrage": ("Détartrage", "Dents"),
    "Prophylaxie": ("Prophylaxie", "Écornage"),
    "Suivi de reproduction": ("Diagnostic de gestation",),
}
SURGERY_TIMES = (time(9), time(10, 45), time(14, 15))
ROUND_TIMES = (time(9), time(11), time(14, 30))


async def fill_day(site: Site, day: date, share: float, booked_at: datetime) -> None:
    """Book about this share of a day's starts, each for an animal that has a reason to come."""
    used: set[int] = set()
    for name in site.clinic.vets.values():
        for start in _starts(day):
            if site.chance.random() < share:
                await _book_one(site, used, name, at_time(day, start), booked_at, rooms=False)
    for name, kind in site.clinic.rooms:
        for start in (SURGERY_TIMES if kind == "theatre" else ROUND_TIMES) if day.isoweekday() < 6 else ():
            if site.chance.random() < share:
                await _book_one(site, used, name, at_time(day, start), booked_at, rooms=True)


def _starts(day: date) -> list[time]:
    hours = {6: (SATURDAY_HOURS,), 7: (SUNDAY_HOURS,)}.get(day.isoweekday(), (MORNING_HOURS, AFTERNOON_HOURS))
    return [
        time(minute // 60, minute % 60)
        for opens, closes in hours
        for minute in range(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute - 29, 30)
    ]


async def _book_one(
    site: Site, used: set[int], resource: str, start: datetime, booked_at: datetime, *, rooms: bool
) -> None:
    for _try in range(60):
        patient = choose_patient(site.chance, site.patients, start.date())
        case = choose_case(site.chance, patient, start.date()) if patient else None
        if not patient or not case or patient.animal_id in used or _needs_room(site, case) is not rooms:
            continue
        reason = _reason(site, case)
        with suppress(Conflict):  # an operation before took longer, or the slot is closed
            await book(
                site.desk(booked_at), resource_id=site.resources[resource], starts_at=start,
                reason_id=site.reasons[reason], animal_id=patient.animal_id,
                duration_min=None if rooms else 15 if reason in {"Vaccin", "Contrôle"} else 30,
            )  # fmt: skip
        used.add(patient.animal_id)
        return


def _needs_room(site: Site, case: Case) -> bool:
    """Operations are in the theatre; at the farm practice what stands on a farm is on the round."""
    if "Bloc" in site.resources:
        return case.kind == "surgery"
    return case.species in {"cattle", "sheep", "horse"}


def _reason(site: Site, case: Case) -> str:
    if case.species == "horse" and "Visite équine" in site.reasons:
        return "Visite équine"
    found = next((name for name, cases in BOOKED_AS.items() if case.reason in cases and name in site.reasons), "")
    farm = case.species in {"cattle", "sheep"}
    other = "Visite d'élevage" if farm else "NAC" if case.species == "rabbit" else "Consultation"
    return found or (other if other in site.reasons else "Consultation")


async def live_day(site: Site, day: date, now: datetime) -> None:
    """Let the day's bookings happen as far as `now`; today, complete what is under way by people without a booking."""
    agenda = await day_agenda(site.context, day=day)
    by_id = {patient.animal_id: patient for patient in site.patients}
    booked = [(row, by_id[row.animal_id]) for row in agenda.bookings if row.animal_id in by_id]
    over = [(row, patient) for row, patient in booked if row.starts_at <= now - LENGTH]
    if day != site.today:
        for row, patient in booked:
            await _happen(site, row, patient, row.starts_at)
        return
    near = [(row, patient) for row, patient in booked if now - LENGTH < row.starts_at <= now + SOON]
    late = [pair for pair in over if pair[0].starts_at > now - timedelta(hours=3)][-TO_BILL:]
    for row, patient in over:
        if (row, patient) not in late:
            await _happen(site, row, patient, row.starts_at)
    there = {patient.animal_id for _row, patient in booked}
    await _under_way(site, [*late, *near], len(late), there, now)


async def _happen(site: Site, row: BookingRow, patient: Patient, start: datetime, *, billed: bool = True) -> None:
    """A visit from the door to the door (or to the desk, when it is not billed yet)."""
    case = _case_of(site, row.reason, patient, start.date())
    vet = _vet_of(site, row.resource_name)
    if case is None:
        return
    visit = await check_in(
        site.desk(start - timedelta(minutes=6)), animal_id=patient.animal_id, booking_id=row.id or None,
        reason="" if row.id else case.reason,
    )  # fmt: skip
    await treat(site, patient, case, vet, start + timedelta(minutes=2), visit_id=visit)
    if billed:
        await settle_bill(site, patient, start + timedelta(minutes=24), paid=site.chance.random() > 0.05)
        desk = site.desk(start + timedelta(minutes=27))
        if await find_present_visit(desk, animal_id=patient.animal_id):  # who has paid is gone already
            await leave(desk, visit_id=visit)


def _case_of(site: Site, reason: str, patient: Patient, day: date) -> Case | None:
    for _try in range(40):
        case = choose_case(site.chance, patient, day)
        if case and (not reason or _reason(site, case) == reason):
            return case
    return choose_case(site.chance, patient, day)


def _vet_of(site: Site, resource: str) -> str:
    return next((login for login, name in site.clinic.vets.items() if name == resource), site.some_vet())


async def _under_way(
    site: Site, booked: list[tuple[BookingRow, Patient]], late: int, there: set[int], now: datetime
) -> None:
    """Two to bill, one in consultation with a note begun, three waiting: booked ones first, then who just comes."""
    to_bill, near = booked[:late], booked[late:]
    walk_ins = _walk_ins(site, there)
    while len(to_bill) < TO_BILL:
        to_bill.append(next(walk_ins))
    for minutes, (row, patient) in zip((44, 31), to_bill, strict=True):
        await _happen(site, row, patient, _not_yesterday(now, minutes), billed=False)
    pets = [pair for pair in near if pair[1].species in HALF_WRITTEN]
    first = pets[0] if pets else next(pair for pair in walk_ins if pair[1].species in HALF_WRITTEN)
    await _begin(site, first[0], first[1], now)
    waiting = [pair for pair in near if pair is not first][:WAITING]
    while len(waiting) < WAITING:
        waiting.append(next(walk_ins))
    for minutes, (row, patient) in zip((23, 12, 4), waiting, strict=True):
        await _arrive(site, row, patient, _not_yesterday(now, minutes))


def _walk_ins(site: Site, there: set[int]) -> Iterator[tuple[BookingRow, Patient]]:
    """Patients of the site who have no booking today, each once."""
    free = [one for one in site.patients if one.animal_id not in there and not one.dead and not one.is_herd]
    site.chance.shuffle(free)
    blank = BookingRow(0, site.context.site_id, site.clinic.code, 0, "", site.context.now(), site.context.now())
    for patient in free:
        case = choose_case(site.chance, patient, site.today)
        if case:
            yield replace(blank, reason=case.reason), patient


def _not_yesterday(now: datetime, minutes: int) -> datetime:
    """So many minutes ago, but of today: an arrival belongs to the day on which it is booked."""
    midnight = at_time(now.astimezone(at_time(now.date(), time(0)).tzinfo).date(), time(0))
    return max(now - timedelta(minutes=minutes), midnight + timedelta(minutes=8))


async def _arrive(site: Site, row: BookingRow, patient: Patient, moment: datetime) -> int:
    return await check_in(
        site.desk(moment), animal_id=patient.animal_id, booking_id=row.id or None,
        reason=row.reason,
    )  # fmt: skip


async def _begin(site: Site, row: BookingRow, patient: Patient, now: datetime) -> None:
    """A consultation that a vet of the site has left in the middle of a sentence."""
    visit = await _arrive(site, row, patient, _not_yesterday(now, 21))
    vet = site.at(next(iter(site.clinic.vets)), _not_yesterday(now, 9))
    entry = await open_consultation(vet, animal_id=patient.animal_id, visit_id=visit, reason=row.reason)
    await perform_service(vet, entry_id=entry, fee_code="CS")
    await write_note(vet, entry_id=entry, note=HALF_WRITTEN[patient.species])


async def close_some_time(site: Site, after: date, booked_at: datetime) -> None:
    """A meeting of the clinic and a vet's day off in the coming weeks, before anything else is booked then."""
    monday = after + timedelta(days=8 - after.isoweekday())
    vets = [site.resources[name] for name in site.clinic.vets.values()]
    for resource in vets:
        start = at_time(monday + timedelta(days=1), time(14))
        await close_time(
            site.desk(booked_at), resource_id=resource, starts_at=start, ends_at=start + timedelta(hours=1),
            note="Réunion d'équipe",
        )  # fmt: skip
    day_off = monday + timedelta(days=3)
    await close_time(
        site.desk(booked_at), resource_id=vets[-1], starts_at=at_time(day_off, time(14)),
        ends_at=at_time(day_off, time(18, 30)), note="Formation",
    )  # fmt: skip
