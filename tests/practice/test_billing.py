"""Invoices: from what was done to a numbered document that never changes, and back by a credit note."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import text

from tests.practice.patients import a_client, a_patient, an_animal
from tests.world import Group
from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused, VptermError
from vpterm.kernel.i18n import using
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, change_line, discard_draft, prepare_invoice, remove_line
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import client_balance, invoice_sheet, list_invoices, list_to_bill
from vpterm.practice.care.actions import open_consultation, perform_service, remove_service
from vpterm.practice.fees.actions import set_site_fee
from vpterm.practice.sharing.actions import choose_sharing


async def _done(context: Context, animal_id: int, *codes: str) -> list[int]:
    entry_id = await open_consultation(context, animal_id=animal_id)
    return [await perform_service(context, entry_id=entry_id, fee_code=code) for code in codes]


async def _issued(context: Context, client_id: int, price: str = "10") -> int:
    invoice_id = await prepare_invoice(context, client_id=client_id)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    return invoice_id


async def test_what_was_done_becomes_lines_at_the_prices_of_the_site(group: Group) -> None:
    client, mirza = await a_patient(group)
    rex = await an_animal(group, client, "Rex")
    vet, colleague, desk = group.context("vet.lilas"), group.context("vet.deux"), group.context("accueil.lilas")
    await set_site_fee(group.context("gerance", at="lilas"), code="CS", price="52")
    await _done(vet, mirza, "CS", "RADIO1")
    await _done(colleague, rex, "VRAGE")
    await _done(group.context("vet.port"), mirza, "CS")
    invoice_id = await prepare_invoice(desk, client_id=client)
    sheet = await invoice_sheet(desk, invoice_id=invoice_id)
    assert [(line.label, line.animal_name, line.practitioner_name, line.total) for line in sheet.lines] == [
        ("Consultation", "Mirza", "Anne Rousseau", Money("52")),
        ("Radiographie, première vue", "Mirza", "Anne Rousseau", Money("62")),
        ("Vaccin rage", "Rex", "Claire Fontaine", Money("58")),
    ]
    assert (sheet.total, sheet.net, sheet.vat) == (Money("172"), Money("143.33"), Money("28.67"))
    assert [(rate.rate.percent, rate.total) for rate in sheet.vat_table] == [(Decimal(20), Money("172"))]
    assert sheet.is_draft
    assert sheet.client_name == "Mme Claire Martin"


async def test_preparing_again_adds_only_what_is_new(group: Group) -> None:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await _done(vet, animal, "CS")
    invoice_id = await prepare_invoice(vet, client_id=client)
    line = (await invoice_sheet(vet, invoice_id=invoice_id)).lines[0]
    await change_line(vet, line_id=line.id, discount_percent=10)
    assert await prepare_invoice(vet, client_id=client) == invoice_id
    await _done(vet, animal, "NFS")
    await asyncio.gather(*(prepare_invoice(vet, client_id=client) for _ in range(8)))
    lines = (await invoice_sheet(vet, invoice_id=invoice_id)).lines
    assert [(line.label, line.total, line.position) for line in lines] == [
        ("Consultation", Money("44.10"), 1), ("Numération formule sanguine", Money("44"), 2),
    ]  # fmt: skip


async def test_lines_of_a_draft_are_changed_removed_and_come_back(group: Group) -> None:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await _done(vet, animal, "CS")
    invoice_id = await prepare_invoice(vet, client_id=client)
    added = await add_line(vet, invoice_id=invoice_id, fee_code="VERMCN", quantity=3, animal_id=animal)
    await change_line(vet, line_id=added, quantity=Decimal("2.5"), unit_price=Money("9.99"), label="Vermifuge")
    sheet = await invoice_sheet(vet, invoice_id=invoice_id)
    assert [(line.label, line.total) for line in sheet.lines] == [
        ("Consultation", Money("49")), ("Vermifuge", Money("24.98")),
    ]  # fmt: skip
    await remove_line(vet, line_id=sheet.lines[0].id)
    assert [row.amount for row in await list_to_bill(vet)] == [Money("73.98")]
    await prepare_invoice(vet, client_id=client)
    assert (await invoice_sheet(vet, invoice_id=invoice_id)).total == Money("73.98")
    await discard_draft(vet, invoice_id=invoice_id)
    with pytest.raises(NotFound):
        await invoice_sheet(vet, invoice_id=invoice_id)
    assert [row.amount for row in await list_to_bill(vet)] == [Money("49")]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("quantity", {"quantity": 0}), ("quantity", {"quantity": Decimal("0.0001")}),
        ("discount_percent", {"discount_percent": 101}), ("unit_price", {"unit_price": Money("-1")}),
        ("label", {"label": " "}), ("unit_price", {"unit_price": None}),
        ("quantity", {"quantity": 1_000_000, "unit_price": Money("100")}),
    ],
)  # fmt: skip
async def test_a_line_that_cannot_be_is_refused_with_its_field(
    group: Group, field: str, values: dict[str, int]
) -> None:
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=await a_client(vet))
    given = {"label": "Acte", "unit_price": Money("1"), **values}
    with pytest.raises(Refused) as refusal:
        await add_line(vet, invoice_id=invoice_id, **given)  # type: ignore[arg-type]
    assert refusal.value.field == field


async def test_an_issued_invoice_keeps_its_number_name_and_totals(group: Group) -> None:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await _done(vet, animal, "CS")
    invoice_id = await prepare_invoice(vet, client_id=client)
    assert await issue_invoice(vet, invoice_id=invoice_id) == "L-2026-000001"
    async with vet.writing() as connection:
        await connection.execute(text("UPDATE clients SET last_name = 'Durand', town = 'Rezé'"))
    sheet = await invoice_sheet(vet, invoice_id=invoice_id)
    assert (sheet.client_name, sheet.client_address) == ("Mme Claire Martin", "8 rue du Calvaire\n44000 Nantes")
    assert (sheet.issued_on, sheet.issued_at) == (vet.today(), vet.now())
    assert (sheet.total, sheet.due) == (Money("49"), Money("49"))
    with pytest.raises(Conflict):
        await issue_invoice(vet, invoice_id=invoice_id)
    for attempt in (
        add_line(vet, invoice_id=invoice_id, label="x", unit_price=Money("1")),
        change_line(vet, line_id=sheet.lines[0].id, quantity=2),
        remove_line(vet, line_id=sheet.lines[0].id),
        discard_draft(vet, invoice_id=invoice_id),
    ):
        with pytest.raises(Refused):
            await attempt
    assert await list_to_bill(vet) == []


async def test_nothing_is_issued_without_a_line(group: Group) -> None:
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=await a_client(vet))
    with pytest.raises(Refused) as refusal:
        await issue_invoice(vet, invoice_id=invoice_id)
    assert refusal.value.advice
    assert await list_to_bill(vet) == []


async def test_a_credit_note_takes_the_whole_back_and_releases_what_was_done(group: Group) -> None:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await _done(vet, animal, "CS", "BIOCH")
    invoice_id = await prepare_invoice(vet, client_id=client)
    await issue_invoice(vet, invoice_id=invoice_id)
    assert await credit_invoice(vet, invoice_id=invoice_id, because="erreur de client") == "LA-2026-000001"
    invoice = await invoice_sheet(vet, invoice_id=invoice_id)
    note_row = next(row for row in await list_invoices(vet, client_id=client) if row.kind == "credit_note")
    note = await invoice_sheet(vet, invoice_id=note_row.id)
    assert [line.total for line in note.lines] == [-line.total for line in invoice.lines]
    assert (note.total, note.net, note.vat) == (-invoice.total, -invoice.net, -invoice.vat)
    assert (invoice.credit_note, note.credited_number) == ("LA-2026-000001", "L-2026-000001")
    assert (invoice.due, (await client_balance(vet, client_id=client)).here) == (Money.zero(), Money.zero())
    with pytest.raises(Refused):
        await credit_invoice(vet, invoice_id=invoice_id, because="encore")
    with pytest.raises(Refused):
        await credit_invoice(vet, invoice_id=note_row.id, because="encore")
    again = await prepare_invoice(vet, client_id=client)
    assert (await invoice_sheet(vet, invoice_id=again)).total == Money("127")


async def test_who_may_credit_and_that_it_says_why(group: Group) -> None:
    desk, vet = group.context("accueil.lilas"), group.context("vet.lilas")
    invoice_id = await _issued(desk, await a_client(desk))
    with pytest.raises(NotAllowed):
        await credit_invoice(desk, invoice_id=invoice_id, because="x")
    with pytest.raises(Refused) as refusal:
        await credit_invoice(vet, invoice_id=invoice_id, because=" ")
    assert refusal.value.field == "because"


async def test_a_removed_service_leaves_the_draft_and_never_an_invoice(group: Group) -> None:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    kept, removed = await _done(vet, animal, "CS", "NFS")
    invoice_id = await prepare_invoice(vet, client_id=client)
    await remove_service(vet, service_id=removed)
    assert [line.label for line in (await invoice_sheet(vet, invoice_id=invoice_id)).lines] == ["Consultation"]
    await issue_invoice(vet, invoice_id=invoice_id)
    with pytest.raises(Refused):
        await remove_service(vet, service_id=kept)
    await credit_invoice(vet, invoice_id=invoice_id, because="erreur")
    await remove_service(vet, service_id=kept)
    assert await list_to_bill(vet) == []


async def test_fifty_people_issue_at_once_without_a_gap_or_a_double(group: Group) -> None:
    context = group.context("vet.lilas")
    drafts = []
    for number in range(50):
        client = await a_client(context, f"Client {number}")
        invoice_id = await prepare_invoice(context, client_id=client)
        if number % 10 != 9:  # every tenth draft is empty: its issue is refused, and takes no number
            await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money("10"))
        drafts.append(invoice_id)
    outcomes = await asyncio.gather(
        *(issue_invoice(context, invoice_id=invoice_id) for invoice_id in drafts), return_exceptions=True
    )
    numbers = sorted(outcome for outcome in outcomes if isinstance(outcome, str))
    assert numbers == [f"L-2026-{number:06}" for number in range(1, 46)]
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 5


async def test_a_draft_issued_twice_at_once_gets_one_number(group: Group) -> None:
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=await a_client(vet))
    await add_line(vet, invoice_id=invoice_id, label="Acte", unit_price=Money("10"))
    outcomes = await asyncio.gather(
        *(issue_invoice(vet, invoice_id=invoice_id) for _ in range(8)), return_exceptions=True
    )
    assert sorted(map(str, (o for o in outcomes if isinstance(o, str)))) == ["L-2026-000001"]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7


async def test_each_site_kind_and_year_has_its_series(group: Group) -> None:
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    client = await a_client(lilas)
    first = await _issued(lilas, client)
    await _issued(port, client)
    await credit_invoice(lilas, invoice_id=first, because="erreur")
    group.clock.forward(days=60)
    await _issued(lilas, client)
    await _issued(lilas, client)
    assert [row.number for row in await list_invoices(lilas)] == [
        "L-2027-000002", "L-2027-000001", "LA-2026-000001", "L-2026-000001",
    ]  # fmt: skip
    assert [row.number for row in await list_invoices(port)] == ["P-2026-000001"]
    today = lilas.today()
    assert [row.number for row in await list_invoices(lilas, since=today - timedelta(days=1), until=today)] == [
        "L-2027-000002", "L-2027-000001",
    ]  # fmt: skip


async def test_dates_of_a_series_never_go_back(group: Group) -> None:
    vet = group.context("vet.lilas")
    client = await a_client(vet)
    await _issued(vet, client)
    for step_back in (timedelta(days=1), timedelta(days=400)):
        group.clock.moment -= step_back
        with using("en"), pytest.raises(Refused) as refusal:
            await _issued(vet, client)
        assert "dated later" in refusal.value.message
        group.clock.moment += step_back
    # The day is that of Paris: half past midnight there is still yesterday in UTC.
    group.clock.moment = group.clock.moment.replace(hour=23, minute=30)
    await _issued(vet, client)
    assert str((await list_invoices(vet))[0].issued_on) == "2026-11-25"
    assert [row.number for row in await list_invoices(vet)] == ["L-2026-000002", "L-2026-000001"]


REWRITES = (
    "UPDATE invoices SET total = 1, net = 1, vat = 0 WHERE number IS NOT NULL",
    "UPDATE invoices SET client_name = 'X' WHERE number IS NOT NULL",
    "UPDATE invoices SET issued_at = NULL, number = NULL, issued_on = NULL WHERE number IS NOT NULL",
    "DELETE FROM invoices WHERE number IS NOT NULL",
    "UPDATE invoice_lines SET total = 1, net = 1, vat = 0",
    "UPDATE invoice_lines SET released = true",
    "DELETE FROM invoice_lines",
    "TRUNCATE invoices CASCADE",
    "TRUNCATE invoice_lines",
    "UPDATE invoice_series SET last_number = last_number + 1",
    "UPDATE invoice_series SET last_number = 0",
    "DELETE FROM invoice_series",
)


@pytest.mark.parametrize("statement", REWRITES)
async def test_no_login_rewrites_what_is_issued(group: Group, statement: str) -> None:
    vet = group.context("vet.lilas")
    client = await a_client(vet)
    await _issued(vet, client)
    before = await _rows(group)
    for url in (group.site_url("lilas"), group.site_url("port"), group.url(roles.OWNER), group.url("vpterm_group")):
        await _attempt(url, f"SELECT set_config('vpterm.staff', '{vet.staff_id}', false)", statement)
    # A superuser, whom no wall holds, is stopped by the triggers.
    with pytest.raises(psycopg.Error, match=r"issued|never changed"):
        group.cluster.as_superuser(f"SET vpterm.staff = '{vet.staff_id}'; {statement}", group.name)
    assert await _rows(group) == before


async def test_no_login_forges_a_number_or_a_document(group: Group) -> None:
    vet = group.context("vet.lilas")
    client = await a_client(vet)
    issued = await _issued(vet, client)
    draft = await prepare_invoice(vet, client_id=client)
    await add_line(vet, invoice_id=draft, label="Acte", unit_price=Money("5"))
    site, entity = group.ids["lilas"], "(SELECT billing_entity_id FROM sites LIMIT 1)"
    for statement in (
        f"INSERT INTO invoices (site_id, billing_entity_id, client_id, issued_at, issued_on, number) "
        f"VALUES ({site}, {entity}, {client}, now(), current_date, 'L-2026-999999')",
        f"INSERT INTO invoice_series (site_id, billing_entity_id, kind, year, last_number, last_issued_on) "
        f"VALUES ({site}, {entity}, 'invoice', 2030, 500, current_date)",
        f"UPDATE invoice_lines SET invoice_id = {issued}, position = 9 WHERE invoice_id = {draft}",
        f"INSERT INTO invoice_lines (site_id, invoice_id, position, practitioner_id, label, quantity, unit_price, "
        f"vat_percent, total, net, vat) VALUES ({site}, {issued}, 9, 1, 'x', 1, 1, 20, 1, 1, 0)",
    ):
        failure = await _attempt(
            group.site_url("lilas"), f"SELECT set_config('vpterm.staff', '{vet.staff_id}', false)", statement
        )
        assert failure, statement
    # Issued by a plain statement, a draft still gets the next number, its own totals and its true date.
    await _attempt(
        group.site_url("lilas"), f"SELECT set_config('vpterm.staff', '{vet.staff_id}', false)",
        "UPDATE invoices SET issued_at = '2026-11-24 12:00+00', issued_on = '2020-01-01', number = 'L-1', total = 999,"
        f" net = 999, vat = 0 WHERE id = {draft}",
    )  # fmt: skip
    sheet = await invoice_sheet(vet, invoice_id=draft)
    row = (await list_invoices(vet))[0]
    assert (sheet.number, str(sheet.issued_on)) == ("L-2026-000002", "2026-11-24")
    assert (row.total, row.net, row.vat) == (Money("5"), Money("4.17"), Money("0.83"))


async def _attempt(url: str, *statements: str) -> str:
    """Run statements as this login; answers the error's code, "" when all went through."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        try:
            for statement in statements:
                await connection.execute(statement.encode())
        except psycopg.Error as failure:
            await connection.rollback()
            return failure.sqlstate or "?"
    return ""


async def _rows(group: Group) -> list[object]:
    async with await psycopg.AsyncConnection.connect(group.cluster.superuser_url(group.name)) as connection:
        return [
            await (await connection.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY 1".encode())).fetchall()
            for table in ("invoices", "invoice_lines", "invoice_series")
        ]


async def test_a_site_bills_and_sees_its_own_documents_alone(group: Group) -> None:
    client, animal = await a_patient(group)
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    [service] = await _done(lilas, animal, "CS")
    here = await prepare_invoice(lilas, client_id=client)
    await issue_invoice(lilas, invoice_id=here)
    assert await list_to_bill(port) == []
    assert await list_invoices(port) == []
    for attempt in (
        invoice_sheet(port, invoice_id=here),
        issue_invoice(port, invoice_id=here),
        credit_invoice(port, invoice_id=here, because="x"),
        discard_draft(port, invoice_id=here),
    ):
        with pytest.raises(NotFound):
            await attempt
    draft = await prepare_invoice(port, client_id=client)
    with pytest.raises(VptermError):
        async with port.writing() as connection:
            await connection.execute(
                text(
                    "INSERT INTO invoice_lines (site_id, invoice_id, position, service_id, practitioner_id, label, "
                    "quantity, unit_price, vat_percent, total, net, vat) "
                    f"VALUES ({port.site_id}, {draft}, 1, {service}, {port.staff_id}, 'x', 1, 1, 20, 1, 1, 0)"
                )
            )
    assert (await invoice_sheet(port, invoice_id=draft)).lines == ()


async def test_a_balance_shows_the_other_sites_as_the_group_chose(group: Group) -> None:
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    client, other = await a_client(lilas), await a_client(lilas, "Durand")
    await _issued(lilas, client, "30")
    await _issued(port, client, "24")
    await _issued(port, other, "99")
    balance = await client_balance(lilas, client_id=client)
    assert balance.here == Money("30")
    assert [(site.site_code, site.amount) for site in balance.elsewhere] == [("port", Money("24"))]
    assert (await client_balance(group.context("vet.bocage"), client_id=client)).here == Money.zero()
    await choose_sharing(group.management(), subject="balance", choice="hidden")
    assert (await client_balance(lilas, client_id=client)).elsewhere == ()


async def test_the_list_of_what_waits_names_animals_and_amounts(group: Group) -> None:
    client, mirza = await a_patient(group)
    other, rex = await a_patient(group, "Rex", "Dubois")
    vet = group.context("vet.lilas")
    await _done(vet, mirza, "CS")
    group.clock.forward(minutes=10)
    await _done(vet, rex, "CS", "RADIO1")
    await _done(group.context("vet.port"), rex, "CESVA")
    await prepare_invoice(vet, client_id=client)
    await _done(vet, await an_animal(group, client, "Ulysse"), "NFS")
    rows = {row.client_id: (row.client_name, row.animal_names, row.amount) for row in await list_to_bill(vet)}
    assert rows == {
        client: ("Mme Martin", "Mirza, Ulysse", Money("93")),
        other: ("Mme Dubois", "Rex", Money("111")),
    }
    unpaid = await _issued(vet, other, "7")
    assert [(row.id, row.due) for row in await list_invoices(vet, unpaid=True)] == [(unpaid, Money("118"))]
