"""A question with one field: a weight, a problem, a day."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.keymap.standard import keymap
from vpterm.screens.shell.place import Dialog
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.paragraph import Paragraph


class FieldQuestion(Dialog[Any]):
    """`await app.ask(FieldQuestion(title, WeightField("weight", _("Weight"))))` -> its value, None for Esc.

    Enter answers; what cannot be read is told in the question itself, and stays to be mended.
    """

    place = "field_question"

    def __init__(self, title: str, field: TextField, *, details: str = "") -> None:
        super().__init__()
        self._title, self._details = title, details
        self.field = field
        self.mistake = Paragraph(role="danger")

    def compose(self) -> ComposeResult:
        """The title, what is known, the field, what is wrong with it."""
        with Vertical(classes="card"):
            yield Static(self._title.upper(), markup=False, classes="title")
            if self._details:
                yield Static(self._details, markup=False)
            yield Static("")
            yield self.field
            yield self.mistake
            yield Static(_("Enter keeps it, Esc goes back."), markup=False, classes="hint")

    def on_mount(self) -> None:
        """The cursor is in the field."""
        self.field.focus()

    @on(Input.Submitted)
    def _answered(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            value = self.field.read()
        except Refused as refusal:
            self.mistake.show(f"! {refusal.message} {refusal.advice}".rstrip())
            return
        if value is not None and value != "":
            self.answer(value)


keymap.add(FieldQuestion.place, *keymap.own_actions("dialog"))
