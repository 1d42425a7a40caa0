"""Times what is measured, beside what it is compared with: the same inputs, in turns, in one run."""

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

ROUNDS = 5
T = TypeVar("T")
Measured = Callable[[T], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many calls; with several rounds, those of the first round stand first, of the same inputs."""

    milliseconds: tuple[float, ...]
    rounds: int = 1

    @property
    def fastest(self) -> "Times":
        """The fastest call of each input: the one that other work on the machine disturbed least."""
        inputs = len(self.milliseconds) // self.rounds
        return Times(tuple(min(self.milliseconds[place::inputs]) for place in range(inputs)))

    def percentile(self, share: float) -> float:
        """The smallest time that at least this share of the calls did not pass (nearest rank)."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    @property
    def p50(self) -> float:
        return self.percentile(0.50)

    @property
    def p99(self) -> float:
        return self.percentile(0.99)


async def side_by_side(inputs: Sequence[T], ours: Measured[T], plain: Measured[T]) -> tuple[Times, Times]:
    """Each input by both, who begins alternating, in ROUNDS rounds. One more before, unmeasured, warms their caches."""
    for item in inputs:
        await ours(item)
        await plain(item)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for place, item in enumerate([*inputs] * ROUNDS):
        pair: tuple[tuple[str, Measured[T]], ...] = (("ours", ours), ("plain", plain))
        for name, call in pair if place % 2 else reversed(pair):
            began = time.perf_counter()
            await call(item)
            times[name].append((time.perf_counter() - began) * 1000)
    return Times(tuple(times["ours"]), ROUNDS), Times(tuple(times["plain"]), ROUNDS)
