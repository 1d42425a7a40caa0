"""The command `vpterm` as an administrator types it: a new installation, its sites, people, matrix and addresses."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.world import Cluster
from vpterm.cli.serving import site_of
from vpterm.database.installation import Installation
from vpterm.database.server import EmbeddedServer
from vpterm.kernel.errors import VptermError


class Shell:
    """Runs the command in an installation of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "VPTERM_HOME": str(self.home), "LC_ALL": "C.UTF-8", "COLUMNS": "200", **environment}
        return subprocess.run(
            [sys.executable, "-m", "vpterm.cli.main", *words],
            input=typed, capture_output=True, text=True, env=environ, timeout=90, check=False,
        )  # fmt: skip

    def output(self, *words: str, **options: str) -> str:
        done = self(*words, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def vpterm() -> Iterator[Shell]:
    """An installation with one company, two sites and one vet; its server runs while the tests do."""
    home = Path(tempfile.mkdtemp(prefix="vpterm-cli-"))
    home.chmod(0o755)
    server = EmbeddedServer(Installation(home))
    server.start()
    shell = Shell(home)
    try:
        entity = shell.output(
            "site", "add-entity", "SELARL des Lilas", "--siren", "732829320", "--vat-number", "FR44732829320"
        ).strip()
        for code, siret, prefix in (("lilas", "73282932000074", "L"), ("port", "73282932000082", "P")):
            shell.output(
                "site", "add", code, f"Clinique {code}", "--entity", entity, "--siret", siret,
                "--phone", "02 40 00 00 00", "--invoice-prefix", prefix,
            )  # fmt: skip
        password = "un chien dans la salle\n" * 2
        shell.output(
            "staff", "add", "vet.lilas", "Anne", "Rousseau", "--site", "lilas", "--role", "vet", typed=password
        )
        yield shell
    finally:
        server.stop()


def test_what_was_added_is_listed(vpterm: Shell) -> None:
    assert [line.split()[0] for line in vpterm.output("site", "list").splitlines()] == ["lilas", "port"]
    listed = vpterm.output("staff", "list")
    assert "vet.lilas" in listed
    assert "lilas: vet" in listed


def test_a_role_is_given_and_taken(vpterm: Shell) -> None:
    vpterm.output("staff", "role", "vet.lilas", "port", "vet")
    assert "port: vet" in vpterm.output("staff", "list")
    vpterm.output("staff", "role", "vet.lilas", "port", "vet", "--end")
    assert "port: vet" not in vpterm.output("staff", "list")


def test_the_address_of_a_site_opens_that_sites_own_login(vpterm: Shell) -> None:
    url = vpterm.output("db", "url", "--site", "lilas").strip()
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT session_user, (SELECT code FROM sites WHERE id = current_site_id())"
        ).fetchone()
    assert row == ("vpterm_site_lilas", "lilas")
    assert site_of(url) == "lilas"
    with pytest.raises(VptermError):
        site_of(vpterm.output("db", "url").strip())


def test_the_matrix_is_printed_and_changed(vpterm: Shell) -> None:
    page = vpterm.output("matrix", "--language", "fr")
    assert page.startswith("QUI VOIT QUOI")
    assert "agenda=free-busy" in page
    assert "invoices" in page.split("Toujours séparé par site")[1]
    vpterm.output("matrix", "set", "agenda", "hidden")
    assert "agenda=hidden" in vpterm.output("matrix")
    refused = vpterm("matrix", "set", "agenda", "everything")
    assert refused.returncode == 1
    assert "free-busy, hidden, full" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("db", "url", "--site", "nowhere"), "does not hold the secret"),
        (("staff", "role", "nobody", "lilas", "vet"), "There is no account"),
        (("staff", "role", "vet.lilas", "lilas", "king"), "is no role"),
        (("site", "add-entity", "X", "--siren", "123456789", "--vat-number", "FR1"), "is no valid SIREN"),
    ],
)
def test_a_mistake_is_a_sentence_on_stderr_and_an_exit_code(vpterm: Shell, words: tuple[str, ...], said: str) -> None:
    done = vpterm(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_the_command_speaks_the_shells_language(vpterm: Shell) -> None:
    assert "La base de données" in vpterm.output("--help", LC_ALL="fr_FR.UTF-8")
    assert "The database of the installation" in vpterm.output("--help", LC_ALL="en_GB.UTF-8")


def test_an_installation_on_a_postgresql_of_ones_own(vpterm: Shell, cluster: Cluster, tmp_path: Path) -> None:
    own = Shell(tmp_path / "own")
    own.home.mkdir()
    assert "vpterm.toml" in own("db", "setup", cluster.superuser_url("postgres")).stderr
    settings = f'[database]\nhost = "{cluster.server.socket_folder}"\nname = "of_our_own"\n'
    (own.home / "vpterm.toml").write_text(settings)
    # The roles of a server are common to its databases: this installation is given the secrets they have.
    shutil.copytree(cluster.installation.home / "secrets", own.home / "secrets", dirs_exist_ok=True)
    own.output("db", "setup", cluster.superuser_url("postgres"))
    try:
        assert own.output("db", "status").startswith("Schema 0")
        with psycopg.connect(own.output("db", "url").strip()) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("of_our_own",)
    finally:
        cluster.drop_database("of_our_own")


def test_an_address_that_leads_nowhere(vpterm: Shell) -> None:
    done = vpterm(
        "run", "--login", "vet.lilas", typed="x\n", VPTERM_DATABASE_URL="postgresql://vpterm_site_lilas:x@127.0.0.1:1/x"
    )
    assert done.returncode == 1
    assert "The database does not answer." in done.stderr


def test_old_logins_are_forgotten_and_what_the_doors_need_is_refused(vpterm: Shell) -> None:
    assert vpterm.output("housekeeping") == "0 logins forgotten\n0 changes of identity forgotten\n"
    refused = vpterm("housekeeping", "--logins-days", "30")
    assert refused.returncode == 1
    assert "Logins of the last 60 days are needed by the doors." in refused.stderr


def test_the_times_of_sessions_are_printed_and_changed(vpterm: Shell) -> None:
    lines = [line.split("  ") for line in vpterm.output("times").splitlines()]
    vet = next([part.strip() for part in line if part.strip()] for line in lines if line[0] == "vet")
    assert vet[-3:] == ["10 min", "14 h", "24 h"]
    changed = vpterm("times", "set", "vet", "--lock", "3m", "--longest", "never")
    assert changed.returncode == 0, changed.stderr
    line = next(line for line in vpterm.output("times").splitlines() if line.startswith("vet "))
    assert [part.strip() for part in line.split("  ") if part.strip()][-3:-1] == ["3 min", "14 h"]
    for wrong in (("vet", "--lock", "soon"), ("vet", "--lock", "1s"), ("boss", "--lock", "3m")):
        assert vpterm("times", "set", *wrong).returncode != 0
