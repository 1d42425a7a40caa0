"""The parts of the browser door that need no network: origins, logins, documents fetched once, the certificate."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.terminal.door import make_accounts
from vpterm.terminal.gateway.doorkeeper import Doorkeeper, as_login
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.handouts import Handouts
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.web.certificate import fingerprint, names_in, own_certificate
from vpterm.terminal.web.door import is_loopback
from vpterm.terminal.web.guard import is_known_host, is_own_origin
from vpterm.terminal.web.logins import WebLogins
from vpterm.terminal.web.pages import language_wanted, login_page, missing_files

NAMES = frozenset({"vet.example", "*.lilas.example"})


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# --- whose page it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authority", "known"),
    [
        ("vet.example:8443", True),
        ("VET.example", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("desk.lilas.example", True),
        ("a.desk.lilas.example", False),
        ("evil.example:8443", False),
        ("vet.example.evil.example", False),
        ("", False),
    ],
)
def test_a_door_is_called_by_its_names_and_by_addresses(authority: str, known: bool) -> None:
    assert is_known_host(authority, NAMES) is known


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("https://vet.example:8443", True),
        ("https://VET.example:8443", True),
        ("http://vet.example:8443", False),
        ("https://vet.example", False),
        ("https://evil.example:8443", False),
        ("https://vet.example:8443.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_our_own_pages_are_listened_to(origin: str, own: bool) -> None:
    assert is_own_origin(origin, "wss", "vet.example:8443") is own


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("192.0.2.1", False), ("::", False), ("x", False)],
)
def test_plain_http_is_for_this_machine_only(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


# --- logins -------------------------------------------------------------------------------------------


def make_logins(clock: Clock) -> WebLogins:
    return WebLogins(idle_s=900, longest_s=7200, clock=clock)


def test_a_login_lasts_while_a_page_is_open_and_a_little_longer() -> None:
    clock = Clock()
    logins = make_logins(clock)
    token = logins.open("vet.lilas")
    found = logins.find(token)
    assert found is not None
    assert found.login == "vet.lilas"
    logins.line_opened(found)
    clock.now += 5000
    assert logins.find(token) is found
    logins.line_closed(found)
    clock.now += 899
    assert logins.find(token) is found
    clock.now += 901
    assert logins.find(token) is None


def test_no_login_lasts_for_ever_and_none_is_found_after_its_end() -> None:
    clock = Clock()
    logins = make_logins(clock)
    token, other = logins.open("vet.lilas"), logins.open("vet.port")
    for each in (token, other):
        login = logins.find(each)
        assert login is not None
        logins.line_opened(login)
        if each == other:
            logins.close(login)
    assert logins.find(other) is None
    clock.now += 7201
    assert logins.find(token) is None
    assert logins.find("") is None


def test_tokens_are_not_kept_and_a_person_has_twenty_browsers_at_most() -> None:
    logins = make_logins(Clock())
    tokens = [logins.open("vet.lilas") for _ in range(25)]
    other = logins.open("vet.port")
    assert [logins.find(token) is not None for token in tokens] == [False] * 5 + [True] * 20
    assert logins.find(other) is not None
    assert not any(token in repr(logins) for token in tokens)


# --- documents ----------------------------------------------------------------------------------------


def test_a_document_is_fetched_once_by_the_one_it_is_for() -> None:
    clock = Clock()
    handouts = Handouts(300, clock)
    code = handouts.offer("vet", "mine", "facture.pdf", b"%PDF")
    assert handouts.take(code, "vet", "another's") is None
    assert handouts.take(code, "asv", "mine") is None
    taken = handouts.take(code, "vet", "mine")
    assert taken is not None
    assert (taken.name, taken.content) == ("facture.pdf", b"%PDF")
    assert handouts.take(code, "vet", "mine") is None
    late = handouts.offer("vet", "mine", "facture.pdf", b"%PDF")
    clock.now += 301
    assert handouts.take(late, "vet", "mine") is None


def test_at_an_address_it_is_for_the_person_in_any_browser() -> None:
    handouts = Handouts(300, Clock())
    code = handouts.offer("vet", "", "facture.pdf", b"%PDF")
    assert handouts.take(code, "asv", "any") is None
    assert handouts.take(code, "vet", "any") is not None


def test_documents_nobody_fetches_make_room() -> None:
    handouts = Handouts(300, Clock())
    codes = [handouts.offer("vet", "mine", "a", b"x" * 1_000_000) for _ in range(80)]
    waiting = [handouts.take(code, "vet", "mine") is not None for code in codes]
    assert waiting == [False] * 13 + [True] * 67  # 64 MiB


# --- the certificate ----------------------------------------------------------------------------------


def test_an_own_certificate_is_made_kept_and_renewed_with_the_same_key(tmp_path: Path) -> None:
    certificate, key = tmp_path / "state" / "c.pem", tmp_path / "state" / "k.pem"
    now = datetime(2026, 11, 24, tzinfo=UTC)
    own_certificate(certificate, key, frozenset({"vet.example", "192.0.2.7"}), now)
    assert key.stat().st_mode & 0o777 == 0o600
    assert certificate.parent.stat().st_mode & 0o777 == 0o700
    assert names_in(certificate) == {"vet.example"}
    first, secret = fingerprint(certificate), key.read_bytes()
    own_certificate(certificate, key, frozenset({"192.0.2.7", "vet.example"}), now + timedelta(days=300))
    assert fingerprint(certificate) == first
    own_certificate(certificate, key, frozenset({"192.0.2.7", "vet.example"}), now + timedelta(days=370))
    renewed = fingerprint(certificate)
    assert renewed != first
    own_certificate(certificate, key, frozenset({"vet.other"}), now + timedelta(days=370))
    assert fingerprint(certificate) != renewed
    assert key.read_bytes() == secret
    assert sorted(each.name for each in certificate.parent.iterdir()) == ["c.pem", "k.pem"]
    made = x509.load_pem_x509_certificate(certificate.read_bytes())
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=398)


def test_a_damaged_key_is_not_replaced_silently(tmp_path: Path) -> None:
    key = tmp_path / "k.pem"
    key.write_text("nonsense")
    with pytest.raises(ValueError, match=r"PEM|key|deserialize"):
        own_certificate(tmp_path / "c.pem", key, frozenset({"x"}))
    assert key.read_text() == "nonsense"


# --- pages, guesses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en-GB,fr;q=0.9", "en"), ("de,en;q=0.5", "en"), ("de", "fr"), ("", "fr")],
)
def test_a_stranger_is_spoken_to_in_the_language_of_their_browser(accepted: str, language: str) -> None:
    assert language_wanted(accepted) == language


def test_what_somebody_typed_is_no_html() -> None:
    page = login_page(login='"><script>alert(1)</script>', trouble="<b>")
    assert "<script>" not in page
    assert "&quot;&gt;&lt;script&gt;" in page
    assert "&lt;b&gt;" in page


def test_the_files_of_xterm_are_there() -> None:
    assert missing_files() == []


async def test_guesses_made_at_once_are_counted_one_by_one(tmp_path: Path) -> None:
    settings = DoorSettings(state_folder=tmp_path, guesses_per_account=3)
    keeper = Doorkeeper(settings, make_accounts(), Gateway(settings, str))

    async def knows(login: str, password: str, address: str) -> bool:
        proving = keeper.proving(as_login(login), address)
        await proving.find()
        return await proving.password_is_right(password)

    passwords = [*(f"guess{number}" for number in range(5)), "demo"]
    answers = await asyncio.gather(*(knows("vet.lilas", each, "192.0.2.1") for each in passwords))
    assert answers == [False] * 6  # the sixth is right, and comes too late
    assert await knows(" VET.Port ", "demo", "192.0.2.2")
