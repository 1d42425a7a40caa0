"""What a client owes at other sites, as far as the group shows it: nothing, the sum, or invoice by invoice."""

import psycopg

from tests.practice.patients import a_client
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.elsewhere import invoices_elsewhere
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import client_balance
from vpterm.practice.sharing.actions import choose_sharing
from vpterm.practice.till.actions import open_till, take_payment


async def bill(context: Context, client: int, price: str, paid: str = "") -> None:
    invoice_id = await prepare_invoice(context, client_id=client)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    if paid:
        await take_payment(context, client_id=client, invoice_id=invoice_id, parts=[("card", Money(paid))])


async def test_the_choice_of_the_group_decides_what_other_sites_read(group: Group) -> None:
    lilas, port, bocage = (group.context(login) for login in ("vet.lilas", "vet.port", "vet.bocage"))
    client, other = await a_client(lilas), await a_client(lilas, "Durand")
    await open_till(port, name="Accueil")
    await bill(lilas, client, "7")
    await bill(port, client, "40", paid="40")
    await bill(port, client, "54", paid="10.50")
    group.clock.forward(days=2)
    await bill(port, client, "12")
    await bill(port, other, "99")
    await bill(bocage, client, "30")
    await prepare_invoice(bocage, client_id=client)

    async def seen() -> tuple[list[tuple[str, Money]], list[tuple[str, str, str, Money]]]:
        balance = await client_balance(lilas, client_id=client)
        detail = await invoices_elsewhere(lilas, client_id=client)
        return [(one.site_code, one.amount) for one in balance.elsewhere], [
            (one.site_code, one.number, one.issued_on.isoformat(), one.due) for one in detail
        ]

    sums = [("bocage", Money("30")), ("port", Money("55.50"))]
    assert await seen() == (sums, [])
    await choose_sharing(group.management(), subject="balance", choice="detail")
    assert await seen() == (sums, [
        ("bocage", "B-2026-000001", "2026-11-26", Money("30")),
        ("port", "P-2026-000002", "2026-11-24", Money("43.50")),
        ("port", "P-2026-000003", "2026-11-26", Money("12")),
    ])  # fmt: skip
    await choose_sharing(group.management(), subject="balance", choice="hidden")
    assert await seen() == ([], [])


async def test_plain_sql_reads_no_more_than_the_choice(group: Group) -> None:
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    client = await a_client(lilas)
    await bill(port, client, "54")
    read = "SELECT * FROM invoices_elsewhere(%s)"
    for choice, rows in (("amount", 0), ("detail", 1), ("hidden", 0)):
        await choose_sharing(group.management(), subject="balance", choice=choice)
        with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
            assert len(connection.execute(read, (client,)).fetchall()) == rows, choice
            assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (0,)
        with psycopg.connect(group.site_url("port"), autocommit=True) as connection:
            assert connection.execute(read, (client,)).fetchall() == []
