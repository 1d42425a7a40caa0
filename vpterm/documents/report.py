"""The report of a consultation as a paper, for the owner or a colleague. Pure."""

from __future__ import annotations

from vpterm.documents.paper import LANGUAGE, Paper, addressee, frame
from vpterm.kernel.births import age_text
from vpterm.kernel.dates import format_date, format_date_long, format_time, paris_day
from vpterm.kernel.i18n import _, using
from vpterm.kernel.identifiers import format_identification
from vpterm.kernel.quantities import format_quantity, format_weight
from vpterm.practice.animals.queries import AnimalSheet
from vpterm.practice.animals.rules import sex_label
from vpterm.practice.care.queries import EntrySheet, PerformedRow
from vpterm.practice.care.rules import KINDS
from vpterm.practice.sites.queries import SiteRow


def report_paper(entry: EntrySheet, animal: AnimalSheet, issuer: SiteRow) -> Paper:
    """What was found and done at one entry of the record. `issuer` is the site of the entry."""
    day = paris_day(entry.happened_at)
    with using(LANGUAGE):
        kind = _(KINDS[entry.kind])
        title = _("Report: {animal}, {day}").format(animal=animal.name, day=format_date(day))
        when = _("{day} at {time}").format(day=format_date_long(day), time=format_time(entry.happened_at))
        values = frame(title, issuer, entry.happened_at) | {
            "heading": _("Report of the visit"),
            "addressee": addressee(f"{animal.owner_title} {animal.owner_first_name} {animal.owner_last_name}".strip(),
                                   animal.owner_town),
            "facts": [[label, text] for label, text in _facts(entry, animal) if text],
            "when": f"{kind[:1].upper()}{kind[1:]}, {when}",
            "by": entry.author_name,
            "reason": [_("Reason"), entry.reason],
            "note": [_("Findings"), entry.note],
            "done": [_("Done"), [_done(service) for service in entry.services]],
        }  # fmt: skip
        file_name = f"{_('Report')} {animal.name.replace('/', '-')} {day.isoformat()}.pdf"
    return Paper(file_name, "report.typ", values)


def _facts(entry: EntrySheet, animal: AnimalSheet) -> list[tuple[str, str]]:
    day = paris_day(entry.happened_at)
    before = [weight for weight in animal.weights if paris_day(weight.measured_at) <= day]
    breed = ", ".join(text for text in (animal.species, animal.breed) if text)
    return [
        (_("Animal"), animal.name),
        (_("Species, breed"), breed),
        (_("Sex"), sex_label(animal.sex, animal.sterilised)),
        (_("Age"), age_text(animal.birth_date, day) if animal.birth_date else ""),
        (_("Identification"), format_identification(animal.identification) if animal.identification else ""),
        (_("Weight"), format_weight(before[-1].weight_g) if before else ""),
    ]


def _done(service: PerformedRow) -> str:
    quantity = f"{format_quantity(service.quantity)} × " if service.quantity != 1 else ""
    lot = " " + _("(lot {lot})").format(lot=service.lot) if service.lot else ""
    return f"{quantity}{service.label}{lot}"
