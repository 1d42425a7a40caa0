"""Stories of security keys and of the group's own certificates, with ssh and ssh-keygen as they are."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.terminal.door import RunningDoor, person
from tests.terminal.soft_security_key import TOUCHED, VERIFIED, Kind, SoftSecurityKey
from tests.terminal.test_doors import F10
from vpterm.kernel.errors import Conflict, Refused
from vpterm.practice.staff.certificates import CertificateRow
from vpterm.terminal.identity.authority import Authority, read_key_to_sign, read_presented

pytestmark = pytest.mark.doors

ED25519: Kind = "sk-ssh-ed25519@openssh.com"
ECDSA: Kind = "sk-ecdsa-sha2-nistp256@openssh.com"


# --- security keys ------------------------------------------------------------------------------------


def comes_in(door: RunningDoor, key: SoftSecurityKey) -> bool:
    """Whether the client, with this security key and nothing else, gets to the screen."""
    extra = ["-o", f"IdentityAgent={key.agent_path}", "-o", "PreferredAuthentications=publickey"]
    with person(door, "vet.lilas", extra=extra, password=None) as vet:
        if not vet.process.expect(["SITE lilas", "Permission denied"]):
            vet.types(F10)
            assert vet.ends() == 0
            return True
        return False


@pytest.mark.parametrize("kind", [ED25519, ECDSA])
@pytest.mark.parametrize(
    ("flags", "verify_required", "opens"),
    [
        (TOUCHED, False, True),
        (0, False, False),  # made without a touch: "no-touch-required" is offered to nobody
        (TOUCHED, True, False),
        (TOUCHED | VERIFIED, True, True),
        (VERIFIED, True, False),
    ],
)
def test_a_security_key_opens_when_it_was_touched_and_verified_where_that_is_asked(
    door: RunningDoor, kind: Kind, flags: int, verify_required: bool, opens: bool
) -> None:
    key = SoftSecurityKey(kind, flags)
    try:
        line = key.line.rsplit(" ", 1)[0]
        asked = frozenset({line}) if verify_required else frozenset[str]()
        door.accounts.change("vet.lilas", public_keys=(line,), verified_keys=asked)
        assert comes_in(door, key) == opens
        assert key.counter == 1  # it was asked to sign: what decided was the signature
    finally:
        key.close()
        door.accounts.change("vet.lilas", public_keys=(), verified_keys=frozenset())


def test_a_security_key_of_nobody_opens_nothing(door: RunningDoor) -> None:
    key = SoftSecurityKey(ED25519)
    try:
        assert not comes_in(door, key)
        assert key.counter == 0
    finally:
        key.close()


# --- certificates -------------------------------------------------------------------------------------

NOW = datetime.now(UTC).replace(microsecond=0)


class Desk:
    """An administrator with the authority of a door, and a person's key."""

    def __init__(self, door: RunningDoor, folder: Path) -> None:
        self.door, self.authority, self.key = door, Authority(door.folder), folder / "id"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        self.serial = 0

    def signs(self, login: str = "vet.deux", sites: tuple[str, ...] = (), **changes: Any) -> None:
        """Sign and remember a certificate of 12 hours for the person's key."""
        door, self.serial = self.door, self.serial + 1
        public = read_key_to_sign(self.key.with_suffix(".pub"))
        times = {"valid_from": NOW - timedelta(minutes=5), "valid_until": NOW + timedelta(hours=12)}
        times |= {name: value for name, value in changes.items() if name in times}
        line = self.authority.sign(
            public, serial=self.serial, login=login, site_codes=sites, addresses=changes.get("addresses", ()), **times
        )
        Path(f"{self.key}-cert.pub").write_bytes(line)
        staff_id = len(changes.get("remembered_for", login))  # as tests/terminal/door.py numbers its people
        door.accounts.certificates[self.serial] = CertificateRow(
            self.serial, staff_id, login, str(public.get_fingerprint()), sites, times["valid_from"],
            times["valid_until"], changes.get("revoked_at"),
        )  # fmt: skip

    def opens(self, login: str = "vet.deux", site: str = "lilas") -> bool:
        """Whether ssh gets in as this person with key and certificate."""
        with person(self.door, login, key=self.key) as somebody:
            if not somebody.process.expect([f"SITE {site} {login}", "Permission denied"]):
                somebody.types(F10)
                assert somebody.ends() == 0
                return True
            return False


@pytest.fixture
def desk(door: RunningDoor, tmp_path: Path) -> Iterator[Desk]:
    """An authority, and a person's key without a place in any account."""
    (door.folder / "secrets").mkdir(exist_ok=True)
    sitting = Desk(door, tmp_path)
    if not sitting.authority.key_path.exists():
        sitting.authority.make()
    door.accounts.events.clear()
    yield sitting
    door.accounts.certificates.clear()
    door.accounts.events.clear()


def test_a_certificate_opens_for_the_login_it_names(desk: Desk) -> None:
    assert not desk.opens()
    desk.signs()
    assert desk.opens()
    assert [(row.method, row.accepted) for _, row in desk.door.accounts.events] == [("certificate", True)]


def test_ssh_keygen_reads_what_the_authority_signed(desk: Desk) -> None:
    desk.signs(sites=("lilas", "port"), addresses=("127.0.0.0/8",))
    shown = subprocess.run(
        ["ssh-keygen", "-L", "-f", f"{desk.key}-cert.pub"], check=True, capture_output=True, text=True
    ).stdout
    assert 'Key ID: "vet.deux 1"' in shown
    lines = [line.strip() for line in shown.splitlines()]
    principals = lines[lines.index("Principals:") + 1 : lines.index("Critical Options:")]
    assert principals == ["vet.deux", "site:lilas", "site:port"]
    assert lines[lines.index("Critical Options:") + 1] == "source-address 127.0.0.0/8"
    assert lines[lines.index("Extensions:") + 1 :] == ["permit-pty"]
    assert desk.authority.key_path.stat().st_mode & 0o777 == 0o600


def test_a_certificate_opens_for_nobody_else(desk: Desk) -> None:
    desk.signs(login="vet.deux")
    assert not desk.opens("vet.port", site="port")
    assert [(login, row.method, row.accepted) for login, row in desk.door.accounts.events] == [
        ("vet.port", "certificate", False)
    ]


def test_nobody_comes_in_by_a_site_that_is_named_as_they_are(desk: Desk) -> None:
    desk.door.accounts._accounts["lilas"] = desk.door.accounts._accounts["vet.lilas"]
    desk.signs(login="vet.deux", sites=("lilas",))
    assert not desk.opens("lilas")
    assert not desk.opens("site:lilas")


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": NOW - timedelta(seconds=30)},
        {"valid_from": NOW + timedelta(hours=1)},
        {"revoked_at": NOW},
        {"addresses": ("192.0.2.0/24",)},
        {"remembered_for": "somebody else"},
        {"sites": ("bocage",)},  # where the person does not work
    ],
    ids=["expired", "not yet", "revoked", "elsewhere", "another person's serial", "no site left"],
)
def test_a_certificate_that_is_not_good_opens_nothing(desk: Desk, changes: dict[str, Any]) -> None:
    desk.signs(**changes)
    assert not desk.opens()
    noted = [(login, row.method, row.accepted) for login, row in desk.door.accounts.events]
    assert noted == [("vet.deux", "certificate", False)]


def test_a_certificate_that_the_group_does_not_remember_opens_nothing(desk: Desk) -> None:
    """Signed by the authority's own key, by hand: serial unknown, no principal (which to asyncssh means anybody)."""
    signing = ["ssh-keygen", "-q", "-s", str(desk.authority.key_path), "-I", "x", "-V", "+1h"]
    for more in (["-n", "vet.deux", "-z", "99"], ["-z", "1"], ["-n", "vet.deux,vet.port", "-z", "1"]):
        desk.serial = 0
        desk.signs()
        assert desk.opens()
        subprocess.run([*signing, *more, f"{desk.key}.pub"], check=True)
        assert not desk.opens()


def test_a_strangers_authority_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.signs()
    stranger = tmp_path / "ca"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
    signing = ["ssh-keygen", "-q", "-s", str(stranger), "-I", "x", "-V", "+1h", "-n", "vet.deux", "-z", "1"]
    subprocess.run([*signing, f"{desk.key}.pub"], check=True)
    assert not desk.opens()


def test_a_certificate_takes_people_to_its_own_sites_only(desk: Desk) -> None:
    desk.signs(sites=("port",))
    assert desk.opens(site="port")
    assert not desk.door.service.gateway.seats


def test_there_is_one_authority_and_only_public_keys_are_signed(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        desk.authority.make()
    for what in (desk.key, tmp_path / "nothing"):
        with pytest.raises(Refused):
            read_key_to_sign(what)


# --- what we touch in asyncssh ------------------------------------------------------------------------


def test_asyncssh_has_the_parts_we_touch() -> None:
    assert callable(asyncssh.SSHServerConnection._validate_openssh_certificate)
    key = asyncssh.generate_private_key("ssh-ed25519")
    certificate = key.generate_user_certificate(key, "id", serial=2**63 + 5, principals=["vet.lilas", "site:port"])
    presented = read_presented(certificate)
    assert (presented.serial, presented.logins, presented.site_codes) == (2**63 + 5, ("vet.lilas",), ("port",))
    assert presented.fingerprint == key.get_fingerprint()
