"""Carries packets between two TUN devices: late, at a limited rate, and not all of them. A process of its own.

`python slow_link.py NEAR FAR DELAY_S LOSS_PERCENT MBIT BUFFER_S`, the first two being open descriptors. A line of the
last four on its input makes the link another one from now on.
"""

import contextlib
import os
import select
import sys
import time
from collections import deque
from random import Random


class Direction:
    """Packets from one device to the other."""

    def __init__(self, source: int, target: int, delay_s: float, loss: float, bytes_s: float, buffer_s: float) -> None:
        self.source = source
        self._target = target
        self.become(delay_s, loss, bytes_s, buffer_s)
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._random = Random(source)

    def become(self, delay_s: float, loss: float, bytes_s: float, buffer_s: float) -> None:
        """Another link from now on: a share that is lost, bytes a second, how long a packet may wait for its turn."""
        self._delay_s, self._loss, self._bytes_s, self._buffer_s = delay_s, loss, bytes_s, buffer_s

    def take(self, now: float) -> None:
        """All packets that have come."""
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self.source, 65536):
                begins = max(now, self._free_at)
                if self._random.random() >= self._loss and begins - now < self._buffer_s:
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
    link = _link(sys.argv[3:7])
    both = [Direction(near, far, *link), Direction(far, near, *link)]
    poll = select.epoll()
    for descriptor in (near, far, sys.stdin.fileno()):
        poll.register(descriptor, select.EPOLLIN)
    while True:
        wait_s = min(direction.give(time.monotonic()) for direction in both)
        if any(descriptor == sys.stdin.fileno() for descriptor, _event in poll.poll(wait_s)):
            changed = sys.stdin.readline().split()
            if not changed:
                return
            for direction in both:
                direction.become(*_link(changed))
        for direction in both:
            direction.take(time.monotonic())


def _link(words: list[str]) -> tuple[float, float, float, float]:
    return float(words[0]), float(words[1]) / 100, float(words[2]) * 125_000, float(words[3])


if __name__ == "__main__":
    main()
