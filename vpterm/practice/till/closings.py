"""Closing the till: a day, and with the first day of a new one the month and the year before."""

from datetime import date, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import format_date
from vpterm.kernel.errors import ConstraintViolated, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.till.rules import ClosingFacts, closing_seal
from vpterm.practice.till.tables import TillClosing, TillEntry

FACTS = (
    TillClosing.period, TillClosing.closes_on, TillClosing.first_sequence, TillClosing.last_sequence,
    TillClosing.total, TillClosing.cash_expected, TillClosing.cash_counted, TillClosing.perpetual_total,
    TillClosing.journal_hash,
)  # fmt: skip


async def close_day(
    context: Context, *, day: date | None = None, cash_counted: Money | None = None
) -> tuple[ClosingFacts, ...]:
    """Close the till of a day (the oldest open one unless told); answers the closings made, the day's last.

    Totals, perpetual total and the journal's hash are computed by the database while the journal stands still, and
    sealed by an entry of their own (CGI art. 286-I-3 bis; BOI-TVA-DECLA-30-10-30). The months and years that ended
    before are closed with it. `cash_counted`: what was counted blind, without the float; it is kept beside what
    was expected. Refused: an earlier day that is open; a day closed already or yet to come.
    """
    context.require("till.close")
    if cash_counted is not None and cash_counted < Money.zero():
        raise Refused(_("What was counted is not below zero."), field="cash_counted")
    try:
        async with context.writing() as connection:
            closes_on = day or await _oldest_open_day(connection, context)
            made = [
                await _close(connection, context, period, last, None)
                for period, last in await _ended_periods(connection, context, closes_on)
            ]
            made.append(await _close(connection, context, "day", closes_on, cash_counted))
            return tuple(made)
    except ConstraintViolated as failure:
        raise _refusal(failure, day) from failure


async def close_period(context: Context, *, period: str, closes_on: date) -> ClosingFacts:
    """Close a month or a year on its last day, once all its days are closed."""
    context.require("till.close")
    try:
        async with context.writing() as connection:
            return await _close(connection, context, period, closes_on, None)
    except ConstraintViolated as failure:
        raise _refusal(failure, closes_on) from failure


async def _close(
    connection: AsyncConnection, context: Context, period: str, closes_on: date, cash_counted: Money | None
) -> ClosingFacts:
    now = context.now()
    statement = insert(TillClosing).values(
        site_id=context.site_id, period=period, closes_on=closes_on, closed_at=now, cash_counted=cash_counted
    )
    row = (await connection.execute(statement.returning(*FACTS))).mappings().one()
    closing = ClosingFacts(**row)
    seal = insert(TillEntry).values(
        site_id=context.site_id, kind="closing", means="", amount=Money.zero(), remark=closing_seal(closing),
        taken_at=now, taken_on=closes_on,
    )  # fmt: skip
    await connection.execute(seal)
    return closing


async def _oldest_open_day(connection: AsyncConnection, context: Context) -> date:
    oldest = (await connection.execute(select(oldest_open_day(context.site_id)))).scalar_one()
    return oldest or context.today()


def oldest_open_day(site_id: int):  # type: ignore[no-untyped-def]  # a scalar subquery; SQLAlchemy's type has no name
    """The first day with entries after the last closing of a day; NULL when all is closed."""
    last = (
        select(func.max(TillClosing.closes_on))
        .where(TillClosing.site_id == site_id, TillClosing.period == "day")
        .scalar_subquery()
    )
    return (
        select(func.min(TillEntry.taken_on))
        .where(
            TillEntry.site_id == site_id, TillEntry.kind != "closing",
            TillEntry.taken_on > func.coalesce(last, date(1970, 1, 1)),
        )
        .scalar_subquery()
    )  # fmt: skip


async def _ended_periods(connection: AsyncConnection, context: Context, day: date) -> list[tuple[str, date]]:
    """Months and years with closed days that ended before `day` and are not closed yet, the oldest first."""
    first_of_month = day.replace(day=1)
    months = select(func.distinct(func.date_trunc("month", TillClosing.closes_on))).where(
        TillClosing.site_id == context.site_id, TillClosing.period == "day", TillClosing.closes_on < first_of_month
    )
    starts = sorted(start.date() for start in await connection.scalars(months))
    ends = [("month", _month_end(start)) for start in starts]
    ends += [("year", date(year, 12, 31)) for year in sorted({start.year for start in starts}) if year < day.year]
    known = select(TillClosing.period, TillClosing.closes_on).where(
        TillClosing.site_id == context.site_id, TillClosing.period != "day"
    )
    closed = {(row.period, row.closes_on) for row in await connection.execute(known)}
    return sorted((end for end in ends if end not in closed), key=lambda end: (end[1], end[0]))


def _month_end(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _refusal(failure: ConstraintViolated, day: date | None) -> Refused:
    when = format_date(day) if day else _("This day")
    if failure.constraint == "ck_till_closings_order":
        return Refused(_("An earlier day of the till is still open."), _("Close the days in their order."), "day")
    if failure.constraint == "ck_till_closings_future":
        return Refused(_("{day} is not over yet.").format(day=when), field="day")
    if failure.constraint == "uq_till_closings":
        return Refused(_("{day} is closed already.").format(day=when), field="day")
    return Refused(_("“{period}” is no period of a closing.").format(period="?"), field="period")
