"""A paper before it is set: its name, its template, and every text on it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vpterm.kernel.dates import PARIS
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import format_phone, format_siret, parse_phone
from vpterm.practice.sites.queries import SiteRow

LANGUAGE = "fr"  # the law's language, whoever works here: decisions, 2026-11-25


@dataclass(frozen=True, slots=True)
class Paper:
    """`template` is a file of templates/; `values` are JSON values, every text of them shown as it is."""

    file_name: str
    template: str
    values: Mapping[str, Any]


def frame(title: str, issuer: SiteRow, dated: datetime) -> dict[str, Any]:
    """What every paper has: its title, who made it and by which law they are known, its date (of the row, not of now).

    Name, address, SIRET and VAT number of the issuer: CGI ann. II art. 242 nonies A, C. com. art. R123-237.
    """
    clock = dated.astimezone(PARIS)
    company = f"{issuer.entity_name}, {issuer.legal_form}" if issuer.legal_form else issuer.entity_name
    seat = ", ".join(
        part for part in (issuer.entity_address, _town(issuer.entity_postcode, issuer.entity_town)) if part
    )
    known_by = [_("SIRET {number}").format(number=format_siret(issuer.siret))]
    if issuer.vat_number:
        known_by.append(_("VAT number {number}").format(number=issuer.vat_number))
    return {
        "title": title,
        "language": LANGUAGE,
        "dated": [clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second],
        "issuer": {
            "name": issuer.name,
            "lines": [issuer.address, _town(issuer.postcode, issuer.town)],
            "reach": [text for text in (_phone(issuer.phone), issuer.email) if text],
            "company": f"{company}, {seat}" if seat else company,
            "known_by": " · ".join(known_by),
        },
        "page_of": _("page {page} of {pages}"),
    }


def addressee(name: str, address: str) -> list[str]:
    """The lines of the window of an envelope."""
    return [line for line in (name, *address.splitlines()) if line.strip()]


def duplicate(copy_number: int) -> str:
    """What marks a copy; nothing for the original (number 1)."""
    return _("Duplicate no. {number}").format(number=copy_number - 1) if copy_number > 1 else ""


def _phone(typed: str) -> str:
    """As one dials it; a site's own is kept as the management typed it."""
    try:
        return format_phone(parse_phone(typed)) if typed else ""
    except Refused:
        return typed


def _town(postcode: str, town: str) -> str:
    return f"{postcode} {town}".strip()
