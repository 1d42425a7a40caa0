"""The page in a real Chromium: every key that a browser would take, accents, paste, sizes, a cut line, the bar."""

import time
from collections.abc import Iterator

import pytest

from tests.terminal.browser import ALT, CHROMIUM, CTRL, SHIFT, Page, chromium, tap
from tests.terminal.cable import Cable
from tests.terminal.door import PASSWORD, RunningDoor, person

pytestmark = [
    pytest.mark.doors,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test` installs it where it can"),
    pytest.mark.xdist_group("chromium"),
]
# What a French keyboard writes with AltGr, and the key that does it.
ALTGR = (
    ("~", "Digit2"), ("#", "Digit3"), ("{", "Digit4"), ("[", "Digit5"), ("|", "Digit6"), ("`", "Digit7"),
    ("\\", "Digit8"), ("^", "Digit9"), ("@", "Digit0"), ("]", "Minus"), ("}", "Equal"), ("€", "KeyE"),
    ("¤", "BracketRight"),
)  # fmt: skip
ROWS = "document.querySelector('.xterm-rows').children.length"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    """Both doors."""
    running = RunningDoor(tmp_path_factory.mktemp("door"), web_port=0)
    yield running
    running.close()


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One browser for all stories; each story has a person of its own."""
    with chromium() as page:
        yield page


def come_in(door: RunningDoor, page: Page, login: str, address: str = "", site: str = "lilas") -> None:
    assert door.service.web is not None
    page.events.clear()
    page.call("Network.clearBrowserCookies")
    page.resize(1366, 650)
    page.comes_in(address or door.service.web.address, login, PASSWORD)
    page.sees(f"SITE {site} {login}")


def complaints(page: Page) -> list[str]:
    """What the browser has complained of: refused styles and scripts, errors of ours."""
    page.run("1")
    found = [event["params"]["entry"]["text"] for event in page.events if event["method"] == "Log.entryAdded"]
    return found + [str(event["params"]) for event in page.events if event["method"] == "Runtime.exceptionThrown"]


def test_the_page_obeys_its_own_policy_and_fetches_nothing_from_elsewhere(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n0")
    tab.becomes("document.title", "Les Lilas · Vet.N0")
    assert complaints(tab) == []
    assert door.service.web is not None
    asked = [
        event["params"]["request"]["url"] for event in tab.events if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith(door.service.web.address)] == []
    colour = "getComputedStyle(document.querySelector('.xterm-rows')).color"
    assert tab.run(colour) == "rgb(213, 219, 224)"  # the style elements of xterm.js were let in
    assert tab.run("document.cookie") == ""


@pytest.mark.parametrize("number", range(1, 13))
def test_function_keys_are_the_programs(door: RunningDoor, tab: Page, number: int) -> None:
    if number == 1:
        come_in(door, tab, "vet.n1")
        tab.run("window.sent = []; window.prevented = [];")
        tab.run(
            "const send = WebSocket.prototype.send; WebSocket.prototype.send = function (data) {"
            " if (typeof data === 'string') send.call(this, data);"
            " else sent.push(new TextDecoder().decode(data)) };"
            " addEventListener('keydown', e => setTimeout(() => prevented.push(e.defaultPrevented)), true)"
        )
    tab.run("sent.length = prevented.length = 0")
    tab.press(f"F{number}")
    expected = {1: "OP", 2: "OQ", 3: "OR", 4: "OS"}.get(
        number, f"[{dict(zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)).get(number)}~"
    )
    tab.becomes("sent.join('')", f"\x1b{expected}")
    tab.becomes("prevented.join()", "true")


@pytest.mark.parametrize("letter", "abcdefghklmnopqrstuwxyz")
def test_control_and_a_letter_is_the_programs(door: RunningDoor, tab: Page, letter: str) -> None:
    tab.run("sent.length = prevented.length = 0")
    tab.press(letter, CTRL)
    tab.becomes("sent.join('')", chr(ord(letter) - 96))
    tab.becomes("prevented.join()", "true")


def test_shift_and_alt_and_control_with_other_keys(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n2")
    tab.press("F3", SHIFT)
    tab.sees("SHIFT-F3")
    tab.press("1", ALT)
    tab.sees("ALT-1")
    tab.press("ArrowUp", CTRL)
    tab.sees("CTRL-UP")


@pytest.mark.parametrize("platform", ["Win32", "Linux x86_64"])
def test_a_french_keyboard_writes_all_its_signs(door: RunningDoor, tab: Page, platform: str) -> None:
    agent = tab.run("navigator.userAgent")
    tab.call("Emulation.setUserAgentOverride", userAgent=agent, platform=platform, acceptLanguage="fr-FR")
    come_in(door, tab, "vet.n3" if platform == "Win32" else "vet.n4")
    tab.types("éèçàù œ")
    for sign, code in ALTGR:
        # Windows tells AltGr as Ctrl and Alt together, Linux as neither.
        tab.press(sign, ALT | CTRL if platform == "Win32" else 0, text=sign, code=code)
    tab.sees("éèçàù œ~#{[|`\\^@]}€¤")
    tab.composes(["^"], "ê")
    tab.composes(["¨"], "ë")
    tab.composes(["¨"], "ï")
    tab.sees("€¤êëï")
    tab.press("Backspace")
    tab.becomes("document.querySelector('.xterm-rows').textContent.includes('ï')", False)
    tab.types("!")  # the small app has no gate: a letter would overtake the key before it
    tab.sees("€¤êë!")


def test_an_input_method_writes_what_it_has_composed_and_nothing_else(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "asv.lilas")
    tab.composes(["n", "に", "にほ", "にほn", "にほん"], "日本")
    tab.types(" fin")
    tab.sees("日本 fin")


def test_a_large_paste_arrives_whole_between_its_brackets(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.deux")
    tab.run(
        "window.sent = []; const send = WebSocket.prototype.send; WebSocket.prototype.send = function (data) {"
        " send.call(this, data); if (typeof data !== 'string') sent.push(...data) }"
    )
    text = "".join(f"Dubois {number} l'été; " for number in range(5_000)) + "FIN"
    tab.pastes(text)
    tab.sees("Dubois 7")
    tab.becomes("sent.length", len(text.encode()) + 12)
    whole = tab.run("new TextDecoder().decode(Uint8Array.from(sent))")
    assert whole == f"\x1b[200~{text}\x1b[201~"


def test_a_paste_is_a_paste_by_the_key_of_the_browser(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n5")
    tab.run("addEventListener('keydown', e => { if (e.key === 'v') window.isLeftToBrowser = !e.defaultPrevented });")
    tab.press("v", CTRL)
    tab.becomes("window.isLeftToBrowser", True)
    tab.pastes("Dubois, l'été à Nantes\nsecond line")
    tab.sees("Dubois, l'été à Nantes")
    tab.types(".")
    tab.sees("Nantes.")  # one field of one line takes the first line of a paste, as a paste


@pytest.mark.parametrize(
    ("width", "height", "least", "most"),
    [(1366, 650, (80, 24), (132, 43)), (1920, 970, (132, 43), (180, 52)), (1024, 600, (80, 24), (132, 43)),
     (390, 780, (50, 30), (80, 60)), (390, 450, (50, 15), (80, 30))],
)  # fmt: skip
def test_the_window_decides_how_many_cells_there_are(
    door: RunningDoor, tab: Page, width: int, height: int, least: tuple[int, int], most: tuple[int, int]
) -> None:
    if (width, height) == (1366, 650):
        come_in(door, tab, "vet.n6")
    tab.resize(width, height, is_phone=width < 500)
    until = time.monotonic() + 10
    columns, rows = size_of(tab)
    while not (least[0] <= columns <= most[0] and least[1] <= rows <= most[1]):
        assert time.monotonic() < until, (columns, rows)
        time.sleep(0.1)
        columns, rows = size_of(tab)
    tab.becomes(ROWS, rows)
    box = "JSON.stringify(document.querySelector('.xterm-screen').getBoundingClientRect())"
    drawn = tab.run(
        f"(b => [b.left >= 0, b.right <= innerWidth, b.top >= 0, b.bottom <= innerHeight])(JSON.parse({box}))"
    )
    assert drawn == [True] * 4


def size_of(page: Page) -> tuple[int, int]:
    """The size that the app shows."""
    found = [line.removeprefix("size ").strip(" .") for line in page.text.splitlines() if line.startswith("size ")]
    columns, _, rows = (found[0] if found else "0x0").partition("x")
    return int(columns), int(rows)


def test_a_phone_has_a_bar_of_keys_that_does_not_take_the_focus(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n7")
    assert tab.run("getComputedStyle(document.getElementById('keys')).display") == "none"
    tab.resize(390, 780, scale=3, is_phone=True)
    tab.becomes("getComputedStyle(document.getElementById('keys')).display", "flex")
    tab.types("abc")
    for name in ("left", "left"):
        tap(tab, f"[data-keys={name}]")
    time.sleep(0.3)  # the small app has no gate: a letter would overtake the keys before it
    tab.types("X")
    tab.sees("aXbc")
    assert tab.run("document.activeElement.className") == "xterm-helper-textarea"
    sizes = "[...document.querySelectorAll('#keys button:not([hidden])')].flatMap(b => [b.offsetWidth, b.offsetHeight])"
    assert min(tab.run(sizes)) >= 40


def test_a_cut_line_is_told_and_nothing_typed_meanwhile_is_lost(door: RunningDoor, tab: Page) -> None:
    assert door.service.web is not None
    cable = Cable(door.service.web.port)
    come_in(door, tab, "vet.n8", cable.address)
    tab.types("half a note")
    tab.sees("half a note")
    cable.pull()
    tab.says("The line is cut. Trying again; nothing is lost.")
    tab.types(", goes on")
    time.sleep(1.0)
    cable.plug()
    tab.sees("half a note, goes on", 20)
    tab.becomes("document.getElementById('cut').hidden", True)
    tab.types(" and ends")
    tab.sees("half a note, goes on and ends")
    cable.close()


def test_taken_over_elsewhere_is_told_and_one_key_takes_it_back(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n9")
    tab.types("a note")
    tab.sees("a note")
    with person(door, "vet.n9", key=door.make_key("vet.n9")) as vet:
        vet.sees("a note")
        tab.says("Your session has been taken over from another terminal.")
        time.sleep(1.5)
        vet.types(" more")
        vet.sees("a note more")  # the page has not taken it back by itself
        tab.press("Enter")  # the button has the focus
        tab.sees("a note more")
        assert vet.ends() == 0
    tab.types("!")
    tab.sees("a note more!")


def test_the_end_of_a_session_leads_back_to_the_form(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.lilas")
    tab.press("F10")
    tab.says("Goodbye.")
    tab.press("Enter")
    tab.becomes("document.activeElement && document.activeElement.id", "login")


def test_the_bar_reads_the_keys_of_the_place_from_its_foot(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.port", site="port")
    foot = " F1 aide…  F7/F8 précédent/suivant  F9 consulter  Ctrl+B facturer  Suppr ôter  A arrivée      Échap retour "
    hints = tab.run(f"import('/static/fingers.js').then(m => m.hintsIn({foot!r}).map(h => [h.key, h.label]))")
    assert hints == [
        ["F7", "F7 précédent"], ["F8", "F8 suivant"], ["F9", "F9 consulter"], ["Ctrl+B", "Ctrl+B facturer"],
        ["Suppr", "Suppr ôter"], ["A", "A arrivée"],
    ]  # fmt: skip
    assert tab.run("import('/static/fingers.js').then(m => m.hintsIn('Mme Martin  06 12 34 56 78').length)") == 0


def test_a_finger_drawn_over_the_screen_is_arrows(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.port", site="port")
    tab.resize(390, 780, scale=3, is_phone=True)
    tab.becomes("getComputedStyle(document.getElementById('keys')).display", "flex")
    tab.run(
        "window.sent = ''; const send = WebSocket.prototype.send; WebSocket.prototype.send = function (data) {"
        " send.call(this, data); if (typeof data !== 'string') sent += new TextDecoder().decode(data) }"
    )
    line = tab.run(
        "document.querySelector('.xterm-screen').clientHeight / document.querySelector('.xterm-rows').children.length"
    )
    for kind, y in (("touchStart", 300.0), ("touchMove", 300 - line * 1.5), ("touchMove", 300 - line * 3.5)):
        tab.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": 100, "y": y}])
    tab.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    tab.becomes("sent", "\x1b[B" * 3)
