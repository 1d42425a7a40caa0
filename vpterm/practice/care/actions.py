"""What people write into the record: consultations, notes, what was done."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import day_bounds
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.animals.tables import Animal
from vpterm.practice.care.rules import check_kind, check_may_change, check_quantity, summary_of
from vpterm.practice.care.tables import PerformedService, RecordEntry
from vpterm.practice.fees.queries import FeeRow, fee_in
from vpterm.practice.waiting.tables import Visit


async def open_consultation(
    context: Context, *, animal_id: int, visit_id: int | None = None, reason: str = "", kind: str = "consultation"
) -> int:
    """Begin an entry of the animal's record, or go on with the unfinished one; answers its id.

    Without `visit_id` the animal's visit of the moment is taken, if it is here; a waiting visit goes into
    consultation. One unfinished entry a person, animal, visit and kind: opening twice finds the same.
    """
    context.require("care.write")
    check_kind(kind)
    try:
        async with context.writing() as connection:
            visit = await _enter_consultation(connection, context, animal_id, visit_id)
            known = await _unfinished(connection, context, animal_id, visit, kind)
            if known is not None:
                await _adopt_visit(connection, known, visit)
                return int(known["id"])
            statement = upsert(RecordEntry).values(
                animal_id=animal_id, site_id=context.site_id, author_id=context.staff_id, kind=kind,
                happened_at=context.now(), reason=" ".join(reason.split()) or (visit["reason"] if visit else ""),
                visit_id=visit["id"] if visit else None,
            )  # fmt: skip
            added = await connection.execute(statement.on_conflict_do_nothing().returning(RecordEntry.id))
            entry_id = added.scalar_one_or_none()
            if entry_id is None:  # another session of the same person was quicker
                known = await _unfinished(connection, context, animal_id, visit, kind)
                entry_id = known["id"] if known else 0
            return int(entry_id)
    except ConstraintViolated as failure:
        raise NotFound(_("There is no such animal, or no such visit at this site.")) from failure


async def _enter_consultation(
    connection: AsyncConnection, context: Context, animal_id: int, visit_id: int | None
) -> Mapping[str, Any] | None:
    """The visit to which the entry belongs; a waiting one moves into consultation."""
    found = select(Visit.id, Visit.state, Visit.reason).where(
        Visit.site_id == context.site_id, Visit.animal_id == animal_id
    )
    found = found.where(Visit.id == visit_id) if visit_id is not None else found.where(Visit.state != "gone")
    visit = (await connection.execute(found.with_for_update())).mappings().one_or_none()
    if visit is None:
        if visit_id is not None:
            raise NotFound(_("This visit is not in the waiting room of this site."))
        return None
    if visit["state"] == "waiting":
        await connection.execute(
            update(Visit)
            .where(Visit.site_id == context.site_id, Visit.id == visit["id"])
            .values(state="in_consultation", called_at=context.now(), practitioner_id=context.staff_id)
        )
    return dict(visit)


async def _unfinished(
    connection: AsyncConnection, context: Context, animal_id: int, visit: Mapping[str, Any] | None, kind: str
) -> Mapping[str, Any] | None:
    """This person's unfinished entry: of the visit, or of today without one; outside a visit, any."""
    statement = select(RecordEntry.id, RecordEntry.visit_id).where(
        RecordEntry.site_id == context.site_id, RecordEntry.author_id == context.staff_id,
        RecordEntry.animal_id == animal_id, RecordEntry.kind == kind, RecordEntry.finished_at.is_(None),
    )  # fmt: skip
    if visit is not None:
        since, _until = day_bounds(context.today())
        of_today = RecordEntry.visit_id.is_(None) & (RecordEntry.happened_at >= since)
        statement = statement.where(or_(RecordEntry.visit_id == visit["id"], of_today))
    ordered = statement.order_by(RecordEntry.visit_id.is_(None), RecordEntry.happened_at.desc()).limit(1)
    row = (await connection.execute(ordered)).mappings().one_or_none()
    return dict(row) if row is not None else None


async def _adopt_visit(connection: AsyncConnection, known: Mapping[str, Any], visit: Mapping[str, Any] | None) -> None:
    if visit is not None and known["visit_id"] is None:
        await connection.execute(update(RecordEntry).where(RecordEntry.id == known["id"]).values(visit_id=visit["id"]))


async def write_note(
    context: Context, *, entry_id: int, note: str, summary: str | None = None, reason: str | None = None
) -> None:
    """Replace the note of an entry. The summary is its first line unless told; the reason stays unless told."""
    context.require("care.write")
    values: dict[str, Any] = {
        "note": note.rstrip(),
        "summary": summary_of(note) if summary is None else " ".join(summary.split()),
    }
    if reason is not None:
        values["reason"] = " ".join(reason.split())
    async with context.writing() as connection:
        await _own_entry(connection, context, entry_id)
        await connection.execute(update(RecordEntry).where(RecordEntry.id == entry_id).values(values))


async def perform_service(
    context: Context, *, entry_id: int, fee_code: str, quantity: Decimal | int = 1, practitioner_id: int | None = None,
    lot: str = "", label: str | None = None,
) -> int:  # fmt: skip
    """Write down what was done or given, by whom (the acting person unless told); answers its id.

    A sterilisation or a euthanasia of the fee schedule updates the animal. No price here: see billing.
    Refused: a fee out of use. NotFound: a fee that this site does not have, no such person.
    """
    context.require("care.write")
    exact = check_quantity(quantity)
    try:
        async with context.writing() as connection:
            entry = await _own_entry(connection, context, entry_id)
            fee = await fee_in(connection, context.site_id, fee_code)
            if fee.withdrawn:
                raise Refused(_("{label} is no longer in the fee schedule.").format(label=fee.label), field="fee_code")
            changed = await _change_animal(connection, context, entry["animal_id"], fee)
            statement = insert(PerformedService).values(
                entry_id=entry_id, animal_id=entry["animal_id"], site_id=context.site_id,
                practitioner_id=practitioner_id or context.staff_id, kind=fee.kind, fee_code=fee.code,
                label=" ".join((label or fee.label).split()), quantity=exact, lot=lot.strip(),
                changed_animal=changed, performed_at=context.now(),
            )  # fmt: skip
            return (await connection.execute(statement.returning(PerformedService.id))).scalar_one()
    except ConstraintViolated as failure:
        raise NotFound(_("There is no such member of staff.")) from failure


async def _change_animal(connection: AsyncConnection, context: Context, animal_id: int, fee: FeeRow) -> str:
    """Do to the animal's card what the service did to the animal; answers what changed by it."""
    if fee.sterilises:
        statement = update(Animal).where(Animal.id == animal_id, Animal.sterilised.is_(False)).values(sterilised=True)
        return "sterilised" if (await connection.execute(statement)).rowcount else ""
    if fee.ends_life:
        statement = update(Animal).where(Animal.id == animal_id, Animal.died_on.is_(None))
        return "died" if (await connection.execute(statement.values(died_on=context.today()))).rowcount else ""
    return ""


async def remove_service(context: Context, *, service_id: int) -> None:
    """Take back what was written down by mistake, and what it changed of the animal. The row stays, marked.

    It leaves the client's draft invoice too. Refused when it stands on an issued invoice: credit that first.
    """
    context.require("care.write")
    columns = (PerformedService.entry_id, PerformedService.animal_id, PerformedService.changed_animal)
    async with context.writing() as connection:
        statement = (
            update(PerformedService)
            .where(
                PerformedService.id == service_id, PerformedService.site_id == context.site_id,
                PerformedService.removed_at.is_(None),
            )
            .values(removed_at=context.now())
            .returning(*columns)
        )  # fmt: skip
        removed = (await connection.execute(statement)).mappings().one_or_none()
        if removed is None:
            raise NotFound(_("This service is not in the record of this site any more."))
        await _own_entry(connection, context, removed["entry_id"])
        undone: dict[str, dict[str, Any]] = {"sterilised": {"sterilised": False}, "died": {"died_on": None}}
        if values := undone.get(removed["changed_animal"]):
            await connection.execute(update(Animal).where(Animal.id == removed["animal_id"]).values(values))


async def finish_entry(context: Context, *, entry_id: int) -> None:
    """The entry is complete; its visit, if it is still in consultation, goes to the desk, to bill."""
    context.require("care.write")
    now = context.now()
    async with context.writing() as connection:
        entry = await _own_entry(connection, context, entry_id)
        await connection.execute(
            update(RecordEntry)
            .where(RecordEntry.id == entry_id)
            .values(finished_at=func.coalesce(RecordEntry.finished_at, now))
        )
        if entry["visit_id"] is not None:
            await connection.execute(
                update(Visit)
                .where(
                    Visit.site_id == context.site_id, Visit.id == entry["visit_id"],
                    Visit.state.in_(("waiting", "in_consultation")),
                )
                .values(state="to_bill", finished_at=now, called_at=func.coalesce(Visit.called_at, now))
            )  # fmt: skip


async def _own_entry(connection: AsyncConnection, context: Context, entry_id: int) -> Mapping[str, Any]:
    """The entry, locked until the end of the transaction; Refused when this person may not change it."""
    columns = (
        RecordEntry.animal_id, RecordEntry.site_id, RecordEntry.author_id, RecordEntry.visit_id,
        RecordEntry.finished_at,
    )  # fmt: skip
    statement = select(*columns).where(RecordEntry.id == entry_id)
    seen = (await connection.execute(statement)).mappings().one_or_none()
    if seen is None:
        raise NotFound(_("There is no such entry in the record."))
    if seen["site_id"] == context.site_id:  # row security shows only rows of this site to a lock
        seen = (await connection.execute(statement.with_for_update())).mappings().one()
    check_may_change(
        entry_site_id=seen["site_id"], site_id=context.site_id, author_id=seen["author_id"],
        staff_id=context.staff_id, finished=seen["finished_at"] is not None,
    )  # fmt: skip
    return dict(seen)
