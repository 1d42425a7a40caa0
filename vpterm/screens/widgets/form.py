"""A form: labelled fields in the order people speak them, saved from anywhere, kept as a draft while typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from vpterm.kernel.errors import Refused, VptermError
from vpterm.kernel.i18n import _
from vpterm.kernel.text import display_width
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.fields import FieldLeft, TextField
from vpterm.screens.widgets.note import NoteField

Field = TextField | NoteField
DRAFT_AFTER_S = 0.8
TRY_DRAFT_AGAIN_AFTER_S = 5.0


class Form(Drawn, VerticalScroll, can_focus=False):
    """`Form(TextField(...), DateField(...), on_save=self.save, on_draft=self.keep)`; other widgets stand between.

    `on_save(values)` gets every field's `read()` by name and runs in the work of the key that saved; what it
    raises is shown and the field it names is marked. `on_draft(texts)` gets the texts as typed, at most 0.8 s
    after a key and at once on leaving; `{}` after a save, when there is no draft any more.
    """

    def __init__(
        self,
        *fields: Field | Widget,
        on_save: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
        on_draft: Callable[[dict[str, str]], Awaitable[None]] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._parts = fields
        self.fields: dict[str, Field] = {part.key: part for part in fields if isinstance(part, TextField | NoteField)}
        self._wrong: set[str] = set()
        self._on_save = on_save
        self._on_draft = on_draft
        self._timer: Timer | None = None
        self._kept: dict[str, str] = {}
        self._draft: dict[str, str] | None = None
        self._is_keeping = False

    def compose(self) -> ComposeResult:
        """The fields, at the right of their labels. Labels are drawn, not widgets: each widget costs every key."""
        longest = max((display_width(field.label) for field in self.fields.values()), default=0)
        for part in self._parts:
            if isinstance(part, TextField | NoteField):
                part.styles.margin = (0, 0, 0, longest + 4)
            yield part
        self._kept = self.texts()

    def draw(self, y: int) -> Strip:
        """The label of the field that begins on this line."""
        at = y + round(self.scroll_y)
        for name, field in self.fields.items():
            if field.virtual_region.y == at and field.display:
                role: Role = "danger" if name in self._wrong else "quiet"
                label = f"! {field.label}" if name in self._wrong else field.label
                return Strip([Segment(label, self.look.style(role))]).adjust_cell_length(self.size.width)
        return Strip.blank(self.size.width)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Labels move with their fields."""
        super().watch_scroll_y(old_value, new_value)
        self.refresh()

    # -- values

    def texts(self) -> dict[str, str]:
        """What is typed, by field."""
        return {name: field.text for name, field in self.fields.items()}

    def read(self) -> dict[str, Any]:
        """The values, by field. Raises Refused for the first that cannot be read."""
        return {name: field.read() for name, field in self.fields.items()}

    def restore(self, texts: Mapping[str, str]) -> None:
        """Put the texts of a draft back; a save then tells `on_draft` that it is over."""
        for name, text in texts.items():
            if name in self.fields:
                self.fields[name].set_text(text)
        self._draft = self.texts()

    @property
    def is_changed(self) -> bool:
        """Whether anything was typed since it was opened or saved."""
        return self.texts() != self._kept

    # -- saving

    async def save(self) -> None:
        """F2, Ctrl+S, or Enter in the last field. Raises what `read` and `on_save` raise."""
        self._unmark()
        values = self.read()
        if self._on_save is not None:
            await self._on_save(values)
        self._kept = self.texts()
        self._stop_timer()
        if self._on_draft is not None and self._draft is not None:
            self._keep({})

    def mark(self, field: str, message: str) -> bool:
        """Mark the field that an error names and put the cursor there; False if it is not here."""
        if field not in self.fields:
            return False
        self.fields[field].add_class("-wrong")
        self._show_label(field, is_wrong=True)
        self.fields[field].focus()
        return True

    def _unmark(self) -> None:
        for name, field in self.fields.items():
            field.remove_class("-wrong")
            self._show_label(name, is_wrong=False)

    def _show_label(self, name: str, *, is_wrong: bool) -> None:
        if (name in self._wrong) != is_wrong:
            self._wrong ^= {name}
            self.refresh()

    @on(FieldLeft)
    def _tell_mistake(self, message: FieldLeft) -> None:
        message.stop()
        was_wrong = message.field.key in self._wrong
        self._show_label(message.field.key, is_wrong=message.error is not None)
        if message.error is not None:
            self.app.tell_mistake(message.error)
        elif was_wrong and not self._wrong and isinstance(self.screen, Place):
            self.screen.forget_error()

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        """Enter goes on to the next field that can be typed in; in the last one it saves."""
        message.stop()
        order = list(self.fields.values())
        at = next((at for at, field in enumerate(order) if field is message.input), len(order) - 1)
        if following := next((field for field in order[at + 1 :] if not field.disabled), None):
            following.focus()
        else:
            self.app.work(self.save())

    # -- drafts

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._on_draft is not None and self._timer is None and self.is_changed:
            self._timer = self.set_timer(DRAFT_AFTER_S, self.keep_draft)

    def keep_draft(self) -> None:
        """Hand the texts to `on_draft` now, if they changed since the last time."""
        self._stop_timer()
        texts = self.texts()
        if self._on_draft is None or not self.is_changed or texts == self._draft:
            return
        self._keep(texts)

    def _keep(self, texts: dict[str, str]) -> None:
        self._draft = texts or None
        self.app.background(self._hand_out())

    async def _hand_out(self) -> None:
        """Hand drafts out one after the other; keys do not wait for them."""
        if self._is_keeping or self._on_draft is None:
            return
        self._is_keeping = True
        try:
            handed: dict[str, str] | None = None
            while handed != (self._draft or {}):
                handed = self._draft or {}
                await self._on_draft(handed)
        except VptermError as error:
            self._tell_unkept(error)
        finally:
            self._is_keeping = False

    def _tell_unkept(self, error: VptermError) -> None:
        self._draft = None
        if self.is_attached:
            reason = _("The draft is not kept yet: {why}").format(why=error.message)
            self.app.tell_mistake(Refused(reason, error.advice))
            self._timer = self.set_timer(TRY_DRAFT_AGAIN_AFTER_S, self.keep_draft)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
