"""Judges the recordings: whether what the group asks for can be written."""

from __future__ import annotations

from collections.abc import Iterator

from vpterm.cli.doctor.facts import Recordings
from vpterm.cli.doctor.findings import Finding, ok, wrong
from vpterm.kernel.i18n import N_, _, ngettext

_WHY = {
    "disk": N_("the disk is full, or the folder cannot be written"),
    "database": N_("the database does not answer"),
    "key": N_("the recording key is damaged"),
}
_ADVICE = {
    "disk": N_("Free the disk of {folder}; it is tried again every minute."),
    "database": N_("Look at vpterm doctor's lines on PostgreSQL; it is tried again every minute."),
    "key": N_("Restore recording.pub, or delete it where secrets/vpterm_recording.secret is."),
}


def judge_recordings(recordings: Recordings | None) -> Iterator[Finding]:
    """A line for each site whose recordings fail; one where all goes well. Nothing where nobody serves."""
    if recordings is None:
        return
    for site, reason in sorted(recordings.failing.items()):
        sentence = _("Recordings of {site} fail: {why}. People work on, and are not recorded.")
        why, advice = _(_WHY[reason]), _(_ADVICE[reason])
        yield wrong("recordings", sentence.format(site=site, why=why), advice.format(folder=recordings.folder))
    if not recordings.failing:
        sentence = ngettext(
            "Recordings can be written; {n} session is recorded now.",
            "Recordings can be written; {n} sessions are recorded now.", recordings.running,
        )  # fmt: skip
        yield ok("recordings", sentence.format(n=recordings.running))
