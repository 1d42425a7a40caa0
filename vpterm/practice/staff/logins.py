"""Who came in or tried to, through whichever door: written down, counted, and shown to the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import and_, exists, func, insert, or_, select

from vpterm.database.engine import Database
from vpterm.practice.staff.rules import Guesses, network_of
from vpterm.practice.staff.tables import LoginEvent

INSTALLATION = 1  # the member of staff who signs what no person did
LoginMethod = Literal["password", "code", "recovery", "publickey", "certificate"]
# What can be guessed. A key cannot, and what came while guessing was stopped ("locked") was not looked at.
GUESSED = ("password", "code", "recovery")
KNOWN_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class LoginRow:
    """An attempt to come in."""

    happened_at: datetime
    address: str
    method: str
    accepted: bool


async def record_login(
    database: Database,
    *,
    happened_at: datetime,
    login: str,
    address: str,
    method: str,
    accepted: bool,
    site_code: str = "",
) -> None:
    """Write down an attempt to come in, right or wrong. By the gateway's login; signed by the installation."""
    async with database.transaction(staff_id=INSTALLATION) as connection:
        await connection.execute(
            insert(LoginEvent).values(
                login=login[:64], happened_at=happened_at, address=address, network=network_of(address),
                method=method, accepted=accepted, site_code=site_code,
            )
        )  # fmt: skip


async def count_guesses(
    database: Database, *, login: str, address: str, within: timedelta, now: datetime | None = None
) -> Guesses:
    """Wrong guesses of late at this account, since it was last opened, and from this address, at all accounts.

    What lies ahead of now by more than `within` is of a clock that was wrong: it neither counts, nor hides what does.
    """
    now, network = now or datetime.now(UTC), network_of(address)
    late = LoginEvent.happened_at.between(now - within, now + within)
    wrong = and_(late, LoginEvent.accepted.is_(False), LoginEvent.method.in_(GUESSED))
    opened = (
        select(func.coalesce(func.max(LoginEvent.happened_at), datetime.min.replace(tzinfo=UTC)))
        .where(LoginEvent.login == login, LoginEvent.accepted, late)
        .scalar_subquery()
    )
    counts = select(
        func.count().filter(LoginEvent.login == login, LoginEvent.happened_at > opened).label("of_account"),
        func.count().filter(LoginEvent.network == network).label("of_address"),
        exists()
        .where(
            LoginEvent.login == login, LoginEvent.accepted, LoginEvent.network == network,
            LoginEvent.happened_at > now - KNOWN_FOR,
        )
        .label("knows_address"),
    ).where(wrong, or_(LoginEvent.login == login, LoginEvent.network == network))  # fmt: skip
    async with database.reading() as connection:
        row = (await connection.execute(counts)).one()
    return Guesses(row.of_account, row.of_address, row.knows_address)


async def list_logins(database: Database, *, login: str, most: int = 50) -> Sequence[LoginRow]:
    """The newest attempts at an account, newest first. For the gateway's login, which shows a person their own."""
    statement = (
        select(LoginEvent.happened_at, LoginEvent.address, LoginEvent.method, LoginEvent.accepted)
        .where(LoginEvent.login == login)
        .order_by(LoginEvent.happened_at.desc(), LoginEvent.id.desc())
        .limit(most)
    )
    async with database.reading() as connection:
        return [LoginRow(*row) for row in await connection.execute(statement)]
