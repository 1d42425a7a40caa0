"""The telephones in a client's form: as many as there are, each with its label, and one more to fill in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import format_phone, parse_phone
from vpterm.practice.clients.queries import PhoneRow
from vpterm.practice.clients.rules import Phone, read_phone
from vpterm.screens.widgets.fields import TextField

FEWEST = 3


class TelephoneField(TextField):
    """A number and, after it, what it is: "06 12 34 56 78 travail". `read()` answers (E.164, label) or None."""

    nothing = None

    def parse(self, typed: str) -> Phone:
        """The two parts."""
        number, label = read_phone(typed)
        return parse_phone(number), label

    def show(self, value: Phone) -> str:
        """The number in its usual form, the label after it."""
        return f"{format_phone(value[0])} {value[1]}".rstrip()


def telephone_fields(phones: Sequence[PhoneRow], on_change: Callable[[str], Any] | None = None) -> list[TelephoneField]:
    """A field for each, in their order, and an empty one; emptied, a telephone is gone."""
    texts = [f"{format_phone(phone.number)} {phone.label}".rstrip() for phone in phones]
    texts += [""] * max(1, FEWEST - len(texts))
    hints = {0: _("then what it is: work, her mother"), 1: _("Ctrl+U puts it first")}
    return [
        TelephoneField(
            f"phone{at + 1}", _("Other telephone") if at else _("Telephone"), text, hint=hints.get(at, ""),
            max_length=80, on_change=None if at else on_change,
        )
        for at, text in enumerate(texts)
    ]  # fmt: skip


def telephones_of(values: dict[str, Any]) -> list[Phone]:
    """What the fields hold, in their order."""
    return [values[name] for name in sorted(values, key=_place) if name.startswith("phone") and values[name]]


def _place(name: str) -> tuple[int, str]:
    return len(name), name  # phone10 stands after phone9


def put_first(fields: Sequence[TelephoneField], chosen: TelephoneField) -> None:
    """Move a telephone before the others, which keep their order."""
    texts = [field.text for field in fields]
    texts.insert(0, texts.pop(fields.index(chosen)))
    for field, text in zip(fields, texts, strict=True):
        field.set_text(text)
    fields[0].focus()
