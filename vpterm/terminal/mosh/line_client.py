"""The program that a mosh-server of ours shows: the line from its terminal to the gateway. Run by itself.

Only the standard library, and little of it: it is a process for each person who comes by mosh. It knows a socket of
the installation and a word good once, both from its environment, and what the terminal shows is painted elsewhere.
"""

import contextlib
import os
import select
import signal
import socket
import struct
import termios
import tty

_SIZE, _TYPED = struct.Struct(">cHH"), struct.Struct(">cH")
_PIECE = 8192
_KEYBOARD, _SCREEN = 0, 1


def _size() -> tuple[int, int]:
    with contextlib.suppress(OSError):
        columns, rows = os.get_terminal_size(_SCREEN)
        return columns, rows
    return 0, 0


def _show(data: bytes) -> None:
    while data:
        data = data[os.write(_SCREEN, data) :]


def carry(line: socket.socket, word: str) -> None:
    """Carry what is typed and how large the window is there, what is painted back, until the gateway hangs up."""
    woken, waking = socket.socketpair()
    waking.setblocking(False)
    signal.signal(signal.SIGWINCH, lambda number, frame: None)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    columns, rows = _size()
    line.sendall(f"{word} {columns} {rows}\n".encode())
    while True:
        ready, _writable, _failed = select.select([_KEYBOARD, line.fileno(), woken.fileno()], [], [])
        if woken.fileno() in ready:
            woken.recv(64)
            line.sendall(_SIZE.pack(b"s", *_size()))
        if line.fileno() in ready:
            painted = line.recv(_PIECE)
            if not painted:
                return
            _show(painted)
        if _KEYBOARD in ready:
            typed = os.read(_KEYBOARD, _PIECE)
            if not typed:
                return
            line.sendall(_TYPED.pack(b"t", len(typed)) + typed)


def main() -> None:
    """One line. That it is cut is no failure: the gateway, or mosh-server, has ended."""
    folder, name = os.path.split(os.environ["VPTERM_MOSH_SOCKET"])
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        os.chdir(folder)  # a path may be longer than a socket's name can be (unix(7))
        line.connect(name)
        before = termios.tcgetattr(_KEYBOARD)
        tty.setraw(_KEYBOARD)
        try:
            carry(line, os.environ["VPTERM_MOSH_WORD"])
        finally:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(_KEYBOARD, termios.TCSANOW, before)


if __name__ == "__main__":
    main()
