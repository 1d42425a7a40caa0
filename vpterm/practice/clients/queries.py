"""Reads about clients alone. The search and the sheet, which show animals, are in animals/."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Select, Text, and_, bindparam, case, func, literal, or_, select, union_all

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import parse_phone
from vpterm.kernel.text import normalise
from vpterm.practice.clients.search_text import HIGHEST, deletions, is_one_typo
from vpterm.practice.clients.tables import Client, ClientContact, ClientPhone, SearchWord

MOST_DUPLICATES = 5


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A telephone number of a client, in E.164."""

    id: int
    number: str
    label: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Another person to speak to. `phone` is E.164 or ""."""

    id: int
    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client with telephones and contacts, as a form fills itself from it."""

    id: int
    title: str
    last_name: str
    first_name: str
    business: bool
    address: str
    postcode: str
    town: str
    email: str
    language: str
    alert: str
    note: str
    preferred_site_id: int | None
    archived_at: datetime | None
    created_at: datetime
    changed_at: datetime
    phones: tuple[PhoneRow, ...]
    contacts: tuple[ContactRow, ...]

    @property
    def name(self) -> str:
        """ "Martin Claire", as lists show it."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def spoken_name(self) -> str:
        """ "Mme Martin", as one speaks of them."""
        return f"{self.title} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class LikelyDuplicate:
    """A client who may be the one being typed. `reason` is phone, name or similar."""

    client_id: int
    last_name: str
    first_name: str
    town: str
    phone: str
    reason: str


_ORDERED_PHONES = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(ClientPhone.id, ClientPhone.number, ClientPhone.label, ClientPhone.position)
        )
    )
    .where(ClientPhone.client_id == Client.id)
    .scalar_subquery()
)
_CONTACTS = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(ClientContact.id, ClientContact.name, ClientContact.relation, ClientContact.phone)
        )
    )
    .where(ClientContact.client_id == Client.id)
    .scalar_subquery()
)
CLIENT_COLUMNS = (
    Client.id, Client.title, Client.last_name, Client.first_name, Client.business, Client.address, Client.postcode,
    Client.town, Client.email, Client.language, Client.alert, Client.note, Client.preferred_site_id,
    Client.archived_at, Client.created_at, Client.changed_at,
    _ORDERED_PHONES.label("phones"), _CONTACTS.label("contacts"),
)  # fmt: skip


def client_of_row(row: Any) -> ClientRow:
    """A ClientRow from the CLIENT_COLUMNS of a row; more columns are left aside."""
    values = {column: row[column] for column in ClientRow.__slots__}
    phones = sorted(values["phones"] or (), key=lambda phone: (phone[3], phone[0]))
    values["phones"] = tuple(PhoneRow(*phone[:3]) for phone in phones)
    values["contacts"] = tuple(ContactRow(*contact) for contact in sorted(values["contacts"] or ()))
    return ClientRow(**values)


async def find_client(context: Context, *, client_id: int) -> ClientRow:
    """The client with this number, archived or not; NotFound when there is none."""
    async with context.reading() as connection:
        found = await connection.execute(select(*CLIENT_COLUMNS).where(Client.id == client_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(_("There is no such client."))
    return client_of_row(row)


async def recent_clients(context: Context, *, limit: int = 20) -> list[ClientRow]:
    """The clients whom this site registered or changed last, the newest first."""
    statement = (
        select(*CLIENT_COLUMNS)
        .where(Client.changed_site == context.site_id, Client.archived_at.is_(None))
        .order_by(Client.changed_at.desc())
        .limit(limit)
    )
    async with context.reading() as connection:
        return [client_of_row(row) for row in (await connection.execute(statement)).mappings()]


async def find_likely_duplicates(
    context: Context, *, last_name: str, first_name: str = "", phone: str = ""
) -> list[LikelyDuplicate]:
    """At most five clients who may be this one: same telephone, same name, or a name one typo away.

    Made for every pause in typing: an unfinished telephone or a name of one letter simply finds less.
    """
    key, given = normalise(last_name), normalise(first_name)
    number = _number_or_nothing(phone)
    if len(key) < 2 and not number:
        return []
    async with context.reading() as connection:
        similar = [key]
        if len(key) >= 4 and given:
            tried = bindparam("tried", sorted(deletions(key)), type_=ARRAY(Text))
            words = await connection.scalars(select(SearchWord.word).where(SearchWord.deletion == func.any(tried)))
            similar += [word for word in dict.fromkeys(words) if is_one_typo(key, word)]
        found = await connection.execute(_duplicates(similar, given, number))
    return [LikelyDuplicate(**row) for row in found.mappings()]


def _number_or_nothing(text: str) -> str:
    try:
        return parse_phone(text)
    except Refused:
        return ""


def _duplicates(keys: list[str], given: str, number: str) -> Select[Any]:
    """Candidates by telephone and by name; of one client the stronger reason."""
    branches = []
    if number:
        same = ClientPhone.reversed == number[::-1]
        branches.append(select(ClientPhone.client_id, literal(0).label("rank")).where(same).limit(MOST_DUPLICATES))
    for place, key in enumerate(keys[:8]):
        # A first name still being typed, or kept as an initial, does not part two clients.
        wanted = f"{key} {given[:3]}".strip()
        near = select(Client.id.label("client_id"), literal(1 if place == 0 else 2).label("rank"))
        low = wanted if given else key + " "
        named = and_(Client.name_key >= low, Client.name_key < low + HIGHEST)
        branches.append(near.where(named if given else or_(named, Client.name_key == key)).limit(MOST_DUPLICATES))
    found = union_all(*[branch.subquery().select() for branch in branches]).subquery()
    best = select(found.c.client_id, func.min(found.c.rank).label("rank")).group_by(found.c.client_id).subquery()
    phone = (
        select(ClientPhone.number).where(ClientPhone.client_id == Client.id)
        .order_by(ClientPhone.position, ClientPhone.id).limit(1).scalar_subquery()
    )  # fmt: skip
    reason = case((best.c.rank == 0, "phone"), (best.c.rank == 1, "name"), else_="similar")
    return (
        select(
            Client.id.label("client_id"), Client.last_name, Client.first_name, Client.town,
            func.coalesce(phone, "").label("phone"), reason.label("reason"),
        )
        .join(best, best.c.client_id == Client.id)
        .where(Client.archived_at.is_(None))
        .order_by(best.c.rank, Client.name_key, Client.id)
        .limit(MOST_DUPLICATES)
    )  # fmt: skip
