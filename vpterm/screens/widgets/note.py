"""The field for longer texts: soft wrap, and `.abbr` that expands as it is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widgets import TextArea

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.privacy import VALUE_MARK
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import PickList

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

_ABBREVIATION = re.compile(r"(?:^|(?<=[\s(]))\.(\w+)$")


class NoteField(TextArea):
    """`NoteField("note", _("Note"), "", abbreviations={"exn": "Examen clinique normal."}, height=8)`.

    `.exn` followed by a space, a line end or a sign of punctuation becomes its text; F4 lists the
    abbreviations. `height` in lines; None takes all the room there is. Enter makes a new line here.
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        abbreviations: Mapping[str, str] | None = None,
        required: bool = False,
        height: int | None = 5,
    ) -> None:
        super().__init__(
            value, name=name, soft_wrap=True, tab_behavior="focus", show_line_numbers=False, highlight_cursor_line=False
        )
        self.cursor_blink = False
        self.label = label
        self.required = required
        self.abbreviations = dict(abbreviations or {})
        self._height = height
        if height is None:
            self.add_class("-tall")
        else:
            self.styles.height = height
        self.move_cursor(self.document.end)

    @property
    def key(self) -> str:
        """The name under which a form hands its text out."""
        return self.name or ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Its own height, not that of its text: a form's grid asks for this."""
        if self._height is None:
            return super().get_content_height(container, viewport, width)
        return self._height

    def set_text(self, text: str) -> None:
        """Put a text there, the cursor after it."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def render_line(self, y: int) -> Strip:
        """What is typed is covered for support: it may be anything."""
        return super().render_line(y).apply_style(VALUE_MARK)

    def read(self) -> str:
        """The text without outer blank space. Raises Refused if it is missing."""
        text = self.text.strip()
        if self.required and not text:
            raise Refused(_("{label} is missing.").format(label=self.label), field=self.key)
        return text

    def tidy(self) -> Refused | None:
        """A text is right as it is."""
        return None

    def on_key(self, event: events.Key) -> None:
        """Expand the abbreviation before the sign that ends it."""
        character = "\n" if event.key == "enter" else event.character
        if character is not None and (character.isspace() or character in ",;:!?)."):
            self._expand()

    def _expand(self) -> None:
        row, column = self.cursor_location
        found = _ABBREVIATION.search(self.document.get_line(row)[:column])
        text = self.abbreviations.get(found[1]) if found else None
        if found is not None and text is not None:
            self.replace(text, (row, found.start()), (row, column))

    async def show_choices(self) -> None:
        """F4: the abbreviations; the one picked is written at the cursor."""
        if not self.abbreviations:
            raise Refused(_("There are no abbreviations yet."))
        app: PracticeApp = self.app  # type: ignore[assignment]
        columns = [
            Column[tuple[str, str]](_("Abbreviation"), lambda entry: "." + entry[0], 14),
            Column[tuple[str, str]](_("Text"), lambda entry: entry[1], 20, stretch=1),
        ]
        picked = await app.ask(
            PickList(
                _("Abbreviations"),
                sorted(self.abbreviations.items()),
                columns=columns,
                identity=lambda entry: entry[0],
                filter_text=lambda entry: " ".join(entry),
                width=76,
            )
        )
        if picked is not None:
            self.insert(picked[1])
