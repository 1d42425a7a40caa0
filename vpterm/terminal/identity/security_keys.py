"""What asyncssh does not ask of keys and certificates by itself. Its private parts are touched here alone.

tests/terminal/test_identity_keys.py holds asyncssh to every part: a version that changes them fails there, and until
then lets nobody in by a certificate.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh

_log = logging.getLogger("vpterm.terminal")

_USER_VERIFIED = 0x04  # flag UV of the authenticator's data (WebAuthn, section 6.1)


def is_key_of_line(key: asyncssh.SSHKey, line: str) -> bool:
    """Whether a key offered is that of a line of OpenSSH."""
    try:
        known: bytes = asyncssh.import_public_key(line).public_data
    except asyncssh.KeyImportError:
        _log.warning("an account holds a key that cannot be read")
        return False
    return known == key.public_data


def demand_verification(key: asyncssh.SSHKey) -> None:
    """Have this offered security key prove that it checked a PIN or a finger ("verify-required"), at each signature.

    A touch is always asked for: asyncssh does so unless told `no-touch-required`, which we never tell it.
    """
    check: Callable[[bytes, bytes], bool] = key.verify

    def verify(data: bytes, signature: bytes) -> bool:
        return bool(_flags_of(signature) & _USER_VERIFIED) and check(data, signature)

    key.verify = verify  # type: ignore[method-assign, assignment]  # of this very key, as it was offered


def _flags_of(signature: bytes) -> int:
    """The flags of a signature by a security key: string algorithm, string signature, byte flags (PROTOCOL.u2f)."""
    at = 0
    for _part in range(2):
        at += 4 + int.from_bytes(signature[at : at + 4], "big")
    return signature[at] if at < len(signature) else 0


def judge_certificates(
    connection: Any, judge: Callable[[str, Any], Awaitable[bool]], refused: Callable[[], Awaitable[None]]
) -> None:
    """Have a server connection ask `judge` (login, certificate) before it looks at a certificate.

    asyncssh itself asks only whether the authority is trusted, and tells neither serial nor principals. `refused` is
    told when it finds fault with one that was judged good: its time has not come or is over, or it is for elsewhere.
    """
    examine = getattr(connection, "_validate_openssh_certificate", None)
    if examine is None:  # another asyncssh: nothing is judged, so no certificate is trusted
        return

    async def judged(username: str, certificate: Any) -> Any:
        if not await judge(username, certificate):
            return None
        key = await examine(username, certificate)
        if key is None:
            await refused()
        return key

    connection._validate_openssh_certificate = judged
