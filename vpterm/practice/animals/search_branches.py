"""The statements of the search: one branch a way of finding, each a range on its index; joined, ranked, detailed.

A statement is written once for each set of branches and kept as text: making it anew would take ten times
longer than running it (measured: 9 ms to 1 ms).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    String,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    collate,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from vpterm.database.written import Written
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.search_text import HIGHEST
from vpterm.practice.clients.tables import Client, ClientContact, ClientPhone

MOST_ANIMALS = 8  # of one hit; a shelter has hundreds
HEAD = 3  # letters by which the main half of a pair is met: indexes ix_clients_name_head, ix_animals_owner_head

Lead = Literal["head", "range", "other"]
What = Literal[
    "clients", "animals", "client_pairs", "animal_pairs", "phones", "contacts", "chips", "within", "contacts_within"
]


@dataclass(frozen=True, slots=True)
class Branch:
    """A way of finding. `rank` orders hits; a whole word that is met counts two better than a beginning.

    lead: which half of a pair leads through its index: the main one by its HEAD letters, or by a range of
    them where it has fewer, or the other half where that one is longer (so that little is read in vain).
    """

    what: What
    kind: str
    rank: int
    lead: Lead = "head"

    def parameter(self, place: int) -> str:
        """The name of the parameter with the first or second array of prefixes."""
        return f"{self.what}_{self.lead}_{place}"


CLIENTS = Branch("clients", "name", 2)
ANIMALS = Branch("animals", "animal", 3)
CLIENT_PAIRS = {lead: Branch("client_pairs", "name", 2, lead) for lead in get_args(Lead)}
ANIMAL_PAIRS = {lead: Branch("animal_pairs", "animal", 3, lead) for lead in get_args(Lead)}
PHONES = Branch("phones", "phone", 4)
CONTACTS = Branch("contacts", "phone", 5)
CHIPS = Branch("chips", "chip", 5)
PHONES_WITHIN = Branch("within", "phone", 6)
CONTACTS_WITHIN = Branch("contacts_within", "phone", 7)


def lead_of(main: str, other: str) -> Lead:
    """Which half of a pair leads."""
    if len(main) >= HEAD:
        return "head"
    return "range" if len(main) >= len(other) else "other"


@cache
def search_by(branches: tuple[Branch, ...]) -> Written:
    """The statement for these branches; it takes their prefixes, `most` and `turn` (_with_details)."""
    return Written(_with_details([_rows(branch) for branch in branches]))


def _rows(branch: Branch) -> Select[Any]:
    match branch.what:
        case "clients":
            return _clients(branch)
        case "animals":
            return _animals(branch)
        case "client_pairs":
            return _client_pairs(branch)
        case "animal_pairs":
            return _animal_pairs(branch)
        case "phones":
            return _phones(branch)
        case "contacts":
            return _contacts(branch)
        case "chips":
            return _chips(branch)
        case "within":
            return _within(branch, ClientPhone.client_id, ClientPhone.number)
        case "contacts_within":
            return _within(branch, ClientContact.client_id, ClientContact.phone)


def _prefixes(branch: Branch, count: int = 1) -> Any:
    """Rows of prefixes from parallel arrays: columns p1, p2 and their place n."""
    arrays = [bindparam(branch.parameter(place), type_=ARRAY(Text)) for place in range(1, count + 1)]
    names = [f"p{place}" for place in range(1, count + 1)]
    return func.unnest(*arrays).table_valued(*names, with_ordinality="n").render_derived()


def _most() -> Any:
    return bindparam("most", type_=Integer)


def _begins(key: Any, low: Any) -> Any:
    # Within a lateral, a prefix has no collation of its own; it needs that of the index.
    low = collate(cast(low, Text), "C")
    return (key >= low) & (key < low.concat(HIGHEST))


def _found(rows: Any, prefixes: Any, branch: Branch, *, of_client: bool) -> Select[Any]:
    """The common shape of every branch: client, animal, kind, rank, place of the prefix, key."""
    after = func.left(rows.c.key, func.length(prefixes.c.p1) + 1)
    whole = (rows.c.key == prefixes.c.p1) | (after == prefixes.c.p1 + " ")
    animal = cast(null(), BigInteger) if of_client else rows.c.animal_id
    return (
        select(
            rows.c.client_id,
            animal.label("animal_id"),
            literal(branch.kind, String).label("kind"),
            case((whole, branch.rank - 2), else_=branch.rank).label("rank"),
            prefixes.c.n.label("n"),
            rows.c.key.label("key"),
        )
        .select_from(prefixes)
        .join(rows, true())
    )


def _clients(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch)
    rows = (
        select(Client.id.label("client_id"), Client.name_key.label("key"))
        .where(_begins(Client.name_key, prefixes.c.p1), Client.archived_at.is_(None))
        .order_by(Client.name_key)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=True)


def _animals(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch)
    rows = (
        select(Animal.client_id, Animal.id.label("animal_id"), Animal.name_key.label("key"))
        .where(_begins(Animal.name_key, prefixes.c.p1))
        .order_by(Animal.name_key)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=False)


def _client_pairs(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch, 2)
    rows = select(Client.id.label("client_id"), Client.name_key.label("key")).where(
        _begins(Client.name_key, prefixes.c.p1),
        _begins(Client.given_key, prefixes.c.p2),
        Client.archived_at.is_(None),
    )
    rows = _led(rows, branch, Client.name_key, Client.given_key, prefixes.c.p1)
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=True)


def _animal_pairs(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch, 2)
    rows = select(Animal.client_id, Animal.id.label("animal_id"), Animal.owner_key.label("key")).where(
        _begins(Animal.owner_key, prefixes.c.p1), _begins(Animal.name_key, prefixes.c.p2)
    )
    rows = _led(rows, branch, Animal.owner_key, Animal.name_key, prefixes.c.p1)
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=False)


def _led(rows: Any, branch: Branch, main: Any, other: Any, wanted: Any) -> Any:
    """In the order of the leading index, so that it is taken, and that a common beginning stops at the first hits."""
    head = func.left(main, HEAD)
    match branch.lead:
        case "head":
            return rows.where(head == collate(func.left(wanted, HEAD), "C")).order_by(other)
        case "range":
            return rows.where(_begins(head, wanted)).order_by(head, other, main)
        case "other":
            return rows.order_by(other, main)


def _phones(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch)
    rows = (
        select(ClientPhone.client_id, ClientPhone.reversed.label("key"))
        .where(_begins(ClientPhone.reversed, prefixes.c.p1))
        .order_by(ClientPhone.reversed)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=True)


def _contacts(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch)
    backwards = collate(func.reverse(ClientContact.phone), "C")
    rows = (
        select(ClientContact.client_id, backwards.label("key"))
        .where(_begins(backwards, prefixes.c.p1))
        .order_by(backwards)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=True)


def _within(branch: Branch, client_id: Any, number: Any) -> Select[Any]:
    """Digits anywhere in a number: the index knows all its runs of four, and the rest is compared."""
    prefixes = _prefixes(branch)
    runs = func.digit_runs(number, type_=ARRAY(Text))
    rows = (
        select(client_id.label("client_id"), number.label("key"))
        .where(runs.op("@>")(func.digit_runs(prefixes.c.p1, type_=ARRAY(Text))), func.strpos(number, prefixes.c.p1) > 0)
        .order_by(number)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=True)


def _chips(branch: Branch) -> Select[Any]:
    prefixes = _prefixes(branch)
    backwards = collate(func.reverse(Animal.identification), "C")
    rows = (
        select(Animal.client_id, Animal.id.label("animal_id"), backwards.label("key"))
        .where(_begins(backwards, prefixes.c.p1))
        .order_by(backwards)
    )
    return _found(rows.limit(_most()).lateral(), prefixes, branch, of_client=False)


def _with_details(branches: Sequence[Select[Any]]) -> Select[Any]:
    """Each client once, by the best branch; then what a line of the screen shows."""
    found = union_all(*branches).subquery("found")
    one_each = select(found).ext(distinct_on(found.c.client_id))
    best = one_each.order_by(found.c.client_id, found.c.rank, found.c.n).subquery("best")
    ranked = select(
        best, func.row_number().over(partition_by=best.c.rank, order_by=(best.c.n, best.c.key)).label("place")
    ).subquery("ranked")
    # Many clients of one name leave a quarter of the places to animals of that name.
    late = ranked.c.place > bindparam("turn", type_=Integer)
    turn = case((late, ranked.c.rank + 10), else_=ranked.c.rank).label("turn")
    top = select(ranked, turn).order_by(turn, ranked.c.n, ranked.c.key).limit(_most()).subquery("top")
    phone = (
        select(ClientPhone.number)
        .where(ClientPhone.client_id == top.c.client_id)
        .order_by(ClientPhone.position, ClientPhone.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            top.c.client_id, Client.title, Client.last_name, Client.first_name, Client.town,
            func.coalesce(phone, "").label("phone"), Client.alert, top.c.kind, top.c.animal_id,
            _animals_of(top).label("animals"),
        )
        .select_from(top)
        .join(Client, Client.id == top.c.client_id)
        .where(Client.archived_at.is_(None))
        .order_by(top.c.turn, top.c.n, top.c.key, Client.id)
    )  # fmt: skip


def _animals_of(top: Subquery) -> Any:
    met = func.coalesce(Animal.id == top.c.animal_id, literal(False))
    some = (
        select(Animal.id, Animal.name, Species.code, Animal.died_on, met.label("met"))
        .join(Species, Species.id == Animal.species_id)
        .where(Animal.client_id == top.c.client_id)
        .order_by(met.desc(), Animal.died_on.isnot(None), Animal.name)
        .limit(MOST_ANIMALS)
        .correlate(top)
        .subquery("some")
    )
    line = func.jsonb_build_array(some.c.id, some.c.name, some.c.code, some.c.died_on.isnot(None))
    order = (some.c.met.desc(), some.c.died_on.isnot(None), some.c.name)
    return select(func.jsonb_agg(aggregate_order_by(line, *order))).scalar_subquery()
