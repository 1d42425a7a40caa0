"""The group's recording key: the gateway seals with its public half and cannot open again what it has sealed.

The private half lies in secrets/ (0600) from the first use on, and may be carried away: recording goes on without it.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from vpterm.database.installation import Installation
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _

SECRET = "vpterm_recording"  # noqa: S105 - the name of the file
PUBLIC = "recording.pub"


def fingerprint(key: X25519PublicKey) -> str:
    """A short name of a key, by which a recording says what opens it."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


class RecordingKeys:
    """The two halves as an installation holds them."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    @property
    def secret_path(self) -> Path:
        """Where the private half lies, while it is here."""
        return self._installation.home / "secrets" / f"{SECRET}.secret"

    def public(self) -> X25519PublicKey:
        """The half that seals; both are made at the first use. Refused when it is damaged."""
        path = self._installation.home / PUBLIC
        if path.exists():
            return X25519PublicKey.from_public_bytes(_decoded(path.read_text("ascii"), path))
        if self._installation.holds_secret(SECRET):
            private = self.private()
        else:
            private = X25519PrivateKey.generate()
            self._installation.prepare()
            self._installation.keep_secret(SECRET, _encoded(private.private_bytes_raw()))
        path.write_text(_encoded(private.public_key().public_bytes_raw()) + "\n", "ascii")
        return private.public_key()

    def private(self, path: Path | None = None) -> X25519PrivateKey:
        """The half that opens, from here or from a file carried away. NotFound, Refused."""
        file = path or self.secret_path
        try:
            text = file.read_text("ascii")
        except (OSError, UnicodeDecodeError) as failure:
            raise NotFound(
                _("The key that opens recordings is not here: {file}").format(file=file),
                _("Name the file with --key, or run this as the account that owns the installation."),
            ) from failure
        return X25519PrivateKey.from_private_bytes(_decoded(text, file))


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str, file: Path) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Refused(_("{file} holds no recording key.").format(file=file), _("Restore it from a backup."))
    return raw
