"""What the bench of sessions beside the reference has found: as data, as text, and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.report import machine, table
from tests.bench.timing import Times

STORM, CALM_S = 20, 4.0  # logins at once; as a morning goes: some seconds between one and the next
KEYS_PER_S, LEAST_KEYS_PER_S = 0.2, 4.0
TYPING_S, IDLE_S = 15.0, 60.0  # a minute at rest, since every clock goes on once in it
MOST_MIB = 20 * 1024  # a server that would take more stops at the number of sessions that fit
GOAL_MEMORY, GOAL_LOGIN = 10.0, 4.0


@dataclass
class Stage:
    """What was measured with so many sessions open."""

    sessions: int
    memory_mib: float
    letters: Times
    steps: Times
    idle_percent: float
    database_connections: int


@dataclass
class Run:
    """One server through all stages."""

    base_mib: float = 0.0
    in_turn: list[tuple[float, float]] = field(default_factory=list)
    calm: list[tuple[float, float]] = field(default_factory=list)
    storm: list[tuple[float, float]] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # who did not come in, and what they saw
    stopped: str = ""  # why it did not go through all stages

    def memory_each(self, sessions: int) -> tuple[float, float]:
        """MiB per session: of everything, and without what runs before anybody comes."""
        stage = next(stage for stage in self.stages if stage.sessions == sessions)
        return stage.memory_mib / sessions, (stage.memory_mib - self.base_mib) / sessions


def short(run: Run) -> str:
    """The stage just measured, so that a run broken off has told what it knew."""
    stage = run.stages[-1]
    logins = [first * 1000 for first, _ in run.in_turn]
    return (
        f"{stage.sessions} sessions, {stage.memory_mib:.0f} MiB (base {run.base_mib:.0f}), letter "
        f"{stage.letters.p50:.0f}/{stage.letters.p99:.0f} ms, arrow {stage.steps.p50:.0f}/{stage.steps.p99:.0f} ms, "
        f"idle {stage.idle_percent:.1f}%, first paint p50 {Times(tuple(logins)).p50:.0f} ms"
    )


def text_of(runs: dict[str, Run], quiet: str, seconds: float) -> str:
    names = {"ours": "vpterm serve", "reference": "OpenSSH + tmux + a process each"}
    by_stage = [
        (
            stage.sessions, names[who], f"{stage.memory_mib:.0f}", f"{run.memory_each(stage.sessions)[0]:.1f}",
            f"{run.memory_each(stage.sessions)[1]:.1f}", f"{stage.letters.p50:.0f} / {stage.letters.p99:.0f}",
            f"{stage.steps.p50:.0f} / {stage.steps.p99:.0f}", f"{stage.idle_percent:.1f}", stage.database_connections,
        )
        for place in range(max(len(run.stages) for run in runs.values()))
        for who, run in runs.items()
        for stage in run.stages[place : place + 1]
    ]  # fmt: skip
    head = (
        "sessions", "what", "PSS MiB", "a session", "without base", "letter p50/p99 ms", "arrow p50/p99 ms",
        "idle % of a core", "db connections",
    )  # fmt: skip
    logins = [
        (names[who], way, len(times), *_both(times))
        for way, which in (("in turn", "in_turn"), (f"one each {CALM_S:.0f} s", "calm"), (f"{STORM} at once", "storm"))
        for who, run in runs.items()
        if (times := getattr(run, which))
    ]
    return "\n\n".join((
        f"{machine()} · {quiet}, took {seconds:.0f} s.",
        "The real program on the demo group, 80x24, people of three sites, each at the search screen. Clients "
        "(asyncssh, ed25519) and database on the same two cores; the database counts for neither. Memory is the PSS of "
        "every process after the typing; its base, before anybody comes, is "
        + " and ".join(f"{run.base_mib:.0f} MiB ({names[who]})" for who, run in runs.items())
        + f". Keys: everybody types {KEYS_PER_S} keys/s for {TYPING_S:.0f} s (one alone: {LEAST_KEYS_PER_S:.0f}); from "
        f"the write to the bytes that show it. Idle over {IDLE_S:.0f} s. All reference sessions share one tmux server "
        f"and log in as one account, which spares it memory. No server may take more than {MOST_MIB / 1024:.0f} GiB.",
        table(head, by_stage),
        "Login, from the TCP connection's beginning to the first paint (head and keys) and to the filled home board.",
        table(("what", "logins", "n", "first paint p50/p99 ms", "board p50/p99 ms"), logins),
        "\n".join((*_goals(runs), *_losses(runs, names))),
    ))  # fmt: skip


def _both(times: Sequence[tuple[float, float]]) -> tuple[str, str]:
    first, board = (Times(tuple(pair[place] * 1000 for pair in times)) for place in (0, 1))
    return f"{first.p50:.0f} / {first.p99:.0f}", f"{board.p50:.0f} / {board.p99:.0f}"


def _goals(runs: dict[str, Run]) -> list[str]:
    """The goals of the issue, each met or not."""
    if len(runs) < 2:
        return ["- No reference: there is no sshd here, and none could be installed. No goal is judged."]
    ours, reference = runs["ours"], runs["reference"]
    lines = [_memory_goal(ours, reference, stage.sessions) for stage in ours.stages]
    for way, theirs, mine in (
        ("in turn", reference.in_turn, ours.in_turn), (f"one each {CALM_S:.0f} s", reference.calm, ours.calm),
        (f"{STORM} at once", reference.storm, ours.storm),
    ):  # fmt: skip
        if mine and theirs:
            first, board = (
                Times(tuple(pair[place] for pair in theirs)).p50 / Times(tuple(pair[place] for pair in mine)).p50
                for place in (0, 1)
            )
            met = "met" if first >= GOAL_LOGIN else "**missed**"
            lines.append(
                f"- first paint at least {GOAL_LOGIN:.0f} times sooner, {way}: {met} ({first:.1f} times, p50; "
                f"the filled board {board:.1f} times)."
            )
    return lines


def _losses(runs: dict[str, Run], names: dict[str, str]) -> list[str]:
    return [f"- {names[who]}: somebody did not come in ({why})." for who, run in runs.items() for why in run.lost]


def _memory_goal(ours: Run, reference: Run, sessions: int) -> str:
    goal = f"- at least {GOAL_MEMORY:.0f} times less memory, {sessions} session{'s' if sessions > 1 else ''}: "
    reached = [stage.sessions for stage in reference.stages if stage.sessions == sessions]
    if not reached:
        most = reference.stages[-1].sessions if reference.stages else 0
        return f"{goal}**not judged**: the reference was stopped at {most}: {reference.stopped or 'unknown why'}."
    whole, plain = (reference.memory_each(sessions)[place] / ours.memory_each(sessions)[place] for place in (0, 1))
    met = "met" if whole >= GOAL_MEMORY else "**missed**"
    why = " (impossible: gateway and fork server stand there for everybody)" if sessions == 1 else ""
    return f"{goal}{met}{why} ({whole:.1f} times; {plain:.1f} without the base)."
