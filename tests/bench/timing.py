"""Times what is measured, beside what it is compared with: the same inputs, in turns, in one run."""

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Measured = Callable[[T], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many calls."""

    milliseconds: tuple[float, ...]

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
    """Each input once by both, who begins alternating. A first round, unmeasured, warms the caches of both."""
    for item in inputs:
        await ours(item)
        await plain(item)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for place, item in enumerate(inputs):
        pair: tuple[tuple[str, Measured[T]], ...] = (("ours", ours), ("plain", plain))
        for name, call in pair if place % 2 else reversed(pair):
            began = time.perf_counter()
            await call(item)
            times[name].append((time.perf_counter() - began) * 1000)
    return Times(tuple(times["ours"])), Times(tuple(times["plain"]))
