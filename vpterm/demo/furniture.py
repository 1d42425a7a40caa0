"""The two companies, the three clinics and the people of the demo: who they are. Data; no database."""

from dataclasses import dataclass
from datetime import time

from vpterm.kernel.i18n import N_
from vpterm.practice.staff.rules import Role

# SIREN that begin with 999 are given to nobody; their keys are right.
FIRST_SIREN, SECOND_SIREN = "999000011", "999000029"
COMPANIES = {
    FIRST_SIREN: {
        "name": "Cliniques vétérinaires des Lilas et du Port", "legal_form": "SELARL", "vat_number": "FR66999000011",
        "address": "12 boulevard des Lilas", "postcode": "44300", "town": "Nantes",
    },
    SECOND_SIREN: {
        "name": "Vétérinaires du Bocage", "legal_form": "SCP", "vat_number": "FR23999000029",
        "address": "3 route d’Aunay", "postcode": "14500", "town": "Vire Normandie",
    },
}  # fmt: skip
DEMO_STAFF = {
    "vet.lilas": N_("vet at Nantes"),
    "asv.lilas": N_("vet nurse at Nantes"),
    "accueil.lilas": N_("reception at Nantes"),
    "vet.port": N_("vet at Saint-Nazaire"),
    "asv.port": N_("vet nurse at Saint-Nazaire"),
    "vet.deux": N_("vet at two sites: F6 changes from Nantes to Saint-Nazaire"),
    "vet.bocage": N_("vet at Vire, farm practice"),
    "asv.bocage": N_("vet nurse at Vire"),
    "gerance": N_("management of the group"),
    "support": N_("support: asks to look in, works nowhere"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: where in which role."""

    login: str
    first_name: str
    last_name: str
    works: dict[str, Role]
    title: str = ""
    ordinal_number: str = ""


EVERYWHERE = ("lilas", "port", "bocage")
PEOPLE = (
    Person("vet.lilas", "Anne", "Rousseau", {"lilas": Role.VET}, "Dr", "18042"),
    Person("asv.lilas", "Julie", "Mercier", {"lilas": Role.NURSE}),
    Person("accueil.lilas", "Karim", "Benali", {"lilas": Role.RECEPTION}),
    Person("vet.port", "Yann", "Le Goff", {"port": Role.VET}, "Dr", "21377"),
    Person("asv.port", "Morgane", "Halgand", {"port": Role.NURSE}),
    Person("vet.deux", "Claire", "Fontaine", {"lilas": Role.VET, "port": Role.VET}, "Dr", "25610"),
    Person("vet.bocage", "Michel", "Lefèvre", {"bocage": Role.VET}, "Dr", "12958"),
    Person("asv.bocage", "Odile", "Quesnel", {"bocage": Role.NURSE}),
    Person("gerance", "Hélène", "Garnier", dict.fromkeys(EVERYWHERE, Role.MANAGEMENT)),
)
# Engaged when everything else is there: that this account exists says that the demo group is whole.
LAST_PERSON = Person("support", "Samuel", "Petit", dict.fromkeys(EVERYWHERE, Role.SUPPORT))


@dataclass(frozen=True, slots=True)
class Clinic:
    """A site with its desk, its vets, and how much it sees: clients, consultations of the past year."""

    code: str
    name: str
    siren: str
    siret: str
    address: str
    postcode: str
    town: str
    phone: str
    colour: str
    prefix: str
    desk: str
    vets: dict[str, str]  # login -> name in the agenda
    clients: int
    consultations: int
    rooms: tuple[tuple[str, str], ...] = (("Bloc", "theatre"),)


CLINICS = (
    Clinic(
        "lilas", "Clinique des Lilas", FIRST_SIREN, "99900001100018", "12 boulevard des Lilas", "44300", "Nantes",
        "0261910101", "lilac", "L", "accueil.lilas", {"vet.lilas": "Dr Rousseau", "vet.deux": "Dr Fontaine"}, 96, 180,
    ),
    Clinic(
        "port", "Clinique du Port", FIRST_SIREN, "99900001100026", "8 quai Demange", "44600", "Saint-Nazaire",
        "0261910202", "blue", "P", "asv.port", {"vet.port": "Dr Le Goff", "vet.deux": "Dr Fontaine"}, 68, 120,
    ),
    Clinic(
        "bocage", "Cabinet du Bocage", SECOND_SIREN, "99900002900010", "3 route d’Aunay", "14500", "Vire Normandie",
        "0261910303", "green", "B", "asv.bocage", {"vet.bocage": "Dr Lefèvre"}, 56, 110, (("Tournée", "room"),),
    ),
)  # fmt: skip
MORNING_HOURS, AFTERNOON_HOURS = (time(8, 30), time(12)), (time(14), time(18, 30))
SATURDAY_HOURS, SUNDAY_HOURS = (time(9), time(12, 30)), (time(9), time(12))  # Sunday is the duty of the group
WEEK = (
    *((weekday, *hours) for weekday in range(1, 6) for hours in (MORNING_HOURS, AFTERNOON_HOURS)),
    (6, *SATURDAY_HOURS),
    (7, *SUNDAY_HOURS),
)
REASONS = (
    ("Vaccin", 15, "practitioner"), ("Consultation", 30, "practitioner"), ("Contrôle", 15, "practitioner"),
    ("Boiterie", 30, "practitioner"), ("Peau et oreilles", 30, "practitioner"), ("Urgence", 30, "practitioner"),
    ("Bilan senior", 45, "practitioner"), ("NAC", 30, "practitioner"), ("Stérilisation", 60, "theatre"),
    ("Castration", 45, "theatre"), ("Détartrage", 60, "theatre"), ("Chirurgie", 90, "theatre"),
)  # fmt: skip
FARM_REASONS = (
    ("Visite d’élevage", 90, "room"), ("Prophylaxie", 120, "room"), ("Suivi de reproduction", 90, "room"),
    ("Visite équine", 60, "room"),
)  # fmt: skip
