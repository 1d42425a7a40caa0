"""A place: a full screen with its title, body, message line and keys. Dialogs lie on a place and answer a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import SUPPORT_ACTIONS, keymap
from vpterm.screens.shell.foot import Foot
from vpterm.screens.shell.guard import Guarded
from vpterm.screens.shell.head import Head

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


@runtime_checkable
class StepsBack(Protocol):
    """A widget that has something of its own to undo before Esc leaves the place (a filter, for instance)."""

    def step_back(self) -> bool:
        """Undo it; True if there was anything."""


@runtime_checkable
class HasChoices(Protocol):
    """A field that can show all it accepts."""

    async def show_choices(self) -> None:
        """Let the person pick one."""


@runtime_checkable
class Marks(Protocol):
    """A form, whose fields can be marked."""

    def mark(self, field: str, message: str) -> bool:
        """Mark the field and put the cursor there; False if there is no such field."""


@runtime_checkable
class Saves(Protocol):
    """A form."""

    async def save(self) -> None:
        """Save what is typed."""


@runtime_checkable
class KeepsDrafts(Protocol):
    """A form that keeps what is typed."""

    def keep_draft(self) -> None:
        """Keep it now, without waiting for the pause in typing."""


class Place(Guarded, Screen[None]):
    """The base of every full screen. Subclasses set `place`, `title_label`, `actions`, and write `body()`.

    Each action `name` needs `async def do_<name>(self)`. It runs as a work: it may read and save at leisure,
    keys wait, a `VptermError` that it raises is shown on the message line. `follows` names the tables whose
    change by other people has the place `reload()`.
    """

    place: ClassVar[str] = ""
    title_label: ClassVar[str] = ""
    actions: ClassVar[tuple[Action, ...]] = ()
    follows: ClassVar[frozenset[str]] = frozenset()
    app: PracticeApp
    opened_as = ""  # the name and the arguments of the opener, noted by the app
    opened_with: Mapping[str, Any] = MappingProxyType({})

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        for action in cls.actions:
            if not callable(getattr(cls, f"do_{action.name}", None)):
                raise TypeError(f"{cls.__name__} declares {action.name!r} but has no do_{action.name}")
        if cls.place:
            keymap.add(cls.place, *cls.actions, title=cls.title_label or None)

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self.foot = Foot(self.footer_actions())

    def compose(self) -> ComposeResult:
        """Head, body, foot; subclasses write `body`."""
        yield self.head
        with Vertical(id="body"):
            yield from self.body()
        yield self.foot

    def body(self) -> Iterable[Widget]:
        """The widgets between the double rule and the message line: 19 lines at 80x24."""
        return ()

    def way_back(self) -> Mapping[str, Any]:
        """What to open this place with after a cut; override where it has moved on since it was opened.

        Opening it once more must not do anything once more.
        """
        return self.opened_with

    async def reload(self) -> None:
        """Read the rows again and show them; called by F5 and when a place on top was left. Keeps the cursor."""

    def can(self, action: Action) -> bool:
        """Whether to offer an action now; override to hide what the person may not do."""
        return True

    def available_actions(self) -> tuple[Action, ...]:
        """What can be done here."""
        return tuple(action for action in keymap.actions(self.place) if self._may(action))

    def is_worth_showing(self, action: Action) -> bool:
        """Whether an action that can be done is worth a place in the footer now; override where it would do nothing."""
        return True

    def footer_actions(self) -> tuple[Action, ...]:
        """What the footer chooses from."""
        return tuple(action for action in self.available_actions() if self.is_worth_showing(action))

    def action_for(self, key: str) -> Action | None:
        """The action that a key does here, or None for a key of the focused widget."""
        action = keymap.find(key, self.place)
        return action if action is not None and self._may(action) else None

    def _may(self, action: Action) -> bool:
        is_offered = not self.is_running or self.app.support.can(action)  # a place is built before it has an app
        return is_offered and self.can(action)

    async def perform(self, action: Action) -> None:
        """Do an action of this place."""
        await getattr(self, f"do_{action.name}")()

    def say(self, message: str) -> None:
        """Put a sentence on the message line."""
        self.foot.say(message)

    def show_error(self, message: str, field: str | None = None) -> None:
        """Put an error on the message line and mark the field it names."""
        self.foot.say(message, is_error=True)
        if field:
            for widget in self.query("*"):
                if isinstance(widget, Marks) and widget.mark(field, message):
                    break

    def forget_error(self) -> None:
        """What an error named is right now: take the sentence away."""
        self.foot.forget_error()

    def minute_passed(self) -> bool:
        """Another minute has begun: show what changes by that alone. Answers whether anything did."""
        return self.head.tick()

    def on_screen_resume(self) -> None:
        """Minutes have gone by while another place lay on top."""
        self.head.refresh()

    def show_busy(self, message: str) -> None:
        """Say what is under way; "" when it is over."""
        self.foot.say_busy(message)

    def keep_drafts(self) -> None:
        """Have every form keep what is typed, at once."""
        for widget in self.query("*"):
            if isinstance(widget, KeepsDrafts):
                widget.keep_draft()

    async def do_help(self) -> None:
        """F1."""
        await self.app.open_help(self.place)

    async def do_menu(self) -> None:
        """F10."""
        await self.app.open_menu()

    async def do_search(self) -> None:
        """F3: places with a search of their own override this."""
        await self.app.open("clients.find")

    async def do_site(self) -> None:
        """F6."""
        await self.app.change_site()

    async def do_last(self) -> None:
        """Ctrl+L."""
        await self.app.open_last_patient()

    async def do_home(self) -> None:
        """Through the menu."""
        await self.app.go_home()

    async def do_detach(self) -> None:
        """Through the menu."""
        self.app.detach()

    async def do_lock(self) -> None:
        """Through the menu; its key works under questions too (app.py)."""
        await self.app.lock.close()

    async def do_leave(self) -> None:
        """Through the menu, or Esc on the home board."""
        await self.app.ask_to_leave()

    async def do_support(self) -> None:
        """Ctrl+C, while support asks or looks in."""
        await self.app.support.press()

    async def do_keyboard(self) -> None:
        """Ctrl+Z, while support may type."""
        await self.app.support.press_keyboard()

    async def do_refresh(self) -> None:
        """F5."""
        await self.reload()
        self.say("")

    async def do_save(self) -> None:
        """F2, in places that declare `SAVE_FORM`: the form around the cursor, or else the first."""
        around = self.focused.ancestors_with_self if self.focused else ()
        candidates: list[object] = [*around, *self.query("*")]
        form = next((widget for widget in candidates if isinstance(widget, Saves)), None)
        if form is not None:
            await form.save()

    async def do_choices(self) -> None:
        """F4."""
        focused: object = self.focused
        if isinstance(focused, HasChoices):
            await focused.show_choices()
        else:
            self.say(_("There is nothing to choose from here."))

    async def do_back(self) -> None:
        """Esc: first the focused widget's own step back, then the place beneath."""
        focused: object = self.focused
        if isinstance(focused, StepsBack) and focused.step_back():
            return
        await self.app.go_back()


class Opening(Place):
    """The ground of the screen stack: seen only while the home board cannot be read."""

    place = "opening"
    title_label = N_("Opening")

    async def do_refresh(self) -> None:
        """F5 tries again."""
        await self.app.go_home()


class Dialog(Guarded, ModalScreen[ScreenResultType]):
    """A small question over a place, opened only in answer to a key (`await app.ask(dialog)`).

    Esc answers None. Only the dialog's own `actions` and Esc work in it.
    """

    place: ClassVar[str] = "dialog"
    actions: ClassVar[tuple[Action, ...]] = ()
    app: PracticeApp

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.place != "dialog":
            keymap.add(cls.place, *cls.actions)

    def action_for(self, key: str) -> Action | None:
        """The dialog's own actions, and those of support, which are at hand wherever one is."""
        own = keymap.find(key, self.place, everywhere=False)
        of_support = (one for one in SUPPORT_ACTIONS if key in (one.keys.all if one.keys else ()))
        return own or next((one for one in of_support if self.app.support.can(one)), None)

    def on_mount(self) -> None:
        """Who of support looks in is told over a question too."""
        self.show_band()

    def show_band(self) -> None:
        """Have the band stand there while there is something to tell."""
        from vpterm.screens.shell.support_band import Band

        bands = self.query(Band)
        if self.app.support.is_told and not bands:
            self.mount(Band())
        for band in bands:
            band.display = self.app.support.is_told
            band.refresh()

    async def do_support(self) -> None:
        """Ctrl+C, while support asks or looks in."""
        await self.app.support.press()

    async def do_keyboard(self) -> None:
        """Ctrl+Z, while support may type."""
        await self.app.support.press_keyboard()

    async def perform(self, action: Action) -> None:
        """Do an action of this dialog."""
        await getattr(self, f"do_{action.name}")()

    def answer(self, result: ScreenResultType | None) -> None:
        """Close with an answer."""
        self.app.answer_dialog(self, result)

    async def do_back(self) -> None:
        """Esc."""
        self.answer(None)
