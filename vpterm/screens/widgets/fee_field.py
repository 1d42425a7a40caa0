"""The field that takes what was done or sold: `3x detar #LOT`, with the fees that fit below it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import format_money
from vpterm.kernel.quantities import parse_quantity
from vpterm.practice.fees.queries import FeeRow, find_fees
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.picking import PickingField
from vpterm.screens.widgets.rows import Rows

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

_TYPED = re.compile(r"(?:(?P<count>\d+(?:[.,]\d+)?)\s*[x×*]\s*)?(?P<words>[^#]*)(?:#(?P<lot>.*))?", re.IGNORECASE)
PROPOSALS = 8

FEES: list[Column[FeeRow]] = [
    Column[FeeRow](N_("code"), lambda fee: fee.code, 9, role="quiet"),
    Column[FeeRow](N_("label"), lambda fee: fee.label, 24, stretch=1),
    Column[FeeRow](N_("section"), lambda fee: fee.section, 18, rank=1, role="quiet"),
    Column[FeeRow](N_("price incl. VAT"), lambda fee: format_money(fee.price), 12, align="right"),
]


@dataclass(frozen=True, slots=True)
class Picked:
    """What was typed and taken: a fee, how many, and the lot after a `#`."""

    fee: FeeRow
    quantity: Decimal
    lot: str


def read_typed(text: str) -> tuple[Decimal, str, str]:
    """Quantity, words and lot of `3x detar #B4471`. Raises Refused for a quantity that cannot be."""
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        return Decimal(1), text.strip(), ""
    quantity = parse_quantity(found["count"], "service") if found["count"] else Decimal(1)
    return quantity, found["words"].strip(), (found["lot"] or "").strip()


def fee_rows() -> Rows[FeeRow]:
    """The list for below the field."""
    return Rows[FeeRow](FEES, (), identity=lambda fee: fee.code, show_titles=False)


class FeeField(PickingField):
    """`FeeField("service", _("Service"), below=fee_rows(), on_take=self.perform)`.

    Enter takes the line of the list and calls `on_take(Picked)`; in the empty field it calls `on_nothing`.
    """

    def __init__(
        self, name: str, label: str, *, below: Rows[FeeRow], on_take: Callable[[Picked], Awaitable[None]],
        on_nothing: Callable[[], Awaitable[None]] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(name, label, below=below, **options)
        self._on_take, self._on_nothing = on_take, on_nothing
        self._searched = ""

    async def action_submit(self) -> None:
        """Enter."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        if self.value.strip():
            app.work(self._take())
        elif self._on_nothing is not None:
            app.work(_awaited(self._on_nothing()))

    async def _take(self) -> None:
        quantity, _words, lot = read_typed(self.value)
        fee = self.below.current
        if fee is None:
            raise Refused(
                _("No fee fits “{text}”.").format(text=self.value.strip()),
                _("Type a code, or the beginnings of words."),
                field=self.key,
            )
        await self._on_take(Picked(fee, quantity, lot))
        self.set_text("")

    def check_is_empty(self) -> None:
        """Refused while something typed was not taken: it would be lost in silence."""
        if self.value.strip():
            raise Refused(
                _("“{text}” is not taken yet.").format(text=self.value.strip()),
                _("Enter takes the line below; or empty the field."),
                field=self.key,
            )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search at every key; the next key waits for the few milliseconds."""
        super().on_input_changed(event)
        try:
            words = read_typed(event.value)[1]
        except Refused:
            words = ""
        if words != self._searched:
            self._searched = words
            app: PracticeApp = self.app  # type: ignore[assignment]
            app.work(self._search(words))

    async def _search(self, words: str) -> None:
        app: PracticeApp = self.app  # type: ignore[assignment]
        found = await find_fees(app.context, text=words, limit=PROPOSALS) if words else []
        if words == self._searched:
            self.below.set_rows(found)
            self.below.action_move(-len(found))


async def _awaited(awaitable: Awaitable[None]) -> None:
    await awaitable
