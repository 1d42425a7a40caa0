"""The till: payments in several means, a journal that nobody changes, closings, and the proof of all of it."""

import asyncio
from datetime import UTC, date, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.practice.patients import a_client
from tests.world import Group
from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import client_balance, invoice_sheet
from vpterm.practice.till.actions import correct_payment, open_till, refund, take_payment
from vpterm.practice.till.closings import close_day, close_period
from vpterm.practice.till.queries import journal, list_closings, payments_of_invoice, till_day
from vpterm.practice.till.rules import EntryFacts, entry_hash, entry_text, settle
from vpterm.practice.till.verification import verify_journal


async def _invoice(context: Context, price: str = "100", client: int | None = None) -> tuple[int, int]:
    client = client or await a_client(context)
    invoice_id = await prepare_invoice(context, client_id=client)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    return client, invoice_id


async def _pay(context: Context, client: int, *parts: tuple[str, str], invoice: int | None = None) -> list[int]:
    return await take_payment(
        context, client_id=client, invoice_id=invoice, parts=[(means, Money(amount)) for means, amount in parts],
        keep_as_credit=invoice is None,
    )  # fmt: skip


async def _due(context: Context, invoice: int) -> Money:
    return (await invoice_sheet(context, invoice_id=invoice)).due


async def test_several_means_pay_one_invoice_together(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    first = await _pay(desk, client, ("card", "60"), ("cheque", "15.50"), invoice=invoice)
    assert len(first) == 2
    assert await _due(desk, invoice) == Money("24.50")
    with pytest.raises(Refused) as refusal:
        await _pay(desk, client, ("cash", "30"), invoice=invoice)
    assert refusal.value.field == "amount"
    await _pay(desk, client, ("cash", "24.50"), invoice=invoice)
    rows = await payments_of_invoice(desk, invoice_id=invoice)
    assert [(row.means, row.amount, row.invoice_number) for row in rows] == [
        ("card", Money("60"), "L-2026-000001"), ("cheque", Money("15.50"), "L-2026-000001"),
        ("cash", Money("24.50"), "L-2026-000001"),
    ]  # fmt: skip
    assert (await client_balance(desk, client_id=client)).here == Money.zero()


async def test_a_wrong_part_enters_none_of_them(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    for parts in ([("card", "10"), ("gold", "1")], [("card", "10"), ("cash", "0")], [("cash", "-5")], []):
        with pytest.raises(Refused):
            await _pay(desk, client, *parts, invoice=invoice)
    assert await payments_of_invoice(desk, invoice_id=invoice) == []


async def test_two_people_who_take_the_same_payment_at_once_take_it_once(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    outcomes = await asyncio.gather(
        *(_pay(desk, client, ("card", "100"), invoice=invoice) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 5
    assert await _due(desk, invoice) == Money.zero()


async def test_more_than_due_is_kept_as_credit_only_when_said(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk, "40")
    kept = [("card", Money("50"))]
    await take_payment(desk, client_id=client, invoice_id=invoice, parts=kept, keep_as_credit=True)
    assert (await client_balance(desk, client_id=client)).here == Money("-10")
    with pytest.raises(Refused):
        await take_payment(desk, client_id=client, parts=[("cash", Money("1"))])


async def test_money_goes_back_only_from_a_credit(group: Group) -> None:
    vet = group.context("vet.lilas")
    await open_till(vet, name="Accueil")
    client, invoice = await _invoice(vet)
    await _pay(vet, client, ("card", "100"), invoice=invoice)

    async def give(amount: str, because: str = "avoir") -> int:
        return await refund(
            vet, client_id=client, invoice_id=invoice, means="card", amount=Money(amount), because=because
        )

    with pytest.raises(Refused):
        await give("1")
    await credit_invoice(vet, invoice_id=invoice, because="erreur")
    assert await _due(vet, invoice) == Money("-100")
    with pytest.raises(Refused) as silent:
        await give("100", because=" ")
    assert silent.value.field == "because"
    await give("100")
    assert (await client_balance(vet, client_id=client)).here == Money.zero()
    with pytest.raises(Refused):
        await give("0.01")


async def test_a_mistake_is_corrected_by_its_opposite_and_once(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    [wrong] = await _pay(desk, client, ("cash", "100"), invoice=invoice)
    correction = await correct_payment(desk, entry_id=wrong, because="c'était la carte")
    for entry_id in (wrong, correction):
        with pytest.raises(Refused):
            await correct_payment(desk, entry_id=entry_id, because="encore")
    await _pay(desk, client, ("card", "100"), invoice=invoice)
    rows = await journal(desk, day=desk.today())
    assert [(row.kind, row.means, row.amount, row.corrected) for row in rows] == [
        ("payment", "cash", Money("100"), True),
        ("correction", "cash", Money("-100"), False),
        ("payment", "card", Money("100"), False),
    ]
    assert (await client_balance(desk, client_id=client)).here == Money.zero()


async def test_who_pays_what_is_checked(group: Group) -> None:
    desk, port = group.context("accueil.lilas"), group.context("vet.port")
    client, invoice = await _invoice(desk)
    with pytest.raises(NotFound):
        await _pay(desk, client, ("card", "10"), invoice=invoice)  # no till yet
    till = await open_till(desk, name="Accueil")
    with pytest.raises(Refused):
        await open_till(desk, name=" Accueil ")
    await open_till(port, name="Accueil")
    other = await a_client(desk, "Durand")
    with pytest.raises(NotFound):
        await _pay(desk, other, ("card", "10"), invoice=invoice)
    with pytest.raises(NotFound):
        await _pay(port, client, ("card", "10"), invoice=invoice)
    with pytest.raises(NotFound):
        await take_payment(port, client_id=client, parts=[("card", Money("10"))], till_id=till, keep_as_credit=True)
    draft = await prepare_invoice(desk, client_id=client)
    with pytest.raises(Refused):
        await _pay(desk, client, ("card", "10"), invoice=draft)
    with pytest.raises(NotAllowed):
        await open_till(group.context("support"), name="X")


async def test_the_day_is_closed_with_what_was_expected_and_what_was_counted(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    await _pay(desk, client, ("cash", "30"), ("card", "70"), invoice=invoice)
    [extra] = await _pay(desk, client, ("cash", "5"))
    await correct_payment(desk, entry_id=extra, because="erreur")
    day = await till_day(desk)
    assert (day.day, day.total, day.cash_expected, day.entries) == (desk.today(), Money("100"), Money("30"), 4)
    assert dict(day.by_means)["card"] == Money("70")
    [closing] = await close_day(desk, cash_counted=Money("29.50"))
    assert (closing.total, closing.cash_expected, closing.cash_counted) == (Money("100"), Money("30"), Money("29.50"))
    assert (closing.first_sequence, closing.last_sequence, closing.perpetual_total) == (1, 4, Money("105"))
    with pytest.raises(Refused):
        await close_day(desk, day=desk.today())
    # A payment after the closing belongs to the next day's till.
    await _pay(desk, client, ("cash", "1"))
    tomorrow = date(2026, 11, 25)
    assert [row.taken_on for row in await journal(desk, day=tomorrow)] == [tomorrow]
    with pytest.raises(Refused):
        await close_day(desk, day=tomorrow)
    group.clock.forward(days=1)
    [second] = await close_day(desk)
    assert (second.closes_on, second.total, second.perpetual_total) == (tomorrow, Money("1"), Money("106"))
    assert await verify_journal(desk.database, desk.site_id) == (
        await verify_journal(group.management().database, desk.site_id)
    )
    assert (await verify_journal(desk.database, desk.site_id)).ok


async def test_days_close_in_order_and_take_month_and_year_with_them(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client = await a_client(desk)
    for days in (0, 10, 40):
        group.clock.forward(days=days)
        await _pay(desk, client, ("cash", "10"))
    with pytest.raises(Refused) as disorder:
        await close_day(desk, day=desk.today())
    assert disorder.value.advice
    with pytest.raises(Refused):
        await close_period(desk, period="month", closes_on=date(2026, 11, 30))
    made = [closing for _ in range(3) for closing in await close_day(desk)]
    assert [(c.period, str(c.closes_on), c.total, c.perpetual_total) for c in made] == [
        ("day", "2026-11-24", Money("10"), Money("10")),
        ("month", "2026-11-30", Money("10"), Money("10")),
        ("day", "2026-12-04", Money("10"), Money("20")),
        ("month", "2026-12-31", Money("10"), Money("20")),
        ("year", "2026-12-31", Money("20"), Money("20")),
        ("day", "2027-01-13", Money("10"), Money("30")),
    ]
    assert len(await list_closings(desk)) == 6
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.count, found.why) == (True, 9, "")


async def test_the_journals_of_sites_are_apart(group: Group) -> None:
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    client = await a_client(lilas)
    for context in (lilas, port):
        await open_till(context, name="Accueil")
        await asyncio.gather(*(_pay(context, client, ("cash", "2")) for _ in range(5)))
    assert [row.sequence for row in await journal(port, day=port.today())] == [1, 2, 3, 4, 5]
    assert (await verify_journal(lilas.database, lilas.site_id)).count == 5
    # Through lilas's own login, the journal of port is not there.
    assert (await verify_journal(lilas.database, port.site_id)).count == 0
    assert [(site.site_code, site.amount) for site in (await client_balance(lilas, client_id=client)).elsewhere] == [
        ("port", Money("-10"))
    ]


async def _filled(group: Group) -> Context:
    """Six entries and a closing at lilas, with remarks that try to look like other fields."""
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client, invoice = await _invoice(desk)
    for number, remark in enumerate(("", "a|b", "a\\pb", "é œ 漢", "'", "x" * 300), 1):
        await take_payment(
            desk, client_id=client, invoice_id=invoice, parts=[("cash", Money(number))], remark=remark
        )  # fmt: skip
    await close_day(desk, cash_counted=Money("21"))
    assert (await verify_journal(desk.database, desk.site_id)).ok
    return desk


def _tamper(group: Group, *statements: str) -> None:
    """As a superuser who first takes the triggers out of the way."""
    tables = ("till_entries", "till_chains", "till_closings", "invoices", "invoice_lines", "invoice_series")
    off = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables]
    group.cluster.as_superuser("; ".join([*off, *statements]), group.name)


SWAP = """UPDATE till_entries SET sequence = -sequence WHERE sequence IN (2, 3);
UPDATE till_entries SET sequence = CASE sequence WHEN -2 THEN 3 ELSE 2 END WHERE sequence < 0"""
RESEQUENCE = """DELETE FROM till_entries WHERE sequence = 3;
UPDATE till_entries SET sequence = -(sequence - 1) WHERE sequence > 3;
UPDATE till_entries SET sequence = -sequence WHERE sequence < 0;
UPDATE till_chains SET last_sequence = last_sequence - 1"""


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE till_entries SET amount = 1 WHERE sequence = 3", 3),
        ("UPDATE till_entries SET means = 'card' WHERE sequence = 2", 2),
        ("UPDATE till_entries SET remark = 'autre' WHERE sequence = 5", 5),
        ("UPDATE till_entries SET taken_at = taken_at - interval '1 second' WHERE sequence = 1", 1),
        ("UPDATE till_entries SET taken_on = taken_on - 1 WHERE sequence = 4", 4),
        ("UPDATE till_entries SET invoice_id = NULL WHERE sequence = 4", 4),
        ("UPDATE till_entries SET created_by = 1 WHERE sequence = 6", 6),
        ("UPDATE till_entries SET perpetual_total = 0 WHERE sequence = 6", 6),
        ("UPDATE till_entries SET hash = previous_hash WHERE sequence = 6", 6),
        ("DELETE FROM till_entries WHERE sequence = 1", 1),
        ("DELETE FROM till_entries WHERE sequence = 4", 4),
        ("DELETE FROM till_entries WHERE sequence >= 6", 6),
        ("DELETE FROM till_entries", 1),
        (SWAP, 2),
        (RESEQUENCE, 3),
        ("UPDATE till_chains SET last_sequence = 6", 6),
        ("UPDATE till_chains SET perpetual_total = 5", 7),
        ("UPDATE till_chains SET last_sequence = 9", 8),
        ("DELETE FROM till_chains", 1),
    ],
)
async def test_whatever_is_changed_in_the_journal_is_named(group: Group, tampering: str, broken: int) -> None:
    desk = await _filled(group)
    _tamper(group, tampering)
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.broken_sequence) == (False, broken), found
    assert found.why


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE till_closings SET total = 20",
        "UPDATE till_closings SET cash_counted = 20",
        "UPDATE till_closings SET closes_on = closes_on - 1",
        "UPDATE till_closings SET journal_hash = ''",
        "DELETE FROM till_closings",
        "UPDATE invoices SET issued_on = issued_on - 400",
        "UPDATE invoices SET total = 1, net = 1, vat = 0",
        "UPDATE invoice_lines SET total = 1, net = 1, vat = 0",
        "UPDATE invoices SET number = 'L-2026-000002'",
        "UPDATE invoice_series SET last_number = 2",
    ],
)
async def test_whatever_is_changed_in_closings_and_invoices_is_named(group: Group, tampering: str) -> None:
    desk = await _filled(group)
    _tamper(group, tampering)
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.broken_sequence) == (False, None)
    assert found.why


REWRITES = (
    "UPDATE till_entries SET amount = 1", "DELETE FROM till_entries", "TRUNCATE till_entries CASCADE",
    "UPDATE till_closings SET total = 1", "DELETE FROM till_closings", "TRUNCATE till_closings",
    "UPDATE till_chains SET last_hash = ''", "DELETE FROM till_chains", "TRUNCATE till_chains",
)  # fmt: skip


@pytest.mark.parametrize("statement", REWRITES)
async def test_no_login_changes_the_journal(group: Group, statement: str) -> None:
    desk = await _filled(group)
    staff = f"SET vpterm.staff = '{desk.staff_id}'"
    for url in (
        group.site_url("lilas"), group.site_url("port"), group.url(roles.OWNER), group.url(roles.MANAGEMENT_LOGIN),
        group.cluster.superuser_url(group.name),
    ):  # fmt: skip
        with psycopg.connect(url) as connection:
            connection.execute(staff.encode())
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(statement.encode())
        assert refused.value.sqlstate in {"42501", "VP003"}, url
    # Not even with ordinary triggers switched off for a session.
    with pytest.raises(psycopg.Error, match="never"):
        group.cluster.as_superuser(f"SET session_replication_role = replica; {statement}", group.name)
    assert (await verify_journal(desk.database, desk.site_id)).ok


async def test_a_plain_statement_forges_nothing_of_the_chain(group: Group) -> None:
    desk = await _filled(group)
    insert = (
        "INSERT INTO till_entries (site_id, till_id, kind, means, amount, taken_at, taken_on, sequence, hash, "
        "previous_hash, perpetual_total) VALUES ({site}, {till}, '{kind}', 'cash', {amount}, now(), '2020-01-01', 77, "
        "'x', 'y', 999)"
    )
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        connection.execute(f"SET vpterm.staff = '{desk.staff_id}'".encode())
        [till] = connection.execute("SELECT id FROM tills").fetchone() or (0,)
        connection.execute(insert.format(site=desk.site_id, till=till, kind="payment", amount=3).encode())
        row = connection.execute(
            "SELECT sequence, taken_on FROM till_entries ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        assert row == (8, date(2026, 11, 25))
        for site, kind, amount in (
            (group.ids["port"], "payment", 3), (desk.site_id, "payment", -3), (desk.site_id, "correction", -3),
            (desk.site_id, "closing", 3),
        ):  # fmt: skip
            with pytest.raises(psycopg.Error):
                connection.execute(insert.format(site=site, till=till, kind=kind, amount=amount).encode())
    assert (await verify_journal(desk.database, desk.site_id)).ok
    assert (await verify_journal(group.management().database, group.ids["port"])).count == 0


async def test_a_session_in_another_manner_of_dates_hashes_the_same(group: Group) -> None:
    desk = await _filled(group)
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        connection.execute(f"SET vpterm.staff = '{desk.staff_id}'; SET datestyle = 'SQL, DMY'".encode())
        connection.execute(
            "INSERT INTO till_entries (site_id, till_id, kind, means, amount, taken_at, taken_on) "
            "SELECT site_id, id, 'payment', 'cash', 3, now(), '24/12/2026' FROM tills"
        )
    found = await verify_journal(desk.database, desk.site_id)
    assert (found.ok, found.count) == (True, 8)


FACTS = st.builds(
    EntryFacts,
    site_id=st.integers(1, 9), id=st.integers(1, 10**9), sequence=st.integers(1, 10**9),
    till_id=st.none() | st.integers(1, 9), kind=st.sampled_from(["payment", "refund", "correction"]),
    means=st.sampled_from(["cash", "card", ""]), amount=st.integers(-10**9, 10**9).map(Money.from_cents),
    client_id=st.none() | st.integers(1, 10**6), invoice_id=st.none() | st.integers(1, 10**6),
    corrects_id=st.none() | st.integers(1, 10**6),
    remark=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
    | st.text("|\\p", max_size=8),
    taken_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),  # noqa: DTZ001
    taken_on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    perpetual_total=st.integers(0, 10**9).map(Money.from_cents), created_by=st.integers(1, 99),
)  # fmt: skip


async def test_python_and_the_database_hash_the_same_text(group: Group) -> None:
    """Properties on both sides of the border: the very text, character by character."""
    statement = (
        "SELECT till_entry_text(jsonb_populate_record(NULL::till_entries, %s::jsonb)), "
        "encode(sha256(convert_to('h|' || till_entry_text(jsonb_populate_record(NULL::till_entries, %s::jsonb)), "
        "'UTF8')), 'hex')"
    )
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:

        @given(FACTS)
        def agree(facts: EntryFacts) -> None:
            values = {name: getattr(facts, name) for name in EntryFacts.__dataclass_fields__}
            values |= {"amount": str(facts.amount), "perpetual_total": str(facts.perpetual_total)}
            record = psycopg.types.json.Json({name: _plain(value) for name, value in values.items()})
            row = connection.execute(statement.encode(), (record, record)).fetchone()
            assert row == (entry_text(facts), entry_hash("h", facts))

        agree()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@given(FACTS, FACTS)
def test_two_entries_have_one_text_only_when_they_are_one(one: EntryFacts, other: EntryFacts) -> None:
    assert (entry_text(one) == entry_text(other)) == (one == other)


MEANS_AND_AMOUNT = st.tuples(st.sampled_from(["cash", "card", "cheque"]), st.integers(1, 50_000).map(Money.from_cents))


@given(st.integers(0, 100_000).map(Money.from_cents), st.lists(MEANS_AND_AMOUNT, max_size=5))
def test_change_is_given_on_cash_alone_and_the_sums_agree(due: Money, parts: list[tuple[str, Money]]) -> None:
    settled = settle(due, parts)
    given_total = Money.total(amount for _means, amount in parts)
    entered = Money.total(amount for _means, amount in settled.parts)
    cash = Money.total(amount for means, amount in parts if means == "cash")
    assert entered + settled.change == given_total
    assert due - entered == settled.left
    assert Money.zero() <= settled.change <= cash
    assert all(amount > Money.zero() for _means, amount in settled.parts)
    if settled.change and cash > settled.change:
        assert settled.left == Money.zero()


def test_change_of_a_note() -> None:
    settled = settle(Money("86.40"), [("cheque", Money("50")), ("cash", Money("50"))])
    assert settled.parts == (("cheque", Money("50")), ("cash", Money("36.40")))
    assert (settled.change, settled.left) == (Money("13.60"), Money.zero())


async def test_an_invoice_that_is_being_credited_is_not_paid_meanwhile_twice(group: Group) -> None:
    vet = group.context("vet.lilas")
    await open_till(vet, name="Accueil")
    client, invoice = await _invoice(vet)
    outcomes = await asyncio.gather(
        credit_invoice(vet, invoice_id=invoice, because="a"), credit_invoice(vet, invoice_id=invoice, because="b"),
        _pay(vet, client, ("cash", "100"), invoice=invoice), return_exceptions=True,
    )  # fmt: skip
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert not any(isinstance(outcome, Conflict) for outcome in outcomes)
    paid = isinstance(outcomes[2], list)
    assert await _due(vet, invoice) == (Money("-100") if paid else Money.zero())
