"""The bulk path: many clients for measuring, written by the owner around the triggers. For demo groups only."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from psycopg import AsyncConnection

from vpterm.database import roles
from vpterm.demo.cases import bulk_cases
from vpterm.demo.names import (
    ANIMAL_NAMES,
    STREETS,
    TAIL_SHARE,
    TOWNS,
    first_names,
    pieces,
    rare_last_names,
    weighted_last_names,
)
from vpterm.demo.premises import Addresses
from vpterm.demo.unguarded import Connection, unguarded
from vpterm.kernel.dates import paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _

TABLES = (
    "clients", "client_phones", "animals", "animal_weights", "record_entries", "performed_services", "bookings",
    "search_words",
)  # fmt: skip
PIECE = 100_000  # clients a statement: progress every few seconds
SEED = 0.4242


@dataclass(frozen=True, slots=True)
class Added:
    """What the bulk path added; the new clients have the numbers from first_client on."""

    clients: int
    animals: int
    first_client: int


async def add_clients(
    premises: Addresses, *, count: int, progress: Callable[[str], None], now: datetime | None = None
) -> Added:
    """Add `count` clients with telephones, 1.6 animals each, three entries an animal, and bookings around today.

    All or nothing: one transaction, in which the tables are locked for everybody else. Written around the audit
    trail, so that it is for groups made for trying only. Refused: a group without sites or libraries.
    """
    moment = now or datetime.now(UTC)
    async with await AsyncConnection.connect(premises.url(roles.OWNER)) as connection:
        await connection.execute(
            "SET LOCAL lock_timeout = '10s'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'"
        )
        await connection.execute("SELECT setseed(%s)", (SEED,))
        sizes = await _bring_words(connection)
        added = await _fill(connection, count, moment, sizes, progress)
    progress(_("Counting what is there, for the planner…"))
    async with await AsyncConnection.connect(premises.url(roles.OWNER), autocommit=True) as connection:
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}".encode())
    return added


async def _fill(
    connection: Connection, count: int, moment: datetime, sizes: dict[str, Any], progress: Callable[[str], None]
) -> Added:
    statements = _statements()
    given = sizes | {"now": moment, "today": paris_day(moment)}
    async with unguarded(connection, TABLES):
        first_client = await _next_id(connection, "clients")
        first_animal, animals = await _next_id(connection, "animals"), 0
        for low in range(first_client, first_client + count, PIECE):
            high = min(low + PIECE, first_client + count) - 1
            low_animal = await _next_id(connection, "animals")
            for name in ("clients", "phones", "animals"):
                done = await connection.execute(statements[name], given | {"low": low, "high": high})
            animals += done.rowcount
            here = {"low_animal": low_animal, "high_animal": await _last_id(connection, "animals")}
            here["low_entry"] = await _next_id(connection, "record_entries")
            for name in ("weights", "entries", "services"):
                await connection.execute(statements[name], given | here)
            progress(_("{done} of {count} clients").format(done=high - first_client + 1, count=count))
        await _move_sequence(connection, "clients", first_client + count)
        last_animal = await _last_id(connection, "animals")
        whole = {"low": first_client, "high": first_client + count - 1}
        await connection.execute(statements["words"], whole)
        progress(_("The words of the search are known."))
        await connection.execute(
            statements["bookings"], given | {"low_animal": first_animal, "high_animal": last_animal}
        )
        progress(_("Indexes and references are made anew…"))
    return Added(count, animals, first_client)


def _statements() -> dict[str, bytes]:
    text = (resources.files("vpterm.demo") / "bulk.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.encode() for name, body in zip(parts[::2], parts[1::2], strict=True)}


async def _bring_words(connection: Connection) -> dict[str, Any]:
    """The temporary tables that the statements draw from; answers how many words each list has."""
    await connection.execute("""
        CREATE TEMPORARY TABLE bulk_words (list text, n int, word text, site_id bigint) ON COMMIT DROP;
        CREATE TEMPORARY TABLE bulk_sites ON COMMIT DROP AS
        SELECT s.id AS site_id, s.code, row_number() OVER (ORDER BY s.id) - 1 AS n, min(w.staff_id) AS author
        FROM sites s JOIN staff_sites w ON w.site_id = s.id AND w.role = 'vet' GROUP BY s.id
    """)
    rows = await (await connection.execute("SELECT code, site_id FROM bulk_sites")).fetchall()
    found = await connection.execute("SELECT count(*) FROM species WHERE code IN ('dog', 'cat')")
    if not rows or await found.fetchone() != (2,):
        raise Refused(_("There is no group to add to."), _("Make the demo group first: vpterm demo"))
    sizes: dict[str, int] = {}
    async with connection.cursor() as cursor, cursor.copy("COPY bulk_words FROM STDIN") as copy:
        for name, word, site_id in _words(dict(rows)):
            sizes[name] = sizes.get(name, 0) + 1
            await copy.write_row((name, sizes[name], word, site_id))
    await connection.execute("CREATE INDEX ON bulk_words (list, n); ANALYZE bulk_words; ANALYZE bulk_sites")
    common = sum(weighted_last_names()[1])
    return {
        **sizes, "common": common, "rare": sizes["last"] - common, "common_share": 1 - TAIL_SHARE,
        "first": min(sizes["women"], sizes["men"]),
    }  # fmt: skip


def _words(sites: dict[str, int]) -> Iterator[tuple[str, str, int | None]]:
    for name, weight in zip(*weighted_last_names(), strict=True):
        yield from (("last", name, None) for _once in range(weight))
    yield from (("last", name, None) for name in rare_last_names())
    women, men = first_names()
    yield from (("women", name, None) for name in women)
    yield from (("men", name, None) for name in men)
    yield from (("street", street, None) for streets in STREETS.values() for street in pieces(streets))
    for code, site_id in sites.items():
        yield from (("town", town, site_id) for town in TOWNS.get(code, TOWNS["lilas"]))
    for species in ("dog", "cat"):
        yield from ((species, name, None) for name in ANIMAL_NAMES[species].split())
        yield from ((f"case {species}", case, None) for case in bulk_cases(species))


async def _next_id(connection: Connection, table: str) -> int:
    found = await connection.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", (table,))
    row = await found.fetchone()
    return int(row[0]) if row else 1


async def _last_id(connection: Connection, table: str) -> int:
    found = await connection.execute(f"SELECT max(id) FROM {table}".encode())  # noqa: S608 - our own names
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def _move_sequence(connection: Connection, table: str, value: int) -> None:
    await connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, value))
