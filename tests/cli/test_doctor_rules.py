"""What the doctor says about facts: pure rules, each with what is well, what is to be known, and what is wrong."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from vpterm.cli.doctor.facts import DatabaseState, Files, Machine, OpenDoor, SiteWall, Verification
from vpterm.cli.doctor.findings import Finding, Grade, is_sound
from vpterm.cli.doctor.probe_door import read_offer
from vpterm.cli.doctor.rules_database import judge_database, judge_walls
from vpterm.cli.doctor.rules_door import judge_door, judge_libraries, judge_verification
from vpterm.cli.doctor.rules_files import judge_files
from vpterm.cli.doctor.rules_line import LineQuality, judge_line
from vpterm.cli.doctor.rules_machine import judge_machine, session_mib
from vpterm.kernel.i18n import set_language
from vpterm.terminal.ssh.algorithms import OFFERED

FILES = Files("/srv/vpterm", 0o700, (), 6, 0o600)
SETTINGS = {
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on", "row_security": "on",
    "max_connections": "400",
}  # fmt: skip
DATABASE = DatabaseState(version=180004, settings=SETTINGS, revision="0001", newest_revision="0001")
MACHINE = Machine({"/srv": 50_000}, 8_000, True, 20_000, True, True, "UTF-8", ("xterm-256color",))
DOOR = OpenDoor(True, 8022, "SSH-2.0-vpterm", OFFERED, 3, 100.0)
LINE = LineQuality(0.041, 0.06, 0.003, 0, 60, 0.06, 1e6, 5e5, 0.001, 0.002, 100)
OK, CAREFUL, WRONG = Grade.OK, Grade.CAREFUL, Grade.WRONG


@pytest.fixture(autouse=True)
def in_english() -> None:
    set_language("en")


def grades(findings: Iterable[Finding]) -> dict[str, Grade]:
    return {finding.check: finding.grade for finding in findings}


def with_settings(**changed: str) -> DatabaseState:
    return replace(DATABASE, settings={**SETTINGS, **changed})


@pytest.mark.parametrize(
    ("files", "check", "grade"),
    [
        (FILES, "secrets", OK),
        (FILES, "host_key", OK),
        (replace(FILES, secrets_mode=0o750), "secrets", WRONG),
        (replace(FILES, open_secrets=("vpterm_owner.secret",)), "secrets", WRONG),
        (replace(FILES, secrets_mode=None), "secrets", WRONG),
        (replace(FILES, host_key_mode=None), "host_key", CAREFUL),
        (replace(FILES, host_key_mode=0o640), "host_key", WRONG),
        (replace(FILES, host_key_mode=0o400), "host_key", OK),
    ],
)
def test_files(files: Files, check: str, grade: Grade) -> None:
    assert grades(judge_files(files))[check] == grade


@pytest.mark.parametrize(
    ("state", "sites", "check", "grade"),
    [
        (DATABASE, 3, "postgresql", OK),
        (DatabaseState(failure="connection refused"), 3, "postgresql", WRONG),
        (DatabaseState(failure="No such file", rests=True), 3, "postgresql", CAREFUL),
        (replace(DATABASE, version=140011), 3, "postgresql", WRONG),
        (with_settings(fsync="off"), 3, "durability", WRONG),
        (with_settings(synchronous_commit="off"), 3, "durability", WRONG),
        (with_settings(synchronous_commit="remote_apply"), 3, "durability", OK),
        (with_settings(data_checksums="off"), 3, "checksums", CAREFUL),
        (with_settings(row_security="off"), 3, "row_security", WRONG),
        (replace(DATABASE, tables_without_walls=("invoices",)), 3, "row_security", WRONG),
        (DATABASE, 14, "connections", OK),
        (DATABASE, 15, "connections", CAREFUL),
        (DATABASE, 31, "connections", CAREFUL),
        (DATABASE, 32, "connections", WRONG),
        (replace(DATABASE, revision="0000"), 3, "schema", WRONG),
        (replace(DATABASE, revision=None), 3, "schema", WRONG),
    ],
)
def test_database(state: DatabaseState, sites: int, check: str, grade: Grade) -> None:
    assert grades(judge_database(state, sites))[check] == grade


@pytest.mark.parametrize(
    ("wall", "grade", "said"),
    [
        (SiteWall("lilas", guarded=9), OK, "sees none of the rows that others have in 9 tables"),
        (SiteWall("lilas"), OK, "other sites have no rows yet"),
        (SiteWall("lilas", foreign_rows=1, guarded=9), WRONG, "sees 1 row of other sites"),
        (SiteWall("lilas", is_own=False, guarded=9), WRONG, "for another site"),
        (SiteWall("lilas", failure="password authentication failed"), WRONG, "does not work (password"),
    ],
)
def test_walls(wall: SiteWall, grade: Grade, said: str) -> None:
    (finding,) = judge_walls([wall])
    assert finding.grade == grade
    assert said in finding.sentence


@pytest.mark.parametrize(
    ("machine", "check", "grade"),
    [
        (MACHINE, "disk:/srv", OK),
        (replace(MACHINE, disk_free={"/srv": 5119}), "disk:/srv", CAREFUL),
        (replace(MACHINE, disk_free={"/srv": 511}), "disk:/srv", WRONG),
        (MACHINE, "memory", OK),
        (replace(MACHINE, memory_available=560), "memory", CAREFUL),
        (replace(MACHINE, memory_available=515), "memory", WRONG),
        (replace(MACHINE, has_cgroup2=False), "cgroup", CAREFUL),
        (MACHINE, "open_files", OK),
        (replace(MACHINE, open_files=1024), "open_files", WRONG),
        (MACHINE, "clock", OK),
        (replace(MACHINE, clock_synchronised=False), "clock", CAREFUL),
        (replace(MACHINE, clock_synchronised=None), "clock", CAREFUL),
        (replace(MACHINE, has_time_zones=False), "time_zones", WRONG),
        (replace(MACHINE, encoding="ANSI_X3.4-1968"), "locale", CAREFUL),
        (replace(MACHINE, terminals_known=("linux",)), "terminfo", CAREFUL),
    ],
)
def test_machine(machine: Machine, check: str, grade: Grade) -> None:
    assert grades(judge_machine(machine, DOOR, 600))[check] == grade


def test_how_many_sessions_fit_is_counted_from_those_that_are_open_if_they_are_enough() -> None:
    assert session_mib(DOOR) == 4.5
    crowd = replace(DOOR, sessions=40, workers_mib=240.0)
    assert session_mib(crowd) == 6.0
    said = next(found for found in judge_machine(MACHINE, crowd, 600) if found.check == "memory").sentence
    assert said == "8000 MiB of memory are free: 1248 more sessions fit (6.0 MiB each, measured here)."


@pytest.mark.parametrize(
    ("door", "expected"),
    [
        (DOOR, {"door": OK, "algorithms": OK}),
        (replace(DOOR, is_kept=False, port_answers=""), {"door": CAREFUL}),
        (replace(DOOR, is_kept=False, port_answers="SSH-2.0-OpenSSH_9.2"), {"door": WRONG}),
        (replace(DOOR, port_answers=""), {"door": WRONG}),
        (replace(DOOR, port_answers="SSH-2.0-OpenSSH_9.2"), {"door": WRONG}),
        (replace(DOOR, offered=None), {"door": OK, "algorithms": WRONG}),
        (replace(DOOR, offered={**OFFERED, "mac": ("hmac-sha1",)}), {"door": OK, "algorithms": WRONG}),
        (replace(DOOR, offered={"kex": ("kex-strict-s-v00@openssh.com",)}), {"door": OK, "algorithms": OK}),
    ],
)  # fmt: skip
def test_door(door: OpenDoor, expected: Mapping[str, Grade]) -> None:
    assert grades(judge_door(door)) == expected


def test_the_first_packet_of_a_door_is_read_and_nonsense_is_not() -> None:
    lists = ["a,b", "ssh-ed25519", "c1", "c2,c1", "m", "m", "none", "none", "", ""]
    packed = b"".join(struct.pack(">I", len(names)) + names.encode() for names in lists)
    payload = b"\x14" + bytes(16) + packed + bytes(5)
    assert read_offer(payload) == {
        "kex": ("a", "b"),
        "host_key": ("ssh-ed25519",),
        "cipher": ("c1", "c2"),
        "mac": ("m",),
        "compression": ("none",),
    }
    for nonsense in (b"", b"\x15" + payload[1:], payload[:30], b"\x14" + bytes(16) + b"\xff\xff\xff\xff"):
        with pytest.raises(ValueError, match="KEXINIT"):
            read_offer(nonsense)


def test_the_age_of_the_last_verification() -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert judge_verification(None, now).grade == CAREFUL
    assert judge_verification(Verification(now - timedelta(days=35), True), now).grade == OK
    assert judge_verification(Verification(now - timedelta(days=36), True), now).grade == CAREFUL
    assert judge_verification(Verification(now, False), now).grade == WRONG


def test_libraries_are_those_that_were_tested() -> None:
    assert judge_libraries([("textual", "8.2.8", "8.2.8"), ("asyncssh", None, "2.24.1")]).grade == OK
    assert judge_libraries([("textual", "8.2.8", "8.3.0")]).grade == WRONG
    assert judge_libraries([("asyncssh", None, None)]).grade == WRONG


@pytest.mark.parametrize(
    ("line", "check", "grade"),
    [
        (LINE, "round_trip", OK),
        (replace(LINE, p50_s=0.12), "round_trip", CAREFUL),
        (replace(LINE, p50_s=0.6), "round_trip", WRONG),
        (LINE, "jitter", OK),
        (replace(LINE, jitter_s=0.05), "jitter", CAREFUL),
        (replace(LINE, jitter_s=0.2), "jitter", WRONG),
        (LINE, "stalls", OK),
        (replace(LINE, stalls=3), "stalls", CAREFUL),
        (replace(LINE, stalls=4), "stalls", WRONG),
        (LINE, "loss", OK),
        (replace(LINE, lost_down=0.02), "loss", CAREFUL),
        (replace(LINE, lost_up=0.05), "loss", WRONG),
        (replace(LINE, lost_up=None), "loss", CAREFUL),
        (LINE, "bandwidth", OK),
        (replace(LINE, sessions=4), "bandwidth", WRONG),
    ],
)
def test_line(line: LineQuality, check: str, grade: Grade) -> None:
    assert grades(judge_line(line))[check] == grade
    assert is_sound(judge_line(line)) == (grade != WRONG)


def test_a_line_is_told_in_words_of_who_pays_for_it() -> None:
    said = [finding.sentence for finding in judge_line(LINE)]
    assert said == [
        "A key is answered after 41 ms, one in a hundred after 60 ms: typing feels immediate.",
        "From one key to the next the answer varies by 3 ms: steady.",
        "The line never stood still.",
        "Sent again: 0.1 % towards the server, 0.2 % back: a clean line.",
        "At least 4.0 Mbit/s towards the server and 8.0 Mbit/s back: half of it carries 100 busy sessions.",
    ]
    (silent,) = judge_line(None)
    assert silent.grade == WRONG


def test_what_is_wrong_always_says_what_to_do() -> None:
    wrongs = [
        *judge_files(replace(FILES, secrets_mode=0o755, host_key_mode=0o644)),
        *judge_database(replace(with_settings(fsync="off", row_security="off"), revision=None), 100),
        *judge_walls([SiteWall("a", failure="x"), SiteWall("b", foreign_rows=2), SiteWall("c", is_own=False)]),
        *judge_door(replace(DOOR, port_answers="")),
        *judge_line(replace(LINE, p50_s=1, jitter_s=1, stalls=60, lost_up=0.5, sessions=0)),
    ]
    assert [finding.check for finding in wrongs if finding.grade == WRONG and not finding.advice] == []
    assert sum(finding.grade == WRONG for finding in wrongs) >= 14
