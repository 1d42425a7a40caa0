"""F3: one box that finds clients and animals while one types. At most one query is under way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.kernel.text import excerpt
from vpterm.practice.animals.search import SearchHit, recent_hits, search
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command, otherwise
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import PickList
from vpterm.screens.widgets.picking import PickingField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

LIMIT = 40


def _name(hit: SearchHit) -> Cell:
    name = owner(f"~ {hit.name}" if hit.kind == "similar" else hit.name)
    return Cell(name, "quiet" if hit.kind == "similar" else "text")


def _animals(hit: SearchHit) -> Cell:
    names = ", ".join(f"{animal.name} †" if animal.dead else animal.name for animal in hit.animals)
    return Cell(names, "strong" if hit.animal_id is not None else "text")


HITS: list[Column[SearchHit]] = [
    Column[SearchHit](N_("client"), _name, 18, stretch=2),
    Column[SearchHit](N_("animals"), _animals, 14, stretch=3, rank=1),
    Column[SearchHit](N_("telephone"), lambda hit: private(format_phone(hit.phone) if hit.phone else ""), 16),
    Column[SearchHit](N_("town"), lambda hit: private(hit.town), 10, stretch=1, rank=2, role="quiet"),
    Column[SearchHit]("", lambda hit: Cell(private(hit.alert), "danger") if hit.alert else "", 22, stretch=1, rank=3),
]


class SearchField(PickingField):
    """Arrows move in the hits, Enter opens what was met."""

    async def action_submit(self) -> None:
        """Enter."""
        place = self.screen
        if isinstance(place, SearchPlace):
            place.app.work(place.open_current())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search, or note what to search next."""
        super().on_input_changed(event)
        if isinstance(self.screen, SearchPlace):
            self.screen.want(event.value)

    def step_back(self) -> bool:
        """Esc empties the box first."""
        had = bool(self.value)
        self.set_text("")
        return had


class SearchPlace(Place):
    """A box and its hits. Empty, it lists whom this site dealt with last."""

    place = "clients.search"
    title_label = N_("Search")
    actions = (
        Action("animal", MAIN, N_("animal"), N_("Open the animal of the selected client.")),
        Action("new", Keys("ctrl+a", ("f13",)), N_("new client"), N_("Make a file for somebody who has none.")),
    )

    def __init__(self, recent: list[SearchHit], text: str = "") -> None:
        super().__init__()
        self.recent, self.typed = recent, text
        self.hits = Rows[SearchHit](
            HITS, recent, identity=lambda hit: hit.client_id, on_open=self.open_hit,
            empty=N_("Nobody is found. Ctrl+A makes a new client."),
        )  # fmt: skip
        self.box = SearchField(
            "text", _("Search"), below=self.hits, hint=_("name, animal, end of a telephone or transponder number")
        )
        self.title_line = Line()
        self._wanted = self._shown = ""
        self._is_searching = False

    @property
    def is_settled(self) -> bool:
        """Whether the hits are those of the text in the box."""
        return not self._is_searching and self._wanted == self._shown

    def body(self) -> Iterable[Widget]:
        """The box, then the hits."""
        yield self.box
        yield Line()
        yield self.title_line
        yield self.hits

    def on_mount(self) -> None:
        """The cursor is in the box, and stays there."""
        self.head.show_subject(_("Search"))
        self._show_title(len(self.recent))
        self.box.focus()
        if self.typed:
            self.box.set_text(self.typed)

    def can(self, action: Action) -> bool:
        """Only those who may make a file."""
        return action.name != "new" or self.app.context.may("clients.edit")

    def want(self, text: str) -> None:
        """Show the hits of this text as soon as the query under way is over; texts in between are passed over."""
        self._wanted = text.strip()
        if not self._is_searching:
            self._is_searching = True
            self.app.background(self._catch_up())

    async def _catch_up(self) -> None:
        try:
            while self._shown != self._wanted:
                text = self._wanted
                hits = await search(self.app.context, text=text, limit=LIMIT) if text else self.recent
                self._shown = text
                if text == self._wanted and self.is_attached:
                    self._show(hits)
        finally:
            self._shown = self._wanted  # also after a failure, which the app tells: the next key tries again
            self._is_searching = False

    def _show(self, hits: list[SearchHit]) -> None:
        self.hits.set_rows(hits)
        self.hits.action_move(-len(hits))
        self._show_title(len(hits))

    def _show_title(self, count: int) -> None:
        title = _("Found") if self._shown else _("Last seen here")
        shown = str(count) if count < LIMIT else f"{LIMIT}+"
        self.title_line.show((title.upper(), "heading"), ("", "text"), (shown, "quiet"))

    async def reload(self) -> None:
        """Read the hits again."""
        self.recent = await recent_hits(self.app.context)
        hits = await search(self.app.context, text=self._wanted, limit=LIMIT) if self._wanted else self.recent
        self.hits.set_rows(hits)

    async def _current(self) -> SearchHit | None:
        """The hit under the cursor, of what is typed now: Enter may come before the answer."""
        if not self.is_settled:
            text = self._wanted
            self._show(await search(self.app.context, text=text, limit=LIMIT) if text else self.recent)
            self._shown = text
        return self.hits.current

    async def open_current(self) -> None:
        """Enter: the animal that was met, or else the client."""
        hit = await self._current()
        if hit is not None:
            await self.open_hit(hit)

    async def open_hit(self, hit: SearchHit) -> None:
        """The animal that was met, or else the client."""
        if hit.animal_id is not None:
            await self.app.open("animals.sheet", animal_id=hit.animal_id)
        else:
            await self.app.open("clients.sheet", client_id=hit.client_id)

    async def do_animal(self) -> None:
        """F9: straight to the animal; asks which where there are several."""
        hit = await self._current()
        if hit is None:
            return
        animals = [animal for animal in hit.animals if not animal.dead] or list(hit.animals)
        if not animals:
            await self.app.open("clients.sheet", client_id=hit.client_id)
            return
        picked = animals[0]
        if len(animals) > 1:
            chosen = await self.app.ask(
                PickList(hit.name, animals, show=lambda animal: animal.name, identity=lambda animal: animal.id)
            )
            if chosen is None:
                return
            picked = chosen
        await self.app.open("animals.sheet", animal_id=picked.id)

    async def do_new(self) -> None:
        """Ctrl+A: what is typed is the name already."""
        text = self.box.value.strip()
        await self.app.open("clients.form", last_name="" if any(sign.isdigit() for sign in text) else text)

    async def do_search(self) -> None:
        """F3 here begins anew."""
        self.box.set_text("")
        self.box.focus()


@opens("clients.search", label=N_("Find a client or an animal"))
async def open_search(app: PracticeApp, *, text: str = "") -> Screen[Any]:
    """With a text, it is searched at once."""
    return SearchPlace(await recent_hits(app.context), text)


@opens("clients.find")
async def open_find(app: PracticeApp, *, text: str = "") -> Screen[Any]:
    """The name by which F3 asks for it."""
    return await open_search(app, text=text)


@command("cli", "client", "chercher", "search", label=N_("Find a client or an animal"), argument=N_("name"))
async def find(app: Any, rest: str) -> None:
    # for instance: cli dupont
    await app.open("clients.search", text=rest)


@otherwise
async def find_typed(app: Any, line: str) -> None:
    """A bare name on the command line is looked for: what somebody types who does not think of commands."""
    await app.open("clients.search", text=line)
    app.say(_("“{line}” is no command: it is looked for.").format(line=excerpt(line)))
