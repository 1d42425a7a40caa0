"""A vet sees who opened their account, takes up codes from a telephone, and comes in with them."""

import os
import re
import subprocess
import sys
import time

import pyotp
import pytest

from tests.scenarios.clinic import PASSWORD, Clinic
from tests.scenarios.keys import ENTER, MAIN, SAVE
from tests.terminal.door import Person

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]
CTRL_E = "\x05"
KBDINT = ["-o", "PreferredAuthentications=keyboard-interactive"]


def come_in_with(clinic: Clinic, login: str, code: str) -> Person:
    somebody = Person(clinic, login, password=PASSWORD, extra=KBDINT)  # type: ignore[arg-type]  # the same shape
    somebody.process.expect("Code :")
    somebody.process.sendline(code)
    return somebody


def test_codes_from_the_account_screen_to_the_next_login(clinic: Clinic) -> None:
    login = "gerance"
    vet = clinic.come_in(login)
    vet.sees("AGENDA")
    vet.types("compte" + ENTER)
    vet.sees("CONNEXIONS")
    vet.sees("mot de passe")
    assert "127.0.0.1" in vet.text
    vet.types(CTRL_E)
    vet.sees("ACTIVER LES CODES")
    vet.types(PASSWORD + SAVE)
    vet.sees("LE PREMIER CODE")
    (spaced,) = re.findall(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", vet.text)
    totp = pyotp.TOTP(spaced.replace(" ", ""))
    vet.types(totp.now() + SAVE)
    vet.sees("CODES DE SECOURS")
    vet.read(1.0)  # to the last of them
    recovery = re.findall(r"\b(?:[a-z0-9]{4}-){3}[a-z0-9]{4}\b", vet.text)
    assert len(recovery) == 10
    vet.types(MAIN)
    vet.sees("10 codes de secours")
    vet.vanishes()

    time.sleep(max(0.0, 30 - time.time() % 30) + 0.5)  # the code of the enrolment opens nothing
    code = totp.now()
    vet = come_in_with(clinic, login, code)
    vet.sees("Dernière connexion : aujourd'hui")
    vet.sees("10 codes de secours")  # the session waited at its screen
    vet.vanishes()
    thief = come_in_with(clinic, login, code)
    assert thief.ends() == 255
    vet = come_in_with(clinic, login, recovery[0].upper())
    vet.sees("1 tentative refusée !")
    vet.sees("Il reste 9")
    vet.vanishes()

    held = clinic.ask("SELECT sealed_secret FROM staff_totp")
    assert len(held) == 1
    assert totp.secret not in str(held)
    methods = clinic.ask(f"SELECT method, accepted FROM login_events WHERE login = '{login}' ORDER BY id DESC LIMIT 3")
    assert methods == [("recovery", True), ("code", False), ("code", True)]

    # Telephone and codes are lost.
    command = [sys.executable, "-m", "vpterm.cli.main", "staff", "totp", "--reset", login]
    environment = {**os.environ, "VPTERM_HOME": str(clinic.folder)}
    subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)
    vet = clinic.come_in(login)
    vet.sees("HÉLÈNE GARNIER")
    vet.vanishes()
