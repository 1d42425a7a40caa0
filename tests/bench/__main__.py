"""`python -m tests.bench`: measure, and write docs/benchmarks.md. By hand only; no test."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import crowd, cycles, storm
from tests.bench.line import measure_busy_line
from tests.bench.money import measure_money
from tests.bench.reading import measure_reading
from tests.bench.recording import measure_recording
from tests.bench.slow_line import measure_slow_line
from tests.bench.terminal import measure_terminal
from vpterm.cli.ground import Ground, ground
from vpterm.demo.group import GroupState, make_group, state_of

READING = ("search", "agenda", "record")
USUAL = (*READING, "money", "line", "slow-line", "recording", "terminal")
BENCHES = (*USUAL, "crowd", "storm", "cycles")  # the last three by name only: they take their time
SIZES, FULL_SIZES = (10_000, 100_000), (10_000, 100_000, 1_000_000)


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("benches", nargs="*", default=list(USUAL), help=f"which: {', '.join(BENCHES)} (the first six)")
    parser.add_argument("--sizes", help="numbers of clients, growing, with commas (10000,100000)")
    parser.add_argument("--full", action="store_true", help="up to a million clients: some 15 minutes, 7 GB of disk")
    parser.add_argument(
        "--home", help="an installation to keep and use again (a temporary one); {size} in it: one for each size"
    )
    for name, number, what in (
        ("--sessions", crowd.SESSIONS, "people of the crowd"),
        ("--logins", storm.LOGINS, "logins of the storm"),
        ("--cycles", cycles.CYCLES, "sessions opened and ended"),
    ):
        parser.add_argument(name, type=int, default=number, help=f"{what} (%(default)s)")
    given = parser.parse_args()
    if unknown := set(given.benches) - set(BENCHES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sizes = [int(size) for size in given.sizes.split(",")] if given.sizes else FULL_SIZES if given.full else SIZES
    chosen = frozenset(given.benches)
    if "slow-line" in chosen:  # it has a door of its own
        measure_slow_line()
    if chosen == {"slow-line"}:
        return
    with _premises(given.home, sorted(sizes)) as premises:
        smallest = premises[min(sizes)]
        for standing in set(premises.values()):
            asyncio.run(_make(standing))
        if "terminal" in chosen:  # first, on the small group
            measure_terminal(smallest)
        if "crowd" in chosen:
            crowd.measure_crowd(smallest, given.sessions)
        if "storm" in chosen:
            storm.measure_storm(smallest, given.logins)
        if "cycles" in chosen:
            cycles.measure_cycles(smallest, given.cycles)
        if "line" in chosen:
            measure_busy_line(smallest)
        if "recording" in chosen:
            measure_recording(smallest)
        asyncio.run(_database_benches(premises, smallest, chosen))


async def _make(premises: Ground) -> None:
    if await state_of(premises) == GroupState.EMPTY:
        await make_group(premises, password="demo", progress=print)


async def _database_benches(premises: Mapping[int, Ground], smallest: Ground, chosen: frozenset[str]) -> None:
    if chosen & set(READING):
        await measure_reading(premises, chosen)
    if "money" in chosen:
        await measure_money(smallest)


@contextmanager
def _premises(home: str | None, sizes: Sequence[int]) -> Iterator[dict[int, Ground]]:
    """Where each size is measured: one group that grows, or one for each size; started here, and stopped."""
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-") as folder, ExitStack() as standing:
        Path(folder).chmod(0o755)
        homes = {size: Path((home or folder).format(size=size)).absolute() for size in sizes}
        grounds = {place: ground(place) for place in homes.values()}
        for one in grounds.values():
            one.start()
            standing.callback(one.stop)
        yield {size: grounds[place] for size, place in homes.items()}


if __name__ == "__main__":
    main()
