"""What reads of the agenda answer: frozen rows for screens and documents."""

from dataclasses import dataclass
from datetime import date, datetime

from vpterm.practice.agenda.rules import Hours, Span


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """What can be booked, with its opening hours of the week (weekday 1 to 7, clinic time)."""

    id: int
    name: str
    kind: str
    staff_id: int | None
    position: int
    closed: bool
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why people come, for how long, at what kind of resource; `withdrawn` when it is offered no longer."""

    id: int
    name: str
    duration_min: int
    kind: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking as lists show it. `state`: booked, or where its visit is (waiting, in_consultation, to_bill, gone).

    Of another site's agenda under "free-busy" only the span is known: `hidden`, and id 0.
    """

    id: int
    site_id: int
    site_code: str
    resource_id: int
    resource_name: str
    starts_at: datetime
    ends_at: datetime
    state: str = "booked"
    reason_id: int | None = None
    reason: str = ""
    client_id: int | None = None
    client_name: str = ""
    last_name: str = ""
    phone: str = ""
    animal_id: int | None = None
    animal: str = ""
    species: str = ""
    caller: str = ""
    note: str = ""
    visit_id: int | None = None
    booked_by: str = ""
    booked_at: datetime | None = None
    hidden: bool = False

    @property
    def is_closed(self) -> bool:
        """Time that is taken by nobody: leave, surgery, a meeting."""
        return not self.hidden and self.client_id is None and self.animal_id is None and not self.caller

    @property
    def key(self) -> tuple[str, int, datetime | None]:
        """Who it is in a list, wherever it is moved to."""
        return ("booking", self.id, self.starts_at if self.hidden else None)

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return self.span.minutes

    @property
    def who(self) -> str:
        """The patient, else the client, else the caller as written down, else what the time is closed for."""
        return self.animal or self.client_name or self.caller or self.note


@dataclass(frozen=True, slots=True)
class Gap:
    """A free span of a resource between its bookings."""

    resource_id: int
    resource_name: str
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        return Span(self.starts_at, self.ends_at).minutes

    @property
    def key(self) -> tuple[str, int, datetime]:
        """Who it is in a list: by its end, since a gap that time eats into begins later and later."""
        return ("gap", self.resource_id, self.ends_at)


@dataclass(frozen=True, slots=True)
class ResourceDay:
    """A resource on one day: when it is open, and what of that is free."""

    id: int
    name: str
    kind: str
    staff_id: int | None
    openings: tuple[Span, ...]
    free: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DayAgenda:
    """A day of a site: its resources in their order, all bookings in order of time."""

    site_id: int
    day: date
    resources: tuple[ResourceDay, ...]
    bookings: tuple[BookingRow, ...]

    def entries(self, resource_id: int, *, from_: datetime | None = None) -> list[BookingRow | Gap]:
        """Bookings and gaps of one resource in order of time; of the gaps, what lies after `from_`."""
        found: list[BookingRow | Gap] = [row for row in self.bookings if row.resource_id == resource_id]
        for one in self.resources:
            if one.id == resource_id:
                spans = (Span(max(gap.start, from_ or gap.start), gap.end) for gap in one.free)
                found += [Gap(one.id, one.name, span.start, span.end) for span in spans if span.start < span.end]
        return sorted(found, key=lambda entry: entry.starts_at)


@dataclass(frozen=True, slots=True)
class Slot:
    """A free start, with who or what is free then."""

    resource_id: int
    resource_name: str
    starts_at: datetime
    duration_min: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """A day of the week's overview."""

    day: date
    bookings: int
    free_min: int
