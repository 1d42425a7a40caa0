"""What a client's fields must be, and how a search is read. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import parse_phone
from vpterm.kernel.text import title_name

Phone = tuple[str, str]  # a number as typed or in E.164, and what it is ("work", "her mother")

TITLES = ("Mme", "M.", "M. et Mme", "Dr")
FIELD_LABELS = {
    "last_name": N_("Last name"),
    "first_name": N_("First name"),
    "title": N_("Title"),
    "phones": N_("Telephone"),
    "address": N_("Address"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "email": N_("E-mail"),
    "alert": N_("Alert"),
    "note": N_("Note"),
}
LONGEST = {
    "last_name": 80, "first_name": 80, "title": 20, "address": 200, "postcode": 10, "town": 80, "email": 120,
    "alert": 200, "note": 4000,
}  # fmt: skip
LONGEST_CONTACT = 80
_NUMBER_FIRST = re.compile(r"(?P<number>\+?[\d .()/\u00a0-]*\d)(?P<label>\D.*)?")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_POSTCODE = re.compile(r"[0-9A-Z][0-9A-Z -]{2,9}")


class ClientFields(TypedDict, total=False):
    """The fields of a client that a form changes; those left out stay as they are."""

    last_name: str
    first_name: str
    title: str
    business: bool
    phones: Sequence[Phone]
    address: str
    postcode: str
    town: str
    email: str
    alert: str
    note: str
    language: str
    preferred_site_id: int | None


def checked_fields(fields: ClientFields) -> dict[str, Any]:
    """The columns to write, tidied; without `phones`. Raises Refused with the field."""
    columns: dict[str, Any] = {name: value for name, value in fields.items() if name != "phones"}
    for name, value in columns.items():
        if isinstance(value, str):
            columns[name] = _tidied(name, value)
    if "last_name" in columns and not columns["last_name"]:
        raise Refused(_("A client needs a name."), _("The last name is enough."), field="last_name")
    if columns.get("email") and not _EMAIL.fullmatch(columns["email"]):
        raise Refused(_("“{text}” is not an e-mail address.").format(text=columns["email"]), field="email")
    if columns.get("postcode"):
        columns["postcode"] = _checked_postcode(columns["postcode"])
    if columns.get("language", "fr") not in {"fr", "en"}:
        raise Refused(_("Letters are written in French or in English."), field="language")
    return columns


def checked_phones(phones: Sequence[Phone]) -> list[Phone]:
    """The numbers in E.164, each once, in the order given. Raises Refused (field `phones`)."""
    found: dict[str, str] = {}
    for number, label in phones:
        if number.strip():
            found.setdefault(parse_phone(number, field="phones"), " ".join(label.split()))
    return list(found.items())


def read_phone(text: str) -> Phone:
    """A telephone as one writes it down, number then whose it is: "06 12 34 56 78 travail" -> its two parts."""
    found = _NUMBER_FIRST.fullmatch(text.strip())
    if found is None:
        return text.strip(), ""
    return found["number"].strip(), " ".join((found["label"] or "").strip(" (),").split())


def checked_contact(name: str, relation: str, phone: str) -> dict[str, str]:
    """The columns of a contact, tidied. Raises Refused with the field."""
    columns = {"name": title_name(" ".join(name.split())), "relation": " ".join(relation.split())}
    if not columns["name"]:
        raise Refused(_("A contact needs a name."), field="name")
    for field, text in columns.items():
        if "\x00" in text or len(text) > LONGEST_CONTACT:
            raise Refused(_("At most {count} characters fit here.").format(count=LONGEST_CONTACT), field=field)
    columns["phone"] = parse_phone(phone, field="phone") if phone.strip() else ""
    return columns


def full_name(client: Mapping[str, Any]) -> str:
    """How a client is spoken of: "Mme Martin Claire", "GAEC du Bois"."""
    return " ".join(part for part in (client["title"], client["last_name"], client["first_name"]) if part)


def _tidied(name: str, value: str) -> str:
    if "\x00" in value:
        raise Refused(_("This text holds a sign that cannot be kept."), field=name)
    text = value.strip() if name in {"note", "address"} else " ".join(value.split())
    if len(text) > LONGEST.get(name, 200):
        raise Refused(
            _("At most {count} characters fit here.").format(count=LONGEST.get(name, 200)),
            field=name,
        )
    return title_name(text) if name in {"last_name", "first_name", "town"} else text


def _checked_postcode(text: str) -> str:
    compact = text.upper()
    digits = compact.replace(" ", "")
    if digits.isdigit() and len(digits) == 5:
        return digits
    if not _POSTCODE.fullmatch(compact):
        raise Refused(_("“{text}” is not a postcode.").format(text=text), field="postcode")
    return compact
