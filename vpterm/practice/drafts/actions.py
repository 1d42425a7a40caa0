"""Keeping half-filled forms. A draft belongs to one person at one site."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.practice.drafts.tables import FormDraft


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
