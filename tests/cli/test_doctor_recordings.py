"""What the doctor says of recordings: asked of a running gateway, judged by rules."""

from pathlib import Path

import pytest

from tests.terminal.door import RunningDoor, person
from vpterm.cli.doctor.facts import Recordings
from vpterm.cli.doctor.findings import Finding, Grade
from vpterm.cli.doctor.probe_door import probe_recordings
from vpterm.cli.doctor.rules_recordings import judge_recordings
from vpterm.cli.ground import ground
from vpterm.kernel.i18n import set_language


def judged(recordings: Recordings | None, language: str = "en") -> list[Finding]:
    set_language(language)
    return list(judge_recordings(recordings))


def test_where_nobody_serves_nothing_is_said(tmp_path: Path) -> None:
    assert probe_recordings(ground(tmp_path)) is None
    assert judged(None) == []


@pytest.mark.parametrize(
    ("running", "language", "sentence"),
    [
        (1, "en", "Recordings can be written; 1 session is recorded now."),
        (3, "en", "Recordings can be written; 3 sessions are recorded now."),
        (0, "fr", "Les enregistrements s'écrivent ; 0 session est enregistrée en ce moment."),
    ],
)
def test_all_is_well(running: int, language: str, sentence: str) -> None:
    assert judged(Recordings("/srv/recordings", running, {}), language) == [
        Finding("recordings", Grade.OK, sentence)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "why", "advice"),
    [
        ("disk", "the disk is full", "/srv/recordings"),
        ("database", "the database does not answer", "PostgreSQL"),
        ("key", "the recording key is damaged", "recording.pub"),
    ],
)
def test_each_site_whose_recordings_fail_is_named(reason: str, why: str, advice: str) -> None:
    lilas, port = judged(Recordings("/srv/recordings", 2, {"port": reason, "lilas": reason}))
    assert (lilas.grade, port.grade) == (Grade.WRONG, Grade.WRONG)
    assert lilas.sentence.startswith("Recordings of lilas fail: ")
    assert "People work on, and are not recorded." in port.sentence
    assert why in lilas.sentence
    assert advice in lilas.advice


@pytest.mark.doors
def test_a_damaged_key_is_told_by_the_gateway_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "recording.pub").write_text("no key")
    door = RunningDoor(tmp_path)
    try:

        async def choose() -> None:
            door.ledger.choose("lilas", "all")

        door.run(choose())
        with person(door, "vet.lilas") as vet:
            vet.sees("recorded: no.")
            vet.types("works on")
            vet.sees("works on")
        found = probe_recordings(ground(tmp_path))
        assert found == Recordings(str(tmp_path / "recordings"), 0, {"lilas": "key"})
        assert door.ledger.rows == []
    finally:
        door.close()
