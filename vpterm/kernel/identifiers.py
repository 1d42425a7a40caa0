"""Numbers known outside the clinic: SIREN, SIRET, VAT, telephones. Animals' numbers are in chips.py."""

import re
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret, tva

from vpterm.kernel.chips import (
    Identification,
    IdentificationRefused,
    check_identification,
    format_identification,
)
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import excerpt

__all__ = [
    "Identification",
    "IdentificationRefused",
    "PhoneKind",
    "check_identification",
    "check_siren",
    "check_siret",
    "check_vat_number",
    "digits_of",
    "format_identification",
    "format_phone",
    "format_siren",
    "format_siret",
    "parse_phone",
    "phone_kind",
]

PhoneKind = Literal["mobile", "fixed", "other"]
_KINDS: dict[int, PhoneKind] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    PhoneNumberType.VOIP: "fixed",  # French 09 numbers are the telephone of the house
}


def digits_of(text: str) -> str:
    """The ASCII digits of a text: a telephone tail, a chip number read aloud."""
    return "".join(re.findall(r"[0-9]", text))


def check_siren(text: str, field: str | None = None) -> str:
    """The nine digits of a company, checked by their key. Raises Refused."""
    try:
        return str(siren.validate(_without_gaps(text)))
    except ValidationError as error:
        raise Refused(_("This is not a SIREN."), _("It has nine digits; check them."), field) from error


def check_siret(text: str, field: str | None = None) -> str:
    """The fourteen digits of an establishment, checked by their key. Raises Refused."""
    try:
        return str(siret.validate(_without_gaps(text)))
    except ValidationError as error:
        raise Refused(_("This is not a SIRET."), _("It has fourteen digits; check them."), field) from error


def check_vat_number(text: str, field: str | None = None) -> str:
    """A French VAT number with its country: "FR83404833048". Raises Refused."""
    try:
        return "FR" + str(tva.validate(text.replace("\u00a0", " ")))
    except ValidationError as error:
        raise Refused(_("This is not a French VAT number."), _("It reads FR, two characters, SIREN."), field) from error


def _without_gaps(text: str) -> str:
    """Without the spaces and points people put between groups."""
    return re.sub(r"[\s.\u00a0\u202f-]", "", text)


def format_siren(number: str) -> str:
    """ "404 833 048"."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def format_siret(number: str) -> str:
    """ "404 833 048 00022"."""
    return f"{format_siren(number[:9])} {number[9:]}"


def parse_phone(text: str, region: str = "FR", field: str | None = None) -> str:
    """A telephone number as typed, in E.164: "06 12 34 56 78" -> "+33612345678". Raises Refused."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Refused(
            _("“{text}” is not a telephone number.").format(text=excerpt(text)),
            _("Type ten digits, or + and the country for a number abroad."),
            field,
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def format_phone(e164: str) -> str:
    """ "06 12 34 56 78" for France, "+32 2 555 12 12" elsewhere; what cannot be read is shown as it is."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    shape = PhoneNumberFormat.NATIONAL if number.country_code == 33 else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, shape)


def phone_kind(e164: str) -> PhoneKind:
    """Whether the number can take a text message ("mobile"), rings in a house ("fixed"), or is special."""
    try:
        return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(e164)), "other")
    except phonenumbers.NumberParseException:
        return "other"
