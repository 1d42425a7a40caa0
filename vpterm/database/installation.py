"""The folder of an installation: secrets (0600), the embedded server's data, host keys, logs. No SQL here."""

import os
import secrets
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _


def default_home() -> Path:
    """VPTERM_HOME, else /var/lib/vpterm for root, else the person's own data folder."""
    if named := os.environ.get("VPTERM_HOME"):
        return Path(named).absolute()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/vpterm")
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "vpterm"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "vpterm"


@dataclass(frozen=True, slots=True)
class Installation:
    """Where an installation keeps what is its own. `home` is an absolute folder, made when first needed."""

    home: Path

    def prepare(self) -> None:
        """Make the folders: open to pass through (the database's account must), secrets closed."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "secrets").mkdir(mode=0o700, exist_ok=True)
        (self.home / "log").mkdir(mode=0o700, exist_ok=True)

    def secret(self, login: str) -> str:
        """The password of a login of the database; VptermError when this installation does not hold it."""
        try:
            return self._secret_file(login).read_text("ascii").strip()
        except (FileNotFoundError, PermissionError) as failure:
            raise VptermError(
                _("This installation does not hold the secret of {login}.").format(login=login),
                _("Run this as the account that owns {home}.").format(home=self.home),
            ) from failure

    def holds_secret(self, login: str) -> bool:
        return self._secret_file(login).exists()

    def new_secret(self, login: str) -> str:
        """Make and keep a new password (256 bits) for a login; an older one is kept as it is."""
        if self.holds_secret(login):
            return self.secret(login)
        secret = secrets.token_urlsafe(32)
        self.keep_secret(login, secret)
        return secret

    def keep_secret(self, login: str, secret: str) -> None:
        descriptor = os.open(self._secret_file(login), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret)

    def identity(self) -> str:
        """A short name of this very installation, made once: it keeps two of them apart on one machine."""
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / "identity"
        if not file.exists():
            file.write_text(uuid.uuid4().hex[:12], "ascii")
        return file.read_text("ascii").strip()

    def _secret_file(self, login: str) -> Path:
        return self.home / "secrets" / f"{login}.secret"


def database_url(login: str, secret: str, *, host: str, name: str, port: int | None = None) -> str:
    """A PostgreSQL address; `host` is a name, or the absolute folder of a unix socket."""
    at_port = f":{port}" if port else ""
    if host.startswith("/"):
        extra = f"&port={port}" if port else ""
        return f"postgresql://{login}:{quote(secret)}@/{name}?host={quote(host)}{extra}"
    return f"postgresql://{login}:{quote(secret)}@{host}{at_port}/{name}"
