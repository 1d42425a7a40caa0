"""The owners and animals of the demo, planned before anything is written: pure, the same at every throw of the dice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from vpterm.demo.cases import CASES, Case
from vpterm.demo.names import ANIMAL_NAMES, STREETS, TOWNS, first_names, likely_first, pieces, weighted_last_names
from vpterm.kernel.text import normalise

BREEDS = {
    "dog": (("Croisé", 16.0), ("Labrador retriever", 31.0), ("Berger australien", 24.0), ("Golden retriever", 31.0),
            ("Bouledogue français", 12.5), ("Jack Russell Terrier", 7.2), ("Border collie", 18.5),
            ("Épagneul breton", 17.0), ("Cavalier King Charles", 8.4), ("Yorkshire Terrier", 3.4), ("Beagle", 14.0),
            ("Berger allemand", 34.0), ("Cocker anglais", 13.5), ("Staffordshire Bull Terrier", 16.0),
            ("Teckel à poil dur", 8.8), ("Shih Tzu", 6.4), ("Chihuahua", 2.6), ("Setter anglais", 25.0),
            ("Cane corso", 45.0), ("Bouvier bernois", 43.0)),
    "cat": (("Européen", 4.4),) * 9 + (("Chartreux", 5.1), ("Maine Coon", 6.6), ("Sacré de Birmanie", 4.3),
            ("British Shorthair", 5.2), ("Siamois", 3.9), ("Persan", 4.2), ("Bengal", 4.9)),
    "rabbit": (("Bélier nain", 2.1), ("Nain de couleur", 1.2), ("Tête de lion", 1.6)),
    "horse": (("Selle français", 560.0), ("Trotteur français", 480.0), ("Connemara", 380.0), ("Cob normand", 650.0),
              ("Shetland", 190.0), ("Percheron", 850.0)),
    "cattle": (("Normande", 0.0), ("Prim'Holstein", 0.0), ("Charolaise", 0.0), ("Limousine", 0.0)),
    "sheep": (("Texel", 0.0), ("Rouge de l'Ouest", 0.0), ("Suffolk", 0.0)),
}  # fmt: skip
COATS = {
    "dog": ("noir", "fauve", "noir et feu", "sable", "blanc et marron", "tricolore", "bringé"),
    "cat": ("tigré", "noir", "roux", "noir et blanc", "écaille de tortue", "bleu", "tigré et blanc"),
    "rabbit": ("gris", "blanc", "fauve"),
    "horse": ("bai", "alezan", "gris", "noir pangaré"),
}
HERDS = {
    "cattle": ("Troupeau laitier", "Lot de génisses", "Veaux de l’année", "Troupeau allaitant", "Vaches taries"),
    "sheep": ("Troupeau de brebis", "Lot d’agnelles"),
}
FARMS = (
    "GAEC du Bois-Harel", "EARL de la Houssaye", "GAEC des Trois-Vallées", "EARL du Mesnil", "GAEC Lebaudy Frères",
    "EARL La Ferme des Landes", "GAEC de la Souleuvre", "EARL du Haut-Bosq", "SCEA de la Gautraie",
    "GAEC du Val de Vire",
    "EARL Quesnel", "GAEC de la Monnerie", "EARL des Pommiers", "GAEC Hardy-Postel", "Haras du Clos-Fortin",
)  # fmt: skip
ANIMAL_ALERTS = (
    "Mord : muselière", "Allergie : amoxicilline", "Souffle cardiaque, anesthésie à risque",
    "Diabétique, insuline 2x/j",
    "Griffe : serviette", "Épileptique",
)  # fmt: skip
CLIENT_ALERTS = ("Chèques refusés", "Devis écrit avant toute chirurgie", "Malentendant : envoyer un SMS")
YOUNG_DAYS, GROWN_DAYS, SENIOR_DAYS = 300, 540, 8 * 365


@dataclass
class Patient:
    """An animal with what a year of visits changes of it. Weights in grams, 0 for a herd."""

    name: str
    species: str
    breed: str
    sex: str
    born: date
    coat: str
    sterilised: bool
    identification: str
    grown_g: int
    insurance: str = ""
    alert: str = ""
    dead: bool = False
    trend: float = 0.0  # of the weight of a grown animal, a year
    problems: set[str] = field(default_factory=set)
    animal_id: int = 0
    client_id: int = 0

    @property
    def is_herd(self) -> bool:
        return self.grown_g == 0

    def weight_on(self, day: date, today: date, chance: Random) -> int:
        """What the scales show: growing along a curve, later with a trend, always a little off."""
        age = max((day - self.born).days, 30)
        grown = 1.0 if age >= GROWN_DAYS else 1 - (1 - age / GROWN_DAYS) ** 2.2 * 0.93
        drifted = 1 + self.trend * (day - today).days / 365
        step = 10 if self.grown_g < 8000 else 100 if self.grown_g < 60_000 else 5000
        return max(step, round(self.grown_g * grown * drifted * chance.uniform(0.985, 1.015) / step) * step)

    def fits(self, case: Case, day: date) -> bool:
        """Whether this animal may have come for this, on that day."""
        age = (day - self.born).days
        facts = {
            "young": 50 < age < YOUNG_DAYS, "adult": age > GROWN_DAYS, "senior": age > SENIOR_DAYS,
            "male": self.sex == "M", "female": self.sex == "F", "intact": not self.sterilised and age > 150,
            "herd": self.is_herd,
        }  # fmt: skip
        if self.dead or age < 50 or case.species != self.species:
            return False
        return all(facts[word] for word in case.who.split())


@dataclass
class Owner:
    """A client with animals, before being registered."""

    last_name: str
    first_name: str
    title: str
    business: bool
    address: str
    postcode: str
    town: str
    email: str
    phones: tuple[tuple[str, str], ...]
    alert: str
    note: str
    patients: list[Patient]


def plan_owners(chance: Random, site_code: str, count: int, today: date) -> list[Owner]:
    """The clients of one site. Telephones are of the numbers that ARCEP keeps for fiction (02 61 91, 01 99 00)."""
    farms = list(FARMS) if site_code == "bocage" else []
    owners = []
    for number in range(count):
        farm = farms[number] if number < len(farms) else ""
        owners.append(_farm(chance, farm, today) if farm else _person(chance, site_code, today))
    return owners


def _person(chance: Random, site_code: str, today: date) -> Owner:
    women, men = first_names()
    woman = chance.random() < 0.62
    names, weights = weighted_last_names(western=True)
    last, first = chance.choices(names, weights)[0], likely_first(chance, women if woman else men)
    title = "M. et Mme" if chance.random() < 0.06 else "Mme" if woman else "M."
    house = f"{chance.randint(1, 140)} {chance.choice(pieces(STREETS[site_code]))}"
    postcode, _space, town = chance.choice(TOWNS[site_code]).partition(" ")
    email = f"{_ascii(first)}.{_ascii(last)}@example.org" if chance.random() < 0.7 else ""
    many = chance.choices((1, 2, 3, 4), (62, 25, 10, 3))[0]
    species = chance.choices(("dog", "cat", "rabbit", "horse"), (46, 46, 5, 12 if site_code == "bocage" else 1), k=many)
    return Owner(
        last, first, title, False, house, postcode, town, email, _phones(chance),
        chance.choice(CLIENT_ALERTS) if chance.random() < 0.04 else "", "",
        [_pet(chance, kind, today) for kind in species],
    )  # fmt: skip


def _farm(chance: Random, name: str, today: date) -> Owner:
    postcode, _space, town = chance.choice(TOWNS["bocage"]).partition(" ")
    species = "cattle" if chance.random() < 0.8 and not name.startswith("Haras") else "sheep"
    animals = [_herd(chance, species, herd, today) for herd in chance.sample(HERDS[species], k=2)]
    if name.startswith("Haras"):
        animals = [_pet(chance, "horse", today) for _one in range(5)]
    house = chance.choice(pieces(STREETS["bocage"]))
    phones = (*_phones(chance), (_number(chance, "01 99 00"), "salle de traite"))
    note = f"N° d’exploitation 14 762 {chance.randint(100, 999)}"
    return Owner(name, "", "", True, house, postcode, town, "", phones, "", note, animals)


def _pet(chance: Random, species: str, today: date) -> Patient:
    breed, kilograms = likely_first(chance, BREEDS[species])
    age = int(chance.triangular(70, 15 * 365 if species != "rabbit" else 7 * 365, 3 * 365))
    chipped = species in {"dog", "horse"} or (species == "cat" and chance.random() < 0.75)
    return Patient(
        name=likely_first(chance, ANIMAL_NAMES[species].split()), species=species, breed=breed,
        sex=chance.choice("MF"), born=today - timedelta(days=age), coat=chance.choice(COATS[species]),
        sterilised=age > YOUNG_DAYS and species in {"dog", "cat"} and chance.random() < 0.55,
        identification=_chip(chance, species) if chipped else "",
        grown_g=round(kilograms * 1000 * chance.uniform(0.86, 1.18)),
        insurance=chance.choice(("Santévet", "Assur O’Poil")) if chance.random() < 0.1 else "",
        alert=chance.choice(ANIMAL_ALERTS) if chance.random() < 0.07 else "",
        trend=chance.choice((0.0, 0.0, 0.05, 0.12, -0.08)),
    )  # fmt: skip


def _herd(chance: Random, species: str, name: str, today: date) -> Patient:
    breed = chance.choice(BREEDS[species])[0]
    heads = chance.randint(12, 78)
    return Patient(f"{name} ({heads})", species, breed, "F", today - timedelta(days=2200), "", False, "", 0)


def _chip(chance: Random, species: str) -> str:
    """Fifteen digits, ISO 11784: France, then 26 for companion animals (25 for horses), maker, number."""
    kind = "25" if species == "horse" else "26"
    return f"250{kind}{chance.choice(('87', '96', '50'))}{chance.randint(10_000_000, 99_999_999)}"


def _phones(chance: Random) -> tuple[tuple[str, str], ...]:
    first = (_number(chance, "02 61 91"), "")
    return (first, (_number(chance, "01 99 00"), "travail")) if chance.random() < 0.3 else (first,)


def _number(chance: Random, block: str) -> str:
    return f"{block} {chance.randint(0, 99):02} {chance.randint(0, 99):02}"


def _ascii(name: str) -> str:
    return normalise(name).replace(" ", "")


def choose_case(chance: Random, patient: Patient, day: date) -> Case | None:
    """Why this animal comes on this day; None when nothing of the list fits it."""
    fitting = [case for case in CASES if patient.fits(case, day)]
    return chance.choices(fitting, [case.share for case in fitting])[0] if fitting else None


def choose_patient(chance: Random, patients: Sequence[Patient], day: date) -> Patient | None:
    """Somebody who may come that day; a part of the animals come again and again."""
    for _try in range(20):
        found = likely_first(chance, patients)
        if not found.dead and (day - found.born).days > 55:
            return found
    return None
