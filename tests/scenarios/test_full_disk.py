"""The disk of the server is full: the screen says so and what to do, nothing typed is lost, work goes on with room."""

import asyncio
import random
import string
import time
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from textual import events

from tests.scenarios.clinic import Clinic
from tests.scenarios.furnished import furnish
from tests.scenarios.keys import SAVE
from tests.scenarios.small_disk import SmallDisk, small_disk
from tests.scenarios.test_workstation import open_note
from tests.screens.clinic_desk import clinic_desk, morning
from tests.terminal.door import Person
from tests.world import Cluster, Group
from vpterm.database.server import SUPERUSER
from vpterm.screens import main as every_noun

pytestmark = pytest.mark.timeout(400)
NO_ROOM = {"fr": "! Le serveur n'a plus de place.", "en": "! The server has no room left."}
assert every_noun  # it registers their places
# Letters that no compression makes small: they need pages of their own.
TYPED = "Dermatite : " + "".join(random.Random(7).choices(string.ascii_lowercase, k=6_000))


@pytest.fixture
async def narrow(cluster: Cluster) -> AsyncIterator[tuple[Group, SmallDisk]]:
    """The group's rows on a small disk of their own; the server's journal is elsewhere and goes on."""
    with small_disk(64) as disk:
        place = disk.folder / "rows"
        place.mkdir(mode=0o700)
        cluster.server._give_to_server(place, 0o700)
        cluster.as_superuser(f"CREATE TABLESPACE narrow LOCATION '{place}'")
        group = Group(cluster, "on_a_small_disk")
        try:
            cluster.as_superuser(f"CREATE DATABASE {group.name} TEMPLATE vpterm_template TABLESPACE narrow")
            yield group, disk
        finally:
            await group.close()
            cluster.drop_database(group.name)
            cluster.as_superuser("DROP TABLESPACE narrow")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_save_that_finds_no_room_is_told_and_goes_through_later(
    narrow: tuple[Group, SmallDisk], language: str
) -> None:
    group, disk = narrow
    day = await morning(group)
    animal = day.animals["Ulysse"]
    async with clinic_desk(group, language=language) as desk:
        await desk.app.open("care.consultation", animal_id=animal)
        await desk.settle()
        await asyncio.to_thread(disk.fill)
        desk.app.post_message(events.Paste(TYPED))
        await desk.settle()
        await desk.press("f2")
        assert desk.sees(NO_ROOM[language])
        place = desk.app.screen
        await desk.type(" suite")
        await asyncio.sleep(1.2)  # the draft finds no room either: told, not lost
        assert any("suite" in line for line in desk.lines)
        disk.make_room()
        await desk.press("f2")
        assert desk.app.screen is place
        assert desk.app.failures == []
    assert notes_of(group) == [(TYPED + " suite",)]


def notes_of(group: Group) -> list[tuple[object, ...]]:
    return group.cluster.ask("SELECT note FROM record_entries WHERE note <> ''", group.name)


@pytest.fixture
def cramped() -> Iterator[tuple[Clinic, SmallDisk]]:
    """A clinic whose whole installation stands on one small disk: database, journal, secrets, logs; its door open."""
    with small_disk(300) as disk:
        home = disk.folder / "home"
        home.mkdir(mode=0o755)
        clinic = Clinic(home, "serve")
        try:
            furnish(home)
            clinic.open()
            yield clinic, disk
        finally:
            clinic.remove()


@pytest.mark.doors
def test_the_whole_disk_of_an_installation_is_full(cramped: tuple[Clinic, SmallDisk]) -> None:
    clinic, disk = cramped
    vet = clinic.come_in("vet.lilas")
    open_note(vet, "Rex")
    vet.types("Dermatite, ")
    vet.sees("Dermatite,")
    with psycopg.connect(clinic.server.url(SUPERUSER), autocommit=True) as superuser:
        disk.fill()  # from now on the server takes no new connection: it cannot write what each one begins with
        stop_journal(superuser)
    vet.types("prurit modéré.")
    vet.sees("prurit modéré.", 20)
    vet.types(SAVE)
    until = time.monotonic() + 30
    while not ("ne répond pas" in vet.text or "plus de place" in vet.text):
        assert time.monotonic() < until, vet.text
        vet.read(0.2)
    assert "prurit modéré." in vet.text
    newcomer = Person(clinic, "asv.lilas", password=None, size=(132, 24))  # type: ignore[arg-type]  # the same shape
    newcomer.sees("The accounts cannot be reached now.", 20)
    vet.types(" Revoir.")
    vet.sees("Revoir.", 20)
    disk.make_room()
    until = time.monotonic() + 90
    while clinic.ask("SELECT note FROM record_entries") != [("Dermatite, prurit modéré. Revoir.",)]:
        assert time.monotonic() < until, vet.text
        vet.types(SAVE)
        for _ in range(20):
            vet.read(0.1)
    disk.fill()  # full again: closing says its sentence into a log that takes none, and closes all the same
    assert clinic.close() == 0
    vet.ends()


def stop_journal(superuser: psycopg.Connection) -> None:
    """Use up what is left of the journal's last file: then the server, which must not go on without, falls."""
    with pytest.raises(psycopg.Error):
        superuser.execute(
            "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 100000)) FROM generate_series(1, 2000)"
        )
