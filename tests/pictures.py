"""`make pictures`: the screens of the documentation, drawn by the program itself on a fresh demo group at 08:42."""

import asyncio
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from vpterm.cli.ground import Ground
from vpterm.database.installation import Installation
from vpterm.demo.group import make_group
from vpterm.practice.staff.queries import find_staff
from vpterm.screens.link import Colours, SessionRequest
from vpterm.screens.main import close_worker, make_app, open_worker

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MORNING = datetime(2026, 11, 24, 7, 42, tzinfo=UTC)  # 08:42 in Paris


@dataclass(frozen=True)
class Picture:
    """A screen to draw: who, on what terminal, after which keys."""

    name: str
    keys: Sequence[str] = ()
    login: str = "vet.lilas"
    size: tuple[int, int] = (80, 24)
    colours: Colours = "truecolor"
    language: str = "fr"


PICTURES = (
    Picture("home"),
    Picture("home-wide", size=(132, 43)),
    Picture("home-16-colours", colours="16"),
    Picture("home-english", language="en"),
    Picture("home-telephone", size=(58, 34)),
    Picture("animal-telephone", ("f3", *"mart", "enter", "enter"), size=(45, 30)),
    Picture("search", ("f3", *"mart")),
    Picture("client", ("f3", *"mart", "enter")),
    Picture("animal", ("f3", *"mart", "enter", "enter")),
    Picture("animal-wide", ("f3", *"mart", "enter", "enter"), size=(132, 43)),
    Picture("consultation", ("f3", *"mart", "enter", "enter", "f9")),
    Picture("agenda", (*"agenda", "enter")),
    Picture("agenda-wide", (*"agenda", "enter"), size=(132, 43)),
    Picture("help", ("f1",)),
)


async def draw(standing: Ground, picture: Picture) -> str:
    """The SVG of one screen."""
    site = picture.login.split(".")[1]
    url = standing.site_url(site)
    resources = await open_worker(site, url)
    try:
        person = await find_staff(resources.database, login=picture.login)
        assert person is not None
        columns, rows = picture.size
        request = SessionRequest(
            site_code=site, database_url=url, staff_id=person.id, login=person.login, language=picture.language,
            colours=picture.colours, glyphs="full", columns=columns, rows=rows, display_name=person.name,
            sites=tuple(work.site_code for work in person.sites),
        )  # fmt: skip
        app = await make_app(request, None, resources)
        app.context = replace(app.context, clock=lambda: MORNING)
        async with app.run_test(size=picture.size) as pilot:
            await pilot.pause(1.0)
            for key in picture.keys:
                await pilot.press(key)
                await pilot.pause(0.1)
            await pilot.pause(1.0)
            return plain_fonts(app.export_screenshot(title=f"vpterm  {columns}x{rows}"))
    finally:
        await close_worker(resources)


def plain_fonts(svg: str) -> str:
    """The picture without fonts that a browser would fetch from elsewhere."""
    return re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "monospace")


async def draw_all(standing: Ground) -> dict[str, str]:
    await make_group(standing, password="demo", progress=print, now=MORNING)
    return {picture.name: await draw(standing, picture) for picture in PICTURES}


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="vpterm-pictures-"))
    home.chmod(0o755)
    standing = Ground(Installation(home))
    standing.start()
    try:
        drawn = asyncio.run(draw_all(standing))
    finally:
        standing.stop()
    FOLDER.mkdir(exist_ok=True)
    for name, svg in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
