"""Codes, keys and certificates as an administrator types them."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_commands import Shell
from tests.cli.test_commands import vpterm as vpterm


@pytest.fixture(scope="module")
def pub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's public key."""
    key = tmp_path_factory.mktemp("keys") / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "anne@laptop", "-f", str(key)], check=True)
    return key.with_suffix(".pub")


def test_an_authority_signs_lists_and_takes_back(vpterm: Shell, pub: Path) -> None:
    words = ("ca", "sign", "vet.lilas", "--key", str(pub), "--hours", "12", "--sites", "lilas")
    early = vpterm(*words)
    assert (early.returncode, "vpterm ca init" in early.stderr) == (1, True)
    fingerprint = vpterm.output("ca", "init").strip()
    assert vpterm.output("ca", "show").splitlines()[1] == fingerprint
    assert vpterm("ca", "init").returncode == 1
    assert (vpterm.home / "secrets" / "ca_ed25519").stat().st_mode & 0o777 == 0o600
    written = Path(vpterm.output(*words).strip())
    assert written == pub.with_name("id-cert.pub")
    shown = subprocess.run(["ssh-keygen", "-L", "-f", str(written)], check=True, capture_output=True, text=True).stdout
    assert f"Signing CA: ED25519 {fingerprint}" in shown
    (line,) = vpterm.output("ca", "list").splitlines()
    serial, login, *_rest = line.split()
    assert (login, "lilas" in line, "revoked" in line) == ("vet.lilas", True, False)
    vpterm.output("ca", "revoke", serial)
    assert vpterm.output("ca", "list").strip().endswith("revoked")
    assert vpterm("ca", "revoke", "999").returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("vet.lilas", "--sites", "port"), "does not work at port"),
        (("vet.lilas", "--hours", "1000"), "1 to 168 hours"),
        (("nobody",), "There is no account"),
    ],
)
def test_what_is_not_signed(vpterm: Shell, pub: Path, words: tuple[str, ...], said: str) -> None:
    vpterm("ca", "init")
    done = vpterm("ca", "sign", *words, "--key", str(pub))
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr


def test_keys_come_and_go(vpterm: Shell, pub: Path) -> None:
    vpterm.output("staff", "key", "add", "vet.lilas", str(pub))
    (line,) = vpterm.output("staff", "key", "list", "vet.lilas").splitlines()
    number, kind, comment = line.split()
    assert (kind, comment) == ("ssh-ed25519", "anne@laptop")
    asked = vpterm("staff", "key", "add", "vet.lilas", str(pub), "--verify-required")
    assert (asked.returncode, "Only a security key" in asked.stderr) == (1, True)
    vpterm.output("staff", "key", "remove", "vet.lilas", number)
    assert vpterm.output("staff", "key", "list", "vet.lilas") == ""


def test_what_is_asked_of_roles_is_printed_and_changed_and_codes_are_reset(vpterm: Shell) -> None:
    before = vpterm.output("staff", "totp")
    assert "management   offered\n" in before
    vpterm.output("staff", "totp", "--role", "management", "--rule", "required", "--with-key")
    assert "management   required   after keys too\n" in vpterm.output("staff", "totp")
    assert "is no rule" in vpterm("staff", "totp", "--role", "vet", "--rule", "always").stderr
    assert "vet.lilas had no codes" in vpterm("staff", "totp", "--reset", "vet.lilas").stderr
    with psycopg.connect(vpterm.output("db", "url").strip()) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', true)")
        connection.execute(
            "INSERT INTO staff_totp (staff_id, sealed_secret, last_step) SELECT id, '1.x', 0 FROM staff"
            " WHERE login = 'vet.lilas'"
        )
    assert "vet.lilas            recovery codes left: 0" in vpterm.output("staff", "totp")
    done = vpterm("staff", "totp", "--reset", "vet.lilas")
    assert "vet.lilas is asked for no code any more." in done.stderr


def test_a_workstation_shares_the_stop_of_guessing_and_sends_people_with_codes_to_the_door(vpterm: Shell) -> None:
    def comes(password: str) -> str:
        return vpterm("run", "--site", "lilas", "--login", "vet.lilas", typed=f"{password}\n").stderr

    with psycopg.connect(vpterm.output("db", "url").strip(), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', false)")
        assert "Login or password is wrong" in comes("wrong")
        row = connection.execute("SELECT login, method, accepted, site_code FROM login_events").fetchone()
        assert row == ("vet.lilas", "password", False, "lilas")
        connection.execute(
            "INSERT INTO login_events (login, happened_at, address, network, method, accepted)"
            " SELECT 'vet.lilas', now(), '198.51.100.1', '198.51.100.1', 'code', false FROM generate_series(1, 7)"
        )
        assert "Too many attempts" in comes("un chien dans la salle")
        connection.execute(
            "INSERT INTO staff_totp (staff_id, sealed_secret, last_step) SELECT id, '1.x', 0 FROM staff"
            " WHERE login = 'vet.lilas'"
        )
        assert "asks for a code" in comes("un chien dans la salle")
