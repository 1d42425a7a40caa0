"""What the management does with accounts."""

import asyncio
import base64
import binascii
import struct

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.logins import INSTALLATION as INSTALLATION
from vpterm.practice.staff.passwords import hash_password
from vpterm.practice.staff.proofs import note_change
from vpterm.practice.staff.rules import Role, check_password
from vpterm.practice.staff.tables import StaffKey, StaffMember, StaffPassword, StaffSite


async def engage_staff(
    context: Context, *, login: str, first_name: str, last_name: str, title: str = "", ordinal_number: str = "",
    language: str = "fr",
) -> int:  # fmt: skip
    """Add a person; answers the id. Refused: a login that is taken, or not small letters, digits, dot, dash."""
    context.require("staff.manage")
    try:
        async with context.writing() as connection:
            statement = insert(StaffMember).values(
                login=login, first_name=first_name, last_name=last_name, title=title,
                ordinal_number=ordinal_number, language=language,
            )  # fmt: skip
            return (await connection.execute(statement.returning(StaffMember.id))).scalar_one()
    except ConstraintViolated as failure:
        if failure.constraint == "ck_staff_login":
            advice = _("Use small letters, digits, dots and dashes.")
            raise Refused(_("“{login}” is no login.").format(login=login), advice, field="login") from failure
        raise Refused(_("The login {login} is taken.").format(login=login), field="login") from failure


async def give_role(context: Context, *, staff_id: int, site_id: int, role: Role) -> None:
    """Let a person work at a site in a role; nothing changes when they do already."""
    context.require("staff.manage")
    async with context.writing() as connection:
        statement = upsert(StaffSite).values(staff_id=staff_id, site_id=site_id, role=role.value)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[StaffSite.staff_id, StaffSite.site_id, StaffSite.role],
                set_={"ended_on": None},
            )
        )


async def take_role(context: Context, *, staff_id: int, site_id: int, role: Role) -> None:
    """End a person's role at a site, from today on."""
    context.require("staff.manage")
    async with context.writing() as connection:
        await connection.execute(
            update(StaffSite)
            .where(StaffSite.staff_id == staff_id, StaffSite.site_id == site_id, StaffSite.role == role.value)
            .values(ended_on=context.today())
        )


async def end_account(context: Context, *, staff_id: int) -> None:
    """A person has left the group: no more logins, every role ended; open sessions close by themselves."""
    context.require("staff.manage")
    async with context.writing() as connection:
        await connection.execute(
            update(StaffSite)
            .where(StaffSite.staff_id == staff_id, StaffSite.ended_on.is_(None))
            .values(ended_on=context.today())
        )
        await connection.execute(update(StaffMember).where(StaffMember.id == staff_id).values(left_on=context.today()))


async def reopen_account(context: Context, *, staff_id: int) -> None:
    """A person has come back: their roles are given anew, one by one."""
    context.require("staff.manage")
    async with context.writing() as connection:
        await connection.execute(update(StaffMember).where(StaffMember.id == staff_id).values(left_on=None))


async def set_password(context: Context, *, staff_id: int, password: str, any_length: bool = False) -> None:
    """Give a person a password; Refused when it is too short. `any_length` is for the demo group alone."""
    context.require("staff.manage")
    password_hash = await asyncio.to_thread(hash_password, password if any_length else check_password(password))
    async with context.writing() as connection:
        statement = upsert(StaffPassword).values(staff_id=staff_id, password_hash=password_hash)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[StaffPassword.staff_id], set_={"password_hash": password_hash}
            )
        )
        await note_change(connection, staff_id=staff_id, what="password.set")


async def add_public_key(context: Context, *, staff_id: int, line: str, verify_required: bool = False) -> None:
    """Let a person in by an SSH key, given as the line of its .pub file. Refused: what is no such line.

    verify_required: a security key must have checked a PIN or a finger, not only been touched.
    """
    context.require("staff.manage")
    kind, blob, comment = _split_key(line)
    if verify_required and not kind.startswith("sk-"):
        raise Refused(_("Only a security key can check a PIN or a finger."), field="key")
    values = {"comment": comment, "verify_required": verify_required}
    async with context.writing() as connection:
        statement = upsert(StaffKey).values(staff_id=staff_id, public_key=f"{kind} {blob}", **values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=[StaffKey.staff_id, StaffKey.public_key], set_=values)
        )
        await note_change(connection, staff_id=staff_id, what="key.added")


async def remove_public_key(context: Context, *, staff_id: int, key_id: int) -> None:
    """Let a person in by this key no more; NotFound when it is not theirs."""
    context.require("staff.manage")
    async with context.writing() as connection:
        statement = delete(StaffKey).where(StaffKey.id == key_id, StaffKey.staff_id == staff_id)
        if not (await connection.execute(statement)).rowcount:
            raise NotFound(_("This person has no key {number}.").format(number=key_id))
        await note_change(connection, staff_id=staff_id, what="key.removed")


def _split_key(line: str) -> tuple[str, str, str]:
    """Type, base64 and comment of a line `ssh-ed25519 AAAA... comment` (RFC 4253, 6.6; RFC 4716)."""
    parts = line.strip().split(None, 2)
    refusal = Refused(_("This is no public SSH key."), _("Give the one line of a file that ends in .pub."), field="key")
    if len(parts) < 2:
        raise refusal
    try:
        blob = base64.b64decode(parts[1], validate=True)
        (length,) = struct.unpack(">I", blob[:4])
    except (binascii.Error, struct.error) as failure:
        raise refusal from failure
    if blob[4 : 4 + length] != parts[0].encode():
        raise refusal
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
