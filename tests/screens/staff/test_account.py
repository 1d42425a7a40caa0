"""One's own account by keys, against the door's own side of it (terminal/own_account.py) with accounts in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest

from tests.screens.driving import LILAS, Desk, at_desk, context, request
from tests.terminal.door import PASSWORD, make_accounts
from tests.terminal.memory_accounts import MemoryAccounts
from vpterm.practice.staff.codes import step_of_code
from vpterm.practice.staff.logins import LoginRow
from vpterm.practice.staff.rules import CodePolicy, CodeRule, GuessLimits
from vpterm.screens import staff as staff
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.form import Form
from vpterm.terminal.gateway.own_account import OwnAccount
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.local import LocalLink
from vpterm.terminal.questions import Questions

LOGIN = "vet.lilas"


class Home(Place):
    """A ground to open the account from."""

    place = "test.account.home"


@opens("test.account.home")
async def open_home(app: Any) -> Place:
    return Home()


class LinkToDoor:
    """A session's link whose door is there, as a worker and the gateway make it."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self.questions = Questions()
        self.door = OwnAccount(accounts, GuessLimiter(30, 600, lambda: 0.0), GuessLimits())

    def request_site(self, site_code: str) -> None: ...

    def leave(self) -> None: ...

    def detach(self) -> None: ...

    def note_place(self, name: str) -> None: ...

    def shut_out(self) -> None: ...

    def has_locked(self) -> None: ...

    def end(self, why: str) -> None: ...

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        async def answer(number: int) -> None:
            self.questions.answered(number, await self.door.answer(LOGIN, question, values))

        tasks: list[asyncio.Task[None]] = []
        return await self.questions.ask(lambda number: tasks.append(asyncio.create_task(answer(number))))


@pytest.fixture
def accounts() -> MemoryAccounts:
    kept = make_accounts()
    moment = datetime(2026, 11, 23, 17, 12, tzinfo=UTC)
    kept.events = [
        (LOGIN, LoginRow(moment, "10.0.0.4", "password", True)),
        ("vet.port", LoginRow(moment, "10.0.0.5", "password", True)),
        (LOGIN, LoginRow(moment.replace(hour=22), "203.0.113.9", "password", False)),
    ]
    return kept


@asynccontextmanager
async def at_account(accounts: MemoryAccounts, language: str = "fr", **options: Any) -> AsyncIterator[Desk]:
    size = options.pop("size", (80, 24))
    accounts.change(LOGIN, language=language)
    app = PracticeApp(
        context(), request(language, **options), site=LILAS, link=LinkToDoor(accounts), home="test.account.home"
    )
    async with at_desk(app, size) as desk:
        app.work(app.open("account.own"))
        await desk.settle()
        yield desk


def secret_shown(desk: Desk) -> str:
    (spaced,) = re.findall(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", desk.text)
    return str(spaced).replace(" ", "")


@pytest.mark.parametrize(
    ("language", "first", "how", "refused"),
    [("fr", "Connexions", "mot de passe", "refusée : "), ("en", "Logins", "password", "turned away: ")],
)
async def test_a_person_reads_who_opened_their_account_and_who_tried(
    accounts: MemoryAccounts, language: str, first: str, how: str, refused: str
) -> None:
    accounts.add_key(LOGIN, "sk-ssh-ed25519@openssh.com AAAA")
    async with at_account(accounts, language) as desk:
        assert desk.sees(first.upper())
        listed = [line for line in desk.lines if re.match(r"[ ›]*\d\d/\d\d/\d\d ", line)]
        assert [re.split(r"\s{2,}", line.strip(" ›")) for line in listed] == [
            ["23/11/26 23:12", "203.0.113.9", f"! {refused}{how}"],
            ["23/11/26 18:12", "10.0.0.4", how],
        ]
        assert not desk.sees("10.0.0.5")
        assert desk.sees("sk-ssh-ed25519@openssh.com")


async def test_another_password_wants_the_old_one_and_the_same_twice(accounts: MemoryAccounts) -> None:
    async with at_account(accounts) as desk:
        await desk.press("f9")
        for old, new, again, said in (
            (PASSWORD, "court", "court", "Le mot de passe est trop court."),
            (PASSWORD, "deux chats noirs", "deux chats gris", "Les deux ne sont pas identiques."),
            ("faux", "deux chats noirs", "deux chats noirs", "Le mot de passe est faux."),
        ):
            for text in (old, new, again):
                await desk.press("home", "ctrl+k")
                await desk.type(text)
                assert not desk.sees(text)  # never shown
                await desk.press("tab")
            await desk.press("f2")
            assert desk.sees(said), desk.text
            await desk.press("escape", "f9")
        for text in (PASSWORD, "deux chats noirs", "deux chats noirs"):
            await desk.type(text)
            await desk.press("tab")
        await desk.press("f2")
        assert desk.sees("Votre mot de passe a changé.")
    account = await accounts.find(LOGIN)
    assert await accounts.verify_password(account, "deux chats noirs")
    assert ("vet.lilas", False) in [(login, row.accepted) for login, row in accounts.events[3:]]


async def test_codes_are_taken_up_shown_once_and_ended(accounts: MemoryAccounts) -> None:
    async with at_account(accounts) as desk:
        await desk.press("ctrl+e")
        await desk.type("faux")
        await desk.press("f2")
        assert desk.sees("Le mot de passe est faux.")
        await desk.press("home", "ctrl+k")
        await desk.type(PASSWORD)
        await desk.press("f2")
        assert sum(any(half in line for half in "█▄▀") for line in desk.lines) == 17  # the picture, whole
        secret = secret_shown(desk)
        assert len(secret) == 32
        await desk.type("000000")
        await desk.press("f2")
        assert desk.sees("Ce n'est pas le code du moment.")
        await desk.press("home", "ctrl+k")
        await desk.type(pyotp.TOTP(secret).now())
        await desk.press("f2")
        shown = re.findall(r"\b(?:[a-z0-9]{4}-){3}[a-z0-9]{4}\b", desk.text)
        assert (len(shown), shown) == (10, accounts.recovery[LOGIN])
        await desk.press("f9")
        assert desk.sees("10 codes de secours")
        assert not desk.sees(shown[0])
        await desk.press("ctrl+e")
        await desk.type("123456")
        await desk.press("f2")
        assert desk.sees("Ce code est faux")
        await desk.press("home", "ctrl+k")
        await desk.type(shown[4])
        await desk.press("f2")
        assert desk.sees("Plus aucun code n'est demandé.")
    assert LOGIN not in accounts.totp


async def test_where_codes_are_required_they_do_not_end_and_where_they_are_off_they_do_not_begin(
    accounts: MemoryAccounts,
) -> None:
    accounts.totp[LOGIN] = ("A" * 32, 0)
    accounts.change(LOGIN, policy=CodePolicy(CodeRule.REQUIRED))
    async with at_account(accounts) as desk:
        await desk.press("ctrl+e")
        await desk.type(pyotp.TOTP("A" * 32).now())
        await desk.press("f2")
        assert desk.sees("Votre groupe demande des codes")
    assert LOGIN in accounts.totp
    accounts.totp.clear()
    accounts.change(LOGIN, policy=CodePolicy(CodeRule.OFF))
    async with at_account(accounts) as desk:
        assert desk.sees("Votre groupe n'en propose pas à votre rôle.")
        await desk.press("ctrl+e")
        await desk.type(PASSWORD)
        await desk.press("f2")
        assert desk.sees("Aucun code ne vous est proposé")


@pytest.mark.parametrize(("options", "lines"), [({"glyphs": "console"}, 0), ({"size": (132, 43)}, 20), ({}, 18)])
async def test_the_picture_is_there_where_it_fits_and_can_be_drawn(
    accounts: MemoryAccounts, options: dict[str, Any], lines: int
) -> None:
    async with at_account(accounts, **options) as desk:
        await desk.press("ctrl+e")
        await desk.type(PASSWORD)
        await desk.press("f2")
        picture = desk.app.screen.picture  # type: ignore[attr-defined]
        assert len(picture) >= lines if lines else picture == []
        secret = secret_shown(desk)
        assert step_of_code(secret, pyotp.TOTP(secret).now(), datetime.now(UTC)) is not None


async def test_a_workstation_says_where_the_account_is_kept() -> None:
    app = PracticeApp(context(), request(), site=LILAS, link=LocalLink(), home="test.account.home")
    async with at_desk(app) as desk:
        app.work(app.open("account.own"))
        await desk.settle()
        assert desk.sees("Votre compte est tenu à la porte.")


async def test_a_session_asks_for_its_own_person_only(accounts: MemoryAccounts) -> None:
    """Whatever a worker sends along, the door answers for the person whose session it opened."""
    door = LinkToDoor(accounts).door
    told = await door.answer(LOGIN, "show", {"login": "vet.port", "staff_id": "8"})
    assert [address for _, address, _, _ in told["logins"]] == ["203.0.113.9", "10.0.0.4"]
    for question in ("", "_show", "find", "__class__"):
        assert "refused" in await door.answer(LOGIN, question, {})
    accounts._accounts.pop("vet.port")
    assert "refused" in await door.answer("vet.port", "show", {})


async def test_a_pin_is_set_changed_and_ended_by_who_knows_the_password(accounts: MemoryAccounts) -> None:
    async with at_account(accounts) as desk:
        assert desk.sees("Pas de code PIN pour les écrans verrouillés.")
        await desk.press("ctrl+a")
        for pin, again, told in (
            ("1234", "1234", "! Ce code PIN se devine tout de suite."),
            ("2580", "2581", "! Les deux ne sont pas identiques."),
            ("258", "258", "! Ce n'est pas un code PIN."),
        ):
            await type_pin(desk, PASSWORD, pin, again)
            assert desk.sees(told), desk.text
        await type_pin(desk, "wrong", "2580", "2580")
        assert desk.sees("! Le mot de passe est faux.")
        assert await pin_of(accounts) is None
        await type_pin(desk, PASSWORD, "2580", "2580")
        assert desk.sees("Le code PIN déverrouille désormais vos écrans.")
        assert desk.sees("Un code PIN déverrouille vos écrans.")
        account = await accounts.find(LOGIN)
        assert account is not None
        assert await accounts.verify_pin(account, "2580")
        assert "2580" not in (await pin_of(accounts) or "")
        await desk.press("ctrl+a")
        await type_pin(desk, PASSWORD, "", "")
        assert desk.sees("Vous n'avez plus de code PIN.")
        assert await pin_of(accounts) is None


async def pin_of(accounts: MemoryAccounts) -> str | None:
    account = await accounts.find(LOGIN)
    return account.pin_hash if account is not None else None


async def type_pin(desk: Desk, password: str, pin: str, again: str) -> None:
    """Fill in the form anew, from its first field."""
    form = desk.app.screen.query_one(Form)
    for field in form.fields.values():
        field.set_text("")
    form.fields["password"].focus()
    for text in (password, pin, again):
        await desk.type(text)
        await desk.press("enter")
