"""Seals what must be read again and yet be worth nothing in a stolen copy of the database. No SQL.

The key is a secret file of the installation (0600), so a copy of the database alone opens nothing.
"""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _

SEAL_SECRET = "vpterm_seal"  # noqa: S105 - the name of the file
_VERSION = "1"
_NONCE = 12


class Seal:
    """AES-256-GCM under the installation's key. What is sealed is bound to its person: it opens for no other."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(key.encode()).digest())

    def close(self, text: str, staff_id: int) -> str:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), self._bound_to(staff_id))
        return f"{_VERSION}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, staff_id: int) -> str:
        """VptermError for what another key sealed, for another person, or what was changed since."""
        version, _dot, text = sealed.partition(".")
        try:
            raw = base64.b64decode(text if version == _VERSION else "", validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to(staff_id)).decode()
        except (InvalidTag, ValueError) as failure:
            raise VptermError(
                _("A sealed secret cannot be opened with the key of this installation."),
                _("Restore secrets/vpterm_seal.secret, or reset the codes: vpterm staff totp --reset LOGIN"),
            ) from failure

    @staticmethod
    def _bound_to(staff_id: int) -> bytes:
        return f"totp:{staff_id}".encode()
