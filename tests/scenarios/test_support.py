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


def trail(clinic: Clinic, reason: str) -> list[tuple[str, str, str]]:
    rows = json.loads(vpterm(clinic, "list", "--json").stdout)
    return [(row["kind"], row["by"], row["detail"]) for row in reversed(rows) if row["reason"] == reason]


def until_trail(clinic: Clinic, reason: str, wanted: list[tuple[str, str, str]]) -> None:
    end = time.monotonic() + 10
    while trail(clinic, reason) != wanted:
        assert time.monotonic() < end, trail(clinic, reason)
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
    vet.sees("SALLE D'ATTENTE", 30)
    helper = attach(clinic, "attach vet.lilas le rendez-vous")
    helper.sees("Demandé. Sans réponse dans la minute, c'est non.", 30)
    vet.sees("Samuel Petit (support) demande à voir : le rendez-vous", 30)
    vet.types(F3 + "mart")  # goes on working: nothing is answered by it
    vet.sees("mart", 30)
    helper.read(0.3)
    assert b"AGENDA" not in helper.received
    vet.types("\x1b" + "\x1b")
    time.sleep(0.5)
    vet.types(END)
    vet.sees("Refuser", 30)
    vet.types(DOWN * 3 + ENTER)
    helper.sees("LILAS", 30)
    helper.sees("encore 15 min", 30)
    vet.sees("Support : Samuel Petit · 15 min · peut taper", 30)
    vet.types(LEND)
    helper.sees("vous tapez", 30)
    helper.types(F3 + "ma")
    vet.sees("! Support : Samuel Petit · 15 min · tape", 30)
    vet.sees("ma", 30)
    vet.types("r")  # the person's first key
    helper.sees("vous montrez", 30)
    helper.types("\x1b[A")
    vet.sees(" Samuel Petit ", 30)
    vet.types(END)
    assert helper.ends() == 0
    assert "La personne y a mis fin." in helper.text
    assert {name for name in owners(clinic) if name in helper.received} == set()
    assert "€".encode() not in helper.received
    wanted = [
        ("asked", "support", ""), ("granted", "vet.lilas", ""), ("keyboard_given", "vet.lilas", ""),
        ("keyboard_taken", "vet.lilas", ""), ("ended", "vet.lilas", "person"),
    ]  # fmt: skip
    until_trail(clinic, "le rendez-vous", wanted)
    vet.types("\x1b\x1b")
    time.sleep(0.3)
    vet.types("support" + ENTER)
    vet.sees("clavier repris", 30)
    vet.vanishes()


def test_without_consent_never_alone_and_never_unnoticed(clinic: Clinic) -> None:
    nurse = clinic.come_in("asv.bocage")
    nurse.sees("SALLE D'ATTENTE", 30)
    helper = attach(clinic, "attach --break-glass asv.bocage personne ne répond")
    helper.sees("attend une seconde personne", 30)
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
    helper.sees("encore 15 min", 30)
    nurse.sees("! Sans votre accord · Samuel Petit (support) regarde", 30)
    helper.types("\x18")
    assert helper.ends() == 0
    nurse.sees("Samuel Petit (support) a regardé", 30)
    nurse.types(END)
    nurse.sees("════", 30)
    wanted = [
        ("glass_asked", "support", ""), ("glass_approved", "gerance", ""), ("glass_ended", "support", "support"),
    ]  # fmt: skip
    until_trail(clinic, "personne ne répond", wanted)
    audited = clinic.ask("SELECT count(*) FROM audit_entries WHERE table_name = 'support_events'")
    assert audited[0] == clinic.ask("SELECT count(*) FROM support_events")[0]
    nurse.vanishes()
