"""The staff accounts as the door sees them: asked of the database under the gateway's own login."""

import logging
from datetime import UTC, datetime

from vpterm.database.engine import Database
from vpterm.kernel.errors import Unavailable
from vpterm.practice.staff import actions, queries
from vpterm.terminal.identity import Account, LoginMethod, PasswordCheck, SiteAccess

_log = logging.getLogger("vpterm.terminal")


class StaffAccounts:
    """Accounts (identity.py) over practice/staff."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._passwords = PasswordCheck()

    async def find(self, login: str) -> Account | None:
        """The account of a person who works somewhere in the group, or nothing."""
        person = await queries.find_staff(self._database, login=login)
        if person is None or not person.active or not person.sites:
            return None
        return Account(
            login=person.login,
            staff_id=person.id,
            display_name=person.name,
            language=person.language,
            sites=tuple(SiteAccess(work.site_code, work.site_id, work.site_name) for work in person.sites),
            password_hash=await queries.find_password_hash(self._database, staff_id=person.id),
            public_keys=tuple(await queries.list_public_keys(self._database, staff_id=person.id)),
        )

    async def verify_password(self, account: Account | None, password: str) -> bool:
        """See Accounts."""
        return await self._passwords.matches(account.password_hash if account else None, password)

    async def record_login(self, account: Account, address: str, method: LoginMethod) -> None:
        """See Accounts. A database that is away keeps nobody out who has already proved who they are."""
        try:
            await actions.record_login(
                self._database, happened_at=datetime.now(UTC), login=account.login, address=address,
                method=method, accepted=True,
            )  # fmt: skip
        except Unavailable:
            _log.warning("a login could not be written down: the database does not answer")

    async def close(self) -> None:
        self._passwords.close()
        await self._database.close()
