"""Money on account: kept, used for an invoice, given back, and never counted twice."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import psycopg
import pytest
from hypothesis import strategies as st

from tests.practice.patients import a_client, an_animal
from tests.practice.test_invoicing_properties import for_examples
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import InvoiceRow, client_balance, invoice_sheet, list_invoices
from vpterm.practice.till.account import client_account
from vpterm.practice.till.actions import correct_payment, open_till, refund, take_payment
from vpterm.practice.till.closings import close_day
from vpterm.practice.till.credit import use_credit
from vpterm.practice.till.queries import journal, payments_of_client, till_day
from vpterm.practice.till.verification import verify_journal
from vpterm.practice.waiting.actions import call_in, check_in, finish_consultation
from vpterm.practice.waiting.queries import waiting_room


async def _invoice(context: Context, client: int, price: str) -> int:
    invoice_id = await prepare_invoice(context, client_id=client)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    return invoice_id


async def _keep(context: Context, client: int, amount: str, means: str = "card", invoice: int | None = None) -> int:
    parts = [(means, Money(amount))]
    [entry] = await take_payment(context, client_id=client, invoice_id=invoice, parts=parts, keep_as_credit=True)
    return entry


async def _due(context: Context, invoice: int) -> Money:
    return (await invoice_sheet(context, invoice_id=invoice)).due


async def _lines(context: Context) -> list[tuple[str, str, Money, str]]:
    return [
        (row.kind, row.means, row.amount, row.invoice_number) for row in await journal(context, day=context.today())
    ]


@pytest.fixture
async def desk(group: Group) -> Context:
    context = group.context("accueil.lilas")
    await open_till(context, name="Accueil")
    return context


async def test_a_deposit_waits_on_the_account_and_pays_the_invoice_later(group: Group, desk: Context) -> None:
    client = await a_client(desk)
    await _keep(desk, client, "80", "cash")
    account = await client_account(desk, client_id=client)
    assert (account.balance, account.credit, account.open_invoices) == (Money("-80"), Money("80"), ())
    invoice = await _invoice(desk, client, "50")
    assert (await client_account(desk, client_id=client)).balance == Money("-30")
    assert await use_credit(desk, client_id=client, invoice_id=invoice) == Money("50")
    assert await _due(desk, invoice) == Money.zero()
    account = await client_account(desk, client_id=client)
    assert (account.balance, account.credit) == (Money("-30"), Money("30"))
    assert await _lines(desk) == [
        ("payment", "cash", Money("80"), ""),
        ("allocation", "account", Money("-50"), ""),
        ("allocation", "account", Money("50"), "L-2026-000001"),
    ]
    day = await till_day(desk)
    assert (day.total, day.cash_expected, dict(day.by_means)["cash"]) == (Money("80"), Money("80"), Money("80"))
    assert "account" not in dict(day.by_means)
    [closing] = await close_day(desk, cash_counted=Money("80"))
    assert (closing.total, closing.cash_expected, closing.perpetual_total) == (Money("80"), Money("80"), Money("80"))
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.count) == (True, 4), found


async def test_part_of_a_credit_and_no_more_than_there_is_or_is_due(desk: Context) -> None:
    client = await a_client(desk)
    invoice = await _invoice(desk, client, "50")
    with pytest.raises(Refused):
        await use_credit(desk, client_id=client, invoice_id=invoice)
    await _keep(desk, client, "30")
    for amount in ("30.01", "0", "-5"):
        with pytest.raises(Refused) as refusal:
            await use_credit(desk, client_id=client, invoice_id=invoice, amount=Money(amount))
        assert refusal.value.field == "amount"
    assert await use_credit(desk, client_id=client, invoice_id=invoice, amount=Money("20")) == Money("20")
    assert await _due(desk, invoice) == Money("30")
    assert await use_credit(desk, client_id=client, invoice_id=invoice) == Money("10")
    await _keep(desk, client, "100")
    with pytest.raises(Refused) as refusal:
        await use_credit(desk, client_id=client, invoice_id=invoice, amount=Money("20.01"))
    assert "20,00" in refusal.value.message
    await use_credit(desk, client_id=client, invoice_id=invoice)
    with pytest.raises(Refused):
        await use_credit(desk, client_id=client, invoice_id=invoice)
    assert (await client_account(desk, client_id=client)).credit == Money("80")


async def test_what_was_paid_too_much_on_an_invoice_pays_another(group: Group, desk: Context) -> None:
    client = await a_client(desk)
    first = await _invoice(desk, client, "40")
    await _keep(desk, client, "50", invoice=first)
    second = await _invoice(desk, client, "100")
    await _keep(desk, client, "100", invoice=second)
    await credit_invoice(group.context("vet.lilas"), invoice_id=second, because="erreur")
    third = await _invoice(desk, client, "60")
    assert (await client_account(desk, client_id=client)).credit == Money("110")
    assert await use_credit(desk, client_id=client, invoice_id=third) == Money("60")
    assert [await _due(desk, invoice) for invoice in (first, second, third)] == [
        Money.zero(), Money("-50"), Money.zero(),
    ]  # fmt: skip
    assert (await client_balance(desk, client_id=client)).here == Money("-50")


async def test_a_refund_gathers_the_credit_first(desk: Context) -> None:
    client = await a_client(desk)
    invoice = await _invoice(desk, client, "40")
    await _keep(desk, client, "50", invoice=invoice)
    await _keep(desk, client, "5")
    await refund(desk, client_id=client, means="cash", amount=Money("15"), because="déménage")
    account = await client_account(desk, client_id=client)
    assert (account.balance, account.credit) == (Money.zero(), Money.zero())
    assert [pocket.amount for pocket in account.pockets] == [Money.zero()]
    assert await _due(desk, invoice) == Money.zero()
    with pytest.raises(Refused):
        await refund(desk, client_id=client, means="cash", amount=Money("0.01"), because="encore")


async def test_the_use_of_a_credit_is_undone_whole_and_once(desk: Context) -> None:
    client = await a_client(desk)
    invoice = await _invoice(desk, client, "50")
    deposit = await _keep(desk, client, "30")
    await use_credit(desk, client_id=client, invoice_id=invoice)
    with pytest.raises(Refused) as used:
        await correct_payment(desk, entry_id=deposit, because="c'était un autre client")
    assert "utilisé" in used.value.message
    rows = await journal(desk, day=desk.today())
    await correct_payment(desk, entry_id=rows[-1].id, because="autre facture")
    assert await _due(desk, invoice) == Money("50")
    assert (await client_account(desk, client_id=client)).credit == Money("30")
    rows = await journal(desk, day=desk.today())
    assert [(row.amount, row.invoice_number, row.corrected) for row in rows[1:]] == [
        (Money("-30"), "", True), (Money("30"), "L-2026-000001", True),
        (Money("-30"), "L-2026-000001", False), (Money("30"), "", False),
    ]  # fmt: skip
    for row in rows[1:]:
        with pytest.raises(Refused):
            await correct_payment(desk, entry_id=row.id, because="encore")
    await correct_payment(desk, entry_id=deposit, because="c'était un autre client")
    assert (await client_balance(desk, client_id=client)).here == Money("50")
    assert (await verify_journal(desk.database, desk.site_id)).ok


async def test_a_use_is_not_undone_once_the_money_has_gone_on(group: Group, desk: Context) -> None:
    client = await a_client(desk)
    invoice = await _invoice(desk, client, "30")
    await _keep(desk, client, "30")
    await use_credit(desk, client_id=client, invoice_id=invoice)
    [_deposit, left, _entered] = await journal(desk, day=desk.today())
    await credit_invoice(group.context("vet.lilas"), invoice_id=invoice, because="erreur")
    await refund(desk, client_id=client, invoice_id=invoice, means="card", amount=Money("30"), because="avoir")
    with pytest.raises(Refused):
        await correct_payment(desk, entry_id=left.id, because="trop tard")
    assert (await client_balance(desk, client_id=client)).here == Money.zero()


async def test_who_pays_with_a_credit_has_left(group: Group, desk: Context) -> None:
    client = await a_client(desk)
    animal = await an_animal(group, client)
    visit = await check_in(desk, animal_id=animal)
    await call_in(desk, visit_id=visit)
    await finish_consultation(desk, visit_id=visit)
    invoice = await _invoice(desk, client, "30")
    await _keep(desk, client, "20")
    await use_credit(desk, client_id=client, invoice_id=invoice)
    assert [row.id for row in (await waiting_room(desk)).to_bill] == [visit]
    await _keep(desk, client, "10")
    await use_credit(desk, client_id=client, invoice_id=invoice)
    assert (await waiting_room(desk)).to_bill == ()


async def test_a_credit_is_this_clients_at_this_site(group: Group, desk: Context) -> None:
    port = group.context("vet.port")
    await open_till(port, name="Accueil")
    client, other = await a_client(desk), await a_client(desk, "Durand")
    invoice = await _invoice(desk, client, "50")
    await _keep(port, client, "50")
    await _keep(desk, other, "50")
    with pytest.raises(Refused):
        await use_credit(desk, client_id=client, invoice_id=invoice)
    with pytest.raises(NotFound):
        await use_credit(desk, client_id=other, invoice_id=invoice)
    with pytest.raises(NotFound):
        await use_credit(port, client_id=client, invoice_id=invoice)
    with pytest.raises(NotAllowed):
        await use_credit(group.context("support"), client_id=client, invoice_id=invoice)
    draft = await prepare_invoice(desk, client_id=other)
    with pytest.raises(Refused):
        await use_credit(desk, client_id=other, invoice_id=draft)


async def test_two_people_use_the_same_credit_once(desk: Context) -> None:
    client = await a_client(desk)
    invoices = [await _invoice(desk, client, "50"), await _invoice(desk, client, "50")]
    await _keep(desk, client, "50")
    outcomes = await asyncio.gather(
        *(use_credit(desk, client_id=client, invoice_id=invoice) for invoice in invoices * 3), return_exceptions=True
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Money)] == [Money("50")]
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 5
    assert (await verify_journal(desk.database, desk.site_id)).ok


ENTRY = (
    "INSERT INTO till_entries (site_id, kind, means, amount, client_id, invoice_id, taken_at, taken_on) "
    "VALUES ({site}, 'allocation', 'account', {amount}, {client}, {invoice}, now(), '2026-11-24')"
)


async def test_the_database_lets_no_half_of_a_move_stand_alone(group: Group, desk: Context) -> None:
    client, other = await a_client(desk), await a_client(desk, "Durand")
    invoice = await _invoice(desk, client, "50")
    await _keep(desk, client, "50")

    def moves(*halves: tuple[int, int, int | str]) -> str:
        return "; ".join(
            ENTRY.format(site=desk.site_id, amount=amount, client=who, invoice=into) for amount, who, into in halves
        )

    for halves in (
        [(-20, client, "NULL")], [(20, client, invoice)], [(-20, client, "NULL"), (21, client, invoice)],
        [(-20, client, "NULL"), (20, other, invoice)], [(-20, client, "NULL"), (20, client, "NULL")],
        [(-20, client, "NULL"), (-20, client, "NULL"), (20, client, invoice)],
        [(-20, client, "NULL"), (20, client, invoice), (20, client, invoice)],
    ):  # fmt: skip
        with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
            connection.execute(f"SET vpterm.staff = '{desk.staff_id}'".encode())
            with pytest.raises(psycopg.errors.CheckViolation) as refusal:
                connection.execute(moves(*halves).encode())
            assert refusal.value.diag.constraint_name == "ck_till_entries_allocation"
    lone = moves((-20, client, "NULL"))
    in_a_drawer = lone.replace("(site_id,", "(till_id, site_id,").replace("VALUES (", "VALUES (1, ")
    for statement in (lone.replace("'account'", "'cash'"), lone.replace("'account'", "''"), in_a_drawer):
        with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
            connection.execute(f"SET vpterm.staff = '{desk.staff_id}'".encode())
            with pytest.raises(psycopg.errors.CheckViolation) as refusal:
                connection.execute(statement.encode())
            assert refusal.value.diag.constraint_name == "ck_till_entries_till"
    assert (await verify_journal(desk.database, desk.site_id)).count == 1


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("DELETE FROM till_entries WHERE sequence = 3; UPDATE till_chains SET last_sequence = 2", 2),
        ("UPDATE till_entries SET invoice_id = NULL WHERE sequence = 3", 3),
        ("UPDATE till_entries SET amount = 50 WHERE sequence = 3", 3),
    ],
)
async def test_a_credit_that_moved_behind_the_programs_back_is_named(
    group: Group, desk: Context, tampering: str, broken: int
) -> None:
    client = await a_client(desk)
    invoice = await _invoice(desk, client, "20")
    await _keep(desk, client, "50")
    await use_credit(desk, client_id=client, invoice_id=invoice)
    off = "ALTER TABLE till_entries DISABLE TRIGGER ALL; ALTER TABLE till_chains DISABLE TRIGGER ALL"
    group.cluster.as_superuser(f"{off}; {tampering}", group.name)
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.broken_sequence) == (False, broken), found


@dataclass
class Till:
    """What a careful person would have written down of the drawers, beside the program."""

    drawer: Counter[str] = field(default_factory=Counter)
    received: Money = field(default_factory=Money.zero)

    def takes(self, means: str, amount: Money) -> None:
        self.drawer[means] += amount.cents
        self.received += max(amount, Money.zero())


@dataclass
class Life:
    """One client's dealings with the till, each act by the person at the desk."""

    vet: Context
    till: Till
    client: int
    owed: Money = field(default_factory=Money.zero)

    async def act(self, happening: str, means: str, amount: Money) -> None:
        if happening == "bill":
            await _invoice(self.vet, self.client, str(amount))
            self.owed += amount
        elif happening in {"keep", "pay"}:
            invoice = await self.open_invoice(amount) if happening == "pay" else None
            await _keep(self.vet, self.client, str(amount), means, invoice)
            self.owed -= amount
            self.till.takes(means, amount)
        elif happening == "refund":
            on = await self.any_invoice(amount) if amount.cents % 2 else None
            await refund(
                self.vet, client_id=self.client, means=means, amount=amount, because="essai",
                invoice_id=on.id if on else None,
            )  # fmt: skip
            self.owed += amount
            self.till.takes(means, -amount)
        elif happening == "use":
            await self.use(amount)
        elif happening == "take back":
            if taken_back := await self.any_invoice(amount):
                await credit_invoice(self.vet, invoice_id=taken_back.id, because="essai")
                self.owed -= taken_back.total
        else:
            await self.correct(amount)

    async def use(self, amount: Money) -> None:
        invoice = await self.open_invoice(amount)
        if invoice is not None:
            before = (await client_account(self.vet, client_id=self.client)).credit
            wanted = amount if amount.cents % 2 else None
            used = await use_credit(self.vet, client_id=self.client, invoice_id=invoice, amount=wanted)
            assert (await client_account(self.vet, client_id=self.client)).credit == before - used

    async def correct(self, amount: Money) -> None:
        entries = await payments_of_client(self.vet, client_id=self.client)
        if entries:
            wrong = entries[amount.cents % len(entries)]
            await correct_payment(self.vet, entry_id=wrong.id, because="essai")
            if wrong.kind != "allocation":
                self.owed += wrong.amount
                self.till.takes(wrong.means, -wrong.amount)

    async def any_invoice(self, amount: Money) -> InvoiceRow | None:
        rows = [row for row in await list_invoices(self.vet, client_id=self.client) if row.kind == "invoice"]
        return rows[amount.cents % len(rows)] if rows else None

    async def open_invoice(self, amount: Money) -> int | None:
        rows = (await client_account(self.vet, client_id=self.client)).open_invoices
        return rows[amount.cents % len(rows)].invoice_id if rows else None

    async def agrees(self) -> None:
        account = await client_account(self.vet, client_id=self.client)
        rows = [row for row in await list_invoices(self.vet, client_id=self.client) if row.kind == "invoice"]
        dues = Money.total(row.due for row in rows)
        on_account = Money.total(pocket.amount for pocket in account.pockets if pocket.invoice_id is None)
        balance = (await client_balance(self.vet, client_id=self.client)).here
        assert balance == account.balance == dues - on_account == self.owed
        assert max(-self.owed, Money.zero()) <= account.credit
        day = await till_day(self.vet)
        drawers = {means: amount.cents for means, amount in day.by_means if amount}
        assert drawers == {means: cents for means, cents in self.till.drawer.items() if cents}


async def test_whatever_is_done_drawers_balances_dues_closings_and_proof_agree(group: Group, desk: Context) -> None:
    vet, till, done = group.context("vet.lilas"), Till(), Counter[str]()
    numbers = iter(range(10**6))

    async def live(story: list[tuple[str, str, int]]) -> None:
        life = Life(vet, till, await a_client(vet, f"Client {next(numbers)}"))
        for happening, means, cents in story:
            try:
                await life.act(happening, means, Money.from_cents(cents))
                done[happening] += 1
            except Refused:
                done[f"{happening} refused"] += 1  # changes nothing, which is what is compared now
            await life.agrees()

    happenings = st.sampled_from(["bill", "bill", "keep", "pay", "use", "use", "take back", "refund", "correct"])
    acts = st.tuples(happenings, st.sampled_from(["cash", "card"]), st.integers(1, 9_000))
    await for_examples(st.lists(acts, min_size=6, max_size=16), live)
    assert all(done[happening] for happening in ("use", "refund", "correct", "take back")), done
    [closing] = await close_day(vet, cash_counted=Money.zero())
    assert closing.total.cents == sum(till.drawer.values())
    assert closing.cash_expected.cents == till.drawer["cash"]
    assert closing.perpetual_total == till.received
    found = await verify_journal(vet.database, vet.site_id)
    assert found.ok, found
