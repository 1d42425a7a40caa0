"""The certificates that the group's authority has signed: which are good, whose they are, which were taken back.

The authority's key and the signing are terminal/authority.py; here is what the group remembers of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.staff.proofs import note_change
from vpterm.practice.staff.tables import StaffCertificate, StaffMember


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate: its serial, whose it is and for which key; no site codes: wherever the person works."""

    serial: int
    staff_id: int
    login: str
    fingerprint: str
    site_codes: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None


async def note_certificate(
    context: Context, *, staff_id: int, fingerprint: str, site_codes: Sequence[str], valid_from: datetime,
    valid_until: datetime,
) -> int:  # fmt: skip
    """Remember a certificate that is about to be signed; answers its serial."""
    context.require("staff.manage")
    async with context.writing() as connection:
        statement = insert(StaffCertificate).values(
            staff_id=staff_id, fingerprint=fingerprint, site_codes=" ".join(site_codes), valid_from=valid_from,
            valid_until=valid_until,
        )  # fmt: skip
        serial = (await connection.execute(statement.returning(StaffCertificate.id))).scalar_one()
        await note_change(connection, staff_id=staff_id, what="certificate.signed")
    return serial


async def revoke_certificate(context: Context, *, serial: int) -> None:
    """Take a certificate back: it opens no door from now on."""
    context.require("staff.manage")
    async with context.writing() as connection:
        statement = update(StaffCertificate).where(StaffCertificate.id == serial).values(revoked_at=context.now())
        staff_id = (await connection.execute(statement.returning(StaffCertificate.staff_id))).scalar_one_or_none()
        if staff_id is None:
            raise NotFound(
                _("There is no certificate {serial}.").format(serial=serial), _("See the list: vpterm ca list")
            )
        await note_change(connection, staff_id=staff_id, what="certificate.revoked")


async def list_certificates(database: Database, *, serial: int | None = None) -> list[CertificateRow]:
    """The certificates, newest first; the one with this serial where given."""
    statement = select(
        StaffCertificate.id, StaffCertificate.staff_id, StaffMember.login, StaffCertificate.fingerprint,
        StaffCertificate.site_codes, StaffCertificate.valid_from, StaffCertificate.valid_until,
        StaffCertificate.revoked_at,
    ).join(StaffMember, StaffMember.id == StaffCertificate.staff_id)  # fmt: skip
    if serial is not None:
        statement = statement.where(StaffCertificate.id == serial)
    async with database.reading() as connection:
        rows = (await connection.execute(statement.order_by(StaffCertificate.id.desc()))).all()
    return [
        CertificateRow(row[0], row[1], row[2], row[3], tuple(row[4].split()), row[5], row[6], row[7]) for row in rows
    ]
