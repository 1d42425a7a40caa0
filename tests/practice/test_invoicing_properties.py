"""Properties of money in invoices: whatever is billed, credited and paid, the sums agree to the cent."""

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.practice.patients import a_client
from tests.world import Group
from vpterm.kernel.money import Money, VatRate, vat_of_line, vat_table
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import client_balance, invoice_sheet, list_invoices
from vpterm.practice.billing.rules import amounts_of_total, line_amounts
from vpterm.practice.till.actions import correct_payment, open_till, refund, take_payment
from vpterm.practice.till.queries import payments_of_client
from vpterm.practice.till.verification import verify_journal

PRICES = st.integers(0, 250_000).map(Money.from_cents)
QUANTITIES = st.integers(1, 40_000).map(lambda thousandths: Decimal(thousandths) / 1000)
DISCOUNTS = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)
RATES = st.sampled_from([rate.percent for rate in VatRate])
LINES = st.tuples(QUANTITIES, PRICES, RATES, DISCOUNTS)
Example = TypeVar("Example")
Line = tuple[Decimal, Money, Decimal, Decimal]


async def for_examples(
    examples: st.SearchStrategy[Example], check: Callable[[Example], Coroutine[Any, Any, None]]
) -> None:
    """Run an asynchronous property on one loop and one database: each example brings its own client.

    Hypothesis calls the property from a thread of its own, so that it can wait there for the loop.
    """
    loop = asyncio.get_running_loop()

    @settings(max_examples=20, deadline=None)
    @given(examples)
    def holds(example: Example) -> None:
        asyncio.run_coroutine_threadsafe(check(example), loop).result(timeout=60)

    await asyncio.to_thread(holds)


@given(LINES)
def test_net_and_vat_make_the_total_within_half_a_cent(line: Line) -> None:
    quantity, price, percent, discount = line
    amounts = line_amounts(quantity, price, percent, discount)
    exact = price.amount * quantity * (100 - discount) / 100
    assert amounts.net + amounts.vat == amounts.total
    assert abs(amounts.total.amount - exact) <= Decimal("0.005")
    assert abs(amounts.net.amount - amounts.total.amount * 100 / (100 + percent)) <= Decimal("0.005")
    assert Money.zero() <= amounts.vat <= amounts.total


@given(LINES)
def test_a_line_taken_back_is_its_exact_opposite(line: Line) -> None:
    quantity, price, percent, discount = line
    amounts = line_amounts(quantity, price, percent, discount)
    opposite = vat_of_line(-quantity, price, VatRate.of(percent), discount)
    assert (opposite.total, opposite.net, opposite.vat) == (-amounts.total, -amounts.net, -amounts.vat)


@given(st.lists(LINES, max_size=30))
def test_the_vat_table_adds_up_to_the_lines(lines: list[Line]) -> None:
    amounts = [line_amounts(*line) for line in lines]
    table = vat_table(amounts_of_total(line.total, line.rate.percent) for line in amounts)
    assert Money.total(row.total for row in table) == Money.total(line.total for line in amounts)
    assert Money.total(row.net for row in table) == Money.total(line.net for line in amounts)
    assert Money.total(row.vat for row in table) == Money.total(line.vat for line in amounts)
    assert len({row.rate for row in table}) == len(table)


async def test_the_database_holds_the_sums_of_the_lines_and_a_credit_brings_them_to_zero(group: Group) -> None:
    vet = group.context("vet.lilas")
    numbers = iter(range(10**6))

    async def bill_and_credit(lines: list[Line]) -> None:
        client = await a_client(vet, f"Client {next(numbers)}")
        invoice = await prepare_invoice(vet, client_id=client)
        for quantity, price, percent, discount in lines:
            await add_line(
                vet, invoice_id=invoice, label="Acte", quantity=quantity, unit_price=price, vat_percent=percent,
                discount_percent=discount,
            )  # fmt: skip
        await issue_invoice(vet, invoice_id=invoice)
        expected = [line_amounts(*line) for line in lines]
        sheet = await invoice_sheet(vet, invoice_id=invoice)
        [row] = await list_invoices(vet, client_id=client)
        assert [line.total for line in sheet.lines] == [line.total for line in expected]
        assert sheet.vat_table == vat_table(expected)
        assert row.total == sheet.total == Money.total(line.total for line in expected)
        assert (row.net, row.vat) == (sheet.net, sheet.vat)
        assert row.net + row.vat == row.total
        await credit_invoice(vet, invoice_id=invoice, because="essai")
        documents = await list_invoices(vet, client_id=client)
        assert len(documents) == 2
        for name in ("total", "net", "vat"):
            assert Money.total(getattr(document, name) for document in documents) == Money.zero()
        assert (await client_balance(vet, client_id=client)).here == Money.zero()

    await for_examples(st.lists(LINES, min_size=1, max_size=5), bill_and_credit)
    assert (await verify_journal(vet.database, vet.site_id)).ok


async def test_a_balance_is_invoices_less_payments_whatever_happens(group: Group) -> None:
    vet = group.context("vet.lilas")
    await open_till(vet, name="Accueil")
    numbers = iter(range(10**6))

    async def live(story: list[tuple[str, int]]) -> None:
        client = await a_client(vet, f"Client {next(numbers)}")
        expected, invoices, payments = Money.zero(), list[int](), list[int]()
        for happening, cents in story:
            amount = Money.from_cents(cents)
            balance = (await client_balance(vet, client_id=client)).here
            if happening == "bill":
                invoice = await prepare_invoice(vet, client_id=client)
                await add_line(vet, invoice_id=invoice, label="Acte", unit_price=amount)
                await issue_invoice(vet, invoice_id=invoice)
                invoices.append(invoice)
                expected += amount
            elif happening == "pay":
                parts = [("card", amount)]
                payments += await take_payment(vet, client_id=client, parts=parts, keep_as_credit=True)
                expected -= amount
            elif happening == "credit" and invoices:
                taken_back = await invoice_sheet(vet, invoice_id=invoices.pop())
                await credit_invoice(vet, invoice_id=taken_back.id, because="essai")
                expected -= taken_back.total
            elif happening == "correct" and payments:
                wrong = payments.pop()
                [row] = [row for row in await payments_of_client(vet, client_id=client) if row.id == wrong]
                await correct_payment(vet, entry_id=wrong, because="essai")
                expected += row.amount
            elif happening == "refund" and balance < Money.zero():
                back = min(amount, -balance)
                await refund(vet, client_id=client, means="cash", amount=back, because="essai")
                expected += back
            assert (await client_balance(vet, client_id=client)).here == expected
        billed = Money.total(document.total for document in await list_invoices(vet, client_id=client))
        paid = Money.total(row.amount for row in await payments_of_client(vet, client_id=client))
        assert billed - paid == expected

    happenings = st.sampled_from(["bill", "bill", "pay", "pay", "credit", "correct", "refund"])
    await for_examples(st.lists(st.tuples(happenings, st.integers(1, 90_000)), min_size=1, max_size=8), live)
    assert (await verify_journal(vet.database, vet.site_id)).ok
