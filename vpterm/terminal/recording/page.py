"""A recording as one page of HTML that plays in any browser and fetches nothing: the player and the cast in it."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from pathlib import Path
from string import Template

from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _

PLAYER = Path(__file__).parent / "player"
_TEMPLATE = Path(__file__).parent / "page.html"


def page_of(lines: Iterable[str], title: str, language: str) -> str:
    """The page. NotFound when the player is not part of this installation."""
    try:
        script = (PLAYER / "asciinema-player.min.js").read_text("utf-8")
        style = (PLAYER / "asciinema-player.css").read_text("utf-8")
    except OSError as failure:
        raise NotFound(
            _("The player for pages is not part of this installation."),
            _("Export the recording without --page, or run scripts/setup where there is npm."),
        ) from failure
    # In base64 nothing that a screen showed can be taken for HTML.
    cast = base64.b64encode("".join(f"{line}\n" for line in lines).encode()).decode()
    scripts = (_closed(script), _START)
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        language=language, title=html.escape(title), style=style, script=scripts[0], start=scripts[1], cast=cast,
        hashes=" ".join(_hash(each) for each in scripts),
    )  # fmt: skip


_START = """
const bytes = Uint8Array.from(atob(document.getElementById("cast").textContent), letter => letter.charCodeAt(0));
window.player = AsciinemaPlayer.create(
  { data: new TextDecoder().decode(bytes) },
  document.getElementById("player"),
  { fit: "both", idleTimeLimit: 3, controls: true, preload: true, poster: "npt:0:01",
    terminalFontFamily: "'DejaVu Sans Mono', 'Cascadia Mono', Consolas, Menlo, monospace" },
);
"""


def _closed(script: str) -> str:
    """A script that nothing in it can end before its end."""
    return script.replace("</script", "<\\/script")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
