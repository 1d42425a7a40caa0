"""A list of rows: aligned columns, a cursor kept by identity, typing filters, Enter opens.

It draws only the lines in sight, so that 5,000 rows cost what 20 do. Rows may be shared between sessions:
they are read, never changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from vpterm.kernel.i18n import _
from vpterm.kernel.text import fit, normalise, pad
from vpterm.screens.privacy import marked, private
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.columns import GAP, Column, lay_out, placed

T = TypeVar("T")


class Rows(Drawn, Generic[T], can_focus=True):
    """`Rows(columns, rows, identity=lambda row: row.id, on_open=self.open_row)`.

    `on_open(row)` is a coroutine function run as a work. `filter_text(row)` makes typing filter what is there;
    `on_filter(text)` instead reads rows anew (and calls `set_rows`). `empty` (a msgid) says what would be here
    and which key makes it. `role_of(row)` colours whole rows. `Rows.Moved` tells that the cursor moved.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, rows: Rows[Any]) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> Rows[Any]:
            """The list."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column[T]],
        rows: Sequence[T] = (),
        *,
        identity: Callable[[T], Hashable],
        on_open: Callable[[T], Awaitable[None]] | None = None,
        filter_text: Callable[[T], str] | None = None,
        on_filter: Callable[[str], Awaitable[None]] | None = None,
        role_of: Callable[[T], Role | None] | None = None,
        empty: str = "",
        show_titles: bool = True,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._all: Sequence[T] = rows
        self._rows: Sequence[T] = rows
        self._identity = identity
        self._on_open = on_open
        self._filter_text = filter_text
        self._on_filter = on_filter
        self._role_of = role_of
        self._empty = empty
        self._show_titles = show_titles and any(column.title for column in columns)
        self._layout_of: tuple[int, list[tuple[Column[T], int]]] = (-1, [])
        self.cursor = 0
        self.top = 0
        self.filter = ""
        self._was_focused = False

    # -- what it shows

    @property
    def rows(self) -> Sequence[T]:
        """The rows shown now, after the filter."""
        return self._rows

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    @property
    def cursor_line(self) -> int:
        """The line on which the cursor stands."""
        return self.cursor - self.top + self._first_line

    def set_rows(self, rows: Sequence[T], *, newest_first: bool = False) -> None:
        """Show other rows; the cursor stays on the same row by its identity, or else near where it was.

        In a list with the newest on top, a cursor that nobody moved from the top goes on standing there.
        """
        is_on_top = newest_first and self.cursor == 0
        held = self._identity(self.current) if self.current is not None and not is_on_top else None
        from_top = self.cursor - self.top
        self._all = rows
        self._rows = self._filtered()
        found = next((at for at, row in enumerate(self._rows) if self._identity(row) == held), None)
        self.cursor = found if found is not None else min(self.cursor, max(len(self._rows) - 1, 0))
        self.top = max(self.cursor - from_top, 0)
        self._keep_in_sight()
        self.refresh()

    def renew(self, rows: Sequence[T]) -> None:
        """Show newer values of the same rows: only lines that differ are painted. Other rows: as `set_rows`."""
        if self.filter or [*map(self._identity, rows)] != [*map(self._identity, self._rows)]:
            self.set_rows(rows)
            return
        before, self._all, self._rows = self._rows, rows, rows
        for at, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.refresh(Region(0, at - self.top + self._first_line, self.size.width, 1))

    def select(self, identity: Hashable) -> bool:
        """Put the cursor on the row of this identity; False if it is not there."""
        for at, row in enumerate(self._rows):
            if self._identity(row) == identity:
                self._go_to(at)
                return True
        return False

    def _filtered(self) -> Sequence[T]:
        if not self.filter or self._filter_text is None:
            return self._all
        words = normalise(self.filter).split()
        show = self._filter_text
        return [row for row in self._all if all(word in normalise(show(row)) for word in words)]

    # -- moving

    def action_move(self, by: int) -> None:
        """Up and down."""
        self._go_to(min(max(self.cursor + by, 0), max(len(self._rows) - 1, 0)))

    def action_page(self, direction: int) -> None:
        """A screenful up or down."""
        self.action_move(direction * max(self._lines - 1, 1))

    async def action_open(self) -> None:
        """Enter."""
        if self.current is not None and self._on_open is not None:
            self.app.work(_awaited(self._on_open, self.current))

    def _go_to(self, at: int) -> None:
        if at == self.cursor:
            return
        before, top = self.cursor, self.top
        self.cursor = at
        self._keep_in_sight()
        if self.top != top:
            self.refresh()
        else:
            first = self._first_line
            for line in (before, at):
                self.refresh(Region(0, line - self.top + first, self.size.width, 1))
            self.refresh(Region(0, 0, self.size.width, first))
        self.post_message(self.Moved(self))

    @property
    def _first_line(self) -> int:
        return int(self._show_titles or bool(self.filter))

    @property
    def _lines(self) -> int:
        return max(self.size.height - self._first_line, 1)

    def _keep_in_sight(self) -> None:
        self.top = min(self.top, self.cursor)
        self.top = max(self.top, self.cursor - self._lines + 1, 0)

    def on_resize(self) -> None:
        """Another height: the cursor stays in sight."""
        self._keep_in_sight()

    def on_click(self, event: events.Click) -> None:
        """A finger or a mouse puts the cursor on a row; on the row that has it, that is Enter."""
        at = event.y - self._first_line + self.top
        if event.y < self._first_line or at >= len(self._rows):
            return
        if at == self.cursor and self._on_open is not None:
            self.app.work(_awaited(self._on_open, self._rows[at]))
        else:
            self._go_to(at)

    # -- typing filters

    def on_key(self, event: events.Key) -> None:
        """Letters make the filter; Backspace takes one away."""
        if self._filter_text is None and self._on_filter is None:
            return
        if event.is_printable and event.character and (self.filter or event.character != " "):
            event.stop()
            self._set_filter(self.filter + event.character)
        elif event.key == "backspace" and self.filter:
            event.stop()
            self._set_filter(self.filter[:-1])

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters belong to the filter."""
        return character is not None and character.isprintable()

    def step_back(self) -> bool:
        """Esc takes the filter away first."""
        if not self.filter:
            return False
        self._set_filter("")
        return True

    def _set_filter(self, text: str) -> None:
        self.filter = text
        if self._on_filter is not None:
            self.app.work(_awaited(self._on_filter, text))
        self.set_rows(self._all)

    # -- drawing

    def draw(self, y: int) -> Strip:
        """A line of the titles, a row, or the sentence for an empty list."""
        width = self.size.width
        first = self._first_line
        if y < first:
            return self._title_line(width)
        at = y - first + self.top
        if at < len(self._rows):
            return self._row_line(at, width)
        if not self._rows and y == first:
            return self._empty_line(width)
        return Strip.blank(width)

    def _laid_out(self, width: int) -> list[tuple[Column[T], int]]:
        if self._layout_of[0] != width:
            self._layout_of = (width, lay_out(self._columns, width - 2))
        return self._layout_of[1]

    def _title_line(self, width: int) -> Strip:
        quiet = self.look.style("quiet")
        position = f"{self.cursor + 1}/{len(self._rows)}" if len(self._rows) > self._lines or self.filter else ""
        if self.filter:
            text = "  " + _("Filter: {text}").format(text=self.filter) + "_"
            style = marked(private(self.filter), self.look.style("strong"))
        else:
            parts = [
                pad(_(column.title) if column.title else "", size, column.align)
                for column, size in self._laid_out(width)
            ]
            text, style = ("  " + (" " * GAP).join(parts)).rstrip(), quiet
        room = width - len(position) - 1 if position else width
        strip = Strip([Segment(fit(text, room), style)]).adjust_cell_length(room)
        return Strip.join([strip, Strip([Segment(f" {position}", quiet)])]) if position else strip

    def _row_line(self, at: int, width: int) -> Strip:
        look, row = self.look, self._rows[at]
        whole = self._role_of(row) if self._role_of else None
        is_cursor = at == self.cursor and (self.has_focus or self._was_focused)
        mark = look.glyph("cursor") if is_cursor else " "
        segments = [Segment(f"{mark} ", look.style("site" if self.has_focus else "quiet"))]
        for index, (column, size) in enumerate(self._laid_out(width)):
            if index:
                segments.append(Segment(" " * GAP))
            cell = column.cell(row)
            role = cell.role if cell.role != "text" else (whole or "text")
            segments.append(Segment(placed(cell, size, column.align), marked(cell.text, look.style(role))))
        strip = Strip(segments).adjust_cell_length(width)
        if not is_cursor:
            return strip
        if self.has_focus and look.is_console:
            # Colours within a reversed line are unreadable on most consoles; the signs and words remain.
            strip = Strip([Segment(one.text, Style.from_meta(one.style.meta) if one.style else None) for one in strip])
        return strip.apply_style(look.style("cursor" if self.has_focus else "cursor-away"))

    def on_focus(self) -> None:
        """From now on the cursor is worth showing, even while the focus is elsewhere."""
        self._was_focused = True

    def _empty_line(self, width: int) -> Strip:
        sentence = _("Nothing fits “{text}”.").format(text=self.filter) if self.filter else ""
        sentence = sentence or (_(self._empty) if self._empty else "")
        style = marked(private(self.filter) if self.filter else "", self.look.style("quiet"))
        line = Segment("  " + fit(sentence, max(width - 2, 0)), style)
        return Strip([line]).adjust_cell_length(width)


async def _awaited(doer: Callable[[Any], Awaitable[None]], value: Any) -> None:
    await doer(value)
