"""Rights given or taken away while a session is open count at once; who works here no more is shown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest

from tests.screens.clinic_desk import morning, until_sees
from tests.screens.driving import Desk, at_desk
from tests.screens.shell.test_session import Link
from tests.world import Group
from vpterm.database import roles
from vpterm.kernel.errors import NotAllowed
from vpterm.practice.drafts.queries import list_drafts
from vpterm.practice.staff.actions import end_account, give_role, reopen_account, take_role
from vpterm.practice.staff.queries import find_staff
from vpterm.practice.staff.rules import RIGHTS, Role
from vpterm.screens.link import SessionRequest
from vpterm.screens.main import close_worker, make_app, open_worker
from vpterm.screens.shell.app import PracticeApp


@dataclass
class Seat:
    """Somebody at work through the real making of an app: the site's login, its ear, the rights of now."""

    desk: Desk
    link: Link

    @property
    def app(self) -> PracticeApp:
        return self.desk.app

    @property
    def footer(self) -> str:
        return self.desk.lines[-1]

    async def until_may(self, right: str, *, may: bool) -> None:
        async with asyncio.timeout(5):
            while self.app.context.may(right) is not may:  # noqa: ASYNC110 - a context has no event to wait for
                await asyncio.sleep(0.02)

    async def until_asked(self) -> list[str]:
        async with asyncio.timeout(5):
            while not self.link.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return self.link.asked


@asynccontextmanager
async def at_work(group: Group, login: str, language: str = "fr") -> AsyncIterator[Seat]:
    resources = await open_worker("lilas", group.site_url("lilas"))
    link = Link()
    try:
        request = SessionRequest("lilas", "", group.ids[login], login, language, sites=("lilas", "port"))
        async with at_desk(await make_app(request, link, resources)) as desk:
            yield Seat(desk, link)
    finally:
        await close_worker(resources)


async def take(group: Group, login: str, role: Role, site: str = "lilas") -> None:
    await take_role(group.management(), staff_id=group.ids[login], site_id=group.ids[site], role=role)


async def give(group: Group, login: str, role: Role, site: str = "lilas") -> None:
    await give_role(group.management(), staff_id=group.ids[login], site_id=group.ids[site], role=role)


@pytest.mark.parametrize(
    ("language", "told"),
    [("fr", "Vos droits ici ont changé."), ("en", "What you may do here has changed.")],
)
async def test_a_role_given_and_taken_counts_at_once(group: Group, language: str, told: str) -> None:
    await morning(group)
    async with at_work(group, "accueil.lilas", language) as seat:
        assert seat.app.context.rights == RIGHTS[Role.RECEPTION]
        before = seat.app.context
        await give(group, "accueil.lilas", Role.VET)
        await seat.until_may("care.write", may=True)
        assert seat.app.context.rights == RIGHTS[Role.RECEPTION] | RIGHTS[Role.VET]
        await until_sees(seat.desk, told)
        await take(group, "accueil.lilas", Role.VET)
        await seat.until_may("care.write", may=False)
        assert seat.app.context == before
        assert seat.link.asked == []


async def test_what_is_open_offers_no_more_than_one_may(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RIGHTS, Role.RECEPTION, frozenset({"care.weigh"}))  # a role that edits no client
    await morning(group)
    async with at_work(group, "asv.lilas") as seat:
        await give(group, "asv.lilas", Role.RECEPTION)
        await seat.desk.press("f3", *"martin", "enter")
        assert "Ctrl+E" in seat.footer
        await take(group, "asv.lilas", Role.NURSE)
        await seat.until_may("clients.edit", may=False)
        await seat.desk.settle()
        assert "Ctrl+E" not in seat.footer
        place = seat.app.screen
        await seat.desk.press("ctrl+e")
        assert seat.app.screen is place


async def test_a_save_with_a_right_just_lost_is_refused_in_words_and_keeps_them(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RIGHTS, Role.RECEPTION, frozenset({"care.weigh"}))  # a role that edits no client
    await morning(group)
    async with at_work(group, "asv.lilas") as seat:
        await give(group, "asv.lilas", Role.RECEPTION)
        await seat.app.open("clients.form")
        await seat.desk.settle()
        await seat.desk.type("Lefort")
        await take(group, "asv.lilas", Role.NURSE)
        await seat.until_may("clients.edit", may=False)
        await seat.desk.press("f2")
        assert seat.desk.sees("! Votre rôle ne le permet pas.")
        assert seat.desk.sees("Lefort")


@pytest.mark.parametrize("how", ["site", "account"])
async def test_who_works_here_no_more_is_shown_out_and_keeps_what_was_typed(group: Group, how: str) -> None:
    await morning(group)
    async with at_work(group, "vet.deux") as seat:
        await seat.app.open("clients.form")
        await seat.desk.settle()
        await seat.desk.type("Lefort")
        if how == "site":
            await take(group, "vet.deux", Role.VET)
        else:
            await end_account(group.management(), staff_id=group.ids["vet.deux"])
        assert await seat.until_asked() == ["shut_out"]
    (draft,) = await list_drafts(group.context("vet.deux"))
    assert (draft.form, "Lefort" in draft.values.values()) == ("clients.form", True)
    with pytest.raises(NotAllowed):
        async with at_work(group, "vet.deux"):
            pass


async def test_what_is_typed_under_a_question_is_kept_as_well(group: Group) -> None:
    await morning(group)
    async with at_work(group, "vet.deux") as seat:
        await seat.app.open("clients.form")
        await seat.desk.settle()
        await seat.desk.type("Lefort")
        seat.desk.strike("f10")
        await seat.desk.settle()
        await take(group, "vet.deux", Role.VET)
        assert await seat.until_asked() == ["shut_out"]
    assert [draft.form for draft in await list_drafts(group.context("vet.deux"))] == ["clients.form"]


async def test_a_site_taken_away_elsewhere_is_offered_no_more(group: Group) -> None:
    await morning(group)
    async with at_work(group, "vet.deux") as seat:
        assert [site.code for site in seat.app.sites] == ["lilas", "port"]
        await take(group, "vet.deux", Role.VET, "port")
        async with asyncio.timeout(5):
            while len(seat.app.sites) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await seat.desk.press("f6")
        assert seat.desk.sees("! Vous n'exercez que sur ce site.")
        assert seat.link.asked == []


async def test_what_others_lose_changes_nothing_here(group: Group) -> None:
    await morning(group)
    async with at_work(group, "vet.lilas") as seat:
        before = seat.app.context
        await take(group, "vet.deux", Role.VET)
        await give(group, "asv.lilas", Role.VET)
        await asyncio.sleep(0.5)
        assert seat.app.context is before
        assert seat.link.asked == []


async def test_what_was_told_while_nobody_could_hear_is_read_after_the_reconnection(group: Group) -> None:
    await morning(group)
    async with at_work(group, "vet.deux") as seat:
        await asyncio.sleep(0.5)
        with psycopg.connect(group.cluster.superuser_url(group.name), autocommit=True) as superuser:
            ears = superuser.execute(
                "SELECT count(*) FROM pg_stat_activity, LATERAL pg_terminate_backend(pid) "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
            ).fetchone()
            assert ears == (1,)
            superuser.execute("SET vpterm.staff = '1'")
            superuser.execute(
                f"UPDATE staff_sites SET ended_on = now() WHERE staff_id = {group.ids['vet.deux']}".encode()
            )
        assert await seat.until_asked() == ["shut_out"]


async def test_a_database_that_is_away_shows_nobody_out(group: Group) -> None:
    await morning(group)
    async with at_work(group, "vet.lilas") as seat:
        before = seat.app.context
        group.cluster.server.stop()
        await asyncio.sleep(2.5)
        group.cluster.server.start()
        await asyncio.sleep(2.5)
        assert seat.link.asked == []
        assert seat.app.context == before


async def test_an_account_that_ended_is_reopened_without_its_roles(group: Group) -> None:
    staff_id, manager = group.ids["vet.deux"], group.management()
    await end_account(manager, staff_id=staff_id)
    await reopen_account(manager, staff_id=staff_id)
    person = await find_staff(group.database(roles.DOOR_LOGIN), login="vet.deux")
    assert person is not None
    assert (person.active, person.sites) == (True, ())
