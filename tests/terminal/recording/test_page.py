"""The page of an export in a real Chromium, opened from a file: it plays, by itself, and fetches nothing."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.browser import CHROMIUM, Page, chromium
from vpterm.kernel.errors import NotFound
from vpterm.terminal.recording import page as module
from vpterm.terminal.recording.asciicast import Event, event_line, for_players, header_line
from vpterm.terminal.recording.page import page_of

HOSTILE = "</script><script>document.title='owned'</script><!-- \\u2028"
RED = (200, 30, 40)
EVENTS = [
    Event(0.0, "o", "\x1b[2J\x1b[1;1HCLINIQUE DES LILAS  \x1b[1;31m● enregistré\x1b[0m"),
    Event(0.5, "m", "clients.search"),
    Event(0.6, "o", f"\x1b[3;1HDubois été œ {HOSTILE}"),
    Event(1.0, "r", "100x30"),
    Event(1.1, "m", "home.board"),
    Event(1.2, "o", f"\x1b[2J\x1b[1;1HLA FIN\x1b[48;2;{RED[0]};{RED[1]};{RED[2]}m" + "\x1b[5;1H\x1b[J"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on the disk."""
    lines = for_players(header_line(80, 24, 0, "vpterm lilas"), (event_line(event) for event in EVENTS))
    path = tmp_path_factory.mktemp("page") / "lilas.html"
    path.write_text(page_of(lines, "vpterm lilas <24/11>", "fr"), "utf-8")
    return path


@pytest.fixture(scope="module")
def tab(page: Path) -> Iterator[Page]:
    """A browser that shows it."""
    with chromium() as opened:
        opened.resize(400, 260)
        opened.call("Page.navigate", url=page.as_uri())
        opened.becomes("typeof window.player", "object")
        yield opened


def test_what_a_screen_showed_is_no_part_of_the_page(page: Path) -> None:
    text = page.read_text("utf-8")
    assert (text.count("document.title='owned'"), text.count("Dubois")) == (0, 0)
    assert text.count("<title>vpterm lilas &lt;24/11&gt;</title>") == 1


def test_without_the_player_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAYER", tmp_path)
    with pytest.raises(NotFound, match="lecteur"):
        page_of([], "", "fr")


def pixels(picture: Path) -> list[tuple[int, int, int]]:
    """The colours of a PNG (8 bits, red, green and blue, perhaps alpha), line by line."""
    data = picture.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    size = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        packed += data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    raw, stride, found, before = zlib.decompress(packed), width * size, [], bytearray(width * size)
    for row in range(height):
        how, line = raw[row * (stride + 1)], bytearray(raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)])
        for place in range(stride):
            left = line[place - size] if place >= size else 0
            corner = before[place - size] if place >= size else 0
            line[place] = (line[place] + _guess(how, left, before[place], corner)) & 255
        found += [(line[p], line[p + 1], line[p + 2]) for p in range(0, stride, size)]
        before = line
    return found


def _guess(how: int, left: int, above: int, corner: int) -> int:
    """What a filter of PNG predicts (RFC 2083 section 6)."""
    if how == 4:
        near = left + above - corner
        return min((abs(near - left), 0, left), (abs(near - above), 1, above), (abs(near - corner), 2, corner))[2]
    return (0, left, above, (left + above) // 2)[how]


@pytest.mark.doors
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test` installs it where it can")
@pytest.mark.xdist_group("chromium")
def test_it_plays_to_its_end_and_the_picture_is_right(tab: Page, tmp_path: Path) -> None:
    tab.run("player.play(); 1")
    tab.becomes("Promise.resolve(player.getCurrentTime()).then(seconds => seconds >= 1.2)", True, 20)
    time.sleep(0.5)
    tab.picture(tmp_path / "end.png")
    found = pixels(tmp_path / "end.png")
    assert len(found) == 400 * 260
    assert found.count(RED) > 30_000  # the lower part of the screen, in the colour that was shown
    assert len(set(found[: 400 * 80])) > 10  # and letters above it


@pytest.mark.doors
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test` installs it where it can")
@pytest.mark.xdist_group("chromium")
def test_it_fetches_nothing_and_nothing_in_it_runs(tab: Page) -> None:
    tab.run("1")
    asked = [each["params"]["request"]["url"] for each in tab.events if each["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert [each["params"]["entry"]["text"] for each in tab.events if each["method"] == "Log.entryAdded"] == []
    assert [each for each in tab.events if each["method"] == "Runtime.exceptionThrown"] == []
    assert tab.run("document.title") == "vpterm lilas <24/11>"
    sent = tab.run("fetch('https://192.0.2.1/').then(() => 'sent', () => 'refused')")
    assert sent == "refused"
