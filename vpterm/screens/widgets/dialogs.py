"""The two dialogs: a question with a few answers, and a list to pick from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.text import normalise
from vpterm.screens.keymap.standard import keymap
from vpterm.screens.privacy import told
from vpterm.screens.shell.place import Dialog
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.rows import Rows

T = TypeVar("T")


class Question(Dialog[str]):
    """`await app.ask(Question(_("Cancel the booking?"), {"yes": _("Yes"), "no": _("No, keep it")}))` -> "yes".

    Answers by their first letter, arrows and Enter, or Esc (None). `safe` is where the cursor stands at first.
    With `typing_goes_on`, a letter, or a key that does something where one was, is no answer: the question goes
    (None) and the key lands there.
    """

    place = "question"

    def __init__(
        self,
        question: str,
        answers: dict[str, str],
        *,
        details: str = "",
        safe: str | None = None,
        typing_goes_on: bool = False,
    ) -> None:
        super().__init__()
        self._question, self._details, self._typing_goes_on = question, details, typing_goes_on
        self._answers = list(answers.items())
        columns = [Column[tuple[str, str]]("", lambda answer: answer[1], 10, stretch=1)]
        self.choices = Rows(columns, self._answers, identity=lambda answer: answer[0], on_open=self._picked)
        if safe is not None:
            self.choices.cursor = [key for key, _label in self._answers].index(safe)

    def compose(self) -> ComposeResult:
        """The question, its details, the answers."""
        with Vertical(classes="card"):
            yield Static(told(self._question), markup=False)
            if self._details:
                yield Static(told(self._details), markup=False)
            yield Static("")
            yield self.choices
            hint = _("Arrows and Enter, or the first letter; Esc goes back.")
            if self._typing_goes_on:
                hint = _("Arrows and Enter; Esc goes back, and so does typing.")
            yield Static(hint, markup=False, classes="hint")

    def on_mount(self) -> None:
        """As tall as its answers."""
        self.choices.styles.height = len(self._answers)

    def on_key(self, event: events.Key) -> None:
        """The first letter of an answer that no other shares; or what somebody goes on typing."""
        if self._typing_goes_on and (event.is_printable or self._is_for_place_beneath(event.key)):
            event.stop()
            self.app.gate.put_back(events.Key(event.key, event.character))  # this one counts as handled
            self.answer(None)
            return
        letter = normalise(event.character or "")
        fitting = [key for key, label in self._answers if letter and normalise(label).startswith(letter)]
        if len(fitting) == 1:
            event.stop()
            self.answer(fitting[0])

    def _is_for_place_beneath(self, key: str) -> bool:
        return self.app.open_place is not None and self.app.open_place.action_for(key) is not None

    async def _picked(self, answer: tuple[str, str]) -> None:
        self.answer(answer[0])


class PickList(Dialog[T], Generic[T]):
    """`await app.ask(PickList(_("Species"), rows, show=lambda row: row.name, identity=lambda row: row.id))` -> row.

    Typing filters without accents; Enter picks. `columns` instead of `show` for more than one column.
    """

    place = "picklist"

    def __init__(
        self,
        title: str,
        rows: Sequence[T],
        *,
        identity: Callable[[T], Hashable],
        show: Callable[[T], str | Cell] | None = None,
        columns: Sequence[Column[T]] | None = None,
        filter_text: Callable[[T], str] | None = None,
        current: Hashable | None = None,
        width: int = 60,
    ) -> None:
        super().__init__()
        self._title, self._count, self._width = title, len(rows), width
        shown = show or (lambda row: str(row))
        self.list = Rows(
            columns or [Column[T]("", shown, 20, stretch=1)],
            rows,
            identity=identity,
            on_open=self._picked,
            filter_text=filter_text or (lambda row: _text(shown(row))),
            empty=N_("There is nothing to choose from."),
        )
        if current is not None:
            self.list.select(current)

    def compose(self) -> ComposeResult:
        """The title, the rows, a hint."""
        with Vertical(classes="card") as card:
            card.styles.width = self._width
            yield Static(self._title.upper(), markup=False, classes="title")
            yield self.list
            yield Static(_("Type to filter, Enter picks, Esc goes back."), markup=False, classes="hint")

    def on_mount(self) -> None:
        """As tall as its rows, if the terminal is."""
        self.list.styles.height = max(min(self._count + 1, self.app.size.height - 4), 2)

    async def do_back(self) -> None:
        """Esc takes the filter away first."""
        if not self.list.step_back():
            self.answer(None)

    async def _picked(self, row: T) -> None:
        self.answer(row)


def _text(shown: str | Cell) -> str:
    return shown.text if isinstance(shown, Cell) else shown


def yes_no(question: str, *, yes: str | None = None, no: str | None = None, details: str = "") -> Question:
    """A question whose answers are "yes" and "no"; the cursor stands on no."""
    return Question(question, {"yes": yes or _("Yes"), "no": no or _("No")}, details=details, safe="no")


for _place in (Question.place, PickList.place):
    keymap.add(_place, *keymap.own_actions("dialog"))
