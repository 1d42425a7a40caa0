"""Carries packets between two TUN devices: late, at a limited rate, and not all of them. A process of its own.

`python slow_link.py NEAR FAR DELAY_S LOSS_PERCENT MBIT`, the first two being open descriptors.
"""

import contextlib
import os
import select
import sys
import time
from collections import deque
from random import Random

LONGEST_QUEUE_S = 0.5  # what waits longer for its turn is dropped, as a modem's buffer does


class Direction:
    """Packets from one device to the other."""

    def __init__(self, source: int, target: int, delay_s: float, loss: float, bytes_s: float) -> None:
        self.source = source
        self._target, self._delay_s, self._loss, self._bytes_s = target, delay_s, loss, bytes_s
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._random = Random(source)

    def take(self, now: float) -> None:
        """All packets that have come."""
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self.source, 65536):
                begins = max(now, self._free_at)
                if self._random.random() >= self._loss and begins - now < LONGEST_QUEUE_S:
                    self._free_at = begins + len(packet) / self._bytes_s
                    self._waiting.append((self._free_at + self._delay_s, packet))

    def give(self, now: float) -> float:
        """Hand over what is due; seconds until the next is."""
        while self._waiting and self._waiting[0][0] <= now:
            with contextlib.suppress(OSError):  # the device may not be up yet
                os.write(self._target, self._waiting[0][1])
            self._waiting.popleft()
        return max(0.0, self._waiting[0][0] - now) if self._waiting else 1.0


def main() -> None:
    """Carry until the end of the process."""
    near, far = int(sys.argv[1]), int(sys.argv[2])
    delay_s, loss, bytes_s = float(sys.argv[3]), float(sys.argv[4]) / 100, float(sys.argv[5]) * 125_000
    both = [Direction(near, far, delay_s, loss, bytes_s), Direction(far, near, delay_s, loss, bytes_s)]
    poll = select.epoll()
    for direction in both:
        poll.register(direction.source, select.EPOLLIN)
    while True:
        wait_s = min(direction.give(time.monotonic()) for direction in both)
        poll.poll(wait_s)
        for direction in both:
            direction.take(time.monotonic())


if __name__ == "__main__":
    main()
