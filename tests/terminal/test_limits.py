"""Guesses and connections: who is kept out, for how long, and who is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.practice.staff.rules import network_of
from vpterm.terminal.identity.limits import Caps, ConnectionLimiter, GuessLimiter, TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(clock: Clock) -> GuessLimiter:
    return GuessLimiter(per_address=8, ban_s=600, clock=clock)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_address_is_banned_over_all_accounts_and_its_whole_64() -> None:
    clock = Clock()
    limiter = make(clock)
    for number in range(8):
        assert not limiter.is_address_banned("2001:db8::1")
        limiter.failed(f"somebody{number}", f"2001:db8::{number}")
    assert limiter.is_address_banned("2001:db8::ffff")
    assert not limiter.is_address_banned("2001:db8:0:1::1")
    clock.now += 601
    assert not limiter.is_address_banned("2001:db8::1")


def test_failures_wait_longer_and_longer_and_are_forgotten() -> None:
    clock = Clock()
    limiter = make(clock)
    delays = []
    for _ in range(5):
        delays.append(limiter.delay_s("a", "192.0.2.1"))
        limiter.failed("a", "192.0.2.1")
    assert delays == [0.0, 0.0, 0.25, 0.5, 1.0]
    clock.now += 4000
    assert limiter.delay_s("a", "192.0.2.1") == 0.0


def test_coming_in_forgives_the_account_but_not_the_address() -> None:
    limiter = make(Clock())
    for _ in range(4):
        limiter.failed("a", "192.0.2.1")
    limiter.succeeded("a", "192.0.2.1")
    assert limiter.delay_s("a", "192.0.2.2") == 0.0
    assert limiter.delay_s("a", "192.0.2.1") == 1.0


def test_after_a_ban_a_few_failures_do_not_ban_again_at_once() -> None:
    clock = Clock()
    limiter = make(clock)
    for _ in range(8):
        limiter.failed("a", "192.0.2.1")
    clock.now += 601
    limiter.failed("a", "192.0.2.1")
    assert not limiter.is_address_banned("192.0.2.1")


def test_memory_is_bounded() -> None:
    limiter = make(Clock())
    for number in range(30_000):
        limiter.failed(f"guess{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limiter._accounts) == len(limiter._addresses) == 20_000


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]))))
def test_connections_never_exceed_their_caps(steps: list[tuple[bool, str]]) -> None:
    limiter = ConnectionLimiter(total=4, per_address=2)
    held: list[str] = []
    for comes, address in steps:
        if comes:
            expected = len(held) < 4 and held.count(address) < 2
            assert limiter.enter(address) == expected
            held += [address] * expected
        elif address in held:
            held.remove(address)
            limiter.leave(address)
    assert len(held) <= 4


def test_the_oldest_seat_of_a_person_gives_way_and_a_full_server_takes_nobody() -> None:
    caps = Caps(seats_per_person=2, sessions=3)
    assert caps.one_too_many(["desk"]) is None
    assert caps.one_too_many(["desk", "room"]) is None
    assert caps.one_too_many(["desk", "room", "home"]) == "desk"
    assert [caps.is_full(count) for count in (0, 2, 3, 4)] == [False, False, True, True]


def test_a_large_paste_passes_at_once_and_a_flood_waits() -> None:
    clock = Clock()
    bucket = TokenBucket(1000.0, 5000.0, clock)
    assert bucket.take(5000) == 0.0
    assert bucket.take(500) == 0.5
    clock.now += 0.5
    assert bucket.take(0) == 0.0
    assert bucket.take(2000) == 2.0
    clock.now += 1000
    assert bucket.take(5000) == 0.0


@given(st.lists(st.tuples(st.integers(0, 4000), st.floats(0, 3)), max_size=40))
def test_whoever_waits_as_told_sends_no_more_than_the_rate_and_the_burst(steps: list[tuple[int, float]]) -> None:
    clock = Clock()
    began = clock.now
    bucket = TokenBucket(1000.0, 5000.0, clock)
    sent = 0
    for count, pause in steps:
        sent += count
        clock.now += bucket.take(count) + pause
        assert sent <= 5000 + 1000 * (clock.now - began) + 1e-6 * len(steps)
