"""What the agenda of a site is made of, and who sets it up: resources, their opening hours, reasons to come."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.rules import Hours, check_duration, check_hours, check_kind, check_name
from vpterm.practice.agenda.tables import OpeningHours, Reason, Resource

RIGHT = "agenda.manage"

# -- resources


async def add_resource(
    context: Context, *, name: str, kind: str = "practitioner", staff_id: int | None = None,
    position: int | None = None,
) -> int:  # fmt: skip
    """Add what can be booked: a practitioner, a room, a theatre; last in order unless `position` says otherwise.

    Refused: a name that is taken or empty.
    """
    return await _add(context, Resource, _resource(name, kind, staff_id), position)


async def change_resource(
    context: Context, *, resource_id: int, name: str, kind: str, staff_id: int | None = None
) -> None:
    """Another name, kind or person; bookings and hours stay. Refused: a name that is taken or empty."""
    await _change(context, Resource, resource_id, _resource(name, kind, staff_id))


async def order_resources(context: Context, *, resource_ids: Sequence[int]) -> None:
    """Put the resources in this order, from which the agenda shows them."""
    await _order(context, Resource, resource_ids)


async def close_resource(context: Context, *, resource_id: int) -> None:
    """Take a resource out of booking: it has no free time any more. What is booked already stays on its days."""
    await _change(context, Resource, resource_id, {"closed": True})


async def reopen_resource(context: Context, *, resource_id: int) -> None:
    """Have a closed resource booked again, with the hours it had."""
    await _change(context, Resource, resource_id, {"closed": False})


async def set_opening_hours(context: Context, *, resource_id: int, hours: Sequence[Hours]) -> None:
    """Replace the opening hours of a resource: (weekday 1 to 7, opens_at, closes_at) in clinic time.

    Bookings are left as they are; queries.bookings_outside_hours tells which stand outside the new hours.
    """
    context.require(RIGHT)
    rows = [
        {"site_id": context.site_id, "resource_id": resource_id, "weekday": weekday, "opens_at": opens_at,
         "closes_at": closes_at}
        for weekday, opens_at, closes_at in check_hours(hours)
    ]  # fmt: skip
    owned = (OpeningHours.site_id == context.site_id) & (OpeningHours.resource_id == resource_id)
    try:
        async with context.writing() as connection:
            # Two people who set the hours of one resource come one after the other, or both sets would stand.
            key = f"hours/{context.site_id}/{resource_id}"
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
            await connection.execute(delete(OpeningHours).where(owned))
            if rows:
                await connection.execute(insert(OpeningHours), rows)
    except ConstraintViolated as failure:
        raise NotFound(_("This is not in the agenda of this site.")) from failure


# -- reasons


async def add_reason(
    context: Context, *, name: str, duration_min: int, kind: str = "practitioner", position: int | None = None
) -> int:
    """Add a reason to come, with its usual duration in minutes. Refused: a name that is taken or empty."""
    return await _add(context, Reason, _reason(name, duration_min, kind), position)


async def change_reason(
    context: Context, *, reason_id: int, name: str, duration_min: int, kind: str = "practitioner"
) -> None:
    """Another name, duration or kind of resource; bookings made for it keep their time."""
    await _change(context, Reason, reason_id, _reason(name, duration_min, kind))


async def order_reasons(context: Context, *, reason_ids: Sequence[int]) -> None:
    """Put the reasons in this order, from which the booking form shows them."""
    await _order(context, Reason, reason_ids)


async def withdraw_reason(context: Context, *, reason_id: int) -> None:
    """Offer a reason no longer; bookings made for it keep it."""
    await _change(context, Reason, reason_id, {"withdrawn": True})


async def restore_reason(context: Context, *, reason_id: int) -> None:
    """Offer a withdrawn reason again."""
    await _change(context, Reason, reason_id, {"withdrawn": False})


# -- what both lists have in common

Listed = type[Resource] | type[Reason]


def _resource(name: str, kind: str, staff_id: int | None) -> dict[str, Any]:
    return {"name": check_name(name), "kind": check_kind(kind), "staff_id": staff_id}


def _reason(name: str, duration_min: int, kind: str) -> dict[str, Any]:
    return {"name": check_name(name), "duration_min": check_duration(duration_min), "kind": check_kind(kind)}


async def _add(context: Context, table: Listed, values: Mapping[str, Any], position: int | None) -> int:
    context.require(RIGHT)
    last = select(func.coalesce(func.max(table.position), 0) + 1).where(table.site_id == context.site_id)
    placed = {**values, "position": position or last.scalar_subquery()}
    try:
        async with context.writing() as connection:
            statement = insert(table).values(site_id=context.site_id, **placed).returning(table.id)
            number: int = (await connection.execute(statement)).scalar_one()
            return number
    except ConstraintViolated as failure:
        raise _refusal(failure, values) from failure


async def _change(context: Context, table: Listed, number: int, values: Mapping[str, Any]) -> None:
    context.require(RIGHT)
    statement = update(table).where(table.site_id == context.site_id, table.id == number).values(**values)
    try:
        async with context.writing() as connection:
            found = (await connection.execute(statement.returning(table.id))).one_or_none()
    except ConstraintViolated as failure:
        raise _refusal(failure, values) from failure
    if found is None:
        raise NotFound(_("This is not in the agenda of this site."))


async def _order(context: Context, table: Listed, numbers: Sequence[int]) -> None:
    context.require(RIGHT)
    async with context.writing() as connection:
        for position, number in enumerate(numbers, 1):
            await connection.execute(
                update(table)
                .where(table.site_id == context.site_id, table.id == number, table.position != position)
                .values(position=position)
            )


def _refusal(failure: ConstraintViolated, values: Mapping[str, Any]) -> Refused:
    if failure.constraint == "uq_resources_name":
        return Refused(_("The agenda has “{name}” already.").format(name=values["name"]), field="name")
    if failure.constraint == "uq_reasons_name":
        return Refused(_("The list of reasons has “{name}” already.").format(name=values["name"]), field="name")
    return Refused(_("This member of staff is unknown."), field="staff_id")
