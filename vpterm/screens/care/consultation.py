"""The consultation: why, how heavy, the note, what was done; finished, it goes to the desk to be billed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from vpterm.kernel.dates import age_text, format_date_short, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.kernel.quantities import format_quantity, format_weight
from vpterm.practice.animals.health import record_weight
from vpterm.practice.animals.queries import AnimalSheet, animal_sheet
from vpterm.practice.animals.rules import weight_remark
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, remove_service, write_note
from vpterm.practice.care.queries import EntrySheet, PerformedRow, TimelineRow, entry, timeline
from vpterm.practice.care.rules import KINDS
from vpterm.practice.drafts.actions import discard_draft, keep_draft, take_draft
from vpterm.practice.fees.queries import FeeRow, fees_of
from vpterm.screens.care.abbreviations import abbreviations
from vpterm.screens.care.reading import EntryPage
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import BILL, DELETE, MAIN, SAVE_FORM
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.fee_field import FeeField, Picked, fee_rows
from vpterm.screens.widgets.fields import TextField, WeightField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.note import NoteField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

FORM = "care.consultation"
WIDE = 110
LINES_BELOW_NOTE = 16  # what stands around the note at any height


class Consultation(Place):
    """One entry of the record, being written."""

    place = "care.consultation"
    title_label = N_("Consultation")
    actions = (
        SAVE_FORM,
        Action("finish", MAIN, N_("finish and bill"), N_("Save, finish the entry, and go on to the invoice.")),
        Action("bill", BILL, N_("bill"), N_("Save, and open the client's invoice; the entry stays open."), False),
        Action("remove", DELETE, N_("take back"), N_("Take back what was written down by mistake."), False),
    )

    def __init__(
        self, sheet: EntrySheet, animal: AnimalSheet, prices: Mapping[str, FeeRow], past: list[TimelineRow], height: int
    ) -> None:
        super().__init__()
        self.sheet, self.animal, self.prices, self.past = sheet, animal, dict(prices), past
        self.weighed_g: int | None = None
        self.facts = Line()
        self.proposals = fee_rows()
        self.done = Rows[PerformedRow](
            self._done_columns(), sheet.services, identity=lambda row: row.id, show_titles=False,
            empty=N_("Nothing done yet: type a code or words above, “3x” before it for three, “#lot” after it."),
        )  # fmt: skip
        self.total = Section(_("Done"), after=False)
        self._make_fields(height)

    def _make_fields(self, height: int) -> None:
        self.reason = TextField("reason", _("Reason"), self.sheet.reason, max_length=200)
        self.weight = WeightField("weight", _("Weight"), hint=self._last_weight(), width=30)
        self.note = NoteField(
            "note", _("Note"), self.sheet.note, abbreviations=abbreviations(), height=max(height - LINES_BELOW_NOTE, 4)
        )
        self.service = FeeField(
            "service", _("Service"), below=self.proposals, on_take=self.perform_picked, on_nothing=self.do_save,
            hint=_("code or words: 3x vaccine #lot"),
        )  # fmt: skip
        self.form = Form(self.reason, self.weight, self.note, self.service, on_save=self.save_note, on_draft=self.keep)

    def _last_weight(self) -> str:
        if not self.animal.weights:
            return ""
        last = max(self.animal.weights, key=lambda weight: weight.measured_at)
        return f"{format_weight(last.weight_g)} ({format_date_short(paris_day(last.measured_at))})"

    def _done_columns(self) -> list[Column[PerformedRow]]:
        return [
            Column[PerformedRow]("", lambda row: format_quantity(row.quantity), 5, align="right"),
            Column[PerformedRow]("", _label, 24, stretch=1),
            Column[PerformedRow]("", lambda row: row.practitioner_name, 16, rank=1, role="quiet"),
            Column[PerformedRow]("", lambda row: format_money(self._price(row)), 12, align="right"),
        ]

    def _price(self, row: PerformedRow) -> Money:
        fee = self.prices.get(row.fee_code)
        return fee.price.times(row.quantity) if fee else Money.zero()

    def body(self) -> Iterable[Widget]:
        """Who it is, the form, the fees that fit while one types, what was done; wide: what came before."""
        yield self.facts
        left = Vertical(self.form, self.proposals, self.total, self.done)
        if self.app.size.width >= WIDE:
            past = Rows[TimelineRow](
                PAST, self.past, identity=lambda row: (row.kind, row.happened_at, row.text), empty=N_("No visit yet."),
            )  # fmt: skip
            past.can_focus = False
            right = Vertical(Section(_("Before")), past)
            right.styles.width = "2fr"
            left.styles.width = "3fr"
            right.styles.margin = (0, 0, 0, 2)
            yield Horizontal(left, right)
        else:
            yield left

    def on_mount(self) -> None:
        """The note, ready to be written."""
        animal = self.animal
        age = f"{age_text(animal.birth_date, self.app.context.today())}" if animal.birth_date else ""
        facts = " · ".join(text for text in (animal.species, animal.breed, age) if text)
        self.head.show_subject(animal.name, facts)
        self.app.last_patient = animal.id
        self.proposals.styles.height = 9
        self._show()
        self.note.focus()

    def _show(self) -> None:
        pieces: list[tuple[str, Role]] = []
        for alert in (self.animal.alert, self.animal.owner_alert):
            if alert:
                pieces.append(
                    (private(f"! {alert}  ") if alert is self.animal.owner_alert else f"! {alert}  ", "danger")
                )
        pieces.append((_(KINDS[self.sheet.kind]), "quiet"))
        pieces += [("", "text"), (owner(self.animal.owner), "text")]
        self.facts.show(*pieces)
        self.done.set_rows(self.sheet.services)
        self.total.show_count(format_money(Money.total(self._price(row) for row in self.sheet.services)))
        self._show_lists()

    def _show_lists(self) -> None:
        typing = bool(self.service.value.strip())
        self.proposals.display = typing
        self.total.display = self.done.display = not typing

    def on_input_changed(self) -> None:
        """Fees while something is typed, else what was done."""
        if self.is_mounted:
            self._show_lists()

    def way_back(self) -> dict[str, Any]:
        """The entry that was begun; with the animal, another one would be."""
        return {"entry_id": self.sheet.id, "complete": self.sheet.finished_at is not None}

    def can(self, action: Action) -> bool:
        """The Delete key is the note's, except in the list of what was done."""
        if action.name == "remove":
            return hasattr(self, "done") and self.is_mounted and self.focused is self.done
        return True

    # -- what was done

    async def perform_picked(self, picked: Picked) -> None:
        """A fee was taken below the field."""
        await perform_service(
            self.app.context, entry_id=self.sheet.id, fee_code=picked.fee.code, quantity=picked.quantity, lot=picked.lot
        )
        self.prices[picked.fee.code] = picked.fee
        await self.reload()
        self.done.action_move(len(self.sheet.services))
        self.done.top = 0  # the list is about to be shown: it fills from its first line

    async def do_remove(self) -> None:
        """Del in the list."""
        row = self.done.current
        if row is None:
            raise Refused(_("Nothing was done yet."))
        await remove_service(self.app.context, service_id=row.id)
        await self.reload()
        self.say(_("Taken back: {label}.").format(label=row.label))

    async def reload(self) -> None:
        """Read the entry again; what is being typed stays."""
        self.sheet = await entry(self.app.context, entry_id=self.sheet.id)
        self._show()

    # -- saving and finishing

    async def save_note(self, values: dict[str, Any]) -> None:
        """Keep reason, note and weight; a weight that surprises is asked about first."""
        context = self.app.context
        self.service.check_is_empty()
        weight = values["weight"]
        if weight is not None and weight != self.weighed_g:
            remark = weight_remark(self.animal.weights, weight, context.now(), self.animal.birth_date)
            if remark and await self.app.ask(yes_no(remark)) != "yes":
                raise Refused(_("The weight is not kept."), field="weight")
        await write_note(context, entry_id=self.sheet.id, note=values["note"], reason=values["reason"])
        if weight is not None and weight != self.weighed_g:
            await record_weight(context, animal_id=self.animal.id, weight_g=weight)
            self.weighed_g = weight
        await discard_draft(context, form=FORM, subject=self._subject)
        self.say(_("Saved."))

    async def do_finish(self) -> None:
        """F9."""
        await self.form.save()
        services = len(self.sheet.services)
        if not services and not self.note.text.strip():
            raise Refused(
                _("Nothing is written of this consultation yet."),
                _("Write a line of note, or what was done; Esc leaves it open."),
            )
        await finish_entry(self.app.context, entry_id=self.sheet.id)
        if services and self.app.context.may("invoices.issue"):
            await self.app.replace("billing.invoice", client_id=self.animal.client_id)
            self.app.say(_("The entry of {animal} is finished.").format(animal=self.animal.name))
        else:
            await self.app.go_back(says=_("The entry of {animal} is finished.").format(animal=self.animal.name))

    async def do_bill(self) -> None:
        """Ctrl+B."""
        await self.form.save()
        await self.app.open("billing.invoice", client_id=self.animal.client_id)

    @property
    def _subject(self) -> str:
        return f"entry:{self.sheet.id}"

    async def keep(self, texts: dict[str, str]) -> None:
        """Keep what is typed, as typed."""
        await keep_draft(self.app.context, form=FORM, subject=self._subject, values=texts)


def _label(row: PerformedRow) -> str:
    return row.label + (f"  {_('lot')} {row.lot}" if row.lot else "")


def _past_text(row: TimelineRow) -> str:
    if row.weight_g is not None:
        return format_weight(row.weight_g)
    return row.text + (f"  {_('lot')} {row.lot}" if row.lot else "")


PAST: list[Column[TimelineRow]] = [
    Column[TimelineRow](N_("date"), lambda row: format_date_short(paris_day(row.happened_at)), 8, role="quiet"),
    Column[TimelineRow](N_("site"), lambda row: row.site_code, 7, role="quiet"),
    Column[TimelineRow](N_("what"), _past_text, 16, stretch=1),
]


@opens("care.consultation")
async def open_place(
    app: PracticeApp, *, animal_id: int | None = None, visit_id: int | None = None, entry_id: int | None = None,
    reason: str = "", kind: str = "consultation", complete: bool = False,
) -> Place:  # fmt: skip
    """The unfinished entry of the animal, or a new one; or the entry of this number.

    An entry that is finished, or of another clinic, opens to be read; `complete` opens one's own for writing again.
    """
    context = app.context
    if entry_id is None:
        if animal_id is None:
            raise ValueError("care.consultation opens with an animal or an entry")
        entry_id = await open_consultation(context, animal_id=animal_id, visit_id=visit_id, reason=reason, kind=kind)
    sheet = await entry(context, entry_id=entry_id)
    is_own = sheet.site_id == context.site_id and sheet.author_id == context.staff_id and context.may("care.write")
    is_open = sheet.site_id == context.site_id and sheet.finished_at is None and context.may("care.write")
    if is_open or (is_own and complete):
        return await _for_writing(app, sheet)
    return EntryPage(sheet, is_own=is_own)


async def _for_writing(app: PracticeApp, sheet: EntrySheet) -> Consultation:
    context = app.context
    animal = await animal_sheet(context, animal_id=sheet.animal_id)
    prices = await fees_of(context, codes=[row.fee_code for row in sheet.services])
    past = await timeline(context, animal_id=animal.id, limit=60) if app.size.width >= WIDE else []
    place = Consultation(sheet, animal, prices, [row for row in past if row.entry_id != sheet.id], app.size.height)
    draft = await take_draft(context, form=FORM, subject=f"entry:{sheet.id}")
    if draft is not None:
        place.form.restore(draft.values)
        place.call_after_refresh(place.say, _("Taken up where you left off."))
    return place
