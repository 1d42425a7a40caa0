"""Taking up codes from a telephone, in three steps, and ending them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.containers import Horizontal, Vertical
from textual.strip import Strip
from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.practice.staff.pictures import draw_qr
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN, SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.staff.reading import ask_door
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.paragraph import Paragraph
from vpterm.screens.widgets.section import Section

_BODY_LOSS = 5  # lines of the screen that are not a place's body
_DARK_ON_LIGHT = Style(color="#000000", bgcolor="#ffffff")


class Picture(Drawn):
    """A QR code, dark on light in every theme: cameras do not read all of them the other way round."""

    can_focus = False

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = lines

    def on_mount(self) -> None:
        """As large as it is."""
        self.styles.width, self.styles.height = len(self.lines[0]), len(self.lines)
        self.styles.margin = (0, 2, 0, 0)

    def draw(self, y: int) -> Strip:
        """One line."""
        return Strip([Segment(self.lines[y], _DARK_ON_LIGHT)])


def picture_for(app: PracticeApp, uri: str) -> list[str]:
    """The picture with the widest margin that fits; nothing where it does not fit or cannot be drawn."""
    if app.request.glyphs != "full":
        return []
    fitting = [drawn for border in (4, 2, 1) if len(drawn := draw_qr(uri, border)) <= app.size.height - _BODY_LOSS]
    return fitting[0] if fitting else []


class EnrolForm(Place):
    """First the password: who sits at an open session is not always its person."""

    place = "account.enrol"
    title_label = N_("Take up codes")
    actions = (SAVE_FORM,)

    def __init__(self) -> None:
        super().__init__()
        self.form = Form(TextField("password", _("Password"), required=True, secret=True), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """What will come."""
        yield Paragraph(
            _("From then on every login by password asks for a code that your telephone shows. Have it at hand, with"
              " an application for codes on it.")
        )  # fmt: skip
        yield self.form

    def on_mount(self) -> None:
        """Step one."""
        self.head.show_subject(_("Take up codes"), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        begun = await ask_door(self.app, "enrol", {"password": values["password"]})
        self.app.work(self.app.replace("account.confirm", secret=begun["secret"], uri=begun["uri"]))


class ConfirmForm(Place):
    """The picture and the secret; the first code proves that the telephone has it."""

    place = "account.confirm"
    title_label = N_("The first code")
    actions = (SAVE_FORM,)

    def __init__(self, app: PracticeApp, secret: str, uri: str) -> None:
        super().__init__()
        self.secret = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        self.picture = picture_for(app, uri)
        self.form = Form(TextField("code", _("Code"), required=True, max_length=12), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """The picture at the left, what to do at the right."""
        asked = _("Point the telephone at the picture.") if self.picture else ""
        right = Vertical(
            Paragraph(asked),
            Paragraph(_("Or type this into the application:")),
            Paragraph(self.secret, "strong"),
            Paragraph(_("Then type the code that it shows.")),
            self.form,
        )
        yield Horizontal(Picture(self.picture), right) if self.picture else right

    def on_mount(self) -> None:
        """Step two."""
        self.head.show_subject(_("The first code"), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        taken = await ask_door(self.app, "confirm", {"code": values["code"]})
        self.app.work(self.app.replace("account.recovery", codes=tuple(taken["codes"])))


class RecoveryCodes(Place):
    """Shown once."""

    place = "account.recovery"
    title_label = N_("Recovery codes")
    actions = (Action("noted", MAIN, N_("noted"), N_("The codes are written down; they are not shown again.")),)

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__()
        self.codes = codes

    def body(self) -> Iterable[Widget]:
        """Ten lines to copy."""
        yield Paragraph(_("Write these down for the day the telephone is lost. Each opens once, instead of a code."))
        yield Section(_("Recovery codes"), after=True)
        yield Paragraph("\n".join(self.codes), "strong", most=len(self.codes))

    def on_mount(self) -> None:
        """Step three."""
        self.head.show_subject(_("Recovery codes"), self.app.request.login)

    async def do_noted(self) -> None:
        """F9."""
        await self.app.go_back(says=_("Codes are asked for from now on."))


class EndForm(Place):
    """A last code ends them."""

    place = "account.end"
    title_label = N_("End codes")
    actions = (SAVE_FORM,)

    def __init__(self) -> None:
        super().__init__()
        self.form = Form(TextField("code", _("Code"), required=True, max_length=40), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """What it means."""
        yield Paragraph(_("The password alone will open this account again. Type a last code, or a recovery code."))
        yield self.form

    def on_mount(self) -> None:
        """The code alone."""
        self.head.show_subject(_("End codes"), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        await ask_door(self.app, "end", {"code": values["code"]})
        self.app.work(self.app.go_back(says=_("No code is asked for any more.")))


@opens("account.enrol")
async def open_enrol(app: PracticeApp) -> EnrolForm:
    """Step one."""
    return EnrolForm()


@opens("account.confirm")
async def open_confirm(app: PracticeApp, *, secret: str, uri: str) -> ConfirmForm:
    """Step two."""
    return ConfirmForm(app, secret, uri)


@opens("account.recovery")
async def open_recovery(app: PracticeApp, *, codes: Sequence[str]) -> RecoveryCodes:
    """Step three."""
    return RecoveryCodes(codes)


@opens("account.end")
async def open_end(app: PracticeApp) -> EndForm:
    """For a new telephone, or none."""
    return EndForm()
