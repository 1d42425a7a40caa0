"""Stories through the SSH door with the OpenSSH client in a pseudo-terminal. One login per story."""

import contextlib
import os
import re
import socket
import stat
import struct
import subprocess
import time

import asyncssh
import pytest

from tests.terminal.door import RunningDoor, person

pytestmark = pytest.mark.doors

F4, F5, F6, F7, F8, F9, F10 = "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~", "\x1b[20~", "\x1b[21~"
LEAVES_ALT_SCREEN, SHOWS_CURSOR, MOUSE_OFF = b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"


def gives_the_terminal_back(received: bytes) -> bool:
    return all(code in received for code in (LEAVES_ALT_SCREEN, SHOWS_CURSOR, MOUSE_OFF))


def test_a_password_opens_the_door_and_keys_arrive(door: RunningDoor) -> None:
    with person(door, "vet.lilas") as vet:
        vet.sees("SITE lilas vet.lilas db-of-lilas")
        vet.types("Mirza é")
        vet.sees("Mirza é")
        vet.types(F4)
        vet.sees("F4")
        vet.types("\x1b[1;2R")
        vet.sees("SHIFT-F3")
        vet.types("\x1b1")
        vet.sees("ALT-1")
        vet.types("\x1bOA")
        vet.sees("CTRL-UP")
        vet.types("\x1b[?62;22c\x1b[200~ Rex\x1b[201~")
        vet.sees("Mirza é Rex")
        vet.types(F10)
        assert vet.ends() == 0
        assert gives_the_terminal_back(vet.received)
    assert ("vet.lilas", "127.0.0.1", "password") in door.accounts.logins


def test_a_key_opens_the_door_and_the_same_screen_waits_after_a_cut(door: RunningDoor) -> None:
    key = door.make_key("vet.lilas")
    with person(door, "vet.lilas", key=key) as vet:
        vet.sees("SITE lilas")
        vet.types("note half wr")
        vet.sees("note half wr")
        vet.vanishes()
    with person(door, "vet.lilas", key=key) as vet:
        vet.sees("note half wr")
        vet.types("itten")
        vet.sees("note half written")
        vet.types(F8)
        assert vet.ends() == 0
        assert b"Your session is waiting" in vet.received
    with person(door, "vet.lilas", key=key) as vet:
        vet.sees("note half written")
        vet.types(F10)
        assert vet.ends() == 0
    assert ("vet.lilas", "127.0.0.1", "publickey") in door.accounts.logins


def test_a_second_terminal_takes_the_session_over(door: RunningDoor) -> None:
    key = door.make_key("vet.n0")
    with person(door, "vet.n0", key=key) as desk:
        desk.types("typed before anything was shown")
        desk.sees("typed before anything was shown")
        with person(door, "vet.n0", key=key, size=(100, 30)) as consulting_room:
            consulting_room.sees("typed before anything was shown")
            consulting_room.sees("size 100x30.")
            assert desk.ends() == 0
            assert b"taken over" in desk.received
            assert gives_the_terminal_back(desk.received)


def test_the_window_changes_its_size(door: RunningDoor) -> None:
    with person(door, "vet.n1", key=door.make_key("vet.n1")) as vet:
        vet.sees("size 80x24.")
        vet.resize(132, 43)
        vet.sees("size 132x43.")
        vet.resize(10, 3)
        vet.sees("Window")
        vet.types("lost on purpose")
        vet.resize(80, 24)
        vet.sees("size 80x24.")
        vet.sees("SITE lilas")
        assert "lost" not in vet.text


@pytest.mark.parametrize(("size", "shown"), [((1, 1), "W"), ((10000, 10000), "size 500x200.")])
def test_impossible_windows_harm_nobody(door: RunningDoor, size: tuple[int, int], shown: str) -> None:
    login = f"vet.n{2 if size == (1, 1) else 3}"
    drawn = (min(size[0], 600), min(size[1], 300))
    with person(door, login, key=door.make_key(login), size=drawn, extra=[]) as vet:
        vet.process.setwinsize(size[1], size[0])
        vet.sees(shown)


def test_an_app_that_fails_is_opened_anew_on_the_same_connection(door: RunningDoor) -> None:
    with person(door, "vet.n4", key=door.make_key("vet.n4")) as vet:
        vet.types("unsaved")
        vet.sees("unsaved")
        vet.types(F5)
        vet.sees("The screen failed and was opened anew")
        assert "unsaved" not in vet.text
        vet.types("still here")
        vet.sees("still here")


def test_an_app_that_cannot_be_made_is_not_tried_for_ever(door: RunningDoor) -> None:
    with person(door, "vet.unmakable") as vet:
        assert vet.ends() == 1
        assert b"Please call support" in vet.received


def test_a_site_whose_worker_cannot_open_says_so(door: RunningDoor) -> None:
    with person(door, "vet.broken") as vet:
        assert vet.ends() == 1
        assert b"cannot be started now" in vet.received


def test_an_account_without_a_site_is_told(door: RunningDoor) -> None:
    with person(door, "vet.nowhere") as vet:
        assert vet.ends() == 1
        assert b"not attached to any site" in vet.received


def test_a_worker_killed_brings_its_people_back_and_leaves_other_workers_alone(door: RunningDoor) -> None:
    with (
        person(door, "vet.n5", key=door.make_key("vet.n5")) as vet,
        person(door, "vet.port", key=door.make_key("vet.port")) as other,
    ):
        vet.sees("SITE lilas")
        other.types("untouched")
        other.sees("untouched")
        before = door.worker_pids("lilas")
        for pid in before:
            os.kill(pid, 9)
        vet.sees("The program was restarted")
        vet.sees("SITE lilas vet.n5")
        vet.types("on we go")
        vet.sees("on we go")
        assert set(door.worker_pids("lilas")).isdisjoint(before)
        other.types("!")
        other.sees("untouched!")


def test_f6_changes_the_site_and_each_site_has_its_own_session_and_secret(door: RunningDoor) -> None:
    key = door.make_key("vet.deux")
    with person(door, "vet.deux", key=key) as vet:
        vet.sees("SITE lilas vet.deux db-of-lilas")
        vet.types("at lilas")
        vet.sees("at lilas")
        vet.types(F6)
        vet.sees("SITE port vet.deux db-of-port")
        vet.types("at port")
        vet.sees("at port")
        assert "at lilas" not in vet.text
        vet.types(F6)
        vet.sees("at lilas")
        vet.types(F6)
        vet.sees("at port")
        vet.types(F8)
        assert vet.ends() == 0
    with person(door, "vet.deux", key=key) as vet:
        vet.sees("SITE port")  # the site last used


def test_a_site_where_a_person_does_not_work_stays_shut(door: RunningDoor) -> None:
    with person(door, "vet.n2", key=door.make_key("vet.n2")) as vet:
        vet.sees("SITE lilas")
        vet.types(F6 + "still at lilas")
        vet.sees("still at lilas")
        assert "SITE lilas" in vet.text
        assert door.service.gateway.registry.find("vet.n2", "port") is None


def test_a_worker_holds_the_secret_of_its_own_site_and_no_other(door: RunningDoor) -> None:
    with (
        person(door, "vet.n3", key=door.make_key("vet.n3")) as vet,
        person(door, "vet.port", key=door.make_key("vet.port")) as other,
    ):
        vet.sees("db-of-lilas")
        other.sees("db-of-port")
        (worker,) = door.worker_pids("lilas")
        memory = read_memory(worker)
        assert b"db-of-lilas" in memory
        assert b"db-of-port" not in memory


def read_memory(pid: int) -> bytes:
    """All that a process may read and write, as far as this user may look at it."""
    pieces = []
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights, *_ = line.split()
                if rights.startswith("rw") and "[v" not in line:
                    start, end = (int(part, 16) for part in span.split("-"))
                    with contextlib.suppress(OSError):
                        memory.seek(start)
                        pieces.append(memory.read(end - start))
    except PermissionError:
        pytest.skip("this user may not look into the memory of its own processes")
    return b"".join(pieces)


def test_what_is_no_terminal_is_refused_in_words(door: RunningDoor) -> None:
    options = [*door.ssh_options(door.make_key("vet.n6")), "-p", str(door.port)]
    address = "vet.n6@127.0.0.1"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)

    executed = run("ssh", *options, address, "id")
    assert (executed.returncode, "commands are not run here" in executed.stderr) == (2, True)
    bare = run("ssh", *options, "-T", address)
    assert (bare.returncode, "a terminal is needed" in bare.stderr) == (2, True)
    sftp = run("sftp", *[option if option != "-p" else "-P" for option in options], address)
    assert sftp.returncode != 0
    assert "file transfer is not offered" in sftp.stderr
    scp = run("scp", *[option if option != "-p" else "-P" for option in options], __file__, f"{address}:/tmp/x")
    assert scp.returncode != 0
    backwards = run("ssh", *options, "-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:22", address)
    assert backwards.returncode != 0
    forwarded = run("ssh", *options, "-W", f"127.0.0.1:{door.port}", address)
    assert forwarded.returncode != 0
    assert "SSH-2.0" not in forwarded.stdout


@pytest.mark.parametrize(("term", "colours"), [("vt100", "mono"), ("linux", "8"), ("xterm-16color", "16")])
def test_colours_follow_the_terminal(door: RunningDoor, term: str, colours: str) -> None:
    with person(door, "vet.n6", key=door.make_key("vet.n6"), term=term) as vet:
        vet.sees(f"colours {colours}")
        assert not re.search(rb"\x1b\[[0-9;]*[34]8;[25];", vet.received)
        if colours == "mono":
            assert not re.search(rb"\x1b\[(?:[0-9]+;)*(?:[349][0-7]|10[0-7])m", vet.received)
        vet.types(F10)
        assert vet.ends() == 0


def test_a_terminal_that_cannot_move_its_cursor_is_refused(door: RunningDoor) -> None:
    with person(door, "vet.n6", key=door.make_key("vet.n6"), term="dumb") as vet:
        assert vet.ends() == 2
        assert b"TERM=dumb" in vet.received
        assert b"\x1b" not in vet.received


def test_a_flood_of_input_holds_nobody_else_up(door: RunningDoor) -> None:
    flood_key, key = door.make_key("vet.n7"), door.make_key("vet.n8")
    command = ["ssh", *door.ssh_options(flood_key), "-p", str(door.port), "-tt", "vet.n7@127.0.0.1"]
    with open("/dev/zero", "rb") as zeros, person(door, "vet.n8", key=key) as vet:
        vet.sees("SITE lilas")
        flood = subprocess.Popen(command, stdin=zeros, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1.0)
            assert flood.poll() is None
            started = time.monotonic()
            vet.types("calm")
            vet.sees("calm")
            assert time.monotonic() - started < 2.0
        finally:
            flood.kill()
            flood.wait()


def test_a_client_that_stops_reading_gets_the_screen_of_now_later(door: RunningDoor) -> None:
    with person(door, "vet.n9", key=door.make_key("vet.n9"), size=(200, 60)) as vet:
        vet.sees("SITE lilas")
        os.kill(vet.process.pid, 19)  # SIGSTOP
        for _ in range(10):
            vet.types("x")
        os.kill(vet.process.pid, 18)  # SIGCONT
        vet.sees("x" * 10)


def test_accounts_that_cannot_be_reached_are_told_and_keep_nobody_out_who_is_in(door: RunningDoor) -> None:
    options = [*door.ssh_options(door.make_key("vet.n0")), "-p", str(door.port), "vet.away@127.0.0.1"]
    refused = subprocess.run(["ssh", *options], capture_output=True, text=True, timeout=10, check=False)
    assert refused.returncode == 255
    assert "Les comptes sont momentan" in refused.stderr
    with person(door, "vet.unnoted", key=door.make_key("vet.unnoted")) as vet:
        vet.sees("SITE lilas vet.unnoted")


def test_garbage_to_the_port_harms_nobody(door: RunningDoor) -> None:
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 200, b"SSH-2.0-x\r\n" + b"\xff" * 5000, b""):
        with socket.create_connection(("127.0.0.1", door.port), 5) as connection:
            connection.settimeout(5)
            with contextlib.suppress(OSError):
                connection.sendall(garbage)
                connection.recv(100)
    with person(door, "asv.lilas") as nurse:
        nurse.sees("SITE lilas asv.lilas")


def test_a_client_that_asks_by_questions_is_asked_in_the_persons_language(door: RunningDoor) -> None:
    asking = ["-o", "PreferredAuthentications=keyboard-interactive"]
    with person(door, "asv.lilas", extra=asking) as nurse:
        assert "Mot de passe" in nurse.process.after.decode()
        nurse.sees("SITE lilas asv.lilas")
        nurse.types(F10)
        assert nurse.ends() == 0
        assert "À bientôt." in nurse.received.decode()
    with person(door, "asv.lilas", extra=asking, password="wrong") as nurse:
        assert nurse.ends() == 255


def test_the_algorithms_are_those_we_chose(door: RunningDoor) -> None:
    with socket.create_connection(("127.0.0.1", door.port), 5) as connection, connection.makefile("rb") as stream:
        assert stream.readline() == b"SSH-2.0-vpterm\r\n"
        connection.sendall(b"SSH-2.0-test\r\n")
        (length,) = struct.unpack(">I", stream.read(4))
        packet = stream.read(length)
    at, lists = 18, []  # RFC 4253 section 7.1: padding length, message number, cookie, then lists of names
    for _ in range(8):
        (size,) = struct.unpack_from(">I", packet, at)
        lists.append(packet[at + 4 : at + 4 + size].decode().split(","))
        at += 4 + size
    kex, host_keys, ciphers, _, macs, _, compression, _ = lists
    assert [name for name in kex if not name.startswith(("ext-info", "kex-strict"))] == [
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "mlkem768x25519-sha256",
    ]
    assert host_keys == ["ssh-ed25519"]
    assert ciphers == [
        *("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"),
    ]
    assert macs == ["hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com"]
    assert compression == ["none"]


def test_the_server_names_no_library_and_keeps_its_key_to_itself(door: RunningDoor) -> None:
    with socket.create_connection(("127.0.0.1", door.port), 5) as connection:
        banner = connection.recv(100)
    assert re.fullmatch(rb"SSH-2\.0-vpterm\r\n.*", banner, re.DOTALL)
    path = door.settings.host_key_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"OPENSSH PRIVATE KEY" in path.read_bytes()


def test_the_kernel_watches_every_line(door: RunningDoor) -> None:
    with person(door, "vet.n9", key=door.make_key("vet.n9")) as vet:
        vet.sees("SITE lilas")
        (connection,) = door.service._keeper.connections
        end = connection.get_extra_info("socket")
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        assert [end.getsockopt(socket.IPPROTO_TCP, option) for option in options] == [14, 14, 3, 56_000]
        assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


async def test_who_prefers_ml_kem_gets_it_whatever_our_list_begins_with(
    door: RunningDoor, caplog: pytest.LogCaptureFixture
) -> None:
    asyncssh.set_debug_level(2)
    try:
        with caplog.at_level("DEBUG", "asyncssh"):
            async with asyncssh.connect(
                "127.0.0.1", door.port, username="vet.n9", client_keys=[str(door.make_key("vet.n9"))], known_hosts=None,
                config=[], agent_path=None, kex_algs=["mlkem768x25519-sha256", "curve25519-sha256"],
            ):  # fmt: skip
                pass
    finally:
        asyncssh.set_debug_level(1)
    chosen = [each.getMessage() for each in caplog.records if "Key exchange alg:" in each.getMessage()]
    assert {each.rpartition(" ")[2] for each in chosen} == {"mlkem768x25519-sha256"}
