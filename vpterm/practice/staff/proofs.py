"""What a person does with their own password and codes, and what an administrator takes away. By the door's login.

Everything is written into identity_changes: what, when, by whom; never a secret.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.codes import hash_of_recovery_code, new_recovery_codes, step_of_code
from vpterm.practice.staff.passwords import hash_password
from vpterm.practice.staff.rules import CodePolicy, CodeRule, Role, check_password, check_pin, strictest
from vpterm.practice.staff.sealing import Seal
from vpterm.practice.staff.tables import (
    CodePolicyRow,
    IdentityChange,
    RecoveryCode,
    StaffPassword,
    StaffPin,
    StaffSite,
    StaffTotp,
)


@dataclass(frozen=True, slots=True)
class CodeState:
    """Whether a person's telephone makes codes, how many recovery codes are left, what the group asks of them."""

    enrolled: bool
    recovery_left: int
    policy: CodePolicy


async def note_change(connection: AsyncConnection, *, staff_id: int, what: str) -> None:
    """Write into the list of changes, in the transaction of the change."""
    await connection.execute(insert(IdentityChange).values(staff_id=staff_id, happened_at=datetime.now(UTC), what=what))


async def change_own_password(database: Database, *, staff_id: int, password: str) -> None:
    """The person's new password; Refused when it is too short. That they know the old one is the door's to ask."""
    password_hash = await asyncio.to_thread(hash_password, check_password(password))
    async with database.transaction(staff_id=staff_id) as connection:
        statement = upsert(StaffPassword).values(staff_id=staff_id, password_hash=password_hash)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[StaffPassword.staff_id], set_={"password_hash": password_hash}
            )
        )
        await note_change(connection, staff_id=staff_id, what="password.changed")


async def change_own_pin(database: Database, *, staff_id: int, pin: str) -> None:
    """The PIN with which the person goes on at their locked screens; Refused when it is none, or too easy."""
    pin_hash = await asyncio.to_thread(hash_password, check_pin(pin))
    async with database.transaction(staff_id=staff_id) as connection:
        statement = upsert(StaffPin).values(staff_id=staff_id, pin_hash=pin_hash)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=[StaffPin.staff_id], set_={"pin_hash": pin_hash})
        )
        await note_change(connection, staff_id=staff_id, what="pin.changed")


async def end_own_pin(database: Database, *, staff_id: int) -> None:
    """Only the password goes on from now on."""
    async with database.transaction(staff_id=staff_id) as connection:
        ended = await connection.execute(delete(StaffPin).where(StaffPin.staff_id == staff_id))
        if ended.rowcount:
            await note_change(connection, staff_id=staff_id, what="pin.ended")


async def find_pin_hash(database: Database, *, staff_id: int) -> str | None:
    """For the gateway's login only."""
    async with database.reading() as connection:
        return await connection.scalar(select(StaffPin.pin_hash).where(StaffPin.staff_id == staff_id))


async def enrol_totp(
    database: Database, seal: Seal, *, staff_id: int, secret: str, code: str, now: datetime
) -> Sequence[str]:
    """Ask this person for codes from now on; answers the recovery codes, which are never shown again.

    The first code proves that the telephone has the secret, and opens nothing afterwards. Refused: a wrong one.
    """
    step = step_of_code(secret, code, now)
    if step is None:
        raise Refused(_("This is not the code of now."), _("Does the telephone know the right time?"), field="code")
    codes = new_recovery_codes()
    values = {"sealed_secret": seal.close(secret, staff_id), "last_step": step}
    async with database.transaction(staff_id=staff_id) as connection:
        statement = upsert(StaffTotp).values(staff_id=staff_id, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=[StaffTotp.staff_id], set_=values))
        await connection.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
        hashes = [{"staff_id": staff_id, "code_hash": hash_of_recovery_code(staff_id, each)} for each in codes]
        await connection.execute(insert(RecoveryCode), hashes)
        await note_change(connection, staff_id=staff_id, what="totp.enrolled")
    return codes


async def end_totp(database: Database, *, staff_id: int, by: int, what: str = "totp.ended") -> bool:
    """Ask for codes no more; false when none were asked for."""
    async with database.transaction(staff_id=by) as connection:
        ended = await connection.execute(delete(StaffTotp).where(StaffTotp.staff_id == staff_id))
        await connection.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
        if ended.rowcount:
            await note_change(connection, staff_id=staff_id, what=what)
    return bool(ended.rowcount)


async def reset_totp(context: Context, *, staff_id: int) -> bool:
    """An administrator ends the codes of a person whose telephone and recovery codes are lost."""
    context.require("staff.manage")
    return await end_totp(context.database, staff_id=staff_id, by=context.staff_id, what="totp.reset")


async def take_totp(database: Database, seal: Seal, *, staff_id: int, code: str, now: datetime) -> bool:
    """Whether the code is right and newer than every code taken before. A code is taken once, through any door.

    The database decides in one statement: of two doors at once, one waits for the other's row and finds it used.
    """
    async with database.reading() as connection:
        sealed = await connection.scalar(select(StaffTotp.sealed_secret).where(StaffTotp.staff_id == staff_id))
    step = step_of_code(seal.open(sealed, staff_id), code, now) if sealed is not None else None
    if step is None:
        return False
    async with database.transaction(staff_id=staff_id) as connection:
        taken = await connection.execute(
            update(StaffTotp)
            .where(StaffTotp.staff_id == staff_id, StaffTotp.sealed_secret == sealed, StaffTotp.last_step < step)
            .values(last_step=step)
        )
    return bool(taken.rowcount)


async def take_recovery_code(database: Database, *, staff_id: int, code: str, now: datetime) -> bool:
    """Whether it is one of the person's recovery codes that was not used yet; used from now on."""
    code_hash = hash_of_recovery_code(staff_id, code)
    if code_hash is None:
        return False
    async with database.transaction(staff_id=staff_id) as connection:
        taken = await connection.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
            )
            .values(used_at=now)
        )
        if taken.rowcount:
            await note_change(connection, staff_id=staff_id, what="recovery.used")
    return bool(taken.rowcount)


async def find_code_state(database: Database, *, staff_id: int) -> CodeState:
    """Whether the person has codes, and what the group asks of their roles, at whichever site they hold them."""
    left = select(func.count()).select_from(RecoveryCode)
    enrolled = select(func.count()).select_from(StaffTotp).where(StaffTotp.staff_id == staff_id)
    policies = (
        select(CodePolicyRow.rule, CodePolicyRow.with_key)
        .join(StaffSite, StaffSite.role == CodePolicyRow.role)
        .where(StaffSite.staff_id == staff_id, StaffSite.ended_on.is_(None))
    )
    async with database.reading() as connection:
        unused = left.where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
        count, has = (await connection.execute(select(unused.scalar_subquery(), enrolled.scalar_subquery()))).one()
        found = [CodePolicy(CodeRule(row.rule), row.with_key) for row in await connection.execute(policies)]
    return CodeState(bool(has), count, strictest(found))


async def choose_code_policy(context: Context, *, role: Role, policy: CodePolicy) -> None:
    """What the group asks of a role from the next login on."""
    context.require("staff.manage")
    values = {"rule": policy.rule.value, "with_key": policy.with_key}
    async with context.writing() as connection:
        statement = upsert(CodePolicyRow).values(role=role.value, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=[CodePolicyRow.role], set_=values))


async def list_code_policies(database: Database) -> dict[Role, CodePolicy]:
    """What is asked of every role."""
    async with database.reading() as connection:
        rows = await connection.execute(select(CodePolicyRow.role, CodePolicyRow.rule, CodePolicyRow.with_key))
        chosen = {row.role: CodePolicy(CodeRule(row.rule), row.with_key) for row in rows}
    return {role: chosen.get(role.value, CodePolicy()) for role in Role}
