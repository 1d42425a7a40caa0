"""From a row of a file to the fields of a client and an animal: what is right is kept, the rest is told. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from vpterm.exchange.mapping import ColumnMapping
from vpterm.exchange.tables_of_text import TextRow
from vpterm.kernel.dates import BirthDate, parse_birth
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise
from vpterm.practice.animals.actions import NewAnimal
from vpterm.practice.animals.rules import AnimalFields
from vpterm.practice.animals.rules import checked_fields as checked_animal
from vpterm.practice.clients.rules import ClientFields, Phone, checked_phones
from vpterm.practice.clients.rules import checked_fields as checked_client

_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_EXCEL_DAY = re.compile(r"[2-6]\d{4}")  # 1954 to 2091
_EXCEL_ZERO = date(1899, 12, 30)
_NO_DATES = {"", "00 00 0000", "0000 00 00", "01 01 1900"}
_SEXES = {
    "m": ("M", False), "male": ("M", False), "h": ("M", False),
    "mc": ("M", True), "mn": ("M", True), "mk": ("M", True), "male castre": ("M", True), "castre": ("M", True),
    "male sterilise": ("M", True), "neutered male": ("M", True),
    "f": ("F", False), "femelle": ("F", False), "female": ("F", False),
    "fs": ("F", True), "fn": ("F", True), "femelle sterilisee": ("F", True), "sterilisee": ("F", True),
    "femelle castree": ("F", True), "spayed female": ("F", True),
    "": ("", False), "i": ("", False), "inconnu": ("", False), "unknown": ("", False),
}  # fmt: skip
_YES = {"o", "oui", "1", "x", "vrai", "y", "yes", "true", "s", "sterilise", "sterilisee", "castre"}
_DEAD = _YES | {"mort", "decede", "decedee", "dcd", "dead"}

Tell = Callable[[str, str, str, bool], None]  # column, value, reason, whether the whole line is refused


@dataclass(slots=True)
class Owner:
    """An owner of the file, with the animals of all their lines."""

    key: str
    line: int
    fields: ClientFields
    animals: list[tuple[int, NewAnimal]] = field(default_factory=list)


class RowReader:
    """Reads rows by a mapping. `species` are the normalised names and codes of the group's library."""

    def __init__(self, mapping: ColumnMapping, species: Mapping[str, str], today: date) -> None:
        self._mapping, self._today = mapping, today
        self._species = {**species, **mapping.species}

    def owner_key(self, row: TextRow) -> str:
        """The key by which the owner is known again: the program's own number, or a hash of name and telephone."""
        return self._key("client", self._client(row, "id"), [
            self._client(row, name) for name in ("last_name", "first_name", "phones", "postcode", "town")
        ])  # fmt: skip

    def read_owner(self, row: TextRow, key: str, tell: Tell) -> Owner | None:
        """The owner of a row; None, told, when there is no name."""
        fields = ClientFields(last_name=self._client(row, "last_name"))
        try:
            checked_client(fields)
        except Refused as refusal:
            tell(self._column("client", "last_name"), fields["last_name"], _said(refusal), True)
            return None
        for name in ("first_name", "title", "address", "postcode", "town", "email", "alert", "note"):
            one: ClientFields = {name: self._client(row, name)}  # type: ignore[misc]
            try:
                checked_client(one)
            except Refused as refusal:
                tell(self._column("client", name), self._client(row, name), _said(refusal), False)
            else:
                fields |= one
        fields["phones"] = list(self._phones(row, tell))
        return Owner(key, row.line, fields)

    def read_animal(self, row: TextRow, owner_key: str, tell: Tell) -> NewAnimal | None:
        """The animal of a row; None when there is none, or, told, when it lacks a name or a known species."""
        if not self._mapping.animal or not any(self._animal(row, name) for name in self._mapping.animal):
            return None
        name, species = self._animal(row, "name"), self._animal(row, "species")
        code = self._species.get(normalise(species))
        if not name:
            tell(self._column("animal", "name"), "", _("An animal needs a name."), True)
            return None
        if code is None:
            reason = _("This species is not known; add the word to [species] in the mapping.")
            tell(self._column("animal", "species"), species, reason, True)
            return None
        fields = AnimalFields(name=name, species_code=code)
        for one in self._optional(row, tell):
            fields |= one
        key = self._key("animal", self._animal(row, "id"), [
            owner_key, name, code, self._animal(row, "birth_date"), self._animal(row, "identification"),
        ])  # fmt: skip
        return NewAnimal(fields, key, self._death(row, tell))

    def _optional(self, row: TextRow, tell: Tell) -> Iterator[AnimalFields]:
        for name in ("breed", "coat", "identification", "insurance", "alert", "note"):
            one: AnimalFields = {name: self._animal(row, name)}  # type: ignore[misc]
            try:
                checked_animal(one, self._today)
            except Refused as refusal:
                tell(self._column("animal", name), self._animal(row, name), _said(refusal), False)
            else:
                yield one
        sex = normalise(self._animal(row, "sex"))
        if sex not in _SEXES:
            tell(self._column("animal", "sex"), self._animal(row, "sex"), _("This sex is not known."), False)
        known, sterilised = _SEXES.get(sex, ("", False))
        told = normalise(self._animal(row, "sterilised")) in _YES
        yield AnimalFields(sex=known, sterilised=sterilised or told)
        born = self._day(row, "birth_date", tell)
        if born is not None:
            yield AnimalFields(birth_date=born.date, birth_precision=born.precision)

    def _death(self, row: TextRow, tell: Tell) -> date | None:
        """A day, or today where the file only says that it is dead."""
        if normalise(self._animal(row, "died_on")) in _DEAD:
            return self._today
        died = self._day(row, "died_on", tell)
        return died.date if died else None

    def _day(self, row: TextRow, name: str, tell: Tell) -> BirthDate | None:
        text = _TIME.sub("", self._animal(row, name))
        if normalise(text) in _NO_DATES:
            return None
        try:
            if _EXCEL_DAY.fullmatch(text):
                text = f"{_EXCEL_ZERO + timedelta(days=int(text)):%d/%m/%Y}"
            return parse_birth(text, self._today)
        except Refused as refusal:
            tell(self._column("animal", name), self._animal(row, name), refusal.message, False)
            return None

    def _phones(self, row: TextRow, tell: Tell) -> Iterator[Phone]:
        for column in self._mapping.client.get("phones", ()):
            for number in re.split(r"[;/,]| ou ", row[column]):
                # Excel takes the leading zero away.
                text = f"0{number.strip()}" if re.fullmatch(r"[1-9]\d{8}", number.strip()) else number.strip()
                try:
                    checked_phones([(text, "")])
                except Refused as refusal:
                    tell(column, number.strip(), refusal.message, False)
                else:
                    if text:
                        yield text, ""

    def _client(self, row: TextRow, name: str) -> str:
        return " ".join(filter(None, (row[column] for column in self._mapping.client.get(name, ()))))

    def _animal(self, row: TextRow, name: str) -> str:
        return " ".join(filter(None, (row[column] for column in self._mapping.animal.get(name, ()))))

    def _column(self, section: str, name: str) -> str:
        columns = (self._mapping.client if section == "client" else self._mapping.animal).get(name, (name,))
        return columns[0]

    def _key(self, kind: str, number: str, parts: list[str]) -> str:
        if number:
            return f"{self._mapping.source}:{kind}:{number}"
        digest = hashlib.sha256("\n".join(normalise(part) for part in parts).encode()).hexdigest()
        return f"{self._mapping.source}:{kind}:#{digest[:24]}"


def _said(refusal: Refused) -> str:
    return f"{refusal.message} {refusal.advice}".strip()
