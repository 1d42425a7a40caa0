"""Codes of telephones, recovery codes, certificates, and guesses counted for all doors: in the database itself."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pyotp
import pytest

from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN
from vpterm.kernel.errors import NotAllowed, NotFound, Refused, VptermError
from vpterm.practice.staff.actions import set_password
from vpterm.practice.staff.certificates import list_certificates, note_certificate, revoke_certificate
from vpterm.practice.staff.codes import new_totp_secret, step_of_code, totp_uri
from vpterm.practice.staff.logins import count_guesses, list_logins, record_login
from vpterm.practice.staff.pictures import draw_qr
from vpterm.practice.staff.proofs import (
    change_own_password,
    choose_code_policy,
    end_totp,
    enrol_totp,
    find_code_state,
    list_code_policies,
    reset_totp,
    take_recovery_code,
    take_totp,
)
from vpterm.practice.staff.queries import find_password_hash, note_login_here, way_in_here
from vpterm.practice.staff.rules import (
    CodePolicy,
    CodeRule,
    Guesses,
    GuessLimits,
    Role,
    is_address_locked,
    is_locked,
    strictest,
)
from vpterm.practice.staff.sealing import Seal

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SEAL = Seal("the key of this installation")
WITHIN = timedelta(minutes=10)


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def enrolled(group: Group, login: str = "vet.lilas") -> tuple[str, list[str]]:
    """A person with codes, taken up a minute ago; secret and recovery codes."""
    secret, before = new_totp_secret(), NOW - timedelta(minutes=1)
    codes = await enrol_totp(
        group.database(DOOR_LOGIN), SEAL, staff_id=group.ids[login], secret=secret, code=code_at(secret, before),
        now=before,
    )  # fmt: skip
    return secret, list(codes)


def test_codes_are_those_of_rfc_6238() -> None:
    # Appendix B, SHA-1: the last six of its eight digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert step_of_code(secret, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30
    assert step_of_code(secret, "287 082", datetime.fromtimestamp(59 + 30, UTC)) == 1
    assert step_of_code(secret, "287082", datetime.fromtimestamp(59 + 61, UTC)) is None
    for wrong in ("", "28708", "2870822", "٢٨٧٠٨٢", "abcdef"):
        assert step_of_code(secret, wrong, datetime.fromtimestamp(59, UTC)) is None


async def test_a_code_opens_once_and_an_older_one_never_again(group: Group) -> None:
    door, who = group.database(DOOR_LOGIN), group.ids["vet.lilas"]
    secret, _codes = await enrolled(group)
    code = code_at(secret, NOW)
    assert await take_totp(door, SEAL, staff_id=who, code=code, now=NOW)
    assert not await take_totp(door, SEAL, staff_id=who, code=code, now=NOW)
    before = code_at(secret, NOW - timedelta(seconds=30))
    assert not await take_totp(door, SEAL, staff_id=who, code=before, now=NOW)
    after = code_at(secret, NOW + timedelta(seconds=30))
    assert await take_totp(door, SEAL, staff_id=who, code=after, now=NOW)
    assert not await take_totp(door, SEAL, staff_id=group.ids["vet.port"], code=after, now=NOW)


async def test_of_two_doors_at_once_one_takes_the_code(group: Group) -> None:
    secret, _codes = await enrolled(group)
    door, who, code = group.database(DOOR_LOGIN), group.ids["vet.lilas"], code_at(secret, NOW)
    taken = await asyncio.gather(*(take_totp(door, SEAL, staff_id=who, code=code, now=NOW) for _ in range(4)))
    assert sorted(taken) == [False, False, False, True]


async def test_the_code_of_the_enrolment_opens_nothing(group: Group) -> None:
    secret, before = new_totp_secret(), NOW
    door, who = group.database(DOOR_LOGIN), group.ids["vet.lilas"]
    with pytest.raises(Refused) as refused:
        await enrol_totp(door, SEAL, staff_id=who, secret=secret, code="000000", now=before)
    assert refused.value.field == "code"
    assert not (await find_code_state(door, staff_id=who)).enrolled
    await enrol_totp(door, SEAL, staff_id=who, secret=secret, code=code_at(secret, NOW), now=NOW)
    assert not await take_totp(door, SEAL, staff_id=who, code=code_at(secret, NOW), now=NOW)


async def test_a_recovery_code_opens_once_however_it_is_typed(group: Group) -> None:
    door, who = group.database(DOOR_LOGIN), group.ids["vet.lilas"]
    _secret, codes = await enrolled(group)
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ")
    taken = await asyncio.gather(*(take_recovery_code(door, staff_id=who, code=typed, now=NOW) for _ in range(3)))
    assert sorted(taken) == [False, False, True]
    assert (await find_code_state(door, staff_id=who)).recovery_left == 9
    assert not await take_recovery_code(door, staff_id=group.ids["vet.port"], code=codes[4], now=NOW)
    assert not await take_recovery_code(door, staff_id=who, code="abcd", now=NOW)


async def test_a_copy_of_the_database_holds_no_secret_that_opens(group: Group) -> None:
    secret, codes = await enrolled(group)
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:
        whole = str(connection.execute("SELECT * FROM staff_totp").fetchall())
        whole += str(connection.execute("SELECT * FROM staff_recovery_codes").fetchall())
        whole += str(connection.execute("SELECT * FROM identity_changes").fetchall())
        sealed = connection.execute("SELECT sealed_secret FROM staff_totp").fetchone()
    assert sealed is not None
    assert secret not in whole
    assert not [code for code in codes if code in whole or code.replace("-", "") in whole]
    assert SEAL.open(sealed[0], group.ids["vet.lilas"]) == secret
    for other, who in ((Seal("another key"), "vet.lilas"), (SEAL, "vet.port")):  # bound to its person
        with pytest.raises(VptermError):
            other.open(sealed[0], group.ids[who])
    with pytest.raises(VptermError):
        SEAL.open("2." + sealed[0][2:], group.ids["vet.lilas"])


async def test_no_sites_login_reads_codes_logins_or_certificates(group: Group) -> None:
    await enrolled(group)
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        for table in ("staff_totp", "staff_recovery_codes", "staff_certificates", "identity_changes", "login_events"):
            for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE code_policies SET rule = 'off'")


async def test_codes_end_by_oneself_or_by_an_administrator_and_it_is_written_down(group: Group) -> None:
    door, who = group.database(DOOR_LOGIN), group.ids["vet.lilas"]
    await enrolled(group)
    assert await end_totp(door, staff_id=who, by=who)
    assert not await end_totp(door, staff_id=who, by=who)
    await enrolled(group)
    with pytest.raises(NotAllowed):
        await reset_totp(group.context("vet.lilas"), staff_id=who)
    assert await reset_totp(group.management(), staff_id=who)
    state = await find_code_state(door, staff_id=who)
    assert (state.enrolled, state.recovery_left) == (False, 0)
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:
        noted = connection.execute("SELECT what, created_by FROM identity_changes ORDER BY id").fetchall()
    assert noted == [
        ("totp.enrolled", who), ("totp.ended", who), ("totp.enrolled", who), ("totp.reset", group.ids["gerance"]),
    ]  # fmt: skip


async def test_a_person_gives_themselves_another_password(group: Group) -> None:
    door, who = group.database(DOOR_LOGIN), group.ids["vet.lilas"]
    await set_password(group.management(), staff_id=who, password="un chien dans la salle")
    before = await find_password_hash(door, staff_id=who)
    with pytest.raises(Refused):
        await change_own_password(door, staff_id=who, password="court")
    assert await find_password_hash(door, staff_id=who) == before
    await change_own_password(door, staff_id=who, password="deux chats dans la cour")
    assert await find_password_hash(door, staff_id=who) != before


async def test_the_strictest_role_decides_what_is_asked(group: Group) -> None:
    manager, door = group.management(), group.database(DOOR_LOGIN)
    assert strictest([]) == CodePolicy(CodeRule.OFFERED, False)
    assert strictest([CodePolicy(CodeRule.OFF), CodePolicy(CodeRule.REQUIRED), CodePolicy(with_key=True)]) == (
        CodePolicy(CodeRule.REQUIRED, True)
    )
    await choose_code_policy(manager, role=Role.MANAGEMENT, policy=CodePolicy(CodeRule.REQUIRED, True))
    await choose_code_policy(manager, role=Role.VET, policy=CodePolicy(CodeRule.OFF))
    assert (await find_code_state(door, staff_id=group.ids["gerance"])).policy == CodePolicy(CodeRule.REQUIRED, True)
    assert (await find_code_state(door, staff_id=group.ids["vet.lilas"])).policy == CodePolicy(CodeRule.OFF)
    assert (await find_code_state(door, staff_id=group.ids["asv.lilas"])).policy == CodePolicy()
    assert (await list_code_policies(manager.database))[Role.SUPPORT] == CodePolicy()
    with pytest.raises(NotAllowed):
        await choose_code_policy(group.context("vet.lilas"), role=Role.VET, policy=CodePolicy())


async def wrong(group: Group, login: str, address: str, times: int, *, at: datetime = NOW, kind: str = "code") -> None:
    for _ in range(times):
        await record_login(
            group.database(DOOR_LOGIN), happened_at=at, login=login, address=address, method=kind, accepted=False
        )


async def test_guesses_are_counted_over_all_doors(group: Group) -> None:
    door = group.database(DOOR_LOGIN)
    await wrong(group, "vet.lilas", "198.51.100.1", 3)
    await wrong(group, "vet.lilas", "2001:db8::1", 2, kind="password")
    await wrong(group, "vet.port", "2001:db8::2", 4)
    await wrong(group, "vet.lilas", "203.0.113.1", 5, kind="locked")
    await wrong(group, "vet.lilas", "203.0.113.1", 5, at=NOW - timedelta(minutes=11))

    async def counted(address: str) -> Guesses:
        return await count_guesses(door, login="vet.lilas", address=address, within=WITHIN, now=NOW)

    assert await counted("203.0.113.1") == Guesses(5, 0, False)
    assert await counted("2001:db8::ffff") == Guesses(5, 6, False)
    await record_login(
        door, happened_at=NOW + timedelta(seconds=1), login="vet.lilas", address="192.0.2.1", method="password",
        accepted=True,
    )  # fmt: skip
    assert await counted("192.0.2.1") == Guesses(0, 0, True)  # it was opened since, and from there
    await wrong(group, "vet.lilas", "198.51.100.1", 8, at=NOW + timedelta(seconds=2))
    at_home, elsewhere = await counted("192.0.2.1"), await counted("203.0.113.9")
    assert (at_home, elsewhere) == (Guesses(8, 0, True), Guesses(8, 0, False))
    limits = GuessLimits()
    assert [is_locked(each, limits) for each in (at_home, elsewhere)] == [False, True]
    assert is_address_locked(Guesses(of_address=30, knows_address=True), limits)


async def test_a_clock_that_was_an_hour_ahead_hides_no_guesses_and_keeps_nobody_out(group: Group) -> None:
    door, ahead = group.database(DOOR_LOGIN), NOW + timedelta(hours=1)
    await wrong(group, "vet.lilas", "203.0.113.1", 9, at=ahead)
    await record_login(
        door, happened_at=ahead, login="vet.lilas", address="192.0.2.1", method="password", accepted=True
    )
    await wrong(group, "vet.lilas", "203.0.113.1", 3)
    counted = await count_guesses(door, login="vet.lilas", address="203.0.113.1", within=WITHIN, now=NOW)
    assert counted == Guesses(3, 3, False)


async def test_a_workstation_shares_the_count_for_its_own_people_only(group: Group) -> None:
    lilas, limits = group.context("vet.lilas").database, GuessLimits()
    await set_password(group.management(), staff_id=group.ids["vet.lilas"], password="un chien dans la salle")
    now = datetime.now(UTC)
    await wrong(group, "vet.lilas", "198.51.100.1", 8, at=now)
    way = await way_in_here(lilas, login="vet.lilas", limits=limits)
    assert way is not None
    assert is_locked(way.guesses, limits)
    await note_login_here(lilas, login="vet.lilas", accepted=False)
    await note_login_here(lilas, login="vet.port", accepted=False)
    await note_login_here(lilas, login="nobody", accepted=False)
    counted = await count_guesses(group.database(DOOR_LOGIN), login="vet.lilas", address="", within=WITHIN)
    assert counted == Guesses(9, 1, False)
    assert await list_logins(group.database(DOOR_LOGIN), login="vet.port") == []
    await note_login_here(lilas, login="vet.lilas", accepted=True)
    opened = await way_in_here(lilas, login="vet.lilas", limits=limits)
    assert opened is not None
    assert (opened.guesses.of_account, opened.guesses.knows_address) == (0, True)


async def test_a_workstation_gets_no_hash_of_who_is_asked_for_codes(group: Group) -> None:
    lilas, manager = group.context("vet.lilas").database, group.management()
    for login in ("vet.lilas", "asv.lilas"):
        await set_password(manager, staff_id=group.ids[login], password="un chien dans la salle")
    await enrolled(group, "vet.lilas")
    await choose_code_policy(manager, role=Role.NURSE, policy=CodePolicy(CodeRule.REQUIRED))
    for login in ("vet.lilas", "asv.lilas"):
        way = await way_in_here(lilas, login=login, limits=GuessLimits())
        assert way is not None
        assert (way.password_hash, way.asks_code) == (None, True)


async def test_a_person_sees_their_logins_newest_first(group: Group) -> None:
    door = group.database(DOOR_LOGIN)
    for minute, accepted in enumerate((True, False, True)):
        await record_login(
            door, happened_at=NOW + timedelta(minutes=minute), login="vet.lilas", address="10.0.0.4",
            method="password", accepted=accepted,
        )  # fmt: skip
    await wrong(group, "vet.port", "10.0.0.5", 1)
    rows = await list_logins(door, login="vet.lilas", most=2)
    assert [(row.happened_at.minute, row.address, row.accepted) for row in rows] == [
        (2, "10.0.0.4", True),
        (1, "10.0.0.4", False),
    ]


async def test_a_certificate_is_remembered_and_taken_back(group: Group) -> None:
    manager, who = group.management(), group.ids["vet.lilas"]
    serial = await note_certificate(
        manager, staff_id=who, fingerprint="SHA256:abc", site_codes=["lilas", "port"], valid_from=NOW,
        valid_until=NOW + timedelta(hours=12),
    )  # fmt: skip
    (row,) = await list_certificates(group.database(DOOR_LOGIN), serial=serial)
    assert (row.login, row.site_codes, row.revoked_at) == ("vet.lilas", ("lilas", "port"), None)
    await revoke_certificate(manager, serial=serial)
    (row,) = await list_certificates(group.database(DOOR_LOGIN))
    assert row.revoked_at == manager.now()
    with pytest.raises(NotFound):
        await revoke_certificate(manager, serial=serial + 1)
    with pytest.raises(NotAllowed):
        await revoke_certificate(group.context("vet.lilas"), serial=serial)


def test_the_picture_fits_beside_a_form_at_80x24() -> None:
    lines = draw_qr(totp_uri("A" * 32, "vet.lilas"), border=1)
    assert (len(lines), len(lines[0])) == (18, 35)
    assert lines[1].startswith(" ▀") or lines[0].startswith(" ▄")
