"""What people do with clients: register, change, telephone numbers, contacts, archive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import parse_phone
from vpterm.practice.clients.rules import ClientFields, Phone, checked_contact, checked_fields, checked_phones
from vpterm.practice.clients.tables import Client, ClientContact, ClientPhone


async def register_client(
    context: Context, *, last_name: str, first_name: str = "", title: str = "", phones: Sequence[Phone] = (),
    address: str = "", postcode: str = "", town: str = "", email: str = "", alert: str = "", note: str = "",
    business: bool = False, language: str = "fr", preferred_site_id: int | None = None,
    import_key: str | None = None,
) -> int:  # fmt: skip
    """Add a client; answers the id. `phones` are (number as typed, label). Refused: a field that cannot be right."""
    context.require("clients.edit")
    fields = ClientFields(
        last_name=last_name, first_name=first_name, title=title, phones=phones, address=address, postcode=postcode,
        town=town, email=email, alert=alert, note=note, business=business, language=language,
        preferred_site_id=preferred_site_id,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            return (await insert_client(connection, fields, import_key))[0]
    except ConstraintViolated as failure:
        raise Refused(_("This site does not exist."), field="preferred_site_id") from failure


async def insert_client(
    connection: AsyncConnection, fields: ClientFields, import_key: str | None = None
) -> tuple[int, bool]:
    """The part of registering that runs inside a transaction of the caller, who has checked the right.

    Answers the id, and whether the client is new: one with the same import_key is left as it is.
    """
    columns, phones = checked_fields(fields), checked_phones(fields.get("phones", ()))
    statement = upsert(Client).values(**columns, import_key=import_key)
    found = await connection.execute(
        statement.on_conflict_do_nothing(index_elements=[Client.import_key]).returning(Client.id)
    )
    client_id = found.scalar_one_or_none()
    if client_id is None:
        known = await connection.execute(select(Client.id).where(Client.import_key == import_key))
        return known.scalar_one(), False
    await _insert_phones(connection, client_id, phones)
    return client_id, True


async def change_client(
    context: Context, *, client_id: int, seen_changed_at: datetime | None = None, **fields: Unpack[ClientFields]
) -> None:
    """Change some fields; `phones` replaces the whole list.

    Conflict when somebody changed the client after `seen_changed_at`; NotFound; Refused with the field.
    """
    context.require("clients.edit")
    columns = checked_fields(fields)
    phones = checked_phones(fields["phones"]) if "phones" in fields else None
    try:
        async with context.writing() as connection:
            await _update_client(connection, client_id, columns, seen_changed_at)
            if phones is not None:
                await connection.execute(delete(ClientPhone).where(ClientPhone.client_id == client_id))
                await _insert_phones(connection, client_id, phones)
    except ConstraintViolated as failure:
        raise Refused(_("This site does not exist."), field="preferred_site_id") from failure


async def add_phone(context: Context, *, client_id: int, number: str, label: str = "") -> int:
    """Add a telephone number after the others; answers its id."""
    context.require("clients.edit")
    checked = parse_phone(number, field="number")
    async with context.writing() as connection:
        await _must_exist(connection, client_id)
        last = select(func.coalesce(func.max(ClientPhone.position), 0) + 1).where(ClientPhone.client_id == client_id)
        statement = insert(ClientPhone).values(
            client_id=client_id, number=checked, label=" ".join(label.split()), position=last.scalar_subquery()
        )
        return (await connection.execute(statement.returning(ClientPhone.id))).scalar_one()


async def remove_phone(context: Context, *, phone_id: int) -> None:
    """Take a telephone number away; NotFound when it is gone already."""
    context.require("clients.edit")
    async with context.writing() as connection:
        gone = await connection.execute(delete(ClientPhone).where(ClientPhone.id == phone_id))
        if not gone.rowcount:
            raise NotFound(_("This telephone number is not there any more."))


async def add_contact(context: Context, *, client_id: int, name: str, relation: str = "", phone: str = "") -> int:
    """Add another person to speak to; answers the id. `phone` as typed, or "" for none."""
    context.require("clients.edit")
    columns = checked_contact(name, relation, phone)
    async with context.writing() as connection:
        await _must_exist(connection, client_id)
        statement = insert(ClientContact).values(client_id=client_id, **columns)
        return (await connection.execute(statement.returning(ClientContact.id))).scalar_one()


async def change_contact(context: Context, *, contact_id: int, name: str, relation: str = "", phone: str = "") -> None:
    """Replace what is known of a contact; NotFound when it is gone."""
    context.require("clients.edit")
    columns = checked_contact(name, relation, phone)
    async with context.writing() as connection:
        changed = await connection.execute(update(ClientContact).where(ClientContact.id == contact_id).values(columns))
        if not changed.rowcount:
            raise NotFound(_("This contact is not there any more."))


async def remove_contact(context: Context, *, contact_id: int) -> None:
    """Take a contact away; NotFound when it is gone already."""
    context.require("clients.edit")
    async with context.writing() as connection:
        gone = await connection.execute(delete(ClientContact).where(ClientContact.id == contact_id))
        if not gone.rowcount:
            raise NotFound(_("This contact is not there any more."))


async def archive_client(context: Context, *, client_id: int, archived: bool = True) -> None:
    """Take a client out of the search, animals too (or back into it): moved away, gone. Nothing is deleted."""
    context.require("clients.edit")
    async with context.writing() as connection:
        await _update_client(connection, client_id, {"archived_at": context.now() if archived else None}, None)


async def _update_client(
    connection: AsyncConnection, client_id: int, columns: dict[str, object], seen_changed_at: datetime | None
) -> None:
    # An update without columns still marks the row as changed, so that two forms about phones alone meet too.
    statement = update(Client).where(Client.id == client_id).values(columns or {"business": Client.business})
    if seen_changed_at is not None:
        statement = statement.where(Client.changed_at == seen_changed_at)
    if (await connection.execute(statement)).rowcount:
        return
    await _must_exist(connection, client_id)
    raise Conflict(
        _("Somebody changed this client meanwhile."),
        _("Your text is kept. Look at the client again, then save."),
    )


async def _must_exist(connection: AsyncConnection, client_id: int) -> None:
    if not (await connection.execute(select(exists().where(Client.id == client_id)))).scalar_one():
        raise NotFound(_("There is no such client."))


async def _insert_phones(connection: AsyncConnection, client_id: int, phones: list[Phone]) -> None:
    if phones:
        rows = [
            {"client_id": client_id, "number": number, "label": label, "position": position}
            for position, (number, label) in enumerate(phones, 1)
        ]
        await connection.execute(insert(ClientPhone), rows)
