"""Support and a vet, each at an OpenSSH client of their own: asked, granted, covered, the keyboard lent, a key ends it.

And without consent: never alone, told until it is said to be seen. The trail says all of it.
"""

import json
import os
import subprocess
import sys
import time

import pytest

from tests.scenarios.clinic import PASSWORD, Clinic
from tests.scenarios.test_morning import go_home
from tests.terminal.door import Person

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]

ENTER, END, LEND, DOWN, F3 = "\r", "\x03", "\x1a", "\x1b[B", "\x1bOR"


def attach(clinic: Clinic, asks: str, *, size: tuple[int, int] = (80, 24)) -> Person:
    return Person(clinic, "support", size=size, password=PASSWORD, asks=asks)  # type: ignore[arg-type]


def vpterm(clinic: Clinic, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vpterm.cli.main", "support", *words],
        env={**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8"},
        input=typed, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def sees(somebody: Person, text: str, *others: Person, seconds: float = 30) -> None:
    """Wait until a screen shows a text, while the other terminals are read too: one that is not read types nothing."""
    end = time.monotonic() + seconds
    while text not in somebody.text:
        assert time.monotonic() < end, f"{text!r} is not on the screen:\n{somebody.text}"
        for one in (somebody, *others):
            one.read(0.02)


def leaves(somebody: Person, *others: Person, seconds: float = 30) -> int:
    """Wait until a client has ended; its exit status."""
    end = time.monotonic() + seconds
    while somebody.process.isalive() and time.monotonic() < end:
        for one in (somebody, *others):
            one.read(0.02)
    return somebody.ends()


def trail(clinic: Clinic, reason: str) -> list[tuple[str, str, str]]:
    rows = json.loads(vpterm(clinic, "list", "--json").stdout)
    return [(row["kind"], row["by"], row["detail"]) for row in reversed(rows) if row["reason"] == reason]


def until_trail(clinic: Clinic, reason: str, wanted: list[tuple[str, str, str]]) -> None:
    end = time.monotonic() + 60
    while (found := trail(clinic, reason)[-len(wanted) :]) != wanted:
        assert time.monotonic() < end, found
        time.sleep(0.3)


def owners(clinic: Clinic) -> set[bytes]:
    """Last names of the demo's owners that no site, animal or member of staff has too."""
    names = clinic.ask(
        "SELECT DISTINCT last_name FROM clients WHERE length(last_name) > 4 "
        "AND last_name NOT IN (SELECT last_name FROM staff) AND last_name NOT IN (SELECT name FROM animals)"
    )
    return {str(name).encode() for (name,) in names}


def test_support_asks_looks_types_and_is_ended_by_one_key(clinic: Clinic) -> None:
    vet = clinic.come_in("vet.lilas", size=(100, 30))
    go_home(vet)
    helper = attach(clinic, "attach vet.lilas le rendez-vous")
    sees(helper, "Demandé. Sans réponse dans la minute, c'est non.", vet)
    sees(vet, "Samuel Petit (support) demande à voir : le rendez-vous", helper)
    vet.types(F3 + "mart")  # goes on working: nothing is answered by it
    sees(vet, "mart", helper)
    helper.read(0.3)
    assert b"AGENDA" not in helper.received
    vet.types("\x1b" + "\x1b")
    time.sleep(0.5)
    vet.types(END)
    sees(vet, "Refuser", helper)
    vet.types(DOWN * 3 + ENTER)
    sees(helper, "LILAS", vet)
    sees(helper, "encore 15 min", vet)
    sees(vet, "Support : Samuel Petit · 15 min · peut taper", helper)
    vet.types(LEND)
    sees(helper, "vous tapez", vet)
    helper.types(F3 + "ma")
    sees(vet, "! Support : Samuel Petit · 15 min · tape", helper)
    sees(vet, "ma", helper)
    vet.types("r")  # the person's first key
    sees(helper, "vous montrez", vet)
    helper.types("\x1b[A")
    sees(vet, " Samuel Petit ", helper)
    vet.types(END)
    assert leaves(helper, vet) == 0
    assert "La personne y a mis fin." in helper.text
    assert {name for name in owners(clinic) if name in helper.received} == set()
    assert "€".encode() not in helper.received
    wanted = [
        ("asked", "support", ""), ("granted", "vet.lilas", ""), ("keyboard_given", "vet.lilas", ""),
        ("keyboard_taken", "vet.lilas", ""), ("ended", "vet.lilas", "person"),
    ]  # fmt: skip
    until_trail(clinic, "le rendez-vous", wanted)
    for _step in ("the filter", "the place"):
        vet.types("\x1b")
        time.sleep(0.5)
    sees(vet, "SALLE D'ATTENTE")
    vet.types("support" + ENTER)
    sees(vet, "clavier repris")
    vet.vanishes()


def test_without_consent_never_alone_and_never_unnoticed(clinic: Clinic) -> None:
    nurse = clinic.come_in("asv.bocage")
    go_home(nurse)
    helper = attach(clinic, "attach --break-glass asv.bocage personne ne répond")
    sees(helper, "attend une seconde personne", nurse)
    waiting = json.loads(vpterm(clinic, "waiting", "--json").stdout)
    assert [(one["supporter"], one["person"]) for one in waiting] == [("support", "asv.bocage")]
    number = str(waiting[0]["number"])
    alone = vpterm(clinic, "approve", number, "--login", "support", typed=f"{PASSWORD}\n\n")
    assert alone.returncode == 1
    wrong = vpterm(clinic, "approve", number, "--login", "gerance", typed="wrong\n\n")
    assert wrong.returncode == 1
    helper.read(0.3)
    assert b"ATTENTE" not in helper.received
    approved = vpterm(clinic, "approve", number, "--login", "gerance", typed=f"{PASSWORD}\n\n")
    assert approved.returncode == 0, approved.stderr
    sees(helper, "encore 15 min", nurse)
    sees(nurse, "! Sans votre accord · Samuel Petit (support) regarde", helper)
    helper.types("\x18")
    assert leaves(helper, nurse) == 0
    sees(nurse, "Samuel Petit (support) a regardé")
    nurse.types(END)
    sees(nurse, "════")
    wanted = [
        ("glass_asked", "support", ""), ("glass_approved", "gerance", ""), ("glass_ended", "support", "support"),
    ]  # fmt: skip
    until_trail(clinic, "personne ne répond", wanted)
    audited = clinic.ask("SELECT count(*) FROM audit_entries WHERE table_name = 'support_events'")
    assert audited[0] == clinic.ask("SELECT count(*) FROM support_events")[0]
    nurse.vanishes()
