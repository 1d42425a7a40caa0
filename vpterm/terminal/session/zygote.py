"""A small fork server: loads Textual and the screens once, then forks workers that share that memory.

It has one thread, no loop while it serves, and no secret: a worker gets its site's secret over its own wire.
Protocol: on its socket, one JSON line per order, `{"fork": number}` with the worker's end of the wire as a file
descriptor beside it; it answers `{"forked": number, "pid": pid}` and tells `{"ended": pid, "status": status}`. An
order that is none is passed over. Before the first it tells `{"loaded": true, "release": {...}}`, or `{"failed": why}`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib
import json
import logging
import os
import select
import signal
import socket
import sys
import time
from typing import Any

from vpterm.kernel.i18n import _, available_languages, using
from vpterm.terminal.logs import keep_prints_aside, set_up_logs
from vpterm.terminal.release import own_release

# What Textual reads from the environment when it is imported must not come from whoever started the gateway.
_ENVIRONMENT = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_COLOR_SYSTEM": "truecolor", "TERM": "xterm-256color"}
_UNWANTED = (
    "TEXTUAL",
    "TEXTUAL_DRIVER",
    "TEXTUAL_LOG",
    "TEXTUAL_DEBUG",
    "TEXTUAL_PRESS",
    "NO_COLOR",
    "COLUMNS",
    "LINES",
)
_LONGEST_ORDER = 4096


def _preload(factory: str, paths: list[str]) -> None:
    for name in _UNWANTED:
        os.environ.pop(name, None)
    os.environ.update(_ENVIRONMENT)
    sys.path[:0] = paths
    importlib.import_module("vpterm.terminal.session.worker")
    screens = importlib.import_module(factory.partition(":")[0])
    # Textual, rich and babel load much lazily; each worker would load it again.
    importlib.import_module("babel.numbers")
    from vpterm.terminal.session.textual_internals import Sample, tame_textual, warm_up

    tame_textual()
    for make in (Sample, getattr(screens, "rehearse", None)):
        if make is not None:
            asyncio.run(warm_up(make))
    for language in available_languages():
        with using(language):
            _("Goodbye.")  # any message: it reads the catalogue, once for all workers
    gc.collect()
    gc.freeze()


def _fork(orders: socket.socket, wire: socket.socket, factory: str) -> int:
    pid = os.fork()
    if pid:
        wire.close()
        return pid
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        orders.close()
        from vpterm.terminal.session.worker import run_worker

        run_worker(wire, factory)
    finally:
        os._exit(1)


def _reap(orders: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _tell(orders, ended=pid, status=os.waitstatus_to_exitcode(status))


def _wait_for_workers() -> None:
    """The gateway is gone; the workers notice the same by their wires. See them off, for some seconds."""
    until = time.monotonic() + 10
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < until:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)


def _tell(orders: socket.socket, **message: Any) -> None:
    with contextlib.suppress(OSError):
        orders.sendall(json.dumps(message).encode() + b"\n")


def _serve(orders: socket.socket, factory: str) -> None:
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    buffer = b""
    descriptors: list[int] = []
    while True:
        ready, _, _ = select.select([orders.fileno(), wake_read], [], [])
        if wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(wake_read, 4096)
            _reap(orders)
        if orders.fileno() not in ready:
            continue
        data, received, _, _ = socket.recv_fds(orders, 4096, 16)
        if not data:
            _wait_for_workers()
            return
        descriptors += received
        *lines, buffer = (buffer + data).split(b"\n")
        buffer = buffer[-_LONGEST_ORDER:]
        for line in lines:
            number = _read_order(line)
            if number is not None and descriptors:
                pid = _fork(orders, socket.socket(fileno=descriptors.pop(0)), factory)
                _tell(orders, forked=number, pid=pid)


def _read_order(line: bytes) -> int | None:
    """The number of a fork that is ordered; None for what is no order."""
    try:
        order = json.loads(line)
    except (ValueError, RecursionError):
        return None
    number = order.get("fork") if isinstance(order, dict) else None
    return number if type(number) is int else None


def main() -> None:
    """The process's entry: `python -m vpterm.terminal.session.zygote --socket FD --factory NAME [--path FOLDER]`."""
    options = argparse.ArgumentParser()
    options.add_argument("--socket", type=int, required=True)
    options.add_argument("--factory", required=True)
    options.add_argument("--path", action="append", default=[])
    options.add_argument("--log-json", action="store_true")
    chosen = options.parse_args()
    set_up_logs(as_json=chosen.log_json)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if chosen.log_json:
        keep_prints_aside()
    os.dup2(2, 1)  # what an app prints is narration; stdout belongs to whoever started the gateway
    orders = socket.socket(fileno=chosen.socket)
    try:
        _preload(chosen.factory, chosen.path)
    except Exception as error:  # a border: why the screens do not load is told to the gateway
        logging.getLogger("vpterm.terminal").exception("the screens cannot be loaded")
        _tell(orders, failed=f"{type(error).__name__}: {error}")
        raise SystemExit(1) from error
    _tell(orders, loaded=True, release=own_release().to_json())
    _serve(orders, chosen.factory)


if __name__ == "__main__":
    main()
