"""A document in a real Chromium: the card that asks what to do, the file as it was made, printing, the way back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.browser import ALT, CHROMIUM, Page, chromium
from tests.terminal.door import PASSWORD, RunningDoor
from tests.terminal.small_app import a_document

pytestmark = [
    pytest.mark.doors,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test` installs it where it can"),
    pytest.mark.xdist_group("chromium"),
]
CARD = "!document.getElementById('paper').hidden"
FOCUS = "document.activeElement && document.activeElement.id"


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


def come_in(door: RunningDoor, page: Page, login: str) -> str:
    assert door.service.web is not None
    page.events.clear()
    page.call("Network.clearBrowserCookies")
    page.resize(1366, 650)
    page.comes_in(door.service.web.address, login, PASSWORD)
    page.sees(f"SITE lilas {login}")
    return str(door.service.web.address)


def arrives(folder: Path, name: str, seconds: float = 15.0) -> bytes:
    """The bytes of a file once the browser has finished it."""
    until = time.monotonic() + seconds
    path = folder / name
    # Chromium takes the name by an empty file first, and writes into another one.
    while not (path.exists() and path.stat().st_size) or list(folder.glob("*.crdownload")):
        assert time.monotonic() < until, list(folder.iterdir())
        time.sleep(0.05)
    return path.read_bytes()


@pytest.mark.parametrize(("key", "size"), [("2", 0), ("3", 3_000_000)])
def test_the_saved_file_is_the_document_and_the_keys_go_on(
    door: RunningDoor, tab: Page, tmp_path: Path, key: str, size: int
) -> None:
    login = f"vet.n{int(size > 0)}"
    come_in(door, tab, login)
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.press(key, ALT)
    tab.becomes(CARD, True)
    tab.says(f"Reçu n°{size}.pdf")
    tab.becomes(FOCUS, "print")
    tab.picture(tmp_path / "card.png")
    tab.press("Tab")
    tab.becomes(FOCUS, "save")
    tab.press("Enter")
    assert arrives(tmp_path, f"Reçu n°{size}.pdf") == a_document(size)
    tab.becomes(CARD, False)
    tab.types("goes on")
    tab.sees("goes on")
    told = [event["params"]["entry"]["text"] for event in tab.events if event["method"] == "Log.entryAdded"]
    assert told == []  # the policy of the page has refused nothing


def test_printing_opens_the_dialog_of_the_browser_for_the_document_alone(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n2")
    tab.press("2", ALT)
    tab.becomes(FOCUS, "print")
    # The dialog itself cannot be seen without a screen: that it is asked for, and of which frame, can.
    tab.run(
        "window.printed = []; document.getElementById('paper-frame').addEventListener('load', event => {"
        " Object.defineProperty(event.target.contentWindow, 'print',"
        " {value: () => printed.push(event.target.src.slice(0, 5))}) })"
    )
    tab.press("Enter")
    tab.becomes("printed.join()", "blob:")
    tab.press("Escape")
    tab.becomes(CARD, False)
    tab.types("back")
    tab.sees("back")
    told = [event["params"]["entry"]["text"] for event in tab.events if event["method"] == "Log.entryAdded"]
    assert told == []


def test_a_document_that_does_not_arrive_is_told(door: RunningDoor, tab: Page) -> None:
    come_in(door, tab, "vet.n3")
    tab.call("Network.setBlockedURLs", urls=["*/handout/*"])
    tab.press("2", ALT)
    tab.says("The document did not arrive. Ask for it again.")
    tab.becomes(FOCUS, "done")
    tab.press("Enter")
    tab.becomes(CARD, False)
    tab.call("Network.setBlockedURLs", urls=[])
    tab.press("2", ALT)
    tab.becomes(FOCUS, "print")
    tab.press("Escape")


def test_an_address_leads_through_the_form_to_the_document(door: RunningDoor, tab: Page, tmp_path: Path) -> None:
    address = come_in(door, tab, "vet.n4")
    code = door.service.gateway.handing.kept.offer("vet.n5", "", "facture.pdf", a_document(0))
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.call("Page.navigate", url=f"{address}handout/{code}")  # by somebody else's login
    tab.says("Ce lien a déjà servi ou n'est plus valable.")
    tab.call("Network.clearBrowserCookies")
    tab.comes_in(f"{address}handout/{code}", "vet.n5", PASSWORD)
    until = time.monotonic() + 15
    while door.service.gateway.handing.kept.is_waiting(code):
        assert time.monotonic() < until, tab.words
        time.sleep(0.1)
    tab.becomes("location.pathname.startsWith('/handout/')", True)
