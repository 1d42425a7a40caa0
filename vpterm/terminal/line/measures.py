"""What a measurement of a line gives: numbers, not yet judged."""

from __future__ import annotations

from dataclasses import dataclass

from vpterm.terminal.line.tcp_info import TcpInfo


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """What was measured: round trips in seconds (None: no answer in 3 s), bytes a second each way.

    `sent` and `received` are the TCP counts of the two ends, None where a system does not tell.
    """

    round_trips_s: tuple[float | None, ...]
    down_bytes_s: float
    up_bytes_s: float
    sent: TcpInfo | None = None
    received: TcpInfo | None = None
