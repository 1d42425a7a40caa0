"""The administrator of the server, at the command line, while people work."""

import json
import os
import subprocess
import sys

import pytest

from tests.scenarios.clinic import Clinic

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]


def sessions(clinic: Clinic, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vpterm.cli.main", "sessions", *words],
        env={**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_who_is_at_work_is_told_and_a_session_is_ended(clinic: Clinic) -> None:
    nurse = clinic.come_in("asv.bocage")
    nurse.sees("SALLE D'ATTENTE", 20)
    listed = sessions(clinic, "list")
    line = next(line for line in listed.stdout.splitlines() if "asv.bocage" in line)
    assert line.split()[2] == "bocage"
    assert line.endswith("ssh 127.0.0.1")
    shown = json.loads(sessions(clinic, "show", "asv.bocage", "--json").stdout)
    assert (shown["login"], shown["onlookers"][0]["size"]) == ("asv.bocage", "80x24")
    assert sessions(clinic, "message", "all", "Redémarrage du serveur à 13 h.").returncode == 0
    nurse.sees("L'administrateur dit : Redémarrage du serveur à 13 h.")
    refused = sessions(clinic, "end", "vet.personne")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "vet.personne" in refused.stderr
    assert sessions(clinic, "end", str(shown["number"])).returncode == 0
    assert nurse.ends() == 0
    assert "asv.bocage" not in sessions(clinic, "list").stdout
