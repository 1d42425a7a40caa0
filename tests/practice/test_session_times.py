"""How long sessions may stand still and last, by role."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.world import Group
from vpterm.kernel.errors import NotAllowed, Refused
from vpterm.kernel.i18n import using
from vpterm.practice.staff.rules import Role, check_pin, is_like_pin
from vpterm.practice.staff.session_times import (
    TO_BEGIN_WITH,
    SessionTimes,
    choose_session_times,
    find_session_times,
    list_session_times,
    read_time,
    show_time,
    shortest,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "length", "shown"),
    [
        ("90s", 90 * timedelta(seconds=1), "90 s"), ("10m", 10 * MINUTE, "10 min"), ("10 min", 10 * MINUTE, "10 min"),
        ("14h", 14 * HOUR, "14 h"), ("60m", HOUR, "1 h"), ("2j", 48 * HOUR, "2 j"), ("Jamais", None, "jamais"),
    ],
)  # fmt: skip
def test_times_are_read_and_shown_as_people_say_them(typed: str, length: timedelta | None, shown: str) -> None:
    assert read_time(typed) == length
    with using("fr"):
        assert show_time(length) == shown


@pytest.mark.parametrize("typed", ["", "10", "m", "1s", "0m", "-5m", "32d", "10 weeks", "1.5h", "99999999h"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        read_time(typed)


def test_who_has_several_roles_has_the_shortest_of_their_times() -> None:
    vet, desk = SessionTimes(10 * MINUTE, None, 24 * HOUR), SessionTimes(5 * MINUTE, 14 * HOUR, None)
    assert shortest([vet, desk]) == SessionTimes(5 * MINUTE, 14 * HOUR, 24 * HOUR)
    assert shortest([SessionTimes(None, None, None)]) == SessionTimes(None, None, None)
    assert shortest([]) == SessionTimes()


async def test_the_management_chooses_and_the_trail_says_who(group: Group) -> None:
    assert await list_session_times(group.management().database) == TO_BEGIN_WITH
    chosen = SessionTimes(3 * MINUTE, None, 8 * HOUR)
    await choose_session_times(group.management(), role=Role.VET, times=SessionTimes())
    await choose_session_times(group.management(), role=Role.VET, times=chosen)
    at_site = group.context("vet.lilas").database
    assert await find_session_times(at_site, roles=[Role.VET]) == chosen
    assert await find_session_times(at_site, roles=[Role.VET, Role.RECEPTION]) == SessionTimes(
        3 * MINUTE, 14 * HOUR, 8 * HOUR
    )
    async with group.management().reading() as connection:
        trail = await connection.execute(
            text(
                "SELECT old_values ->> 'lock_after_s', new_values ->> 'lock_after_s', staff_id FROM audit_entries"
                " WHERE table_name = 'session_times' ORDER BY id"
            )
        )
        who = group.management().staff_id
        assert [tuple(row) for row in trail] == [(None, "600", who), ("600", "180", who)]



async def test_a_vet_chooses_no_times(group: Group) -> None:
    with pytest.raises(NotAllowed):
        await choose_session_times(group.context("vet.lilas"), role=Role.VET, times=SessionTimes(None, None, None))


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "1234", "9876", "0000", "111111", "\u0661\u0662\u0663\u0668"])
def test_a_pin_that_is_none_or_too_easy_is_refused(pin: str) -> None:
    with pytest.raises(Refused):
        check_pin(pin)


def test_a_pin_is_told_from_a_password_by_its_looks() -> None:
    assert check_pin("2580") == "2580"
    assert [is_like_pin(text) for text in ("2580", "258013", "2580137", "25801379", "motdepasse")] == [
        True, True, False, False, False,
    ]  # fmt: skip
