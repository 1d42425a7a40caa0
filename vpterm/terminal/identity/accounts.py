"""The staff accounts as the door sees them: asked of the database under the gateway's own login."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from vpterm.database.engine import Database
from vpterm.kernel.errors import Unavailable, VptermError
from vpterm.practice.staff import certificates, logins, proofs, queries
from vpterm.practice.staff.logins import LoginMethod, LoginRow
from vpterm.practice.staff.queries import KeyRow, SiteRoles
from vpterm.practice.staff.rules import Guesses, Role, rights_of, works_there
from vpterm.practice.staff.sealing import Seal
from vpterm.terminal.identity.identity import Account, PasswordCheck, SiteAccess

_log = logging.getLogger("vpterm.terminal")


class StaffAccounts:
    """Accounts (identity.py) over practice/staff."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal
        self._passwords = PasswordCheck()

    def now(self) -> datetime:
        """See Accounts."""
        return datetime.now(UTC)

    async def find(self, login: str) -> Account | None:
        """The account of a person who works somewhere in the group, or nothing."""
        person = await queries.find_staff(self._database, login=login)
        if person is None or not person.active or not person.sites:
            return None
        keys = await queries.list_keys(self._database, staff_id=person.id)
        codes = await proofs.find_code_state(self._database, staff_id=person.id)
        return Account(
            login=person.login,
            staff_id=person.id,
            display_name=person.name,
            language=person.language,
            sites=tuple(_access(work) for work in person.sites if works_there(work.roles)),
            supports=tuple(_access(work) for work in person.sites if Role.SUPPORT in work.roles),
            approves_support=any("support.approve" in rights_of(work.roles) for work in person.sites),
            password_hash=await queries.find_password_hash(self._database, staff_id=person.id),
            pin_hash=await proofs.find_pin_hash(self._database, staff_id=person.id),
            public_keys=tuple(key.line for key in keys),
            verified_keys=frozenset(key.line for key in keys if key.verify_required),
            has_code=codes.enrolled,
            policy=codes.policy,
        )

    async def verify_password(self, account: Account | None, password: str) -> bool:
        """See Accounts."""
        return await self._passwords.matches(account.password_hash if account else None, password)

    async def verify_pin(self, account: Account, pin: str) -> bool:
        """See Accounts."""
        return await self._passwords.matches(account.pin_hash, pin)

    async def verify_code(self, account: Account, code: str) -> LoginMethod | None:
        """See Accounts. A secret that cannot be opened lets nobody in; recovery codes need no secret."""
        who, now = account.staff_id, self.now()
        try:
            if await proofs.take_totp(self._database, self._seal, staff_id=who, code=code, now=now):
                return "code"
        except Unavailable:
            raise
        except VptermError:
            _log.exception("the codes of staff %(staff)s cannot be checked", {"staff": who})
        taken = await proofs.take_recovery_code(self._database, staff_id=who, code=code, now=now)
        return "recovery" if taken else None

    async def find_certificate(self, serial: int) -> certificates.CertificateRow | None:
        """See Accounts."""
        if serial >= 2**63:  # a serial of SSH has 64 bits, ours are numbers of rows
            return None
        return next(iter(await certificates.list_certificates(self._database, serial=serial)), None)

    async def count_guesses(self, login: str, address: str, within: timedelta) -> Guesses:
        """See Accounts."""
        return await logins.count_guesses(self._database, login=login, address=address, within=within)

    async def record_login(self, login: str, address: str, method: str, *, accepted: bool) -> None:
        """See Accounts. A database that is away keeps nobody out who has already proved who they are."""
        try:
            await logins.record_login(
                self._database, happened_at=self.now(), login=login, address=address, method=method, accepted=accepted
            )
        except Unavailable:
            _log.warning("a login could not be written down: the database does not answer")

    async def list_logins(self, account: Account, most: int) -> Sequence[LoginRow]:
        """See Accounts."""
        return await logins.list_logins(self._database, login=account.login, most=most)

    async def list_keys(self, account: Account) -> Sequence[KeyRow]:
        """See Accounts."""
        return await queries.list_keys(self._database, staff_id=account.staff_id)

    async def count_recovery_codes(self, account: Account) -> int:
        """See Accounts."""
        return (await proofs.find_code_state(self._database, staff_id=account.staff_id)).recovery_left

    async def enrol(self, account: Account, secret: str, code: str) -> Sequence[str]:
        """See Accounts."""
        return await proofs.enrol_totp(
            self._database, self._seal, staff_id=account.staff_id, secret=secret, code=code, now=self.now()
        )

    async def end_codes(self, account: Account) -> None:
        """See Accounts."""
        await proofs.end_totp(self._database, staff_id=account.staff_id, by=account.staff_id)

    async def change_password(self, account: Account, password: str) -> None:
        """See Accounts."""
        await proofs.change_own_password(self._database, staff_id=account.staff_id, password=password)

    async def change_pin(self, account: Account, pin: str) -> None:
        """See Accounts."""
        if pin:
            await proofs.change_own_pin(self._database, staff_id=account.staff_id, pin=pin)
        else:
            await proofs.end_own_pin(self._database, staff_id=account.staff_id)

    async def close(self) -> None:
        self._passwords.close()
        await self._database.close()


def _access(work: SiteRoles) -> SiteAccess:
    return SiteAccess(work.site_code, work.site_id, work.site_name, work.roles)
