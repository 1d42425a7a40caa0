"""The reads that a person waits for: search while typing, the day's agenda, opening a record; at growing sizes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import psycopg
from psycopg import AsyncConnection

from tests.bench.plain import Plain
from tests.bench.report import load, machine, table, write_section
from tests.bench.timing import ROUNDS, Times, side_by_side
from vpterm.cli.ground import Ground
from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.demo.bulk import add_clients
from vpterm.practice.agenda.queries import day_agenda
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.animals.search import search
from vpterm.practice.care.queries import timeline
from vpterm.practice.staff.rules import RIGHTS, Role

SITE, SEED = "lilas", 7
NAMES, PAIRS, PHONES, ANIMALS = 110, 60, 60, 70  # 300 things that a receptionist looks for
RECORDS, DAYS = 300, 61
GOAL_P99_MS, GOAL_GROWTH, GOAL_PLAIN = 10.0, 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Result:
    """One bench at one size, ours beside the plain SQL."""

    bench: str
    size: int
    ours: Times
    plain: Times

    @property
    def times_plain(self) -> float:
        return self.ours.p50 / self.plain.p50


async def measure_reading(premises: Mapping[int, Ground], only: frozenset[str]) -> None:
    """Grow the group of each size to it, in turn, measure, and write the section."""
    results: list[Result] = []
    growth: list[tuple[str, int, int]] = []
    quiet = load()
    for size, here in premises.items():
        have = count_clients(here)
        if size > have:
            began = time.perf_counter()
            added = await add_clients(here, count=size - have, progress=print)
            growth.append((f"{have} to {size}", added.animals, round(time.perf_counter() - began)))
        results += await measure_size(here, size, only)
    if growth:
        head = ("clients", "animals added", "seconds, with indexes, references and VACUUM ANALYZE")
        write_section("bulk", "The bulk path (`vpterm demo --clients N`)", f"{machine()}.\n\n{table(head, growth)}")
    write_section("reading", "Search, agenda, record", _text(results, quiet))


def count_clients(premises: Ground) -> int:
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        row = connection.execute("SELECT count(*) FROM clients").fetchone()
    return int(row[0]) if row else 0


async def measure_size(premises: Ground, size: int, only: frozenset[str]) -> list[Result]:
    """All benches at the size that the group has now, as a member of staff under the site's own login."""
    texts, animals = inputs(premises)
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=ahead) for ahead in range(-(DAYS // 2), DAYS // 2 + 1)]
    results = []
    async with (
        premises.at_site(SITE, 2, RIGHTS[Role.VET]) as standing,
        await AsyncConnection.connect(premises.site_url(SITE), autocommit=True) as connection,
    ):
        context, plain = replace(standing), Plain(connection, standing.site_id)

        async def ours_search(text: str) -> object:
            return await search(context, text=text)

        async def ours_day(day: date) -> object:
            return await day_agenda(context, day=day)

        async def ours_record(animal_id: int) -> object:
            return await open_record(context, animal_id)

        for kind in texts if "search" in only else ():
            times = await side_by_side(texts[kind], ours_search, plain.search)
            results.append(Result(f"search: {kind}", size, *times))
        if "agenda" in only:
            results.append(Result("agenda of a day", size, *await side_by_side(days, ours_day, plain.day)))
        if "record" in only:
            times = await side_by_side(animals, ours_record, plain.record)
            results.append(Result("opening a record", size, *times))
    for result in results:
        print(f"{size:>9} {result.bench:24} p50 {result.ours.p50:.2f} ms, plain {result.plain.p50:.2f} ms")
    return results


async def open_record(context: Context, animal_id: int) -> tuple[Any, Any]:
    """What the animal's page reads: its sheet, then its timeline."""
    return await animal_sheet(context, animal_id=animal_id), await timeline(context, animal_id=animal_id)


def inputs(premises: Ground) -> tuple[dict[str, list[str]], list[int]]:
    """What is typed for 300 clients, telephones and animals that are really there, letter by letter; and animals."""
    chance = Random(SEED)
    with psycopg.connect(premises.url(roles.MANAGEMENT_LOGIN)) as connection:
        row = connection.execute("SELECT min(id), max(id) FROM clients").fetchone()
        low, high = row or (1, 1)
        wanted = [chance.randint(low, high) for _one in range(1000)]
        people = connection.execute(
            "SELECT c.last_name, c.first_name, p.number, a.name, a.id FROM clients c "
            "JOIN client_phones p ON p.client_id = c.id AND p.position = 1 JOIN animals a ON a.client_id = c.id "
            "WHERE c.id = ANY (%s) AND NOT c.business ORDER BY c.id, a.id",
            (wanted,),
        ).fetchall()
    chance.shuffle(people)
    cut = [people[start : start + count] for start, count in _spans(NAMES, PAIRS, PHONES, ANIMALS)]
    texts = {
        "a name": [text for person in cut[0] for text in typed(person[0], 8)],
        "name and first name": [text for person in cut[1] for text in typed(f"{person[0]} {person[1][:3]}", 20, 5)],
        "a telephone's tail": [person[2][-count:] for person in cut[2] for count in range(4, 9)],
        "an animal and its owner": [text for person in cut[3] for text in typed(f"{person[3]} {person[0][:3]}", 14, 2)],
    }
    return texts, [person[4] for person in people[:RECORDS]]


def typed(text: str, most: int, least: int = 2) -> list[str]:
    """The beginnings that stand in the search box while the text is typed."""
    return [text[:length] for length in range(least, min(len(text), most) + 1) if text[length - 1] != " "]


def _spans(*counts: int) -> list[tuple[int, int]]:
    return [(sum(counts[:place]), count) for place, count in enumerate(counts)]


def _text(results: Sequence[Result], quiet: str) -> str:
    fastest = [replace(result, ours=result.ours.fastest, plain=result.plain.fastest) for result in results]
    return "\n\n".join((
        f"{machine()} · {quiet}.",
        "Warm, one caller, through the practice queries as the site's own login, beside the plainest hand-written SQL "
        "(tests/bench/plain.py: psycopg, tuples, the same rows, no correction of typing mistakes), each input by both "
        "in turns. A search is every beginning of what is typed for 300 things that are there. Data: `vpterm demo "
        "--clients N` (1.6 animals a client, three entries, services and two weights an animal).",
        _table(results),
        "\n".join(_goals(results)),
        f"The fastest of the {ROUNDS} calls of each input, which other work on the machine disturbs least:",
        _table(fastest),
        "\n".join(_goals(fastest)),
    ))  # fmt: skip


def _table(results: Sequence[Result]) -> str:
    rows = [
        (
            result.bench, f"{result.size:,}".replace(",", " "), len(result.ours.milliseconds), f"{result.ours.p50:.2f}",
            f"{result.ours.p99:.2f}", f"{result.plain.p50:.2f}", f"{result.plain.p99:.2f}", f"{result.times_plain:.1f}",
        )
        for result in results
    ]  # fmt: skip
    return table(("what", "clients", "calls", "p50 ms", "p99 ms", "plain p50", "plain p99", "times plain"), rows)


def _goals(results: Sequence[Result]) -> list[str]:
    """The goals of the issue, each met or not, by name of what misses it."""
    largest, smallest = max(result.size for result in results), min(result.size for result in results)
    at_largest = [result for result in results if result.size == largest]
    before = {result.bench: result.ours.p50 for result in results if result.size == smallest}
    missed = {
        f"p99 under {GOAL_P99_MS:.0f} ms at {largest}": [
            f"{one.bench} ({one.ours.p99:.1f} ms)" for one in at_largest if one.ours.p99 >= GOAL_P99_MS
        ],
        f"p50 at {largest} at most {GOAL_GROWTH:.0f} times that at {smallest}": [
            f"{one.bench} ({one.ours.p50 / before[one.bench]:.1f})"
            for one in at_largest
            if one.ours.p50 > GOAL_GROWTH * before[one.bench]
        ],
        f"at most {GOAL_PLAIN:.0f} times the plain SQL (p50)": [
            f"{one.bench} at {one.size} ({one.times_plain:.1f})" for one in results if one.times_plain > GOAL_PLAIN
        ],
    }
    return [
        f"- {goal}: " + (f"**missed** by {', '.join(names)}." if names else "met.") for goal, names in missed.items()
    ]
