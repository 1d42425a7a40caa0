"""Codes of a telephone (TOTP, RFC 6238: SHA-1, 30 s, six digits) and recovery codes: computed and compared. No SQL."""

import hashlib
import secrets
from datetime import datetime

import pyotp

STEP_S = 30
WINDOW = 1  # steps before and after: clocks of telephones are seconds off, not minutes
RECOVERY_CODES = 10
_ISSUER = "vpterm"
_LETTERS = "abcdefghjkmnpqrstuvwxyz023456789"  # 32 that nobody mistakes for one another
_GROUPS, _GROUP = 4, 4  # 80 bits: nothing that can be searched, so a fast hash is enough


def new_totp_secret() -> str:
    """160 bits in base32, as RFC 4226 (section 4) recommends."""
    return pyotp.random_base32()


def totp_uri(secret: str, login: str) -> str:
    """What the picture says: the address by which a telephone takes a secret.

    The issuer stands in the name alone: said twice, the picture would not fit into 80x24.
    """
    return pyotp.TOTP(secret).provisioning_uri(name=f"{_ISSUER}:{login}")


def step_of_code(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed, the newest first; None for a wrong code."""
    code = "".join(typed.split())
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    maker, present = pyotp.HOTP(secret), int(now.timestamp()) // STEP_S
    for step in range(present + WINDOW, present - WINDOW - 1, -1):
        if secrets.compare_digest(maker.at(step), code):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes such as `k7pm-2dfa-xx3q-9trw`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_of_recovery_code(staff_id: int, typed: str) -> str | None:
    """What is stored of it, however it was typed; None for what cannot be one."""
    letters = "".join(character for character in typed.lower() if character.isalnum())
    if len(letters) != _GROUPS * _GROUP:
        return None
    return hashlib.sha256(f"{staff_id}:{letters}".encode()).hexdigest()
