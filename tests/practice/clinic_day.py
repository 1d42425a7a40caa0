"""A clinic's agenda and patients to test with: two vets, a theatre, reasons, some animals of some owners."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import insert

from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.dates import PARIS
from vpterm.practice.agenda.furniture import add_reason, add_resource, set_opening_hours
from vpterm.practice.agenda.queries import BookingRow, Gap
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.tables import Client, ClientPhone

TODAY = date(2026, 11, 24)
MORNING_AND_AFTERNOON = ((time(8, 30), time(12)), (time(14), time(19)))
WEEK = [(weekday, *span) for weekday in range(1, 6) for span in MORNING_AND_AFTERNOON]
PATIENTS = {
    "Mirza": ("Martin", "Sophie", "+33612345678", "chien"),
    "Rex": ("Dubois", "Paul", "+33240112233", "chien"),
    "Nougat": ("Leroy", "Jeanne", "+33699887766", "lapin"),
    "Praline": ("Petit", "Marc", "+33611223344", "chat"),
    "Ulysse": ("Bernard", "Claire", "+33655443322", "chat"),
    "Caramel": ("Moreau", "Luc", "+33677665544", "chien"),
}


@dataclass
class ClinicDay:
    """Numbers by name of what a test needs."""

    context: Context
    resources: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    animals: dict[str, int] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)


def at(clock: str, day: date = TODAY) -> datetime:
    """A moment of the clinic's day: at("08:45")."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=PARIS)


async def open_clinic(group: Group, login: str = "vet.lilas") -> ClinicDay:
    """The furniture of one site's agenda."""
    day = ClinicDay(group.context(login))
    for position, (name, kind, staff) in enumerate(
        (
            ("Dr Rousseau", "practitioner", login),
            ("Dr Fontaine", "practitioner", "vet.deux"),
            ("Bloc", "theatre", None),
        ),
        1,
    ):
        number = await add_resource(
            day.context, name=name, kind=kind, staff_id=group.ids[staff] if staff else None, position=position
        )
        await set_opening_hours(day.context, resource_id=number, hours=WEEK)
        day.resources[name] = number
    for position, (name, minutes, kind) in enumerate(
        (("vaccin", 15, "practitioner"), ("boiterie", 30, "practitioner"), ("castration", 60, "theatre")), 1
    ):
        day.reasons[name] = await add_reason(day.context, name=name, duration_min=minutes, kind=kind, position=position)
    return day


async def admit_patients(group: Group, day: ClinicDay) -> None:
    """Owners with a telephone and one animal each."""
    species = await add_species(group)
    async with day.context.writing() as connection:
        for name, (last_name, first_name, phone, kind) in PATIENTS.items():
            owner = insert(Client).values(title="Mme", last_name=last_name, first_name=first_name)
            client = (await connection.execute(owner.returning(Client.id))).scalar_one()
            await connection.execute(insert(ClientPhone).values(client_id=client, number=phone))
            animal = insert(Animal).values(client_id=client, name=name, species_id=species[kind])
            day.animals[name] = (await connection.execute(animal.returning(Animal.id))).scalar_one()
            day.clients[last_name] = client


async def add_species(group: Group) -> dict[str, int]:
    """Species by their French name."""
    found = {}
    async with group.management().writing() as connection:
        for code, french, english in (("dog", "chien", "dog"), ("cat", "chat", "cat"), ("rabbit", "lapin", "rabbit")):
            statement = insert(Species).values(code=code, name_fr=french, name_en=english).returning(Species.id)
            found[french] = (await connection.execute(statement)).scalar_one()
    return found


def paris(moment: datetime) -> str:
    """`08:45`, as the clinic's clock shows it."""
    return moment.astimezone(PARIS).strftime("%H:%M")


def shown(entries: list[BookingRow | Gap]) -> list[str]:
    """A day's lines in words: "08:45 Rex 30", "09:15 free 45"."""
    return [
        f"{paris(one.starts_at)} {one.who} {one.minutes}" if isinstance(one, BookingRow)
        else f"{paris(one.starts_at)} free {one.minutes}"
        for one in entries
    ]  # fmt: skip
