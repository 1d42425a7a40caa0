"""Judges the machine: room on disk and in memory, limits, clock, words."""

from __future__ import annotations

from collections.abc import Iterator

from vpterm.cli.doctor.facts import Machine, OpenDoor
from vpterm.cli.doctor.findings import Finding, careful, ok, wrong
from vpterm.kernel.i18n import _, ngettext

LEAST_DISK_MIB, LITTLE_DISK_MIB = 512, 5 * 1024
# Sessions with the workers around them, without what stands there before anybody comes (docs/benchmarks.md, 200).
SESSION_MIB = 4.5
ENOUGH_TO_MEASURE = 20  # with fewer sessions the memory of a worker itself hides that of a session
KEPT_MIB = 512  # for the system, and for PostgreSQL's own moments
FEW_SESSIONS = 20
FILES_ASIDE = 200
TERMINAL = "xterm-256color"


def judge_machine(machine: Machine, door: OpenDoor, connections: int) -> Iterator[Finding]:
    """`connections` is how many the door takes at once."""
    yield from (_disk(place, free) for place, free in machine.disk_free.items())
    if machine.memory_available is not None:
        yield _memory(machine.memory_available, session_mib(door), is_measured=_is_measured(door))
    yield _cgroup(machine.has_cgroup2)
    yield _files(machine.open_files, connections)
    yield _clock(machine.clock_synchronised)
    yield _time_zones(machine.has_time_zones)
    yield _encoding(machine.encoding)
    yield _terminals(machine.terminals_known)


def _disk(place: str, free: int) -> Finding:
    check, gib = f"disk:{place}", f"{free / 1024:.1f}"
    if free < LEAST_DISK_MIB:
        return wrong(
            check, _("{place}: only {gib} GiB free; saving will soon fail.").format(place=place, gib=gib),
            _("Make room today."),
        )  # fmt: skip
    if free < LITTLE_DISK_MIB:
        return careful(check, _("{place}: {gib} GiB free.").format(place=place, gib=gib), _("Make room this week."))
    return ok(check, _("{place}: {gib} GiB free.").format(place=place, gib=gib))


def _is_measured(door: OpenDoor) -> bool:
    return door.workers_mib is not None and (door.sessions or 0) >= ENOUGH_TO_MEASURE


def session_mib(door: OpenDoor) -> float:
    """MiB per session: those of the sessions that are open now if they are enough, else the benchmark's."""
    if door.workers_mib is not None and door.sessions and _is_measured(door):
        return door.workers_mib / door.sessions
    return SESSION_MIB


def _memory(available: int, each: float, *, is_measured: bool) -> Finding:
    fit = max(0, int((available - KEPT_MIB) / each))
    source = _("measured here") if is_measured else _("from the benchmarks")
    sentence = ngettext(
        "{mib} MiB of memory are free: {n} more session fits ({each} MiB each, {source}).",
        "{mib} MiB of memory are free: {n} more sessions fit ({each} MiB each, {source}).", fit,
    ).format(mib=available, n=fit, each=f"{each:.1f}", source=source)  # fmt: skip
    if not fit:
        return wrong("memory", sentence, _("Add memory, or end what else runs here."))
    if fit < FEW_SESSIONS:
        return careful("memory", sentence, _("Add memory before more people come."))
    return ok("memory", sentence)


def _cgroup(is_there: bool) -> Finding:
    if is_there:
        return ok("cgroup", _("Control groups (cgroup v2) are there to limit workers."))
    return careful(
        "cgroup", _("There are no control groups (cgroup v2): workers have limits of their own alone."),
        _("On a system with systemd 247 or newer they are there by themselves."),
    )  # fmt: skip


def _files(allowed: int, connections: int) -> Finding:
    needed = connections * 2 + FILES_ASIDE  # a connection is one here, and may need one on the way in or out
    numbers = {"allowed": allowed, "needed": needed, "connections": connections}
    if allowed < needed:
        return wrong(
            "open_files",
            _("{allowed} open files are allowed; {connections} connections need {needed}.").format(**numbers),
            _("Raise it: LimitNOFILE={needed} of the service, or ulimit -n {needed}.").format(**numbers),
        )
    return ok(
        "open_files",
        _("{allowed} open files are allowed, enough for {connections} connections.").format(**numbers),
    )


def _clock(is_synchronised: bool | None) -> Finding:
    if is_synchronised:
        return ok("clock", _("The clock is synchronised."))
    if is_synchronised is None:
        return careful("clock", _("This machine does not tell whether its clock is synchronised."))
    return careful(
        "clock", _("The clock is not synchronised: invoices and the till are dated by it."),
        _("Have systemd-timesyncd or chrony run."),
    )  # fmt: skip


def _time_zones(are_there: bool) -> Finding:
    if are_there:
        return ok("time_zones", _("Time in Paris is known."))
    return wrong("time_zones", _("The time zone of Paris is not known here."), _("Install the package tzdata."))


def _encoding(encoding: str) -> Finding:
    if encoding.lower().replace("-", "") == "utf8":
        return ok("locale", _("The locale speaks UTF-8."))
    return careful(
        "locale", _("The locale speaks {encoding}: accents in the logs and in `vpterm run` suffer.").format(
            encoding=encoding
        ), _("Start the server with LC_ALL=C.UTF-8."),
    )  # fmt: skip


def _terminals(known: tuple[str, ...]) -> Finding:
    if TERMINAL in known:
        return ok("terminfo", _("The TERM database knows {terminal}.").format(terminal=TERMINAL))
    return careful(
        "terminfo", _("The TERM database does not know {terminal}: tmux and ssh from here will not draw.").format(
            terminal=TERMINAL
        ), _("Install the package ncurses-base."),
    )  # fmt: skip
