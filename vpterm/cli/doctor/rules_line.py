"""Judges a clinic's line, in words of who pays for it: how typing feels, what is lost, how many can work over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from vpterm.cli.doctor.findings import Finding, careful, ok, wrong
from vpterm.kernel.i18n import _, ngettext
from vpterm.terminal.line.measures import LineMeasures
from vpterm.terminal.line.tcp_info import TcpInfo

# Bytes a second of a busy session, two keys a second at 120x40 (docs/benchmarks.md, "What a busy session sends").
SESSION_UP_BYTES_S, SESSION_DOWN_BYTES_S = 200, 21_000
SHARE = 0.5  # of the line: the other half is for the clinic's own internet
IMMEDIATE_S, BEARABLE_S = 0.08, 0.2
STEADY_S, UNSTEADY_S = 0.02, 0.08
STALL_FACTOR, STALL_S = 2.0, 0.1
CLEAN_SHARE, LOSSY_SHARE = 0.01, 0.03
LEAST_SEGMENTS = 100
FEW = 5


@dataclass(frozen=True, slots=True)
class LineQuality:
    """A line in numbers: seconds, bytes a second, shares of 1. Shares are None where no end tells them."""

    p50_s: float
    p99_s: float
    jitter_s: float
    stalls: int
    probes: int
    longest_s: float
    down_bytes_s: float
    up_bytes_s: float
    lost_up: float | None
    lost_down: float | None
    sessions: int


def quality_of(measures: LineMeasures) -> LineQuality | None:
    """The numbers of a measurement; nothing when no probe was answered."""
    times = [seconds for seconds in measures.round_trips_s if seconds is not None]
    if not times:
        return None
    usual = median(times)
    slow = sum(seconds > max(usual * STALL_FACTOR, usual + STALL_S) for seconds in times)
    return LineQuality(
        p50_s=usual,
        p99_s=percentile(times, 0.99),
        jitter_s=fmean(abs(later - before) for before, later in pairwise(times)) if times[1:] else 0.0,
        stalls=slow + len(measures.round_trips_s) - len(times),
        probes=len(measures.round_trips_s),
        longest_s=max(times),
        down_bytes_s=measures.down_bytes_s,
        up_bytes_s=measures.up_bytes_s,
        lost_up=_lost(measures.sent),
        lost_down=_lost(measures.received),
        sessions=sessions_over(measures.up_bytes_s, measures.down_bytes_s),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all do not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _lost(end: TcpInfo | None) -> float | None:
    """The share of segments sent again: nearly what the line loses, since TCP hides the loss itself."""
    if end is None or end.segments < LEAST_SEGMENTS:
        return None
    return end.retransmitted / end.segments


def sessions_over(up_bytes_s: float, down_bytes_s: float) -> int:
    """How many busy sessions half of the line carries."""
    return int(SHARE * min(up_bytes_s / SESSION_UP_BYTES_S, down_bytes_s / SESSION_DOWN_BYTES_S))


def judge_line(quality: LineQuality | None) -> Iterator[Finding]:
    """What the numbers mean for people who type."""
    if quality is None:
        yield wrong("round_trip", _("Nothing came back over this line."), _("Call the internet provider."))
        return
    yield _round_trip(quality)
    yield _steadiness(quality)
    yield _stalls(quality)
    yield _losses(quality)
    yield _bandwidth(quality)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def _mbit(bytes_s: float) -> str:
    return f"{bytes_s * 8 / 1e6:.1f}"


def _round_trip(line: LineQuality) -> Finding:
    said = _("A key is answered after {p50} ms, one in a hundred after {p99} ms").format(
        p50=_ms(line.p50_s), p99=_ms(line.p99_s)
    )
    if line.p50_s <= IMMEDIATE_S:
        return ok("round_trip", _("{numbers}: typing feels immediate.").format(numbers=said))
    if line.p50_s <= BEARABLE_S:
        return careful("round_trip", _("{numbers}: one feels the distance, and works well.").format(numbers=said))
    return wrong(
        "round_trip", _("{numbers}: typing feels slow.").format(numbers=said),
        _("Ask for a line by cable or fibre; a satellite or a weak mobile link does this."),
    )  # fmt: skip


def _steadiness(line: LineQuality) -> Finding:
    said = _("From one key to the next the answer varies by {jitter} ms").format(jitter=_ms(line.jitter_s))
    if line.jitter_s <= STEADY_S:
        return ok("jitter", _("{numbers}: steady.").format(numbers=said))
    advice = _("Try a cable in place of the wireless network.")
    if line.jitter_s <= UNSTEADY_S:
        return careful("jitter", _("{numbers}: a little uneven.").format(numbers=said), advice)
    return wrong("jitter", _("{numbers}: very uneven.").format(numbers=said), advice)


def _stalls(line: LineQuality) -> Finding:
    if not line.stalls:
        return ok("stalls", _("The line never stood still."))
    said = ngettext(
        "{n} of {all} answers was held up, the longest for {longest} ms.",
        "{n} of {all} answers were held up, the longest for {longest} ms.", line.stalls,
    ).format(n=line.stalls, all=line.probes, longest=_ms(line.longest_s))  # fmt: skip
    advice = _("Look whether somebody is sending a large file at that moment; then call the provider.")
    return (careful if line.stalls * 20 <= line.probes else wrong)("stalls", said, advice)


def _losses(line: LineQuality) -> Finding:
    if line.lost_up is None or line.lost_down is None:
        return careful("loss", _("The systems at the two ends do not tell what the line loses."))
    said = _("Sent again: {up} % towards the server, {down} % back").format(
        up=f"{line.lost_up * 100:.1f}", down=f"{line.lost_down * 100:.1f}"
    )
    worst = max(line.lost_up, line.lost_down)
    if worst <= CLEAN_SHARE:
        return ok("loss", _("{numbers}: a clean line.").format(numbers=said))
    advice = _("Try a cable in place of the wireless network; if it stays, call the provider.")
    if worst <= LOSSY_SHARE:
        return careful("loss", _("{numbers}: the line loses a little.").format(numbers=said), advice)
    return wrong("loss", _("{numbers}: the line loses much.").format(numbers=said), advice)


def _bandwidth(line: LineQuality) -> Finding:
    numbers = {"up": _mbit(line.up_bytes_s), "down": _mbit(line.down_bytes_s), "n": line.sessions}
    sentence = ngettext(
        "At least {up} Mbit/s towards the server and {down} Mbit/s back: half of it carries {n} busy session.",
        "At least {up} Mbit/s towards the server and {down} Mbit/s back: half of it carries {n} busy sessions.",
        line.sessions,
    ).format(**numbers)
    if line.sessions >= FEW:
        return ok("bandwidth", sentence)
    return wrong("bandwidth", sentence, _("Ask the provider for a faster line."))
