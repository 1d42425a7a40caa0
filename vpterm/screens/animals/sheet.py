"""The animal's page: what to beware of, the owner, the weights, and the timeline over all sites."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.dates import format_date_short, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.quantities import format_weight
from vpterm.practice.animals.actions import record_death, sterilise_animal, take_back_death
from vpterm.practice.animals.health import close_problem, open_problem, record_weight, take_back_weight
from vpterm.practice.animals.queries import AnimalSheet, animal_sheet
from vpterm.practice.animals.rules import weight_remark
from vpterm.practice.billing.queries import Balance, client_balance
from vpterm.practice.care.queries import TimelineRow, timeline
from vpterm.screens.animals import head
from vpterm.screens.animals.aside import Aside
from vpterm.screens.animals.asking import FieldQuestion
from vpterm.screens.animals.timeline import TIMELINE, Moment, moments
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import BILL, MAIN, NEXT, PREVIOUS, SAVE
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.narrow import is_narrow
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.dialogs import PickList, yes_no
from vpterm.screens.widgets.fields import DateField, TextField, WeightField
from vpterm.screens.widgets.paragraph import Paragraph
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Rule

OWNER, CHANGE, WEIGHTS = Keys("ctrl+a", ("f13",)), Keys("ctrl+e", ("f14",)), Keys("ctrl+w", ("f16",))
TRANSFER, BOOK = Keys("ctrl+k", ("f17",)), Keys("ctrl+u", ("f18",))
WIDE = 110  # columns from which weights and problems stand beside the timeline
RIGHTS = {
    "weigh": "care.weigh", "consult": "care.write", "bill": "invoices.issue", "edit": "animals.edit",
    "problem": "care.write", "close_problem": "care.write", "death": "animals.edit", "sterilise": "animals.edit",
    "correct": "care.weigh", "book": "agenda.edit", "transfer": "animals.edit",
}  # fmt: skip


NOTHING_YET = N_("Nothing in the record yet: F9 begins a consultation.")


class AnimalPlace(Place):
    """F9 consults, F2 weighs, Ctrl+B bills, F7 and F8 go through the owner's animals."""

    place = "animals.sheet"
    title_label = N_("Animal")
    actions = (
        Action("weigh", SAVE, N_("weigh"), N_("Note a weight; a surprising one is asked about.")),
        Action("previous", PREVIOUS, N_("previous"), N_("The owner's animal before this one.")),
        Action("next", NEXT, N_("next"), N_("The owner's next animal.")),
        Action("consult", MAIN, N_("consult"), N_("Begin a consultation, or go on with the one under way.")),
        Action("bill", BILL, N_("bill"), N_("The draft invoice of the owner.")),
        Action("owner", OWNER, N_("owner"), N_("The owner's page."), in_footer=False),
        Action("edit", CHANGE, N_("change"), N_("Change name, birth, identification..."), in_footer=False),
        Action("transfer", TRANSFER, N_("new owner"), N_("The animal was sold, given, inherited."), in_footer=False),
        Action("whole", WEIGHTS, N_("weights"), N_("Show or hide weights in the timeline."), in_footer=False),
        Action("book", BOOK, N_("book"), N_("Book an appointment for this animal.")),
        Action("problem", None, N_("note a problem"), N_("Note a lasting problem.")),
        Action("close_problem", None, N_("close a problem"), N_("A lasting problem is over.")),
        Action("correct", None, N_("take back a weight"), N_("The last weight was a mistake.")),
        Action("sterilise", None, N_("sterilised"), N_("The animal is sterilised from now on.")),
        Action("death", None, N_("death"), N_("Note the day of its death, or take it back.")),
    )

    def __init__(self, sheet: AnimalSheet, balance: Balance, events: list[TimelineRow]) -> None:
        self.sheet, self.balance, self.events = sheet, balance, events  # first: `can` is asked while it is made
        super().__init__()
        self.shows_weights = False
        self.alerts = Paragraph(role="danger", most=4)
        self.owner_line, self.weight_line, self.problem_line = Line(), Line(), Line()
        self.owed_line = Line()  # where a telephone has no room for it beside the owner
        self.note = Paragraph(role="quiet", most=2)
        self.aside = Aside()
        self.timeline = Rows[Moment](
            TIMELINE, (), identity=lambda moment: moment.key, on_open=self.open_moment, show_titles=False,
            role_of=lambda moment: "waiting" if moment.row.unfinished else None,
            empty=NOTHING_YET if self.app.context.may(RIGHTS["consult"]) else N_("Nothing in the record yet."),
        )  # fmt: skip

    def can(self, action: Action) -> bool:
        """What this person may do, and what makes sense for this animal."""
        right = RIGHTS.get(action.name)
        if right is not None and not self.app.context.may(right):
            return False
        if action.name in {"previous", "next"}:
            return len(self.sheet.family) > 1
        return True

    def body(self) -> Iterable[Widget]:
        """Warnings, owner, weight; the timeline; problems."""
        yield self.alerts
        yield self.owner_line
        yield self.owed_line
        yield self.weight_line
        yield self.note
        yield Rule()
        if self.app.size.width >= WIDE:
            self.timeline.styles.width = "1fr"
            with Horizontal():
                yield self.timeline
                yield self.aside
        else:
            yield self.timeline
            yield self.problem_line

    def on_mount(self) -> None:
        """The cursor stands on what happened last."""
        self._show()
        self.timeline.focus()
        self.app.last_patient = self.sheet.id

    def _show(self) -> None:
        sheet = self.sheet
        self.head.show_subject(sheet.name, head.facts(sheet, self.app.now().date()))
        self.alerts.show(head.warnings(sheet))
        self._show_owner()
        self.weight_line.show(*head.weight_pieces(sheet, self.app.look.glyph("bars")))
        self.note.show(sheet.note)
        self.aside.show(sheet)
        self.problem_line.show(*head.problem_pieces(sheet))
        self.timeline.set_rows(moments(self.events, weights=self.shows_weights), newest_first=True)

    def _show_owner(self) -> None:
        narrow, owed = is_narrow(self.app.size.width), head.owed_pieces(self.balance)
        whole = head.narrow_owner_pieces(self.sheet) if narrow else head.owner_pieces(self.sheet, self.balance)
        self.owner_line.show(*whole)
        self.owed_line.show(*owed)
        self.owed_line.display = narrow and bool(owed)

    def on_resize(self) -> None:
        """A telephone that is turned round."""
        if self.is_mounted:
            self._show_owner()

    async def reload(self) -> None:
        """Read everything again."""
        self.sheet, self.balance, self.events = await _read(self.app, self.sheet.id)
        self._show()

    async def open_moment(self, moment: Moment) -> None:
        """Enter: the entry of the record."""
        if moment.row.entry_id is not None:
            await self.app.open("care.consultation", animal_id=self.sheet.id, entry_id=moment.row.entry_id)

    # -- what one comes to do

    async def do_weigh(self) -> None:
        """F2."""
        sheet = self.sheet
        title = _("Weight of {animal}").format(animal=sheet.name)
        last = sheet.weights[-1] if sheet.weights else None
        known = ""
        if last is not None:
            day = format_date_short(paris_day(last.measured_at))
            known = _("Last: {weight} on {day}").format(weight=format_weight(last.weight_g), day=day)
        grams = await self.app.ask(FieldQuestion(title, WeightField("weight", _("Weight")), details=known))
        if grams is None:
            return
        remark = weight_remark(sheet.weights, grams, self.app.context.now(), sheet.birth_date)
        if remark and await self.app.ask(yes_no(remark)) != "yes":
            return
        await record_weight(self.app.context, animal_id=sheet.id, weight_g=grams)
        await self.reload()
        self.say(_("{weight} is noted.").format(weight=format_weight(grams)))

    async def do_consult(self) -> None:
        """F9."""
        await self.app.open("care.consultation", animal_id=self.sheet.id)

    async def do_bill(self) -> None:
        """Ctrl+B."""
        await self.app.open("billing.invoice", client_id=self.sheet.client_id)

    async def do_book(self) -> None:
        """Ctrl+U."""
        await self.app.open("agenda.book", client_id=self.sheet.client_id, animal_id=self.sheet.id)

    async def do_owner(self) -> None:
        """Ctrl+A."""
        await self.app.open("clients.sheet", client_id=self.sheet.client_id)

    async def do_edit(self) -> None:
        """Ctrl+E."""
        await self.app.open("animals.form", animal_id=self.sheet.id)

    async def do_transfer(self) -> None:
        """Ctrl+K."""
        await self.app.open("animals.transfer", animal_id=self.sheet.id)

    async def do_previous(self) -> None:
        """F7."""
        await self._go_to_kin(-1)

    async def do_next(self) -> None:
        """F8."""
        await self._go_to_kin(1)

    async def _go_to_kin(self, by: int) -> None:
        family = self.sheet.family
        at = (family.index(self.sheet.id) + by) % len(family)
        if family[at] != self.sheet.id:
            await self.app.replace("animals.sheet", animal_id=family[at])

    async def do_whole(self) -> None:
        """Ctrl+W."""
        self.shows_weights = not self.shows_weights
        self._show()

    # -- through the menu

    async def do_problem(self) -> None:
        """A lasting problem."""
        label = await self.app.ask(
            FieldQuestion(_("A lasting problem"), TextField("label", _("Problem"), max_length=120))
        )
        if label is not None:
            await open_problem(self.app.context, animal_id=self.sheet.id, label=label)
            await self.reload()

    async def do_close_problem(self) -> None:
        """Which one is over."""
        still = [problem for problem in self.sheet.problems if problem.closed_on is None]
        if not still:
            self.say(_("No problem is open."))
            return
        over = await self.app.ask(
            PickList(_("Which one is over?"), still, show=lambda one: one.label, identity=lambda one: one.id)
        )
        if over is not None:
            await close_problem(self.app.context, problem_id=over.id)
            await self.reload()

    async def do_correct(self) -> None:
        """The last weight, once asked."""
        if not self.sheet.weights:
            self.say(_("There is no weight to take back."))
            return
        last = self.sheet.weights[-1]
        day = format_date_short(paris_day(last.measured_at))
        question = _("Take back {weight} of {day}?").format(weight=format_weight(last.weight_g), day=day)
        if await self.app.ask(yes_no(question)) == "yes":
            await take_back_weight(self.app.context, weight_id=last.id)
            await self.reload()

    async def do_sterilise(self) -> None:
        """Once asked."""
        question = _("Is {animal} sterilised?").format(animal=self.sheet.name)
        if await self.app.ask(yes_no(question)) == "yes":
            await sterilise_animal(self.app.context, animal_id=self.sheet.id)
            await self.reload()

    async def do_death(self) -> None:
        """The day, or that it was a mistake."""
        context, sheet = self.app.context, self.sheet
        if sheet.died_on is not None:
            if await self.app.ask(yes_no(_("Was the death of {animal} a mistake?").format(animal=sheet.name))) == "yes":
                await take_back_death(context, animal_id=sheet.id)
        else:
            title = _("Day of the death of {animal}").format(animal=sheet.name)
            day = await self.app.ask(FieldQuestion(title, DateField("died_on", _("Day"), context.today())))
            if day is not None:
                await record_death(context, animal_id=sheet.id, died_on=day)
        await self.reload()


async def _read(app: PracticeApp, animal_id: int) -> tuple[AnimalSheet, Balance, list[TimelineRow]]:
    sheet = await animal_sheet(app.context, animal_id=animal_id)
    balance = await client_balance(app.context, client_id=sheet.client_id)
    return sheet, balance, await timeline(app.context, animal_id=animal_id)


@opens("animals.sheet")
async def open_sheet(app: PracticeApp, *, animal_id: int) -> Screen[Any]:
    """One animal."""
    return AnimalPlace(*await _read(app, animal_id))
