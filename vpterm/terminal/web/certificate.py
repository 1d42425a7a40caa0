"""The certificate of the browser door: the one that was given, or one that it makes for itself and renews."""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LASTS = timedelta(days=397)  # the most that browsers accept
_RENEW_BEFORE = timedelta(days=30)


def names_in(certificate: Path) -> frozenset[str]:
    """The names for which a certificate is, in small letters. Raises OSError, ValueError on a damaged file."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    return frozenset(name.lower() for name in _alternatives(read).get_values_for_type(x509.DNSName))


def fingerprint(certificate: Path) -> str:
    """The SHA-256 fingerprint as browsers show it, for people to compare."""
    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def own_certificate(certificate: Path, key: Path, names: frozenset[str], now: datetime | None = None) -> None:
    """Have a self-signed certificate for these names and addresses at `certificate`, its key (0600) at `key`.

    Made at the first start; made anew with the same key when the names have changed or it ends within 30 days.
    """
    now = now or datetime.now(UTC)
    if certificate.exists() and key.exists() and _still_serves(certificate, names, now):
        return
    private = _private_key(key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vpterm")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    _write(certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _still_serves(certificate: Path, names: frozenset[str], now: datetime) -> bool:
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    held = {str(name.value) for name in _alternatives(read)}
    return held == names and read.not_valid_after_utc - now > _RENEW_BEFORE


def _alternatives(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key at `path`, a new one if there is none. A damaged one is never replaced silently: ValueError."""
    if path.exists():
        read = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(read, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path} holds another kind of key")
        return read
    made = ec.generate_private_key(ec.SECP256R1())
    format_, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    _write(path, made.private_bytes(encoding, format_, serialization.NoEncryption()), 0o600)
    return made


def _write(path: Path, data: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others in between."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
