"""An app that waits for nobody: when it is made, and how it becomes somebody's session."""

import asyncio

import pytest

from tests.terminal.test_session import Host, Terminal, make_small_app
from tests.world import Group
from vpterm.database.notices import Notices, board_of
from vpterm.kernel.errors import NotAllowed
from vpterm.practice.sites.queries import find_site
from vpterm.screens import main
from vpterm.screens.link import SessionRequest
from vpterm.terminal.session import spares as spares_module
from vpterm.terminal.session.session import Session
from vpterm.terminal.session.spares import Spares
from vpterm.terminal.session.textual_internals import tame_textual


async def mounted_spare(host: Host) -> Session:
    tame_textual()
    session = Session(
        0,
        (80, 24),
        on_ended=lambda session, reason: host.reasons.append(reason),
        on_taken=lambda viewer, count: host.taken.append(count),
    )
    await session.start(make_small_app())
    return session


async def test_a_claimed_session_shows_nothing_and_keeps_keys_until_it_is_its_persons() -> None:
    host = Host()
    session = await mounted_spare(host)
    session.claim(7, (100, 30))
    terminal = Terminal(1, 100, 30)
    session.attach(terminal)
    session.feed(terminal, b"Mirza")
    await asyncio.sleep(0.3)
    assert (terminal.sent, host.taken) == (0, [])
    session.show("en")
    await terminal.sees("SITE lilas")
    await terminal.sees("Mirza")
    await terminal.sees("size 100x30.")
    assert (session.number, session.language, sum(host.taken)) == (7, "en", 5)
    session.end()
    await session.ended
    assert host.reasons == ["ended"]


async def test_a_terminal_that_changes_its_size_meanwhile_gets_that_size() -> None:
    session = await mounted_spare(Host())
    session.claim(7, (80, 24))
    terminal = Terminal(1)
    session.attach(terminal)
    terminal.screen.resize(30, 90)
    session.resize(terminal, 90, 30)
    session.show("fr")
    await terminal.sees("size 90x30.")
    session.end()
    await session.ended


async def test_a_spare_is_made_in_a_quiet_moment_once_and_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares_module, "_QUIET_S", 0.1)
    host, made, wanted = Host(), 0, False

    async def make() -> Session:
        nonlocal made
        made += 1
        return await mounted_spare(host)

    spares = Spares(make, lambda: wanted)
    for _ in range(4):  # a storm: somebody comes before it has been quiet for long enough
        spares.disturbed()
        await asyncio.sleep(0.05)
    assert made == 0
    await asyncio.sleep(0.2)
    assert made == 0  # quiet, but nobody wants one
    wanted = True
    spares.disturbed()
    for _ in range(100):
        await asyncio.sleep(0.02)
        if (spare := spares.take()) is not None:
            break
    assert made == 1
    assert spare is not None
    assert spares.take() is None
    spares.close()
    spare.end()
    await spare.ended


async def test_a_spare_that_has_ended_is_given_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares_module, "_QUIET_S", 0.01)
    made: list[Session] = []

    async def make() -> Session:
        made.append(await mounted_spare(Host()))
        return made[-1]

    spares = Spares(make, lambda: True)
    spares.disturbed()
    await asyncio.sleep(0.5)
    made[0].end("crashed")
    await made[0].ended
    assert spares.take() is None
    spares.disturbed()
    await asyncio.sleep(0.5)
    assert len(made) == 2
    spares.close()
    await made[1].ended


async def test_the_programs_spare_is_given_to_who_works_here_and_to_nobody_else(group: Group) -> None:
    context = group.context("vet.lilas")
    site = await find_site(context.database, code="lilas")
    notices = Notices(group.site_url("lilas"), [board_of(site.id)])
    resources = main.Resources(context.database, notices, site)
    elsewhere = SessionRequest("lilas", "", group.ids["vet.bocage"], "vet.bocage", sites=("bocage",))
    app = main.make_spare(resources)
    with pytest.raises(NotAllowed):
        await main.give_spare(app, elsewhere, None, resources)
    assert (app.is_taken, app.context.rights, app.person) == (False, frozenset(), "")
    asked = SessionRequest("lilas", "", context.staff_id, "vet.lilas", "en", display_name="Anne", sites=("lilas",))
    await main.give_spare(app, asked, None, resources)
    assert (app.is_taken, app.context.staff_id, app.context.rights) == (True, context.staff_id, context.rights)
    assert (app.person, app.request.language, app.site.code) == ("Anne", "en", "lilas")
