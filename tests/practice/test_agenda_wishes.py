"""What people type for hours, wishes and requests, and the free times that fit them."""

from datetime import date, time, timedelta

import pytest

from tests.practice.clinic_day import TODAY, WEEK, ClinicDay, at, paris
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import using
from vpterm.practice.agenda.actions import close_time
from vpterm.practice.agenda.hours import format_day_hours, format_week_hours, is_within, parse_day_hours
from vpterm.practice.agenda.queries import find_free_slots
from vpterm.practice.agenda.rows import ReasonRow, ResourceRow
from vpterm.practice.agenda.rules import span_of
from vpterm.practice.agenda.wishes import Part, Request, Wish, parse_request, parse_wish

MONDAY = date(2026, 11, 30)
SUNDAY = MONDAY + timedelta(days=6)
BOTH = [(time(8, 30), time(12)), (time(14), time(18, 30))]


@pytest.mark.parametrize(
    ("typed", "openings"),
    [
        ("8h30-12 14-18h30", BOTH), ("08:30–12:00  14:00–18:30", BOTH), ("830 - 12, 14h à 18h30", BOTH),
        ("14-18:30 et 8:30-12", BOTH), ("8:30 to 12 and 14 to 18:30", BOTH), ("9-12", [(time(9), time(12))]),
        ("", []), ("fermé", []), ("Closed", []),
    ],
)  # fmt: skip
def test_hours_of_a_day_are_typed_in_few_keys(typed: str, openings: list[tuple[time, time]]) -> None:
    assert parse_day_hours(typed) == openings
    assert parse_day_hours(format_day_hours(openings)) == openings


@pytest.mark.parametrize("typed", ["9", "9-", "12-9", "9-12 11-14", "9-12-14", "matin"])
def test_hours_that_make_no_sense_are_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse_day_hours(typed)


def test_a_week_is_told_in_a_line() -> None:
    week = [*WEEK, (6, time(9), time(12, 30))]
    with using("fr"):
        assert format_week_hours(week) == "lun–ven 08:30–12:00 14:00–19:00 · sam 09:00–12:30"
    with using("en"):
        assert format_week_hours([week[0], *week[4:6]]) == "Mon 08:30–12:00 · Wed 08:30–12:00 14:00–19:00"
    assert format_week_hours([]) == ""


def test_a_booking_is_within_one_opening_or_outside() -> None:
    for clock, minutes, within in (
        ("08:30", 30, True),
        ("11:45", 15, True),
        ("11:45", 30, False),
        ("13:00", 15, False),
    ):
        assert is_within(span_of(at(clock), minutes), WEEK) is within
    assert not is_within(span_of(at("09:00", date(2026, 11, 28)), 15), WEEK)  # a Saturday


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("jeu", Wish(date(2026, 11, 26))),
        ("jeu 10h15", Wish(date(2026, 11, 26), clock=time(10, 15))),
        ("jeu matin", Wish(date(2026, 11, 26), part=Part.MORNING)),
        ("aprem", Wish(TODAY, part=Part.AFTERNOON)),
        ("+7 après-midi", Wish(date(2026, 12, 1), part=Part.AFTERNOON)),
        ("+7 apres midi", Wish(date(2026, 12, 1), part=Part.AFTERNOON)),
        ("s+1", Wish(MONDAY, SUNDAY)),
        ("s+1 matin", Wish(MONDAY, SUNDAY, part=Part.MORNING)),
        ("matin semaine prochaine", Wish(MONDAY, SUNDAY, part=Part.MORNING)),
        ("next week morning", Wish(MONDAY, SUNDAY, part=Part.MORNING)),
        ("w+2 eve", Wish(date(2026, 12, 7), date(2026, 12, 13), part=Part.EVENING)),
        ("mar s+1 mat", Wish(date(2026, 12, 1), date(2026, 12, 1), part=Part.MORNING)),
        ("mar s+1 10h", Wish(date(2026, 12, 1), date(2026, 12, 1), clock=time(10))),
        ("lun semaine prochaine", Wish(MONDAY, MONDAY)),
        ("cette semaine", Wish(TODAY, date(2026, 11, 29))),
        ("s49", Wish(MONDAY, SUNDAY)),
        ("sem 2", Wish(date(2027, 1, 11), date(2027, 1, 17))),
        ("+2s", Wish(date(2026, 12, 8))),
    ],
)
def test_a_wish_is_typed_as_one_says_it(typed: str, wish: Wish) -> None:
    assert parse_wish(typed, TODAY) == wish


@pytest.mark.parametrize("typed", ["", "mirza", "s+1 mirza", "s60", "matin matin", "matin mirza"])
def test_what_is_no_wish_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse_wish(typed, TODAY)


REASONS = [
    ReasonRow(number, name, 15, "practitioner") for number, name in enumerate(("Vaccin", "Consultation", "Contrôle"), 1)
]
RESOURCES = [
    ResourceRow(number, name, "practitioner", None, 1, False, ())
    for number, name in enumerate(("Dr Rousseau", "Dr Fontaine"), 11)
]


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("vac rou s+1 matin", Request(1, "", 11, "s+1 matin", "")),
        ("mirza s+1 matin Dr fontaine vaccin", Request(1, "", 12, "s+1 matin", "mirza Dr")),
        ("contr jeu", Request(3, "", None, "jeu", "")),
        ("con jeu 10h", Request(None, "con", None, "jeu 10h", "")),
        ("", Request()),
        ("le goff vac", Request(1, "", None, "", "le goff")),
    ],
)
def test_a_request_is_read_in_any_order(typed: str, request_: Request) -> None:
    assert parse_request(typed, TODAY, REASONS, RESOURCES) == request_


async def test_the_first_free_slot_of_next_week_in_the_morning(clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    await close_time(clinic.context, resource_id=vet, starts_at=at("08:30", MONDAY), ends_at=at("18:00", MONDAY),
                     note="congé")  # fmt: skip
    wanted = {"reason_id": clinic.reasons["vaccin"], "resource_id": vet, "from_": at("00:00", MONDAY)}
    found = await find_free_slots(clinic.context, **wanted, until=SUNDAY, part=Part.MORNING, count=200)  # type: ignore[arg-type]
    assert (found[0].starts_at, len(found)) == (at("08:30", MONDAY + timedelta(days=1)), 4 * 14)
    assert {paris(slot.starts_at) < "12:00" for slot in found} == {True}
    evening = await find_free_slots(clinic.context, **wanted, until=MONDAY, part=Part.EVENING)  # type: ignore[arg-type]
    assert [paris(slot.starts_at) for slot in evening] == ["18:00", "18:15", "18:30", "18:45"]
    assert await find_free_slots(clinic.context, **wanted, until=MONDAY, part=Part.MORNING) == []  # type: ignore[arg-type]
