"""Judges the door: is it open, does it answer as ours and with our algorithms; tills; libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from vpterm.cli.doctor.facts import OpenDoor, Verification
from vpterm.cli.doctor.findings import Finding, careful, ok, wrong
from vpterm.kernel.i18n import _, ngettext
from vpterm.terminal.ssh.algorithms import OFFERED

OUR_BANNER = "SSH-2.0-vpterm"
OLD_VERIFICATION_DAYS = 35  # the till is closed every month (CGI art. 286, I, 3° bis)


def judge_door(door: OpenDoor) -> Iterator[Finding]:
    """Open or not, ours or not; a port taken by somebody else is what keeps a door from opening."""
    if not door.is_kept:
        yield _closed(door)
        return
    if door.port_answers != OUR_BANNER:
        yield wrong(
            "door", _("The installation is open, but its door does not answer at port {port}.").format(port=door.port),
            _("Name the port with --port; if it is right, start the server again."),
        )  # fmt: skip
        return
    sentence = ngettext(
        "The door answers at port {port}, with {n} open session.",
        "The door answers at port {port}, with {n} open sessions.", door.sessions or 0,
    )  # fmt: skip
    yield ok("door", sentence.format(port=door.port, n=door.sessions or 0))
    yield _algorithms(door.offered)
    if door.limits:
        yield _limits(door)


def _closed(door: OpenDoor) -> Finding:
    if door.port_answers:
        return wrong(
            "door", _("No door is open, and port {port} is taken by another program.").format(port=door.port),
            _("End that program, or open the door at another port: vpterm serve --port."),
        )  # fmt: skip
    return careful("door", _("No door is open; port {port} is free.").format(port=door.port), "vpterm serve")


def _algorithms(offered: Mapping[str, tuple[str, ...]] | None) -> Finding:
    if offered is None:
        return wrong("algorithms", _("The door does not say which algorithms it speaks."), _("Start the server again."))
    strange = sorted(
        name for kind, names in offered.items() for name in names if name not in OFFERED[kind] and not _is_a_sign(name)
    )
    if strange:
        return wrong(
            "algorithms", _("The door offers what it should not: {names}.").format(names=", ".join(strange)),
            _("Something stands between you and the door, or the program was changed."),
        )  # fmt: skip
    return ok("algorithms", _("The door speaks our algorithms and no others."))


def _limits(door: OpenDoor) -> Finding:
    if not door.worker_memory_mib:
        return careful(
            "limits", _("Workers may hold as much memory as they like."),
            _("Set worker_memory_mib in the section [door] of vpterm.toml."),
        )  # fmt: skip
    if door.limits == "cgroup":
        sentence = _("A control group limits each worker to {mib} MiB.")
    else:
        sentence = _("The gateway ends a worker over {mib} MiB; the kernel refuses it twice as much.")
    return ok("limits", sentence.format(mib=door.worker_memory_mib))


def _is_a_sign(name: str) -> bool:
    """Names in the list of key exchanges that are no key exchange (RFC 8308 section 2.1; strict KEX of OpenSSH 9.6)."""
    return name.startswith(("ext-info-", "kex-strict-"))


def judge_verification(last: Verification | None, now: datetime) -> Finding:
    """How long ago the tills were proved to be whole."""
    if last is None:
        return careful("verification", _("The tills were never verified here."), "vpterm verify")
    days = (now - last.happened_at).days
    if not last.was_whole:
        return wrong(
            "verification", _("The last verification found a broken journal."), _("Call support; change nothing.")
        )
    sentence = ngettext(
        "The tills were verified {n} day ago, whole.", "The tills were verified {n} days ago, whole.", days
    ).format(n=days)
    return careful("verification", sentence, "vpterm verify") if days > OLD_VERIFICATION_DAYS else ok(
        "verification", sentence
    )  # fmt: skip


def judge_libraries(wanted: Sequence[tuple[str, str | None, str | None]]) -> Finding:
    """Each library of ours: its name, its pinned version (None: a range), the installed one (None: missing)."""
    others = [
        f"{name} {here or '-'} ({pinned or '?'})"
        for name, pinned, here in wanted
        if here is None or pinned not in (None, here)
    ]
    if others:
        return wrong(
            "libraries", _("Other versions than the tested ones are installed: {names}.").format(
                names=", ".join(others)
            ), _("Install vpterm again with its lock file (requirements/runtime.txt)."),
        )  # fmt: skip
    names = ", ".join(f"{name} {here}" for name, _pinned, here in wanted)
    return ok("libraries", _("The libraries are there: {names}.").format(names=names))
