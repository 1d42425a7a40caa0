"""Invoices and payments by 50 writers at once, beside pgbench with the least that could be called the same."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.report import load, machine, table, write_section
from vpterm.cli.ground import Ground
from vpterm.database import roles
from vpterm.database.binaries import find_binaries
from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.money import Money
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.staff.rules import RIGHTS, Role
from vpterm.practice.till.actions import take_payment
from vpterm.practice.till.verification import verify_journal

WRITERS, SECONDS = 50, 10
CODES = {"lilas": "vet.lilas", "port": "vet.port", "bocage": "vet.bocage"}
DRAFTS_A_SITE = 9000
_SCRIPT = """
\\set site random(1, {sites})
BEGIN;
UPDATE bench_counters SET last_number = last_number + 1 WHERE site = :site RETURNING last_number \\gset
INSERT INTO bench_documents (site, number, total) VALUES (:site, :last_number, 49.00);
COMMIT;
"""
_DRAFTS = """
WITH made AS (
  INSERT INTO invoices (site_id, client_id, billing_entity_id)
  SELECT s.id, c.id, s.billing_entity_id FROM sites s, clients c WHERE s.code = %(code)s AND NOT EXISTS (
    SELECT 1 FROM invoices d WHERE d.site_id = s.id AND d.client_id = c.id AND d.issued_at IS NULL
  ) ORDER BY c.id DESC LIMIT %(count)s RETURNING site_id, id, client_id
), lined AS (
  INSERT INTO invoice_lines (site_id, invoice_id, position, practitioner_id, label, quantity, unit_price, vat_percent,
    total, net, vat)
  SELECT site_id, id, 1, %(staff)s, 'Consultation', 1, 49, 20, 49, 40.83, 8.17 FROM made
) SELECT id, client_id FROM made
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Transactions a second, and the time of one."""

    what: str
    over: str
    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass
class Desk:
    """One site's writers: a context with connections enough for them, and the drafts they work through."""

    context: Context
    drafts: list[tuple[int, int]]
    issued: list[tuple[int, int]]


async def measure_money(premises: Ground) -> None:
    """Issue and pay over three sites, then over one; the same by pgbench; then prove the journals."""
    quiet, rates = load(), []
    for codes in (tuple(CODES), ("lilas",)):
        over = f"{len(codes)} sites" if len(codes) > 1 else "1 site"
        async with AsyncExitStack() as stack:
            desks = [await _desk(stack, premises, code, WRITERS // len(codes) + 1) for code in codes]
            rates.append(await _race("issue an invoice", over, desks, _issue))
            rates.append(await _race("take a payment", over, desks, _pay))
            for desk in desks:
                found = await verify_journal(desk.context.database, site_id=desk.context.site_id)
                assert found.ok, found.why
        rates.append(pgbench(premises, len(codes), over))
    write_section("money", "Invoices and payments by 50 writers", _text(rates, quiet))


async def _desk(stack: AsyncExitStack, premises: Ground, code: str, writers: int) -> Desk:
    database = Database(premises.site_url(code), connections=(writers + 1) // 2)
    stack.push_async_callback(database.close)
    with psycopg.connect(premises.site_url(code)) as connection:
        row = connection.execute(
            "SELECT s.id, w.id FROM sites s, staff w WHERE s.code = %s AND w.login = %s", (code, CODES[code])
        ).fetchone()
        assert row is not None
        connection.execute("SELECT set_config('vpterm.staff', %s, true)", (str(row[1]),))
        drafts = connection.execute(_DRAFTS, {"code": code, "count": DRAFTS_A_SITE, "staff": row[1]}).fetchall()
    return Desk(Context(database, row[0], code, row[1], RIGHTS[Role.VET]), drafts, [])


async def _issue(desk: Desk) -> bool:
    if not desk.drafts:
        return False
    draft = desk.drafts.pop()
    await issue_invoice(desk.context, invoice_id=draft[0])
    desk.issued.append(draft)
    return True


async def _pay(desk: Desk) -> bool:
    if not desk.issued:
        return False
    invoice_id, client_id = desk.issued.pop()
    await take_payment(desk.context, client_id=client_id, invoice_id=invoice_id, parts=[("card", Money("49.00"))])
    return True


async def _race(what: str, over: str, desks: Sequence[Desk], step: Callable[[Desk], Awaitable[bool]]) -> Rate:
    times: list[float] = []
    began = time.perf_counter()

    async def write(desk: Desk) -> None:
        while time.perf_counter() < began + SECONDS:
            start = time.perf_counter()
            if not await step(desk):
                return
            times.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(write(desks[number % len(desks)]) for number in range(WRITERS)))
    lasted, ordered = time.perf_counter() - began, sorted(times)
    rate = Rate(what, over, len(times) / lasted, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)])
    print(f"{what}, {over}: {rate.per_second:.0f}/s")
    return rate


def pgbench(premises: Ground, sites: int, over: str) -> Rate:
    """A counter row and one insert, by the C client of PostgreSQL: what the server could do at most."""
    with psycopg.connect(premises.url(roles.OWNER), autocommit=True) as connection:
        connection.execute(
            "DROP TABLE IF EXISTS bench_counters, bench_documents; "
            "CREATE TABLE bench_counters (site int PRIMARY KEY, last_number bigint NOT NULL); "
            "CREATE TABLE bench_documents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, site int NOT NULL, "
            "number bigint NOT NULL, total numeric(12, 2) NOT NULL, UNIQUE (site, number)); "
            f"INSERT INTO bench_counters SELECT n, 0 FROM generate_series(1, {sites}) AS n"
        )
        info = connection.info
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(_SCRIPT.format(sites=sites))
            script.flush()
            command = [
                str(find_binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(WRITERS), "-j", "2", "-T",
                str(SECONDS), "-l", "--log-prefix", str(Path(script.name).with_suffix("")), "-f", script.name,
                "-h", info.host, "-U", info.user, info.dbname,
            ]  # fmt: skip
            environment = os.environ | {"PGPASSWORD": info.password}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            times = _logged(Path(script.name).with_suffix(""))
        connection.execute("DROP TABLE bench_counters, bench_documents")
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    per_second = float(line.split("=")[1].split()[0])
    return Rate("pgbench: counter and insert", over, per_second, times[len(times) // 2], times[int(len(times) * 0.99)])


def _logged(prefix: Path) -> list[float]:
    """Milliseconds of each transaction, sorted, from pgbench's log files, which are removed."""
    times = []
    for file in prefix.parent.glob(f"{prefix.name}.*"):
        if file.suffix != ".sql":
            times += [int(line.split()[2]) / 1000 for line in file.read_text("ascii").splitlines()]
            file.unlink()
    return sorted(times)


def _text(rates: Sequence[Rate], quiet: str) -> str:
    rows = [(one.what, one.over, f"{one.per_second:.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}") for one in rates]
    return "\n\n".join((
        f"{machine()} · {quiet}.",
        f"{WRITERS} writers at once for {SECONDS} s, every commit on the disk. Ours: one Python process on asyncio "
        "through the actions, under each site's own login, with all that an act is: rights, walls, the draft locked, "
        "totals and number by the database, the audit trail, for a payment the chained journal, verified afterwards. "
        "pgbench: five lines of SQL by a C client on the same server: a counter row locked and one row inserted.",
        table(("what", "over", "a second", "p50 ms", "p99 ms"), rows),
    ))  # fmt: skip
