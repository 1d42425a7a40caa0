"""One site of the demo at work: its people at their moment, and one patient's way from the table to the till."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from vpterm.database.context import Context
from vpterm.demo.cases import Case
from vpterm.demo.furniture import Clinic
from vpterm.demo.patients import Patient
from vpterm.kernel.money import Money
from vpterm.kernel.quantities import format_weight
from vpterm.practice.animals.health import open_problem, record_weight
from vpterm.practice.billing.actions import prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import invoice_sheet
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, write_note
from vpterm.practice.staff.rules import RIGHTS, Role
from vpterm.practice.till.actions import take_payment

MEANS, MEANS_SHARES = ("card", "cheque", "cash", "transfer"), (66, 14, 13, 7)
FARM_SHARES = (8, 32, 0, 60)


@dataclass
class Site:
    """A clinic with the context of its login, the numbers of its people, resources and reasons, and its patients."""

    clinic: Clinic
    context: Context
    people: dict[str, int]
    chance: Random
    today: date
    resources: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    patients: list[Patient] = field(default_factory=list)

    def at(self, login: str, moment: datetime, role: Role = Role.VET) -> Context:
        """This person at work here at that moment."""
        return replace(self.context, staff_id=self.people[login], rights=RIGHTS[role], clock=_always(moment))

    def desk(self, moment: datetime) -> Context:
        """Whoever sits at the desk."""
        role = Role.RECEPTION if self.clinic.desk.startswith("accueil") else Role.NURSE
        return self.at(self.clinic.desk, moment, role)

    def some_vet(self) -> str:
        return self.chance.choice(list(self.clinic.vets))


def _always(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


async def treat(
    site: Site, patient: Patient, case: Case, vet: str, moment: datetime, *, visit_id: int | None = None
) -> None:
    """A whole consultation: weight, note, what was done, finished a quarter of an hour later."""
    context = site.at(vet, moment)
    entry_id = await open_consultation(
        context, animal_id=patient.animal_id, visit_id=visit_id, reason=case.reason, kind=case.kind
    )
    weight = await weigh(site, patient, context)
    temperature = f"{site.chance.uniform(38.1, 39.2):.1f}".replace(".", ",")
    note = case.note.format(t=temperature, w=weight, n=patient.name)
    await write_note(context, entry_id=entry_id, note=note)
    for code, quantity in case.services():
        await perform_service(
            context, entry_id=entry_id, fee_code=_by_weight(code, patient), quantity=Decimal(quantity)
        )
        patient.sterilised |= code in {"CASTCT", "OVCT", "CASTCN", "OVCN", "CASTLP"}
        patient.dead |= code.startswith("EUT")
    if case.problem and case.problem not in patient.problems:
        patient.problems.add(case.problem)
        await open_problem(context, animal_id=patient.animal_id, label=case.problem)
    await finish_entry(site.at(vet, moment + timedelta(minutes=15)), entry_id=entry_id)


async def weigh(site: Site, patient: Patient, context: Context) -> str:
    """Put the animal on the scales; answers its weight as it is written in a note, "" for a herd or a horse."""
    if patient.is_herd or patient.species == "horse":
        return ""
    weight_g = patient.weight_on(context.today(), site.today, site.chance)
    await record_weight(context, animal_id=patient.animal_id, weight_g=weight_g)
    return format_weight(weight_g, "fr")


def _by_weight(code: str, patient: Patient) -> str:
    """Operations of dogs of 20 kg and more have a fee of their own."""
    return f"{code}G" if code in {"CASTCN", "OVCN"} and patient.grown_g >= 20_000 else code


async def settle_bill(site: Site, patient: Patient, moment: datetime, *, paid: bool = True) -> Money:
    """The invoice of what was done, and its payment; answers what was paid."""
    desk = site.desk(moment)
    invoice_id = await prepare_invoice(desk, client_id=patient.client_id)
    await issue_invoice(desk, invoice_id=invoice_id)
    if not paid:
        return Money.zero()
    due = (await invoice_sheet(desk, invoice_id=invoice_id)).due
    if due <= Money.zero():
        return Money.zero()
    means = site.chance.choices(MEANS, FARM_SHARES if patient.is_herd else MEANS_SHARES)[0]
    parts = [(means, due)]
    if means == "cash" and due > Money("150"):
        parts = [("cash", Money("100")), ("card", due - Money("100"))]
    elif due > Money("400") and site.chance.random() < 0.3:
        parts = [(means, Money("200"))]  # the rest is promised for the end of the month
    await take_payment(desk, client_id=patient.client_id, invoice_id=invoice_id, parts=parts)
    return Money.total(amount for means, amount in parts if means == "cash")
