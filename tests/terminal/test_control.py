"""The administrator's socket: who is at work, a word to them, the end of a session; and who may ask."""

import socket
import stat
from pathlib import Path

import pytest

from tests.terminal.door import RunningDoor, person
from vpterm.kernel.errors import NotFound, Unavailable
from vpterm.terminal.gateway.administration import SessionInfo, ask_gateway, list_sessions


def session_of(door: RunningDoor, login: str) -> SessionInfo:
    return next(each for each in list_sessions(door.settings.control_path) if each.login == login)


def test_a_session_is_listed_with_who_looks_at_it_and_without(door: RunningDoor) -> None:
    with person(door, "vet.lilas", size=(100, 30)) as vet:
        vet.sees("SITE lilas vet.lilas")
        seen = session_of(door, "vet.lilas")
        assert (seen.site_code, seen.worker_pid) == ("lilas", door.worker_pids("lilas")[0])
        assert [(one.origin, one.size, one.watches) for one in seen.onlookers] == [("ssh 127.0.0.1", "100x30", False)]
        vet.types("abc")
        vet.sees("abc")
        typed = session_of(door, "vet.lilas").typed_at
        assert typed >= seen.opened_at
    for _try in range(100):
        left = session_of(door, "vet.lilas")
        if not left.onlookers:
            break
    assert (left.onlookers, left.number, left.typed_at) == ((), seen.number, typed)


def test_a_word_reaches_the_screen_and_an_end_ends(door: RunningDoor) -> None:
    with person(door, "asv.lilas") as nurse:
        nurse.sees("SITE lilas asv.lilas")
        number = session_of(door, "asv.lilas").number
        ask_gateway(door.settings.control_path, "tell", number=number, sentence="Redémarrage à 13 h")
        nurse.sees("heard Redémarrage à 13 h")
        ask_gateway(door.settings.control_path, "end", number=number)
        assert nurse.ends() == 0
        assert "À bientôt." in nurse.text
        with pytest.raises(NotFound):
            ask_gateway(door.settings.control_path, "end", number=number)


def test_the_socket_is_for_its_own_account_and_nonsense_harms_nobody(door: RunningDoor) -> None:
    path = door.settings.control_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for nonsense in (
        b"\n",
        b"{}\n",
        b"[1]\n",
        b"\xff\xfe\n",
        b'{"ask":"end","number":"x"}\n',
        b"x" * 100_000 + b"\n",
        b"",
    ):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(8)
            line.connect(str(path))
            line.sendall(nonsense)
            line.shutdown(socket.SHUT_WR)
            assert b"answer" not in line.recv(1000)
    assert isinstance(list_sessions(path), list)


def test_where_nothing_serves_one_is_told_how_to(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        list_sessions(tmp_path / "control.sock")
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "dead.sock"))
    dead.close()
    with pytest.raises(Unavailable):
        list_sessions(tmp_path / "dead.sock")


def test_a_folder_that_lies_deep_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    running = RunningDoor(deep)
    try:
        assert list_sessions(running.settings.control_path) == []
    finally:
        running.close()
    assert not running.settings.control_path.exists()
