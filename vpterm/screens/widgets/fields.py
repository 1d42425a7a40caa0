"""The one-line fields of a form. Each has a `name`, a `label`, its text as typed, and `read()`, its value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from vpterm.kernel.date_entry import parse_date
from vpterm.kernel.dates import format_date_short, format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import format_phone, parse_phone
from vpterm.kernel.money import Money, format_money, parse_money
from vpterm.kernel.quantities import format_quantity, format_weight, parse_quantity, parse_weight_g
from vpterm.kernel.time_entry import parse_time
from vpterm.screens.privacy import VALUE_MARK

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class FieldLeft(Message):
    """The cursor left a field; `error` is what is wrong with it, if anything."""

    def __init__(self, field: TextField, error: Refused | None) -> None:
        super().__init__()
        self.field = field
        self.error = error


class TextField(Input):
    """`TextField("last_name", _("Name"), "Martin", required=True, width=30)`; the base of all one-line fields.

    `hint` (already translated) stands in the empty field. `width` in cells; None takes the whole line.
    `secret` shows dots. `suggest` is Textual's suggester. `read()` answers the text without outer spaces.
    """

    # Textual lays the whole screen out anew when this changes, at every key; a field's size never depends on it.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        required: bool = False,
        hint: str = "",
        width: int | None = None,
        max_length: int = 200,
        secret: bool = False,
        on_change: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__(
            value, name=name, placeholder=hint, max_length=max_length, password=secret, select_on_focus=False
        )
        self.cursor_blink = False
        self.label = label
        self.required = required
        self.on_change = on_change
        if width is not None:
            self.styles.width = width

    @property
    def key(self) -> str:
        """The name under which a form hands its value out."""
        return self.name or ""

    @property
    def text(self) -> str:
        """What is typed, as typed."""
        return self.value

    def set_text(self, text: str) -> None:
        """Put a text there, the cursor after it."""
        self.value = text
        self.cursor_position = len(text)

    def read(self) -> Any:
        """The value; None when empty. Raises Refused with `field` set."""
        typed = self.value.strip()
        if not typed:
            if self.required:
                raise Refused(_("{label} is missing.").format(label=self.label), field=self.key)
            return self.nothing
        try:
            return self.parse(typed)
        except Refused as error:
            raise Refused(error.message, error.advice, self.key) from error

    nothing: ClassVar[Any] = ""

    def parse(self, typed: str) -> Any:
        """The value of a text that is not empty. Raises Refused."""
        return typed

    def show(self, value: Any) -> str:
        """How a value is written in the field."""
        return str(value)

    def tidy(self) -> Refused | None:
        """Write the value in its usual form; answer what is wrong with it, if anything."""
        if not self.value.strip():
            return None
        try:
            shown = self.show(self.read())
        except Refused as error:
            return error
        if shown != self.value:
            self.set_text(shown)
        return None

    def render_line(self, y: int) -> Strip:
        """What is typed is covered for support: it may be anything. The hint of an empty field is not."""
        line = super().render_line(y)
        return line.apply_style(VALUE_MARK) if self.value else line

    def on_blur(self) -> None:
        """Leaving a field reads it: `lun` becomes a date, a mistake is told at once."""
        error = self.tidy()
        self.set_class(error is not None, "-wrong")
        self.post_message(FieldLeft(self, error))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell `on_change`."""
        if self.on_change is not None:
            self.on_change(event.value)


class DateField(TextField):
    """A day, in short forms (`.`, `+7`, `lun`, `24/11`); `read()` answers a date. Counted from the clinic's today."""

    nothing = None

    def __init__(self, name: str, label: str, value: date | None = None, **options: Any) -> None:
        options.setdefault("width", 12)
        super().__init__(name, label, format_date_short(value) if value else "", **options)
        self._whole = value

    def parse(self, typed: str) -> date:
        """The day; a shown two-digit year keeps the century it came with."""
        if self._whole is not None and typed == format_date_short(self._whole):
            return self._whole
        app: PracticeApp = self.app  # type: ignore[assignment]
        self._whole = parse_date(typed, today=app.now().date())
        return self._whole

    def show(self, value: date) -> str:
        """`24/11/26`."""
        return format_date_short(value)


class TimeField(TextField):
    """A time of day (`830`, `8h30`); `read()` answers a time."""

    nothing = None

    def __init__(self, name: str, label: str, value: time | None = None, **options: Any) -> None:
        options.setdefault("width", 8)
        super().__init__(name, label, format_time(value) if value else "", **options)

    def parse(self, typed: str) -> time:
        """The time."""
        return parse_time(typed)

    def show(self, value: time) -> str:
        """`08:30`."""
        return format_time(value)


class MoneyField(TextField):
    """An amount (`86,4`); `read()` answers Money."""

    nothing = None

    def __init__(self, name: str, label: str, value: Money | None = None, **options: Any) -> None:
        options.setdefault("width", 14)
        super().__init__(name, label, format_money(value) if value is not None else "", **options)

    def parse(self, typed: str) -> Money:
        """The amount."""
        return parse_money(typed)

    def show(self, value: Money) -> str:
        """`86,40 €`."""
        return format_money(value)


class WeightField(TextField):
    """A weight (`18,4`, `350 g`); `read()` answers grams."""

    nothing = None

    def __init__(self, name: str, label: str, value: int | None = None, **options: Any) -> None:
        options.setdefault("width", 12)
        super().__init__(name, label, format_weight(value) if value is not None else "", **options)

    def parse(self, typed: str) -> int:
        """Grams."""
        return parse_weight_g(typed)

    def show(self, value: int) -> str:
        """`18,4 kg`."""
        return format_weight(value)


class QuantityField(TextField):
    """A quantity (`3x`, `2,5`); `read()` answers a Decimal."""

    nothing = None

    def __init__(self, name: str, label: str, value: Decimal | None = None, **options: Any) -> None:
        options.setdefault("width", 10)
        super().__init__(name, label, format_quantity(value) if value is not None else "", **options)

    def parse(self, typed: str) -> Decimal:
        """The quantity."""
        return parse_quantity(typed)

    def show(self, value: Decimal) -> str:
        """`2,5`."""
        return format_quantity(value)


class PhoneField(TextField):
    """A telephone number; `read()` answers E.164 (`+33612345678`)."""

    nothing = None

    def __init__(self, name: str, label: str, value: str = "", **options: Any) -> None:
        options.setdefault("width", 22)
        super().__init__(name, label, format_phone(value) if value else "", **options)

    def parse(self, typed: str) -> str:
        """E.164."""
        return parse_phone(typed)

    def show(self, value: str) -> str:
        """`06 12 34 56 78`."""
        return format_phone(value)
