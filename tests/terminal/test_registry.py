"""Sessions and workers on the books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.terminal.gateway.registry import Registry


def test_a_person_finds_their_session_of_a_site_again() -> None:
    registry = Registry(24)
    registry.add_worker(1, "lilas")
    registry.add_worker(2, "port")
    at_lilas, at_port = registry.open("vet.deux", "lilas", 1), registry.open("vet.deux", "port", 2)
    assert registry.find("vet.deux", "lilas") == at_lilas
    assert registry.find("vet.deux", "port") == at_port
    assert registry.find("vet.lilas", "lilas") is None
    registry.close(at_lilas.number)
    assert registry.find("vet.deux", "lilas") is None
    assert registry.list_sessions() == [at_port]


def test_a_person_has_sessions_by_name_and_finds_the_one_used_last() -> None:
    registry = Registry(24)
    registry.add_worker(1, "lilas")
    registry.add_worker(2, "port")
    desk, room = registry.open("vet.deux", "lilas", 1), registry.open("vet.deux", "lilas", 1, "consultation")
    away = registry.open("vet.deux", "port", 2, "consultation")
    assert registry.find("vet.deux", "lilas") == desk
    assert registry.find("vet.deux", "lilas", "consultation") == room
    assert registry.list_of("vet.deux") == [away, room, desk]
    registry.note_used(desk.number)
    assert registry.list_of("vet.deux") == [desk, away, room]
    with pytest.raises(ValueError, match="already"):
        registry.rename(desk.number, "consultation")
    renamed = registry.rename(desk.number, "accueil")
    assert registry.find("vet.deux", "lilas") is None
    assert registry.find("vet.deux", "lilas", "accueil") == renamed == registry.session(desk.number)
    registry.close(desk.number)
    assert registry.list_of("vet.deux") == [away, room]
    registry.open("vet.deux", "lilas", 1, "accueil")


def test_a_worker_is_filled_before_the_next_and_holds_one_site_only() -> None:
    registry = Registry(2)
    registry.add_worker(1, "lilas")
    registry.add_worker(2, "lilas")
    assert registry.find_room("lilas") == 1
    registry.open("a", "lilas", 1)
    assert registry.find_room("lilas") == 1
    registry.open("b", "lilas", 1)
    assert registry.find_room("lilas") == 2
    assert registry.find_room("port") is None
    with pytest.raises(ValueError, match="cannot have"):
        registry.open("c", "port", 2)


def test_a_lost_worker_takes_its_sessions_with_it_and_no_others() -> None:
    registry = Registry(24)
    registry.add_worker(1, "lilas")
    registry.add_worker(2, "port")
    lost, kept = registry.open("a", "lilas", 1), registry.open("a", "port", 2)
    assert registry.remove_worker(1) == [lost]
    assert registry.remove_worker(1) == []
    assert registry.list_sessions() == [kept]
    assert registry.find_room("lilas") is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["lilas", "port"]), st.booleans())))
def test_the_books_agree_with_themselves(steps: list[tuple[str, str, bool]]) -> None:
    registry = Registry(2)
    workers = 0
    for login, site, opens in steps:
        session = registry.find(login, site)
        if opens and session is None:
            room = registry.find_room(site)
            if room is None:
                workers += 1
                registry.add_worker(room := workers, site)
            registry.open(login, site, room)
        elif not opens and session is not None:
            assert registry.close(session.number) == session
    counts: dict[int, int] = {}
    for session in registry.list_sessions():
        assert registry.find(session.login, session.site_code) == session
        counts[session.worker] = counts.get(session.worker, 0) + 1
    assert all(count <= 2 for count in counts.values())
