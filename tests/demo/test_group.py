"""The demo group, made as in the real thing: its own PostgreSQL, the installation of the command line."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from vpterm.cli.ground import Ground, ground
from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.demo.another_day import refresh_morning
from vpterm.demo.furniture import COMPANIES
from vpterm.demo.group import DEMO_STAFF, GroupState, make_group, state_of
from vpterm.kernel.errors import Refused
from vpterm.kernel.money import Money
from vpterm.practice.agenda.queries import day_agenda
from vpterm.practice.billing.queries import list_invoices, list_to_bill
from vpterm.practice.care.queries import timeline, unfinished_entries
from vpterm.practice.sites.actions import open_billing_entity
from vpterm.practice.staff.queries import find_staff
from vpterm.practice.staff.rules import rights_of
from vpterm.practice.till.verification import verify_journal
from vpterm.practice.waiting.queries import list_gone, waiting_room

TUESDAY = datetime(2026, 11, 24, 9, 20, tzinfo=UTC)  # 10:20 at the clinics
SITES = ("lilas", "port", "bocage")
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("demo")]


@contextmanager
def fresh_premises() -> Iterator[Ground]:
    """An installation of its own, in a folder that the server's account reaches."""
    with tempfile.TemporaryDirectory(prefix="vpterm-demo-") as folder:
        Path(folder).chmod(0o755)
        standing = ground(Path(folder))
        standing.start()
        try:
            yield standing
        finally:
            standing.stop()


@pytest.fixture(scope="module")
def premises() -> Iterator[Ground]:
    """An installation with the demo group of a Tuesday morning."""
    with fresh_premises() as standing:
        told: list[str] = []
        asyncio.run(make_group(standing, password="demo", progress=told.append, now=TUESDAY))
        assert len(told) == 5
        yield standing


@asynccontextmanager
async def at_work(premises: Ground, login: str, code: str, moment: datetime = TUESDAY) -> AsyncIterator[Context]:
    async with premises.management() as management:
        person = await find_staff(management.database, login=login)
    assert person is not None
    work = person.at(code)
    assert work is not None, f"{login} does not work at {code}"
    async with premises.at_site(code, person.id, rights_of(work.roles)) as context:
        yield replace(context, clock=lambda: moment)


def counts(premises: Ground) -> dict[str, int]:
    tables = ("clients", "animals", "bookings", "visits", "record_entries", "invoices", "till_entries", "audit_entries")
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        found = {}
        for table in tables:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert row is not None
            found[table] = row[0]
        return found


async def test_there_is_a_believable_year(premises: Ground) -> None:
    found = counts(premises)
    assert found["clients"] == 220
    assert 300 <= found["animals"] <= 380
    assert found["record_entries"] >= 420
    assert found["invoices"] >= 400
    assert found["till_entries"] >= 450


async def test_every_account_can_come_in(premises: Ground) -> None:
    async with premises.management() as management:
        for login in DEMO_STAFF:
            person = await find_staff(management.database, login=login)
            assert person is not None, login
            assert person.sites, login
        both = await find_staff(management.database, login="vet.deux")
    assert both is not None
    assert [work.site_code for work in both.sites] == ["lilas", "port"]


@pytest.mark.parametrize(("code", "vet"), [("lilas", "vet.lilas"), ("port", "vet.port"), ("bocage", "vet.bocage")])
async def test_a_morning_is_under_way(premises: Ground, code: str, vet: str) -> None:
    async with at_work(premises, vet, code) as context:
        board = await waiting_room(context)
        assert (len(board.waiting), len(board.in_consultation), len(board.to_bill)) == (3, 1, 2)
        if code != "bocage":  # one vet alone has not seen more than those six by then
            assert len(await list_gone(context)) >= 2
        unfinished = await unfinished_entries(context)
        assert [row.animal_id for row in unfinished] == [board.in_consultation[0].animal_id]
        assert len(await list_to_bill(context)) >= 2
        agenda = await day_agenda(context, day=context.today())
        assert any(resource.free for resource in agenda.resources)
        assert {row.state for row in agenda.bookings} >= {"booked", "waiting"}


async def test_the_coming_weeks_are_booked_less_and_less(premises: Ground) -> None:
    async with at_work(premises, "vet.lilas", "lilas") as context:
        days = [await day_agenda(context, day=context.today() + timedelta(days=ahead)) for ahead in range(1, 18)]
    booked = [len(day.bookings) for day in days]
    assert sum(booked[:6]) > sum(booked[-6:]) > 0
    closed = {row.note for day in days for row in day.bookings if row.is_closed}
    assert closed == {"Réunion d'équipe", "Formation"}


@pytest.mark.parametrize("code", SITES)
async def test_the_journal_of_every_site_is_whole(premises: Ground, code: str) -> None:
    async with premises.at_site(code, 1, frozenset()) as context:
        found = await verify_journal(context.database, site_id=context.site_id)
    assert found.ok, found.why
    assert found.count > 100


async def test_some_invoices_are_unpaid_and_some_paid_in_parts(premises: Ground) -> None:
    async with at_work(premises, "gerance", "lilas") as context:
        unpaid = await list_invoices(context, unpaid=True)
        everything = await list_invoices(context)
    assert 3 <= len(unpaid) < len(everything) / 4
    assert all(row.due > Money.zero() for row in unpaid)
    numbers = sorted(row.number for row in everything if row.number.startswith("L-2026"))
    assert numbers == [f"L-2026-{place:06}" for place in range(1, len(numbers) + 1)]


async def test_payments_come_by_several_means(premises: Ground) -> None:
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        rows = connection.execute("SELECT means, site_id FROM till_entries WHERE kind = 'payment'").fetchall()
    assert set(Counter(means for means, _site in rows)) == {"card", "cheque", "cash", "transfer"}
    assert len({site for _means, site in rows}) == 3


async def test_animals_are_seen_at_two_sites_and_the_walls_stand(premises: Ground) -> None:
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        shared = connection.execute(
            "SELECT animal_id FROM record_entries GROUP BY 1 HAVING count(DISTINCT site_id) > 1 ORDER BY 1"
        ).fetchall()
        others = connection.execute(
            "SELECT count(*) FROM invoices i JOIN sites s ON s.id = i.site_id WHERE s.code <> 'port'"
        ).fetchone()
    assert others is not None
    assert others[0] > 200
    assert shared
    async with at_work(premises, "vet.port", "port") as context:
        assert {row.site_code for row in await timeline(context, animal_id=shared[0][0])} == {"lilas", "port"}
    with psycopg.connect(premises.site_url("port")) as connection:
        for table in ("invoices", "till_entries", "visits", "bookings"):
            seen = connection.execute(f"SELECT DISTINCT site_id FROM {table}".encode()).fetchall()
            assert seen == [(context.site_id,)], table


async def test_weights_make_a_curve(premises: Ground) -> None:
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM animal_weights GROUP BY animal_id HAVING count(*) >= 4) curves"
        ).fetchone()
    assert rows is not None
    assert rows[0] >= 10


async def test_twice_adds_nothing(premises: Ground) -> None:
    before = counts(premises)
    assert await state_of(premises) == GroupState.WHOLE
    await make_group(premises, password="demo", progress=lambda _said: None, now=TUESDAY)
    assert await refresh_morning(premises, progress=lambda _said: None, now=TUESDAY) is False
    assert counts(premises) == before


async def test_another_day_brings_another_morning(premises: Ground) -> None:
    """Runs last: it changes the group. The data of the first day stays."""
    thursday, before = TUESDAY + timedelta(days=2), counts(premises)
    assert await refresh_morning(premises, progress=lambda _said: None, now=thursday) is True
    async with at_work(premises, "vet.lilas", "lilas", thursday) as context:
        board = await waiting_room(context)
        assert (len(board.waiting), len(board.in_consultation), len(board.to_bill)) == (3, 1, 2)
        assert all(row.arrived_at > thursday - timedelta(hours=4) for row in board.rows)
    after = counts(premises)
    assert after["clients"] == before["clients"]
    assert all(after[table] >= before[table] for table in before)
    assert await refresh_morning(premises, progress=lambda _said: None, now=thursday) is False


async def test_half_a_group_is_refused_and_made_anew() -> None:
    """What a kill -9 in the middle leaves: the command line throws it away and begins again."""
    with fresh_premises() as standing:
        assert await state_of(standing) == GroupState.EMPTY
        siren, facts = next(iter(COMPANIES.items()))
        async with standing.management() as context:
            company = await open_billing_entity(context, siren=siren, **facts)
        with psycopg.connect(standing.url(roles.MANAGEMENT_LOGIN)) as connection:
            connection.execute("SELECT set_config('vpterm.staff', '1', true)")
            connection.execute(
                "INSERT INTO sites (code, name, login, billing_entity_id, siret, address, postcode, town, phone, "
                "email, colour, invoice_prefix) VALUES ('lilas', 'x', 'vpterm_site_lilas', %s, 'x', '', '', '', '', "
                "'', 'blue', 'L')",
                (company,),
            )
        assert await state_of(standing) == GroupState.HALF
        with pytest.raises(Refused):
            await make_group(standing, password="demo", progress=lambda _said: None)
        standing.start_afresh()
        assert await state_of(standing) == GroupState.EMPTY
