"""A group decides to record a site: people are told, what they do is kept, played, exported and proved.

Each story has a site of its own, since what is recorded of the others' stories would come between.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.clinic import Clinic
from tests.terminal.door import Terminal

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]


class Administrator:
    """Runs `vpterm recordings` beside the open door."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.decided: set[str] = set()
        self.environment = {**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8", "COLUMNS": "200"}

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vpterm.cli.main", "recordings", *words],
            env=self.environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    def output(self, *words: str) -> str:
        done = self(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def decide(self, site: str, choice: str, *more: str) -> str:
        """Another policy; answers what is told on stderr."""
        done = self("policy", site, choice, *more)
        assert done.returncode == 0, done.stderr
        (self.decided.discard if choice == "off" else self.decided.add)(site)
        return done.stderr

    def rows(self, login: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.output("list", "--login", login, "--json"))
        return rows

    def closed(self, login: str) -> dict[str, Any]:
        """The newest recording of a person, once it is closed."""
        until = time.monotonic() + 20
        while not (rows := self.rows(login)) or rows[0]["ended_at"] is None:
            assert time.monotonic() < until, rows
            time.sleep(0.2)
        return rows[0]


@pytest.fixture
def administrator(clinic: Clinic) -> Iterator[Administrator]:
    """Leaves the sites as they were."""
    somebody = Administrator(clinic)
    yield somebody
    for site in sorted(somebody.decided):
        somebody.decide(site, "off")


@pytest.fixture
def recording(clinic: Clinic, administrator: Administrator) -> dict[str, Any]:
    """A nurse of the port at work, recorded from the first screen to the last."""
    if not administrator.rows("asv.port"):
        administrator.decide("port", "all", "--keep", "30")
        vet = clinic.come_in("asv.port")
        vet.sees("● enregistré", 20)
        vet.sees("SALLE D'ATTENTE", 20)
        vet.types("\x1bOR")
        vet.sees("CHERCHER")
        vet.types("dub")
        vet.sees("Dubois")
        vet.resize(100, 30)
        vet.sees("● ENR")
        vet.types("\x1b\x1b")
        vet.sees("SALLE D'ATTENTE")
        vet.types("\x1b")
        vet.sees("Quitter")
        vet.types("\r")
        assert vet.ends() == 0
    return administrator.closed("asv.port")


def test_people_are_told_in_open_sessions_and_at_the_door(clinic: Clinic, administrator: Administrator) -> None:
    nurse = clinic.come_in("asv.bocage")
    nurse.sees("SALLE D'ATTENTE", 20)
    assert "enregistr" not in nurse.text
    assert "People read it as they come in" in administrator.decide("bocage", "all")
    nurse.sees("votre session est enregistrée")
    nurse.sees("● enregistré")
    administrator.decide("bocage", "off")
    nurse.sees("Votre session n'est plus enregistrée.")
    assert "● enregistré" not in nurse.text
    row = administrator.closed("asv.bocage")
    assert (row["site"], row["reason"], row["how"]) == ("bocage", "all", "closed")
    administrator.decide("bocage", "support")
    nurse.types("\x1b")
    nurse.sees("Quitter")
    nurse.types("\r")
    assert nurse.ends() == 0
    back = clinic.come_in("asv.bocage")
    back.sees("Enregistrement quand le support regarde.", 20)
    back.sees("SALLE D'ATTENTE", 20)
    assert "● enregistré" not in back.text
    back.vanishes()
    assert len(administrator.rows("asv.bocage")) == 1


def test_the_policy_is_printed_and_wrong_ones_are_refused(administrator: Administrator) -> None:
    administrator.decide("lilas", "support", "--keep", "14")
    printed = administrator.output("policy")
    assert "lilas        support  recorded while support looks     kept for 14 days" in printed
    assert json.loads(administrator.output("policy", "--json"))[1] == {
        "site": "lilas", "choice": "support", "keep_days": 14,
    }  # fmt: skip
    for words, said in (
        (("policy", "lilas", "often"), "often"), (("policy", "nowhere", "all"), "nowhere"),
        (("policy", "lilas", "all", "--keep", "5000"), "1095"), (("show", "999999"), "There is no recording 999999."),
        (("play", "999999"), "no terminal"),
    ):  # fmt: skip
        refused = administrator(*words)
        assert (refused.returncode, refused.stdout, said in refused.stderr) == (1, "", True), refused.stderr


def test_a_recording_is_listed_shown_and_exported_for_the_stock_player(
    administrator: Administrator, recording: dict[str, Any], tmp_path: Path
) -> None:
    line = next(line for line in administrator.output("list").splitlines() if "asv.port" in line)
    assert line.split()[0] == str(recording["number"])
    cast = tmp_path / "port.cast"
    done = administrator("export", str(recording["number"]), "--to", str(cast), "--reason", "formation")
    assert (done.returncode, done.stdout) == (0, "")
    assert cast.stat().st_mode & 0o777 == 0o600
    again = administrator("export", str(recording["number"]), "--to", str(cast))
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    head, *events = [json.loads(each) for each in cast.read_text("utf-8").splitlines()]
    assert (head["version"], head["width"], head["height"]) == (2, 80, 24)
    assert {kind for _at, kind, _text in events} == {"o", "r", "m"}
    marks = [text for _at, kind, text in events if kind == "m"]
    assert marks[:3] == ["home.board", "clients.search", "home.board"], marks
    assert [text for _at, kind, text in events if kind == "r"] == ["100x30"]
    player = Terminal(
        str(Path(sys.executable).with_name("asciinema")), ["play", "-s", "8", "-i", "0.2", str(cast)], size=(100, 30),
        environment={**administrator.environment, "TERM": "xterm-256color", "HOME": str(tmp_path)},
    )  # fmt: skip
    player.sees("Dubois", 20)
    assert player.ends(20) == 0
    shown = json.loads(administrator.output("show", str(recording["number"]), "--json"))
    assert [(use["what"], use["reason"]) for use in shown["uses"]] == [("exported", "formation")]
    audited = administrator.clinic.ask(
        "SELECT staff_id, new_values->>'what' FROM audit_entries WHERE table_name = 'recording_uses'"
        f" AND (new_values->>'recording_id')::bigint = {recording['number']} ORDER BY id"
    )
    assert audited == [(1, "exported")]


def test_a_recording_is_played_in_a_terminal_that_is_left_as_it_was(
    administrator: Administrator, recording: dict[str, Any]
) -> None:
    words = ["-c", 'stty -a > before; "$@"; code=$?; stty -a > after; cmp before after && echo same; exit $code', "sh"]
    command = [sys.executable, "-m", "vpterm.cli.main", "recordings", "play", str(recording["number"])]
    player = Terminal(
        "/bin/sh", [*words, *command, "--speed", "4", "--idle", "0.5"], size=(100, 30),
        environment={**administrator.environment, "TERM": "xterm-256color", "PWD": str(administrator.clinic.folder)},
    )  # fmt: skip
    player.sees("● enregistré", 30)
    player.types("  ")  # halt and go on, as fast as fingers can
    player.sees("Dubois", 20)
    player.types("q")
    assert player.ends(20) == 0
    assert b"same" in player.received
    assert player.received.rstrip().endswith(b"same")
    assert b"\x1b[?1049l" in player.received
    uses = json.loads(administrator.output("show", str(recording["number"]), "--json"))["uses"]
    assert uses[-1]["what"] == "played"


def test_whoever_touches_a_file_is_found(administrator: Administrator, recording: dict[str, Any]) -> None:
    before = json.loads(administrator.output("verify", "--json"))
    mine = next(each for each in before["recordings"] if each["number"] == recording["number"])
    assert (mine["state"], mine["opened"], before["broken_chains"]) == ("whole", True, [])
    path = administrator.clinic.folder / "recordings" / recording["file"]
    data = path.read_bytes()
    for attempt, state in ((data[:-1], "altered"), (data[:300], "altered"), (None, "missing")):
        path.unlink() if attempt is None else path.write_bytes(attempt)
        found = administrator("verify", "--site", "port", "--json")
        assert found.returncode == 3
        states = {each["number"]: each["state"] for each in json.loads(found.stdout)["recordings"]}
        assert states[recording["number"]] == state
        assert administrator("export", str(recording["number"])).returncode == 1
    path.write_bytes(data)
    assert administrator("verify").returncode == 0
