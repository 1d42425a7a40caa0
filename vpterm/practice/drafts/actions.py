"""Keeping half-filled forms, and where a person is. Both belong to one session of one person at one site."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.practice.drafts.queries import DraftRow, find_draft
from vpterm.practice.drafts.tables import FormDraft, KeptPlaces


async def keep_draft(context: Context, *, form: str, subject: str, values: Mapping[str, Any]) -> None:
    """Keep what is typed so far (JSON values), in place of what was kept before; nothing typed is no draft.

    No right is needed to type.
    """
    if not values:
        await discard_draft(context, form=form, subject=subject)
        return
    content = {"field_values": dict(values), "typed_at": context.now()}
    key = {**_whose(context), "form": form, "subject": subject}
    async with context.writing() as connection:
        statement = upsert(FormDraft).values(**key, **content)
        await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=content))


async def take_draft(context: Context, *, form: str, subject: str) -> DraftRow | None:
    """The draft of this form about this subject, to go on with; None where there is none.

    One that another session of the person left becomes this session's, so that saving it ends it. Where it is still
    open over there nothing is lost: the next key there keeps all of it anew, as that session's own.
    """
    draft = await find_draft(context, form=form, subject=subject)
    if draft is not None and draft.session_name != context.session_name:
        async with context.writing() as connection:
            await connection.execute(
                update(FormDraft)
                .where(*_of_session(FormDraft, context, draft.session_name))
                .where(FormDraft.form == form, FormDraft.subject == subject)
                .values(session_name=context.session_name)
            )
    return draft


async def discard_draft(context: Context, *, form: str, subject: str) -> None:
    """Forget a draft of this session, saved or thrown away; nothing happens where there is none."""
    async with context.writing() as connection:
        await connection.execute(
            delete(FormDraft)
            .where(*_of_session(FormDraft, context, context.session_name))
            .where(FormDraft.form == form, FormDraft.subject == subject)
        )


def _whose(context: Context) -> dict[str, Any]:
    return {"site_id": context.site_id, "staff_id": context.staff_id, "session_name": context.session_name}


async def keep_places(context: Context, *, places: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Keep where the person is: names of places with what they were opened with (JSON values), the lowest first.

    None at all is forgotten rather than kept. No right is needed to be somewhere.
    """
    key = _whose(context)
    async with context.writing() as connection:
        if not places:
            await connection.execute(
                delete(KeptPlaces).where(*_of_session(KeptPlaces, context, context.session_name))
            )
            return
        content = {"places": [[name, dict(arguments)] for name, arguments in places], "kept_at": context.now()}
        statement = upsert(KeptPlaces).values(**key, **content)
        await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=content))


async def rename_kept(context: Context, *, name: str) -> None:
    """The session of this context is called `name` from now on: what it keeps goes with it.

    What a former session of that name left gives way where this one has the same.
    """
    own_forms = select(FormDraft.form, FormDraft.subject).where(*_of_session(FormDraft, context, context.session_name))
    own_places = select(KeptPlaces.site_id).where(*_of_session(KeptPlaces, context, context.session_name))
    async with context.writing() as connection:
        for table, is_here_too in (
            (FormDraft, tuple_(FormDraft.form, FormDraft.subject).in_(own_forms)),
            (KeptPlaces, KeptPlaces.site_id.in_(own_places)),
        ):
            await connection.execute(delete(table).where(*_of_session(table, context, name), is_here_too))
            moved = update(table).where(*_of_session(table, context, context.session_name))
            await connection.execute(moved.values(session_name=name))


def _of_session(table: type[FormDraft | KeptPlaces], context: Context, name: str) -> tuple[ColumnElement[bool], ...]:
    return (table.site_id == context.site_id, table.staff_id == context.staff_id, table.session_name == name)
