"""`vpterm run` whole: workstations of a classic clinic, each with a person at its keyboard, on one server by TCP."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterator

import pytest

from tests.scenarios.keys import BACK, ENTER, MAIN, SAVE, SEARCH
from tests.scenarios.workstation import ClassicClinic, Workstation, classic_clinic
from tests.terminal.door import Terminal
from vpterm.practice.staff.actions import give_role, take_role
from vpterm.practice.staff.rules import Role

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("workstation")]
SIXTEEN = {"black", "red", "green", "brown", "blue", "magenta", "cyan", "white", "default"}
CTRL_C = "\x03"


@pytest.fixture(scope="module")
def clinic() -> Iterator[ClassicClinic]:
    with classic_clinic() as running:
        yield running


@contextlib.contextmanager
def at(clinic: ClassicClinic, login: str = "vet.lilas", **options: object) -> Iterator[Workstation]:
    """Somebody at a workstation; the program is gone at the end of the block, however it ends."""
    station = Workstation(clinic, login, **options)  # type: ignore[arg-type]
    try:
        yield station
    finally:
        station.process.close(force=True)


def open_note(person: Terminal, animal: str) -> None:
    """From the home board to the consultation of an animal, by its name."""
    person.sees("SALLE D'ATTENTE", 20)
    person.types(SEARCH)
    person.types(animal.lower())
    person.sees(animal)
    person.types(ENTER)
    person.sees("PROBLÈMES")
    person.types(MAIN)
    person.sees("FAIT")


def note_of(clinic: ClassicClinic, animal: str) -> list[tuple[object, ...]]:
    return clinic.ask(
        "SELECT e.note FROM record_entries e JOIN animals a ON a.id = e.animal_id "
        f"WHERE a.name = '{animal}' ORDER BY e.id DESC LIMIT 1"
    )


def leave(person: Workstation) -> tuple[int, str]:
    """Esc, place by place, then yes."""
    until = time.monotonic() + 20
    while "Quitter vpterm" not in person.text:
        assert time.monotonic() < until, person.text
        person.types(BACK)
        for _ in range(6):
            person.read(0.1)
    person.types(ENTER)
    return person.ended()


def is_given_back(person: Workstation) -> bool:
    """The main screen, with its cursor, without a mouse, and nothing of the program left on it."""
    after = person.received.rpartition(b"\x1b[?1049l")[2]
    taken = [
        mode for mode in (b"1000", b"1002", b"1003", b"1006", b"2004") if b"\x1b[?" + mode + b"h" in person.received
    ]
    return (
        b"\x1b[?1049l" in person.received
        and b"\x1b[?25h" in person.received
        and all(b"\x1b[?" + mode + b"l" in person.received for mode in taken)
        and b"Traceback" not in after
    )


def test_a_morning_at_a_workstation(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        open_note(vet, "Rex")
        vet.types("Boiterie, repos.")
        vet.sees("Boiterie, repos.")
        vet.types(SAVE)
        vet.sees("Enregistré")
        assert note_of(clinic, "Rex") == [("Boiterie, repos.",)]
        code, modes = leave(vet)
        assert (code, modes) == (0, vet.modes_before)
        assert is_given_back(vet)


def test_the_address_may_stand_in_the_file_of_the_workstation(clinic: ClassicClinic) -> None:
    (clinic.home / "vpterm.toml").write_text(f'[workstation]\ndatabase_url = "{clinic.url}"\n')
    try:
        with at(clinic, "asv.lilas", url=None) as nurse:
            nurse.sees("CLINIQUE DES LILAS", 20)
            nurse.sees("SALLE D'ATTENTE")
            assert leave(nurse)[0] == 0
    finally:
        (clinic.home / "vpterm.toml").unlink()


def test_a_window_closed_in_the_middle_of_a_note(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        open_note(vet, "Nougat")
        vet.types("Dents trop longues")
        vet.sees("Dents trop longues")
        vet.window_is_closed()
    with at(clinic, comes_back=True) as vet:
        vet.sees("Dents trop longues", 20)  # the same place, the same half-written note


def test_sigterm_keeps_the_words_and_gives_the_terminal_back(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        open_note(vet, "Praline")
        vet.types("Vomit depuis hier")
        vet.sees("Vomit depuis hier")
        vet.kill(signal.SIGTERM)
        code, modes = vet.ended()
        assert (code, modes) == (128 + signal.SIGTERM, vet.modes_before)
        assert is_given_back(vet)
    drafts = clinic.ask("SELECT field_values::text FROM form_drafts")
    assert any("Vomit depuis hier" in str(values) for (values,) in drafts)


def test_ctrl_c_is_a_key_like_any_other(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        open_note(vet, "Ulysse")
        vet.types("Avant" + CTRL_C + " après")
        vet.sees("Avant après")
        vet.types(BACK)
        vet.sees("PROBLÈMES")
        vet.types(CTRL_C)
        for _ in range(10):
            vet.read(0.1)
        assert "quit" not in vet.text.lower().replace("quitter", "")
        assert leave(vet)[0] == 0


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        ("vet.lilas", "wrong", "Login or password is wrong, or you do not work at this site."),
        ("nobody", "demo", "Login or password is wrong, or you do not work at this site."),
    ],
)
def test_who_is_not_let_in_is_told_why(clinic: ClassicClinic, login: str, password: str, said: str) -> None:
    with at(clinic, login, password=password) as somebody:
        somebody.sees("over", 15)
        assert said in somebody.text.replace("\n", "")
        assert somebody.ended() == (1, somebody.modes_before)


def test_an_address_that_leads_nowhere_and_a_secret_that_is_wrong(clinic: ClassicClinic) -> None:
    for url in (clinic.url.replace(f"@{clinic.host}/", f"@{clinic.host}:1/"),
                clinic.url.replace("vpterm_site_lilas:", "vpterm_site_lilas:x")):  # fmt: skip
        with at(clinic, url=url) as somebody:
            somebody.sees("over", 15)
            assert "The database does not answer." in somebody.text
            assert "Traceback" not in somebody.text
            assert somebody.ended() == (1, somebody.modes_before)


def test_a_server_that_is_away_and_comes_back_under_a_half_written_note(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        open_note(vet, "Caramel")
        vet.types("Otite ")
        vet.sees("Otite")
        clinic.cluster.server.stop()
        with at(clinic, "asv.lilas") as nurse:
            nurse.sees("over", 15)
            assert "The database does not answer." in nurse.text
        vet.types("externe")
        vet.types(SAVE)
        vet.sees("ne répond pas", 20)
        assert "Otite externe" in vet.text
        clinic.cluster.server.start()
        vet.types(SAVE)
        vet.sees("Enregistré", 20)
        assert note_of(clinic, "Caramel") == [("Otite externe",)]
        clinic.cluster.server.stop()  # restarted between two keys: nobody need notice
        clinic.cluster.server.start()
        vet.types(", droite")
        vet.types(SAVE)
        until = time.monotonic() + 20
        while note_of(clinic, "Caramel") != [("Otite externe, droite",)]:
            assert time.monotonic() < until, vet.text
            vet.read(0.1)


def test_two_workstations_see_each_others_waiting_room(clinic: ClassicClinic) -> None:
    with at(clinic) as vet, at(clinic, "accueil.lilas", size=(132, 43)) as reception:
        vet.sees("SALLE D'ATTENTE", 20)
        reception.sees("SALLE D'ATTENTE", 20)
        assert "Mirza" not in vet.text
        reception.types("arrivee mirza" + ENTER)
        reception.sees("ARRIVÉE")
        reception.sees("Mirza")
        reception.types(ENTER + SAVE)
        vet.sees("Mirza")


def test_a_console_of_sixteen_colours_gets_no_others(clinic: ClassicClinic) -> None:
    with at(clinic, term="linux") as vet:
        vet.sees("SALLE D'ATTENTE", 20)
        shown = {cell.fg for line in vet.screen.buffer.values() for cell in line.values()}
        assert shown <= SIXTEEN | {f"bright{colour}" for colour in SIXTEEN}, shown
        assert b"38;2;" not in vet.received
        assert b"38;5;" not in vet.received
        vet.types("\x1b[[A")  # F1 as the Linux console sends it
        vet.sees("AIDE")


def test_a_terminal_of_256_colours_gets_no_millions(clinic: ClassicClinic) -> None:
    with at(clinic) as vet:
        vet.sees("SALLE D'ATTENTE", 20)
        assert b"38;2;" not in vet.received
        assert b"38;5;" in vet.received


def test_a_role_taken_away_ends_the_program_with_a_sentence(clinic: ClassicClinic) -> None:
    ids, group = clinic.group.ids, clinic.group

    async def change(action: object) -> None:
        await action(group.management(), staff_id=ids["vet.deux"], site_id=ids["lilas"], role=Role.VET)  # type: ignore[operator]
        await group.close()
        group._databases.clear()

    with at(clinic, "vet.deux") as vet:
        vet.sees("SALLE D'ATTENTE", 20)
        asyncio.run(change(take_role))
        code, modes = vet.ended()
        assert (code, modes) == (1, vet.modes_before)
        assert is_given_back(vet)
        assert "Vous n'exercez plus sur ce site" in vet.text
    with at(clinic, "vet.deux") as vet:
        vet.sees("Login or password is wrong, or you do not work at this site.")
    asyncio.run(change(give_role))
    with at(clinic, "vet.deux") as vet:
        vet.sees("SALLE D'ATTENTE", 20)
