"""The group's own authority: an ed25519 key that signs certificates of some hours. The door holds its public half only.

A certificate names one login; sites, where given, as `site:CODE` (no login holds a colon, so neither passes for the
other). What the group remembers of each certificate is practice/staff/certificates.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncssh

from vpterm.kernel.errors import Conflict, NotFound, Refused
from vpterm.kernel.i18n import _

_SITE = "site:"


@dataclass(frozen=True)
class Authority:
    """The files of an authority in the folder of an installation."""

    home: Path

    @property
    def key_path(self) -> Path:
        """The private key: 0600, in the closed folder of secrets. Signing may well be done on another machine."""
        return self.home / "secrets" / "ca_ed25519"

    @property
    def public_path(self) -> Path:
        """What doors trust."""
        return self.home / "ca_ed25519.pub"

    def make(self) -> str:
        """Make the authority; answers its fingerprint. Conflict when there is one: people hold its certificates."""
        if self.key_path.exists():
            raise Conflict(_("There is an authority already."), _("See it: vpterm ca show"))
        key = asyncssh.generate_private_key("ssh-ed25519", comment="vpterm authority")
        descriptor = os.open(self.key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.export_private_key())
        self.public_path.write_bytes(key.export_public_key())
        return str(key.get_fingerprint())

    def require(self) -> None:
        """NotFound without an authority that can sign here."""
        if not self.key_path.exists():
            raise NotFound(_("There is no authority here."), _("Make it: vpterm ca init"))

    def public_key(self) -> asyncssh.SSHKey | None:
        """The public half, None without an authority."""
        return asyncssh.read_public_key(self.public_path) if self.public_path.exists() else None

    def sign(
        self, key: asyncssh.SSHKey, *, serial: int, login: str, site_codes: Sequence[str], valid_from: datetime,
        valid_until: datetime, addresses: Sequence[str] = (),
    ) -> bytes:  # fmt: skip
        """A user certificate, as the line of a -cert.pub file. It allows a terminal and nothing else."""
        self.require()
        authority = asyncssh.read_private_key(self.key_path)
        try:
            certificate = authority.generate_user_certificate(
                key, f"{login} {serial}", serial=serial,
                principals=[login, *(_SITE + code for code in site_codes)],
                valid_after=int(valid_from.timestamp()), valid_before=int(valid_until.timestamp()),
                source_address=list(addresses) or None, permit_x11_forwarding=False, permit_agent_forwarding=False,
                permit_port_forwarding=False, permit_user_rc=False, comment=f"{login} {serial}",
            )  # fmt: skip
        except ValueError as failure:
            raise Refused(_("No certificate can be made of this."), str(failure)) from failure
        return bytes(certificate.export_certificate())


def read_key_to_sign(path: Path) -> asyncssh.SSHKey:
    """The public key of a .pub file; Refused for anything else, a private key above all."""
    try:
        text = path.read_text("utf-8")
        return asyncssh.import_public_key("" if "PRIVATE KEY" in text else text)
    except (OSError, ValueError, asyncssh.KeyImportError) as failure:
        raise Refused(
            _("{file} is no public key.").format(file=path), _("Give the .pub file."), field="key"
        ) from failure


@dataclass(frozen=True)
class Presented:
    """A certificate as somebody presents it at the door: what it says, not yet whether it is true."""

    serial: int
    fingerprint: str
    logins: tuple[str, ...]
    site_codes: tuple[str, ...]


def read_presented(certificate: Any) -> Presented:
    """What a certificate of asyncssh says. The serial has no public name there: tests/terminal hold this to it."""
    principals: list[str] = list(certificate.principals)
    return Presented(
        serial=int(certificate._serial),
        fingerprint=str(certificate.key.get_fingerprint()),
        logins=tuple(name for name in principals if not name.startswith(_SITE)),
        site_codes=tuple(name.removeprefix(_SITE) for name in principals if name.startswith(_SITE)),
    )
