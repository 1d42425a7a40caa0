"""A served installation with people in it: what its log says of them (nothing), what the doctor says of it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_commands import Shell
from tests.scenarios.clinic import Clinic, free_port
from tests.scenarios.keys import ENTER, SEARCH
from tests.terminal.door import Person
from vpterm.database.server import SUPERUSER

pytestmark = [pytest.mark.doors, pytest.mark.timeout(300), pytest.mark.xdist_group("health")]
SECRET_WORDS = "un chien dans la salle"
SEARCHED = "dupont-mirza 0612345678"


class Served(Clinic):
    """`vpterm serve` on an installation with two sites and a vet, logging JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.metrics_port = free_port()
        self.shell = Shell(self.folder)
        self.log = self.folder / "serve.log"

    def make(self) -> None:
        """The group, by the commands of an administrator."""
        shell = self.shell
        self.server.start()
        entity = shell.output(
            "site", "add-entity", "SELARL des Lilas", "--siren", "732829320", "--vat-number", "FR44732829320"
        ).strip()
        for code, siret, prefix in (("lilas", "73282932000074", "L"), ("port", "73282932000082", "P")):
            shell.output(
                "site", "add", code, f"Clinique {code}", "--entity", entity, "--siret", siret,
                "--phone", "02 40 00 00 00", "--invoice-prefix", prefix,
            )  # fmt: skip
        typed = f"{SECRET_WORDS}\n" * 2
        shell.output("staff", "add", "anne.r", "Anne", "Rousseau", "--site", "lilas", "--role", "vet", typed=typed)
        with psycopg.connect(self.server.url(SUPERUSER), autocommit=True) as superuser:  # something that could leak
            superuser.execute(
                "INSERT INTO audit_entries (site_id, staff_id, happened_at, table_name, operation) "
                "SELECT id, 0, now(), 'tests', 'INSERT' FROM sites WHERE code = 'lilas'"
            )

    def open(self, seconds: float = 90.0) -> None:
        words = ["serve", "--port", str(self.port), "--metrics-port", str(self.metrics_port), "--log-json"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vpterm.cli.main", *words],
                env={**os.environ, "VPTERM_HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, text=True,
            )  # fmt: skip
        until = time.monotonic() + seconds
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.2)

    def doctor(self, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
        done = self.shell("doctor", "--port", str(self.port), "--json", *words)
        assert done.stderr == ""
        return done.returncode, {each["check"]: each for each in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    clinic = Served()
    try:
        clinic.make()
        clinic.open()
        yield clinic
    finally:
        clinic.remove()


def worker_of(served: Served) -> int:
    found = [pid for pid in served.children() if "vpterm:lilas" in Path(f"/proc/{pid}/comm").read_text()]
    return found[-1]


def test_the_log_of_a_door_in_use_names_nobody(served: Served) -> None:
    with contextlib.closing(Person(served, "anne.r", password="le mauvais mot").process) as stranger:  # type: ignore[arg-type]
        stranger.expect("[Pp]ermission denied|[Pp]assword|Mot de passe", timeout=20)
    vet = Person(served, "anne.r", password=SECRET_WORDS)  # type: ignore[arg-type]  # the same shape as a door
    vet.sees("SALLE D'ATTENTE", 30)
    vet.types(SEARCH + SEARCHED)
    vet.sees("mirza", 20)
    os.kill(worker_of(served), signal.SIGKILL)
    vet.sees("SALLE D'ATTENTE", 30)  # a new worker, at the home board
    server = int((served.server.data_folder / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)  # the database dies under a search: errors carry what was asked
    vet.types(SEARCH + SEARCHED + ENTER)
    until = time.monotonic() + 60
    while "starting it again" not in served.log.read_text() and time.monotonic() < until:
        vet.read(0.2)
    assert served.ask("SELECT count(*) FROM sites") == [(2,)]  # it is back
    vet.process.close(force=True)
    events = read_log(served.log)
    said = {str(event["event"]) for event in events}
    assert "staff %(staff)s came in by %(method)s from %(from)s" in said
    assert "a wrong %(kind)s from %(from)s" in said
    assert "worker %(pid)s ended with status %(status)s" in said
    assert "PostgreSQL is gone; starting it again" in said
    marks = {event["fields"]["from"] for event in events if "from" in event["fields"]}
    assert len(marks) == 1  # the same address, recognisable as such
    written = served.log.read_text().lower()
    for personal in ("anne", "rousseau", "127.0.0.1", "dupont", "mirza", "0612345678", "un chien", "mauvais mot"):
        assert personal not in written, personal


def read_log(path: Path) -> list[dict[str, dict[str, str]]]:
    """Every line is an object with exactly what was promised."""
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(events) >= 5
    for event in events:
        assert set(event) - {"error"} == {"time", "level", "name", "event", "fields"}
    return events


def test_the_doctor_finds_a_sound_installation_sound(served: Served) -> None:
    code, found = served.doctor()
    wrong = [each for each in found.values() if each["grade"] == "wrong"]
    assert (code, wrong) == (0, [])
    assert {
        "secrets", "host_key", "postgresql", "durability", "checksums", "row_security", "connections", "schema",
        "wall:lilas", "wall:port", "door", "algorithms", "limits", "memory", "cgroup", "open_files", "clock",
        "time_zones", "locale", "terminfo", "libraries", "verification",
    } <= set(found)  # fmt: skip
    assert f"disk:{served.folder}" in found
    assert "none of the rows" in found["wall:port"]["sentence"]
    assert "no rows yet" in found["wall:lilas"]["sentence"]
    assert found["verification"]["sentence"] == "The tills were never verified here."
    served.shell.output("verify")
    _code, found = served.doctor()
    assert found["verification"]["sentence"] == "The tills were verified 0 days ago, whole."
    health = urllib.request.urlopen(f"http://127.0.0.1:{served.metrics_port}/health", timeout=10)
    assert json.loads(health.read()) == {"healthy": True, "failing": []}


def test_the_doctor_speaks_french_in_sentences(served: Served) -> None:
    done = served.shell("doctor", "--port", str(served.port), LC_ALL="fr_FR.UTF-8")
    assert done.returncode == 0
    assert "Ce qui est enregistré est sur le disque (fsync)." in done.stdout
    assert re.search(r"^bon +La porte parle nos algorithmes et aucun autre\.$", done.stdout, re.MULTILINE)


def test_the_doctor_sees_an_open_secret_and_a_wall_that_fell(served: Served) -> None:
    secret = served.folder / "secrets" / "vpterm_site_lilas.secret"
    with psycopg.connect(served.server.url(SUPERUSER), autocommit=True) as superuser:
        secret.chmod(0o644)
        superuser.execute("ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY")
        try:
            code, found = served.doctor()
        finally:
            superuser.execute("ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY")
            secret.chmod(0o600)
    assert code == 1
    assert found["secrets"]["grade"] == "wrong"
    assert found["row_security"]["sentence"] == "Row security is missing on: audit_entries."
    assert "sees 1 row of other sites" in found["wall:port"]["sentence"]


def test_the_doctor_says_when_nothing_is_there(tmp_path: Path) -> None:
    done = Shell(tmp_path / "none")("doctor", "--port", str(free_port()), "--json")
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["secrets"]["grade"] == "wrong"
    assert found["door"]["grade"] == "careful"
    assert not (tmp_path / "none").exists()  # it looks, and makes nothing


@pytest.mark.parametrize("server", ["", "host:port", "host:0", "host:99999", "[::1]:x"])
def test_an_address_that_is_none_is_refused_in_a_sentence(tmp_path: Path, server: str) -> None:
    done = Shell(tmp_path)("doctor", "line", server, "--login", "x")
    assert done.returncode == 1
    assert "is no address of a server" in done.stderr


def test_a_line_is_measured_by_the_command(served: Served, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    key = served.folder / "ssh_host_ed25519_key"
    public = subprocess.run(["ssh-keygen", "-y", "-f", str(key)], capture_output=True, text=True, check=True).stdout
    known.write_text(f"[127.0.0.1]:{served.port} {public}")
    words = ["doctor", "line", f"127.0.0.1:{served.port}", "--login", "anne.r", "--known-hosts", str(known), "--json"]
    done = served.shell(*words, typed=f"{SECRET_WORDS}\n", HOME=str(tmp_path))
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert 0 < told["line"]["p50_s"] < 0.1
    assert told["line"]["probes"] == 60
    assert [each["check"] for each in told["findings"]] == ["round_trip", "jitter", "stalls", "loss", "bandwidth"]
    refused = served.shell(*words, typed="le mauvais mot\n", HOME=str(tmp_path))
    assert refused.returncode == 1
    assert "did not let this account in" in refused.stderr
