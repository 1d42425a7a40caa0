"""An animal that changes hands: what goes along, what stays, and what must be done before."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select

from tests.practice.clinic_day import ClinicDay, at
from tests.world import Group
from vpterm.database.audit import AuditEntry
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.money import Money
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import find_booking
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.animals.search import search
from vpterm.practice.animals.transfers import transfer_animal
from vpterm.practice.billing.actions import discard_draft, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import client_balance, invoice_sheet, list_invoices
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, write_note
from vpterm.practice.care.queries import timeline
from vpterm.practice.fees.actions import load_base_fees
from vpterm.practice.waiting.actions import check_in, leave

TOMORROW = at("08:30").date() + timedelta(days=1)


async def _consult(group: Group, clinic: ClinicDay, name: str, login: str = "vet.lilas") -> None:
    await load_base_fees(group.management())
    vet = group.context(login)
    entry = await open_consultation(vet, animal_id=clinic.animals[name])
    await write_note(vet, entry_id=entry, note="Vaccin annuel")
    await perform_service(vet, entry_id=entry, fee_code="CS")
    await finish_entry(vet, entry_id=entry)


async def _refused(clinic: ClinicDay, animal: str, how: str = "sold") -> Refused:
    with pytest.raises(Refused) as refusal:
        await transfer_animal(
            clinic.context, animal_id=clinic.animals[animal], client_id=clinic.clients["Dubois"], how=how
        )
    assert (await animal_sheet(clinic.context, animal_id=clinic.animals[animal])).client_id == clinic.clients["Martin"]
    return refusal.value


async def test_the_record_goes_along_and_invoices_stay(group: Group, clinic: ClinicDay) -> None:
    context, mirza = clinic.context, clinic.animals["Mirza"]
    await _consult(group, clinic, "Mirza")
    invoice = await prepare_invoice(context, client_id=clinic.clients["Martin"])
    await issue_invoice(context, invoice_id=invoice)
    total = (await invoice_sheet(context, invoice_id=invoice)).total
    assert total > Money.zero()
    group.clock.forward(minutes=5)
    await transfer_animal(context, animal_id=mirza, client_id=clinic.clients["Dubois"], how="given")
    assert [(hit.last_name, hit.animal_id) for hit in await search(context, text="mirza dub")] == [("Dubois", mirza)]
    assert await search(context, text="mirza mart") == []
    assert (await client_balance(context, client_id=clinic.clients["Martin"])).here == total
    assert (await client_balance(context, client_id=clinic.clients["Dubois"])).here == Money.zero()
    assert [row.id for row in await list_invoices(context, client_id=clinic.clients["Martin"])] == [invoice]
    rows = await timeline(group.context("vet.port"), animal_id=mirza)
    assert [(row.kind, row.text, row.how, row.site_code, row.author_login) for row in rows][:2] == [
        ("transfer", "Mme Martin → Mme Dubois", "given", "lilas", "vet.lilas"),
        ("consultation", "Vaccin annuel", "", "lilas", "vet.lilas"),
    ]
    # What is done from now on is the new owner's.
    await _consult(group, clinic, "Mirza")
    draft = await prepare_invoice(context, client_id=clinic.clients["Dubois"])
    assert len((await invoice_sheet(context, invoice_id=draft)).lines) == 1


async def test_the_trail_tells_the_old_and_the_new_owner(group: Group, clinic: ClinicDay) -> None:
    mirza, martin, dubois = clinic.animals["Mirza"], clinic.clients["Martin"], clinic.clients["Dubois"]
    await transfer_animal(clinic.context, animal_id=mirza, client_id=dubois, how="inherited")
    statement = select(AuditEntry.table_name, AuditEntry.old_values, AuditEntry.new_values).where(
        AuditEntry.table_name.in_(["animals", "animal_transfers"]), AuditEntry.operation != "DELETE"
    )
    async with clinic.context.reading() as connection:
        trail = (await connection.execute(statement.order_by(AuditEntry.id.desc()).limit(2))).all()
    transfer, animal = trail
    assert (animal.old_values["client_id"], animal.new_values["client_id"]) == (martin, dubois)
    assert [transfer.new_values[name] for name in ("from_client_id", "to_client_id", "how")] == [
        martin, dubois, "inherited",
    ]  # fmt: skip


async def test_a_visit_holds_the_animal_until_it_has_left(clinic: ClinicDay) -> None:
    visit = await check_in(clinic.context, animal_id=clinic.animals["Mirza"])
    refusal = await _refused(clinic, "Mirza")
    assert refusal.message == "Mirza est à la clinique en ce moment (Clinique des Lilas)."
    assert await _refused(clinic, "Mirza", "mistake")
    await leave(clinic.context, visit_id=visit)
    await transfer_animal(
        clinic.context, animal_id=clinic.animals["Mirza"], client_id=clinic.clients["Dubois"], how="sold"
    )


async def test_a_draft_and_what_is_not_billed_hold_it_at_every_site(group: Group, clinic: ClinicDay) -> None:
    await _consult(group, clinic, "Mirza", "vet.port")
    refusal = await _refused(clinic, "Mirza")
    assert refusal.message == "Ce qui a été fait à Mirza n'est pas encore facturé (Clinique du Port)."
    assert refusal.advice == "Facturez-le d'abord à Mme Martin."
    port = group.context("vet.port")
    draft = await prepare_invoice(port, client_id=clinic.clients["Martin"])
    refusal = await _refused(clinic, "Mirza", "mistake")
    assert refusal.message == "Mirza est sur un brouillon de facture de Mme Martin (Clinique du Port)."
    await discard_draft(port, invoice_id=draft)
    # Entered under the wrong client: what was done is billed to the right one.
    mirza, dubois = clinic.animals["Mirza"], clinic.clients["Dubois"]
    await transfer_animal(clinic.context, animal_id=mirza, client_id=dubois, how="mistake")
    draft = await prepare_invoice(port, client_id=dubois)
    assert [line.animal_name for line in (await invoice_sheet(port, invoice_id=draft)).lines] == ["Mirza"]


async def test_bookings_to_come_follow_and_those_of_the_past_stay(group: Group, clinic: ClinicDay) -> None:
    mirza, martin, dubois = clinic.animals["Mirza"], clinic.clients["Martin"], clinic.clients["Dubois"]

    async def booked(starts_at: str, animal: int, client: int, day: object = None) -> int:
        when = at(starts_at) if day is None else at(starts_at, TOMORROW)
        return await book(
            clinic.context, resource_id=clinic.resources["Dr Rousseau"], starts_at=when,
            reason_id=clinic.reasons["vaccin"], client_id=client, animal_id=animal,
        )  # fmt: skip

    past, coming = await booked("08:45", mirza, martin), await booked("09:00", mirza, martin, TOMORROW)
    others = await booked("10:00", clinic.animals["Rex"], dubois, TOMORROW)
    group.clock.forward(hours=1)
    await transfer_animal(clinic.context, animal_id=mirza, client_id=dubois, how="sold")
    owners = [(await find_booking(clinic.context, booking_id=number)).client_id for number in (past, coming, others)]
    assert owners == [martin, dubois, dubois]


async def test_what_cannot_be_transferred(group: Group, clinic: ClinicDay) -> None:
    mirza, martin, dubois = clinic.animals["Mirza"], clinic.clients["Martin"], clinic.clients["Dubois"]
    for animal, client, how in ((mirza, martin, "sold"), (mirza, dubois, "stolen")):
        with pytest.raises(Refused):
            await transfer_animal(clinic.context, animal_id=animal, client_id=client, how=how)
    for animal, client in ((mirza, dubois + 1000), (mirza + 1000, dubois)):
        with pytest.raises(NotFound):
            await transfer_animal(clinic.context, animal_id=animal, client_id=client, how="sold")
    with pytest.raises(NotAllowed):
        await transfer_animal(group.context("support"), animal_id=mirza, client_id=dubois, how="sold")
    assert [row.kind for row in await timeline(clinic.context, animal_id=mirza)] == []


async def test_a_site_carries_no_booking_to_a_client_who_is_not_the_owner(group: Group, clinic: ClinicDay) -> None:
    """The function that looks over the wall makes other sites' bookings agree with the animal, and can do no more."""
    rex, dubois = clinic.animals["Rex"], clinic.clients["Dubois"]
    number = await book(
        clinic.context, resource_id=clinic.resources["Dr Rousseau"], starts_at=at("09:00", TOMORROW),
        reason_id=clinic.reasons["vaccin"], client_id=dubois, animal_id=rex,
    )  # fmt: skip
    with psycopg.connect(group.site_url("port"), autocommit=True) as connection:
        connection.execute(f"SET vpterm.staff = '{group.ids['vet.port']}'".encode())
        connection.execute("SELECT carry_bookings(%s, '2020-01-01')", (rex,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE vpterm_functions")
    booking = await find_booking(clinic.context, booking_id=number)
    assert booking.client_id == dubois
    async with clinic.context.reading() as connection:
        changes = select(AuditEntry.id).where(AuditEntry.table_name == "bookings", AuditEntry.operation == "UPDATE")
        assert (await connection.execute(changes)).all() == []
