"""What kind of terminal somebody sits at: told by the gateway, which knows no Textual, to the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vpterm.kernel.i18n import DEFAULT_LANGUAGE, available_languages
from vpterm.screens.link import Colours, Glyphs


@dataclass(frozen=True)
class TerminalKind:
    """What a terminal can show, and in which language its person is spoken to by the server itself."""

    colours: Colours = "truecolor"
    glyphs: Glyphs = "full"
    language: str = "fr"

    def to_json(self) -> dict[str, str]:
        """As plain JSON values."""
        return {"colours": self.colours, "glyphs": self.glyphs, "language": self.language}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> TerminalKind:
        """From `to_json`; what is unknown becomes the plainest."""
        colours, glyphs, language = values.get("colours"), values.get("glyphs"), values.get("language")
        return cls(
            colours=colours if colours in ("truecolor", "256", "16", "8", "mono") else "mono",
            glyphs=glyphs if glyphs in ("full", "console", "ascii") else "ascii",
            language=str(language) if language in available_languages() else DEFAULT_LANGUAGE,
        )
