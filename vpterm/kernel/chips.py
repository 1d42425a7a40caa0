"""The identification of an animal: fifteen digits (ISO 11784) or an old tattoo, with a diagnosis.

Import from identifiers.py. Whether the number is already taken is for practice/animals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, ngettext
from vpterm.kernel.text import excerpt

FRENCH_PET = "25026"  # 250 France (ISO 3166), 26 companion animals
MAX_NATIONAL_CODE = 2**38 - 1  # ISO 11784 keeps 38 bits for the last twelve digits
_LOOKALIKES = str.maketrans("OQDILSBZG", "000115826")
_COUNTRIES = {
    "040": "AT", "056": "BE", "100": "BG", "112": "BY", "191": "HR", "196": "CY", "203": "CZ", "208": "DK",
    "233": "EE", "246": "FI", "250": "FR", "276": "DE", "300": "GR", "348": "HU", "352": "IS", "372": "IE",
    "376": "IL", "380": "IT", "428": "LV", "438": "LI", "440": "LT", "442": "LU", "470": "MT", "498": "MD",
    "499": "ME", "504": "MA", "528": "NL", "578": "NO", "616": "PL", "620": "PT", "642": "RO", "643": "RU",
    "688": "RS", "703": "SK", "705": "SI", "724": "ES", "752": "SE", "756": "CH", "788": "TN", "792": "TR",
    "804": "UA", "807": "MK", "826": "GB", "840": "US", "124": "CA", "012": "DZ", "020": "AD", "070": "BA",
    "008": "AL", "036": "AU", "076": "BR", "156": "CN", "356": "IN", "392": "JP", "484": "MX", "554": "NZ",
    "710": "ZA", "032": "AR", "152": "CL", "170": "CO", "686": "SN", "384": "CI", "450": "MG", "480": "MU",
}  # fmt: skip

Kind = Literal["transponder", "tattoo"]


@dataclass(frozen=True, slots=True)
class Identification:
    """A number fit to be kept: `text` is canonical (capitals and digits only).

    `country` is ISO 3166 alpha-2, "" where the number does not tell; `maker` the 9xx code of a manufacturer
    or the two digits of a French one; `remark` a sentence for the screen, "" when there is nothing to say.
    """

    kind: Kind
    text: str
    country: str = ""
    maker: str = ""
    remark: str = ""


class IdentificationRefused(Refused):
    """The number cannot be right; `proposal` is the likely one, to be compared with the animal, or None."""

    def __init__(self, message: str, proposal: str | None = None, field: str | None = None) -> None:
        advice = _("Scan the animal again.")
        if proposal is not None:
            advice = _("Perhaps {number}: compare with the reader.").format(number=format_identification(proposal))
        super().__init__(message, advice, field)
        self.proposal = proposal


def check_identification(text: str, field: str | None = None) -> Identification:
    """The identification that was typed or scanned. Raises IdentificationRefused with a diagnosis."""
    compact = re.sub(r"[\s.\-_*/\u00a0\u202f]", "", text).upper()
    if not compact:
        raise IdentificationRefused(_("A number is missing."), field=field)
    if not re.fullmatch(r"[0-9A-Z]+", compact):
        raise IdentificationRefused(
            _("“{text}” holds signs that no identification has.").format(text=excerpt(text)), field=field
        )
    if len(compact) <= 8 and not re.fullmatch(r"[0-9]{8}", compact):
        return _tattoo(compact, field)
    return _transponder(compact, field)


def _tattoo(compact: str, field: str | None) -> Identification:
    """Loose on purpose: ABC123, 2ABC123, ear marks of other countries; old ones stay valid."""
    if len(compact) < 3:
        raise IdentificationRefused(_("A tattoo has at least three characters."), field=field)
    return Identification("tattoo", compact)


def _transponder(compact: str, field: str | None) -> Identification:
    if not compact.isdigit():
        digits = compact.translate(_LOOKALIKES)
        found = re.findall(r"[A-Z]", compact)
        if len(found) > 3:
            raise IdentificationRefused(
                _("Neither a transponder (15 digits) nor a tattoo (8 characters at most)."), field=field
            )
        letters = ", ".join(sorted(set(found)))
        raise IdentificationRefused(
            _("A transponder has digits only, and this holds {letters}.").format(letters=letters),
            digits if _is_sound(digits) else None,
            field,
        )
    if len(compact) != 15:
        raise IdentificationRefused(_length_diagnosis(len(compact)), _of_right_length(compact), field)
    proposal = _swapped_back(compact)
    if proposal is not None:
        raise IdentificationRefused(_("Two neighbouring digits seem swapped at the beginning."), proposal, field)
    if int(compact[3:]) > MAX_NATIONAL_CODE or int(compact[3:]) == 0:
        raise IdentificationRefused(_("No transponder can hold this number."), field=field)
    return _described(compact, field)


def _length_diagnosis(length: int) -> str:
    return ngettext("{n} digit instead of 15.", "{n} digits instead of 15.", length).format(n=length)


def _is_sound(digits: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{15}", digits)) and 0 < int(digits[3:]) <= MAX_NATIONAL_CODE


def _of_right_length(digits: str) -> str | None:
    """The only French number one digit away near the beginning, or the half of a double scan."""
    half = digits[:15]
    if len(digits) == 30 and digits == half * 2:
        return half
    if digits.startswith(FRENCH_PET):
        return None
    found = {one for one in _one_digit_away(digits) if one.startswith(FRENCH_PET) and _is_sound(one)}
    return found.pop() if len(found) == 1 else None


def _one_digit_away(digits: str) -> Iterator[str]:
    for place in range(len(FRENCH_PET) + 1):
        if len(digits) == 14:
            yield from (digits[:place] + digit + digits[place:] for digit in "0256")
        if len(digits) == 16:
            yield digits[:place] + digits[place + 1 :]


def _swapped_back(digits: str) -> str | None:
    """The French number with two neighbours of the first six digits swapped; None for one likely as it is."""
    likely = digits[:3] in _COUNTRIES and int(digits[3:]) <= MAX_NATIONAL_CODE and digits[:3] != "250"
    if digits.startswith(FRENCH_PET) or likely or digits[0] == "9":
        return None
    for place in range(5):
        candidate = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if candidate.startswith(FRENCH_PET) and _is_sound(candidate):
            return candidate
    return None


def _described(digits: str, field: str | None) -> Identification:
    head = digits[:3]
    if head == "999":
        raise IdentificationRefused(_("999 marks transponders made for tests."), field=field)
    if head[0] == "9":
        remark = _("Code of a manufacturer ({code}): the number does not tell the country.").format(code=head)
        return Identification("transponder", digits, maker=head, remark=remark)
    country = _COUNTRIES.get(head, "")
    if country == "FR":
        pet = digits.startswith(FRENCH_PET)
        remark = "" if pet else _("French, but not of the companion animals (250 26).")
        return Identification("transponder", digits, "FR", digits[5:7] if pet else "", remark)
    if country:
        return Identification("transponder", digits, country, remark=_("Foreign transponder."))
    remark = _("Unknown country code {code}: compare with the reader.").format(code=head)
    return Identification("transponder", digits, remark=remark)


def format_identification(text: str) -> str:
    """ "250 26 86 00123456" for a transponder; a tattoo is shown as it is."""
    if not re.fullmatch(r"[0-9]{15}", text):
        return text
    return f"{text[:3]} {text[3:5]} {text[5:7]} {text[7:]}"
