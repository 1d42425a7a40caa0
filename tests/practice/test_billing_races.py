"""What is taken out of the record while its invoice is being prepared, changed or thrown away: both get through."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from tests.practice.patients import a_patient
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import (
    add_line,
    change_line,
    discard_draft,
    prepare_invoice,
    remove_line,
)
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import invoice_sheet
from vpterm.practice.care.actions import open_consultation, perform_service, remove_service

ROUNDS = 12


async def the_outcome(work: Awaitable[object]) -> str:
    """ "done", or "gone" where the other one had been first; anything else is the test's failure."""
    try:
        await work
    except NotFound:
        return "gone"
    return "done"


async def labels(context: Context, invoice_id: int) -> list[str]:
    return [line.label for line in (await invoice_sheet(context, invoice_id=invoice_id)).lines]


async def test_a_service_removed_while_its_invoice_is_prepared_is_on_no_invoice(group: Group) -> None:
    client, animal = await a_patient(group)
    vet, desk = group.context("vet.lilas"), group.context("accueil.lilas")
    entry = await open_consultation(vet, animal_id=animal)
    for _round in range(ROUNDS):
        services = [await perform_service(vet, entry_id=entry, fee_code=code) for code in ("CS", "VRAGE")]
        outcomes = await asyncio.gather(
            the_outcome(prepare_invoice(desk, client_id=client)),
            the_outcome(remove_service(vet, service_id=services[0])),
            the_outcome(prepare_invoice(desk, client_id=client)),
        )
        assert list(outcomes) == ["done", "done", "done"]
        invoice_id = await prepare_invoice(desk, client_id=client)
        assert await labels(desk, invoice_id) == ["Vaccin rage"]
        await discard_draft(desk, invoice_id=invoice_id)
        await remove_service(vet, service_id=services[1])


@pytest.mark.parametrize(
    "at_the_desk",
    [
        lambda desk, line, invoice: change_line(desk, line_id=line, unit_price=Money("40")),
        lambda desk, line, invoice: remove_line(desk, line_id=line),
        lambda desk, line, invoice: discard_draft(desk, invoice_id=invoice),
    ],
    ids=["changed", "taken off", "thrown away"],
)
async def test_a_service_removed_while_the_desk_works_on_its_line(
    group: Group, at_the_desk: Callable[[Context, int, int], Awaitable[None]]
) -> None:
    client, animal = await a_patient(group)
    vet, desk = group.context("vet.lilas"), group.context("accueil.lilas")
    entry = await open_consultation(vet, animal_id=animal)
    for _round in range(ROUNDS):
        service = await perform_service(vet, entry_id=entry, fee_code="CS")
        invoice_id = await prepare_invoice(desk, client_id=client)
        (line,) = (await invoice_sheet(desk, invoice_id=invoice_id)).lines
        outcomes = await asyncio.gather(
            the_outcome(at_the_desk(desk, line.id, invoice_id)), the_outcome(remove_service(vet, service_id=service))
        )
        assert list(outcomes) in (["done", "done"], ["gone", "done"])
        assert await labels(desk, await prepare_invoice(desk, client_id=client)) == []


async def test_a_service_removed_waits_for_the_invoice_before_it_touches_the_line(group: Group) -> None:
    """Held in the middle: whoever has the invoice can take its line, and the removal goes on afterwards."""
    client, animal = await a_patient(group)
    vet, desk = group.context("vet.lilas"), group.context("accueil.lilas")
    entry = await open_consultation(vet, animal_id=animal)
    service = await perform_service(vet, entry_id=entry, fee_code="CS")
    invoice_id = await prepare_invoice(desk, client_id=client)
    await add_line(desk, invoice_id=invoice_id, label="Collier", unit_price=Money("12.40"))
    with psycopg.connect(group.site_url("lilas")) as holder:
        holder.execute("SELECT set_config('vpterm.staff', '1', true)")
        holder.execute("SELECT set_config('vpterm.staff', %s, true)", (str(group.ids["accueil.lilas"]),))
        holder.execute("SELECT FROM invoices WHERE id = %s FOR UPDATE", (invoice_id,))
        removal = asyncio.create_task(remove_service(vet, service_id=service))
        await asyncio.sleep(0.3)
        assert not removal.done()
        await asyncio.to_thread(holder.execute, "DELETE FROM invoice_lines WHERE service_id = %s", (service,))
        holder.commit()
    await removal
    assert await labels(desk, invoice_id) == ["Collier"]


async def test_a_credit_note_and_a_removal_at_once(group: Group) -> None:
    """The removal is refused while the invoice stands, and goes through once it is credited."""
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    entry = await open_consultation(vet, animal_id=animal)
    for _round in range(ROUNDS):
        service = await perform_service(vet, entry_id=entry, fee_code="CS")
        invoice_id = await prepare_invoice(vet, client_id=client)
        await issue_invoice(vet, invoice_id=invoice_id)
        credited, removed = await asyncio.gather(
            credit_invoice(vet, invoice_id=invoice_id, because="erreur"),
            remove_service(vet, service_id=service),
            return_exceptions=True,
        )
        assert isinstance(credited, str)
        assert removed is None or "never changes" in str(removed) or "ne change jamais" in str(removed), removed
        if removed is not None:
            await remove_service(vet, service_id=service)
