"""A real Chromium without a screen, driven over its DevTools protocol: keys, sizes, the line, pictures."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
_ALONE = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--lang=fr", "--accept-lang=fr-FR,fr", "--remote-debugging-port=0",
)  # fmt: skip
ALT, CTRL, META, SHIFT = 1, 2, 4, 8
_CODES = {
    "Enter": 13, "Tab": 9, "Escape": 27, "Backspace": 8, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
    "ArrowDown": 40, **{f"F{number}": 111 + number for number in range(1, 13)},
}  # fmt: skip


class Page:
    """One tab."""

    def __init__(self, address: str) -> None:
        self._open = contextlib.ExitStack()
        self._line: ClientConnection = self._open.enter_context(connect(address, max_size=None))
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; its answer. What happens meanwhile is kept in `events`."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._line.recv(30))
            if message.get("id") == self._number:
                assert "error" not in message, message
                answer: dict[str, Any] = message["result"]
                return answer
            self.events.append(message)

    def close(self) -> None:
        """Close the connection, not the browser."""
        self._open.close()

    # --- what is seen ---------------------------------------------------------------------------------

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        how = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = self.call("Runtime.evaluate", expression=script, **how)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """The terminal as text, line by line."""
        lines = "[...document.querySelectorAll('.xterm-rows > div')].map(row => row.textContent).join('\\n')"
        return str(self.run(lines)).replace("\xa0", " ")

    def sees(self, text: str, seconds: float = 15.0) -> None:
        """Wait until the terminal shows a text."""
        self._wait(lambda: text in self.text, seconds, text)

    @property
    def words(self) -> str:
        """All the text of the page, the terminal included."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def says(self, text: str, seconds: float = 15.0) -> None:
        """Wait until the page around the terminal shows a text."""
        self._wait(lambda: text in self.words, seconds, text)

    def becomes(self, script: str, wanted: object, seconds: float = 15.0) -> None:
        """Wait until an expression has a value."""
        self._wait(lambda: self.run(script) == wanted, seconds, f"{script} = {wanted!r}")

    def _wait(self, is_there: Callable[[], bool], seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while not is_there():
            if time.monotonic() > until:
                raise AssertionError(f"{what!r} is not to be seen:\n{self.text}\n{self.words}")
            time.sleep(0.05)

    def picture(self, path: Path) -> None:
        """A PNG of what the window shows."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def resize(self, width: int, height: int, *, scale: float = 1.0, is_phone: bool = False) -> None:
        """Another window, in CSS pixels; a phone has fingers instead of a mouse."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=is_phone
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=is_phone, maxTouchPoints=5)

    # --- the keyboard ---------------------------------------------------------------------------------

    def press(self, key: str, modifiers: int = 0, text: str = "", code: str = "") -> None:
        """One key down and up. `text` is what the layout makes of it, nothing for keys that write nothing."""
        is_plain = len(key) == 1 and key.isascii() and key.isalnum()
        known = _CODES.get(key, ord(key.upper()) if is_plain else 0)
        named = {"key": key, "code": code or key, "windowsVirtualKeyCode": known, "modifiers": modifiers}
        if key == "Enter":
            text = "\r"
        kind = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=kind, **named, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def types(self, text: str) -> None:
        """Letters, one after the other."""
        for letter in text:
            self.press(letter, text=letter)

    def composes(self, steps: list[str], result: str) -> None:
        """A dead key or an input method: what stands there meanwhile, and what comes of it."""
        for step in steps:
            self.call("Input.imeSetComposition", text=step, selectionStart=len(step), selectionEnd=len(step))
        self.call("Input.insertText", text=result)

    def pastes(self, text: str) -> None:
        """As by Ctrl+V, from a clipboard that a page may not read."""
        script = (
            "(() => { const data = new DataTransfer(); data.setData('text/plain', %s);"
            " document.activeElement.dispatchEvent("
            "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) })()"
        )
        self.run(script % json.dumps(text))

    # --- coming in ----------------------------------------------------------------------------------

    def comes_in(self, address: str, login: str, password: str) -> None:
        """By the form, with the keyboard."""
        self.call("Page.navigate", url=address)
        self.becomes("document.activeElement && document.activeElement.id", "login")
        self.types(login)
        self.press("Tab")
        self.types(password)
        self.press("Enter")


def tap(page: Page, selector: str) -> None:
    """A finger on the middle of something, once it is there."""
    page.becomes(f"document.querySelector('{selector}') !== null", True)
    box = f"document.querySelector('{selector}').getBoundingClientRect()"
    x, y = page.run(f"(b => [b.left + b.width / 2, b.top + b.height / 2])({box})")
    page.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


@contextlib.contextmanager
def chromium(*flags: str) -> Iterator[Page]:
    """A browser with an empty profile of its own, and its first tab."""
    with tempfile.TemporaryDirectory(prefix="vpterm-browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *_ALONE, *flags, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "LANGUAGE": "fr"},
        )  # fmt: skip
        try:
            page = Page(_first_tab(Path(profile) / "DevToolsActivePort"))
            for domain in ("Page", "Runtime", "Network", "Log"):
                page.call(f"{domain}.enable")
            yield page
            page.close()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _first_tab(port_file: Path) -> str:
    until = time.monotonic() + 30
    while not (port_file.exists() and port_file.read_text().count("\n")):
        assert time.monotonic() < until, "Chromium does not start"
        time.sleep(0.05)
    port = int(port_file.read_text().splitlines()[0])
    with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
        tabs = json.load(answer)
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
