"""`python -m tests.bench`: measure, and write docs/benchmarks.md. By hand only; no test."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.line import measure_busy_line
from tests.bench.money import measure_money
from tests.bench.reading import measure_reading
from tests.bench.terminal import measure_terminal
from vpterm.cli.ground import Ground, ground
from vpterm.demo.group import GroupState, make_group, state_of

READING = ("search", "agenda", "record")
BENCHES = (*READING, "money", "line", "terminal")
SIZES, FULL_SIZES = (10_000, 100_000), (10_000, 100_000, 1_000_000)


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("benches", nargs="*", default=list(BENCHES), help=f"which: {', '.join(BENCHES)} (all)")
    parser.add_argument("--sizes", help="numbers of clients, growing, with commas (10000,100000)")
    parser.add_argument("--full", action="store_true", help="up to a million clients: some 15 minutes, 7 GB of disk")
    parser.add_argument("--home", type=Path, help="an installation to keep and use again (a temporary one)")
    given = parser.parse_args()
    if unknown := set(given.benches) - set(BENCHES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sizes = [int(size) for size in given.sizes.split(",")] if given.sizes else FULL_SIZES if given.full else SIZES
    chosen = frozenset(given.benches)
    with _premises(given.home) as premises:
        asyncio.run(_make(premises))
        if "terminal" in chosen:  # first, on the small group
            measure_terminal(premises)
        if "line" in chosen:
            measure_busy_line(premises)
        asyncio.run(_database_benches(premises, sorted(sizes), chosen))


async def _make(premises: Ground) -> None:
    if await state_of(premises) == GroupState.EMPTY:
        await make_group(premises, password="demo", progress=print)


async def _database_benches(premises: Ground, sizes: list[int], chosen: frozenset[str]) -> None:
    if chosen & set(READING):
        await measure_reading(premises, sizes, chosen)
    if "money" in chosen:
        await measure_money(premises)


@contextmanager
def _premises(home: Path | None) -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-") as folder:
        Path(folder).chmod(0o755)
        standing = ground(home or Path(folder))
        standing.start()
        try:
            yield standing
        finally:
            standing.stop()


if __name__ == "__main__":
    main()
