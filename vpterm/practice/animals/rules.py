"""What an animal's fields must be, and when a weight looks mistyped. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypedDict

from vpterm.kernel.dates import whole_months
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import check_identification
from vpterm.kernel.quantities import MAX_WEIGHT_G, format_decimal, format_weight
from vpterm.kernel.text import title_name

Sex = Literal["M", "F", ""]
SEXES: tuple[Sex, ...] = ("M", "F", "")
PRECISIONS = ("day", "month", "year")
LONGEST = {"name": 60, "breed": 80, "coat": 60, "insurance": 60, "alert": 200, "note": 4000}

LARGEST_CHANGE = Decimal("0.15")  # of the last weight, in an animal that has stopped growing
TEN_TIMES = (Decimal(5), Decimal("0.2"))  # a comma forgotten or one too many: about ten times, up or down
GROWN_AT_MONTHS = 12
FRESH = timedelta(days=365)  # after longer than this, a changed weight surprises nobody

HOW = {
    "sold": N_("sold"),
    "given": N_("given"),
    "inherited": N_("inherited"),
    "mistake": N_("mistake of the file"),
}
SEX_LABELS = {
    ("M", False): N_("male"),
    ("M", True): N_("neutered male"),
    ("F", False): N_("female"),
    ("F", True): N_("spayed female"),
    ("", False): "",
    ("", True): N_("neutered"),
}


def check_how(how: str) -> None:
    """How an animal changed hands is one of HOW."""
    if how not in HOW:
        raise Refused(_("“{how}” is no way to change hands.").format(how=how), ", ".join(HOW), field="how")


class AnimalFields(TypedDict, total=False):
    """The fields of an animal that a form changes; those left out stay as they are."""

    name: str
    species_code: str
    breed: str
    sex: str
    sterilised: bool
    birth_date: date | None
    birth_precision: str
    coat: str
    identification: str
    insurance: str
    alert: str
    note: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight in grams, and when."""

    weight_g: int
    measured_at: datetime


def checked_fields(fields: AnimalFields, today: date) -> dict[str, Any]:
    """The columns to write, tidied; without `species_code`. Raises Refused with the field."""
    columns: dict[str, Any] = {name: value for name, value in fields.items() if name != "species_code"}
    for name, value in columns.items():
        if isinstance(value, str) and name != "identification":
            columns[name] = _tidied(name, value)
    if columns.get("name") == "":
        raise Refused(_("An animal needs a name."), _("A stray may be called “Unknown”."), field="name")
    if columns.get("sex", "") not in SEXES:
        raise Refused(_("The sex is M, F, or nothing where it is unknown."), field="sex")
    if columns.get("birth_precision", "day") not in PRECISIONS:
        raise Refused(_("A birth is known to the day, the month or the year."), field="birth_date")
    if "identification" in columns:
        text = columns["identification"].strip()
        columns["identification"] = check_identification(text, field="identification").text if text else None
    born = columns.get("birth_date")
    if born is not None and (born > today or born.year < today.year - 150):
        raise Refused(_("A birth is not ahead of today, nor 150 years back."), field="birth_date")
    return columns


def check_weight(weight_g: int) -> int:
    """Raises Refused outside 1 g to 5 t."""
    if not 0 < weight_g <= MAX_WEIGHT_G:
        raise Refused(
            _("A weight lies between 1 g and {most}.").format(most=format_weight(MAX_WEIGHT_G)), field="weight_g"
        )
    return weight_g


def weight_remark(known: Sequence[Weighed], weight_g: int, at: datetime, birth_date: date | None = None) -> str:
    """A sentence to confirm before this weight is kept; "" when nothing surprises.

    Compared with the last weight before `at`: about ten times looks like a comma; more than 15 % within a
    year is worth a question, except that an animal under a year grows (there only a loss is told).
    """
    before = [one for one in known if one.measured_at <= at]
    if not before:
        return ""
    last = max(before, key=lambda one: one.measured_at)
    ratio = Decimal(weight_g) / last.weight_g
    growing = birth_date is not None and whole_months(birth_date, at.date()) < GROWN_AT_MONTHS
    if (ratio >= TEN_TIMES[0] and not growing) or ratio <= TEN_TIMES[1] or ratio >= 2 * TEN_TIMES[0]:
        return _("{weight}, after {last}: is the comma in the right place?").format(
            weight=format_weight(weight_g), last=format_weight(last.weight_g)
        )
    if at - last.measured_at > FRESH or abs(ratio - 1) <= LARGEST_CHANGE or (growing and ratio > 1):
        return ""
    change = f"{'+' if ratio > 1 else '-'}{format_decimal(round(abs(ratio - 1) * 100))}"
    return _("{weight} is {change} % from the last weight ({last}): keep it?").format(
        weight=format_weight(weight_g), change=change, last=format_weight(last.weight_g)
    )


def sex_label(sex: str, sterilised: bool) -> str:
    """ "spayed female", translated; "" when nothing is known."""
    label = SEX_LABELS[(sex, sterilised)]
    return _(label) if label else ""


def _tidied(name: str, value: str) -> str:
    if "\x00" in value:
        raise Refused(_("This text holds a sign that cannot be kept."), field=name)
    text = value.strip() if name == "note" else " ".join(value.split())
    most = LONGEST.get(name, 60)
    if len(text) > most:
        raise Refused(_("At most {count} characters fit here.").format(count=most), field=name)
    return title_name(text) if name == "name" else text
