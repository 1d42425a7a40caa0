"""Reads of half-filled forms and of kept places: always the person's own, at this site."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from vpterm.database.context import Context
from vpterm.practice.drafts.tables import FormDraft, KeptPlaces


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A half-filled form: its name, what it is about ("new", "client:12"), its values and when they were typed."""

    form: str
    subject: str
    values: dict[str, Any]
    typed_at: datetime
    session_name: str = ""


@dataclass(frozen=True, slots=True)
class KeptPlacesRow:
    """Where the person was, the lowest place first, and when that was kept."""

    places: tuple[tuple[str, dict[str, Any]], ...]
    kept_at: datetime


async def find_draft(context: Context, *, form: str, subject: str) -> DraftRow | None:
    """The person's draft of this form about this subject, or None: this session's, else the newest of another."""
    drafts = await _read(context, form, subject)
    return drafts[0] if drafts else None


async def list_drafts(context: Context, *, form: str | None = None) -> list[DraftRow]:
    """The person's drafts (of one form where given), this session's first, then the newest."""
    return await _read(context, form, None)


async def _read(context: Context, form: str | None, subject: str | None) -> list[DraftRow]:
    columns = (FormDraft.form, FormDraft.subject, FormDraft.field_values, FormDraft.typed_at, FormDraft.session_name)
    statement = select(*columns).where(FormDraft.site_id == context.site_id, FormDraft.staff_id == context.staff_id)
    if form is not None:
        statement = statement.where(FormDraft.form == form)
    if subject is not None:
        statement = statement.where(FormDraft.subject == subject)
    async with context.reading() as connection:
        own_first = (FormDraft.session_name == context.session_name).desc()
        rows = (await connection.execute(statement.order_by(own_first, FormDraft.typed_at.desc()))).all()
    return [DraftRow(*row) for row in rows]


async def find_places(context: Context) -> KeptPlacesRow | None:
    """Where this session of the person was, or None: they left in order, or were on the home board."""
    statement = select(KeptPlaces.places, KeptPlaces.kept_at).where(
        KeptPlaces.site_id == context.site_id,
        KeptPlaces.staff_id == context.staff_id,
        KeptPlaces.session_name == context.session_name,
    )
    async with context.reading() as connection:
        row = (await connection.execute(statement)).one_or_none()
    return None if row is None else KeptPlacesRow(tuple((name, given) for name, given in row.places), row.kept_at)
