"""A widget that draws its own lines in roles; faster than markup, and the same in every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from vpterm.screens.theme.look import Look

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class Drawn(Widget):
    """Subclasses write `draw(y)`; the background and default colour come from the theme."""

    app: PracticeApp
    _ground: Style | None = None

    @property
    def look(self) -> Look:
        """The look of this session."""
        return self.app.look

    def draw(self, y: int) -> Strip:
        """Line `y`, `self.size.width` cells wide."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """Called by Textual for what is to be painted. The ground is asked of all ancestors, so once for all lines."""
        self._ground = self.rich_style
        try:
            return super().render_lines(crop)
        finally:
            self._ground = None

    def render_line(self, y: int) -> Strip:
        """Called by Textual for each line in sight."""
        return self.draw(y).apply_style(self._ground or self.rich_style)
