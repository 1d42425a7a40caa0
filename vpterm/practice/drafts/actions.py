"""Keeping half-filled forms, and where a person is. Both belong to one person at one site."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.practice.drafts.tables import FormDraft, KeptPlaces


async def keep_draft(context: Context, *, form: str, subject: str, values: Mapping[str, Any]) -> None:
    """Keep what is typed so far (JSON values), in place of what was kept before; nothing typed is no draft.

    No right is needed to type.
    """
    if not values:
        await discard_draft(context, form=form, subject=subject)
        return
    content = {"field_values": dict(values), "typed_at": context.now()}
    key = {"site_id": context.site_id, "staff_id": context.staff_id, "form": form, "subject": subject}
    async with context.writing() as connection:
        statement = upsert(FormDraft).values(**key, **content)
        await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=content))


async def discard_draft(context: Context, *, form: str, subject: str) -> None:
    """Forget a draft, saved or thrown away; nothing happens where there is none."""
    async with context.writing() as connection:
        await connection.execute(
            delete(FormDraft).where(
                FormDraft.site_id == context.site_id,
                FormDraft.staff_id == context.staff_id,
                FormDraft.form == form,
                FormDraft.subject == subject,
            )
        )


async def keep_places(context: Context, *, places: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Keep where the person is: names of places with what they were opened with (JSON values), the lowest first.

    None at all is forgotten rather than kept. No right is needed to be somewhere.
    """
    key = {"site_id": context.site_id, "staff_id": context.staff_id}
    async with context.writing() as connection:
        if not places:
            await connection.execute(
                delete(KeptPlaces).where(KeptPlaces.site_id == context.site_id, KeptPlaces.staff_id == context.staff_id)
            )
            return
        content = {"places": [[name, dict(arguments)] for name, arguments in places], "kept_at": context.now()}
        statement = upsert(KeptPlaces).values(**key, **content)
        await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=content))
