"""The one search box of reception: clients and animals by name, telephone tail or identification.

It stands above clients because a hit shows animals. How a text is read is in clients/search_text.py.
Prefixes are ranges on indexes; trigrams never come here (docs/decisions: measured 70 ms at a million clients).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.search_text import (
    HIGHEST,
    Pair,
    Search,
    cuts,
    deletions,
    is_one_typo,
    read_search,
)
from vpterm.practice.clients.tables import Client, ClientPhone, SearchWord

MOST_ANIMALS = 8  # of one hit; a shelter has hundreds
MOST_CORRECTIONS = 12
HEAD = 3  # letters by which the main half of a pair is met: indexes ix_clients_name_head, ix_animals_owner_head


@dataclass(frozen=True, slots=True)
class HitAnimal:
    """An animal of a hit."""

    id: int
    name: str
    species_code: str
    dead: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A client who was found. `kind` says by what: name, animal, phone, chip, or similar (one typo away).

    `phone` is E.164, "" for none; `animal_id` the animal that was met, None when the client was; at most
    eight animals, that one first, the living before the dead.
    """

    client_id: int
    title: str
    last_name: str
    first_name: str
    town: str
    phone: str
    alert: str
    kind: str
    animal_id: int | None
    animals: tuple[HitAnimal, ...]

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()


async def search(context: Context, *, text: str, limit: int = 20) -> list[SearchHit]:
    """Clients whose name, animal, telephone or identification begins (numbers: ends) with the text, likeliest first.

    Words in any order ("dup mar", "rex dub"), without accents; under `limit` hits, also names one typo away.
    """
    wanted = read_search(text)
    if wanted.empty:
        return []
    async with context.reading() as connection:
        hits = await _run(connection, _exact(wanted, limit), limit)
        if len(hits) < limit and wanted.words:
            texts = await _corrections(connection, wanted)
            known = {hit.client_id for hit in hits}
            more = await _run(connection, _similar(texts, limit), limit) if texts else []
            hits += [hit for hit in more if hit.client_id not in known]
    return hits[:limit]


def _exact(wanted: Search, limit: int) -> list[Select[Any]]:
    branches = []
    if wanted.names:
        branches.append(_clients_by_name(wanted.names, "name", 2, limit))
        branches.append(_animals_by_name((wanted.text,), "animal", 3, limit))
    branches += _by_pairs(wanted.pairs, "name", "animal", limit)
    if wanted.phone_tails:
        branches.append(_by_phone(wanted.phone_tails, limit))
    if wanted.chip_tail:
        branches.append(_by_chip(wanted.chip_tail, limit))
    return branches


def _similar(texts: list[str], limit: int) -> list[Select[Any]]:
    return [
        _clients_by_name(texts, "similar", 6, limit),
        _animals_by_name(texts, "similar", 7, limit),
        *_by_pairs([pair for text in texts for pair in cuts(text)], "similar", "similar", limit),
    ]


def _by_pairs(pairs: Sequence[Pair], name_kind: str, animal_kind: str, limit: int) -> list[Select[Any]]:
    found = []
    for headed in (True, False):
        some = [pair for pair in pairs if (len(pair.main) >= HEAD) is headed]
        if some:
            found.append(_clients_by_pair(some, name_kind, headed, limit))
            found.append(_animals_by_pair(some, animal_kind, headed, limit))
    return found


def _prefixes(*columns: Sequence[str]) -> Any:
    """Rows of prefixes from parallel arrays: columns p1, p2 and their rank n."""
    arrays = [bindparam(None, list(column), type_=ARRAY(Text), unique=True) for column in columns]
    names = [f"p{number}" for number, _column in enumerate(arrays, 1)]
    return func.unnest(*arrays).table_valued(*names, with_ordinality="n").render_derived()


def _begins(key: Any, low: Any) -> Any:
    # The parameter of a lateral has the collation of its column, so that the range meets the index.
    low = collate(cast(low, Text), "C")
    return (key >= low) & (key < low.concat(HIGHEST))


def _found(rows: Any, prefixes: Any, kind: str, rank: int, *, of_client: bool) -> Select[Any]:
    """The common shape of every branch: client, animal, kind, rank (a whole word before a beginning), order."""
    whole = (rows.c.key == prefixes.c.p1) | (
        func.left(rows.c.key, func.length(prefixes.c.p1) + 1) == prefixes.c.p1 + " "
    )
    animal = cast(null(), BigInteger) if of_client else rows.c.animal_id
    return (
        select(
            rows.c.client_id,
            animal.label("animal_id"),
            literal(kind, String).label("kind"),
            case((whole, rank - 2), else_=rank).label("rank"),
            prefixes.c.n.label("n"),
            rows.c.key.label("key"),
        )
        .select_from(prefixes)
        .join(rows, true())
    )


def _clients_by_name(texts: Sequence[str], kind: str, rank: int, limit: int) -> Select[Any]:
    prefixes = _prefixes(texts)
    rows = (
        select(Client.id.label("client_id"), Client.name_key.label("key"))
        .where(_begins(Client.name_key, prefixes.c.p1), Client.archived_at.is_(None))
        .order_by(Client.name_key)
        .limit(limit)
        .lateral()
    )
    return _found(rows, prefixes, kind, rank, of_client=True)


def _animals_by_name(texts: Sequence[str], kind: str, rank: int, limit: int) -> Select[Any]:
    prefixes = _prefixes(texts)
    rows = (
        select(Animal.client_id, Animal.id.label("animal_id"), Animal.name_key.label("key"))
        .where(_begins(Animal.name_key, prefixes.c.p1))
        .order_by(Animal.name_key)
        .limit(limit)
        .lateral()
    )
    return _found(rows, prefixes, kind, rank, of_client=False)


def _clients_by_pair(pairs: Sequence[Pair], kind: str, headed: bool, limit: int) -> Select[Any]:
    prefixes = _prefixes([pair.main for pair in pairs], [pair.other for pair in pairs])
    rows = (
        select(Client.id.label("client_id"), Client.name_key.label("key"))
        .where(_begins(Client.name_key, prefixes.c.p1), _begins(Client.given_key, prefixes.c.p2))
        .where(Client.archived_at.is_(None))
    )
    if headed:
        rows = rows.where(func.left(Client.name_key, HEAD) == func.left(prefixes.c.p1, HEAD))
    return _found(rows.limit(limit).lateral(), prefixes, kind, 2, of_client=True)


def _animals_by_pair(pairs: Sequence[Pair], kind: str, headed: bool, limit: int) -> Select[Any]:
    prefixes = _prefixes([pair.main for pair in pairs], [pair.other for pair in pairs])
    rows = select(Animal.client_id, Animal.id.label("animal_id"), Animal.owner_key.label("key")).where(
        _begins(Animal.owner_key, prefixes.c.p1), _begins(Animal.name_key, prefixes.c.p2)
    )
    if headed:
        rows = rows.where(func.left(Animal.owner_key, HEAD) == func.left(prefixes.c.p1, HEAD))
    return _found(rows.limit(limit).lateral(), prefixes, kind, 3, of_client=False)


def _by_phone(tails: Sequence[str], limit: int) -> Select[Any]:
    prefixes = _prefixes(tails)
    rows = (
        select(ClientPhone.client_id, ClientPhone.reversed.label("key"))
        .where(_begins(ClientPhone.reversed, prefixes.c.p1))
        .order_by(ClientPhone.reversed)
        .limit(limit)
        .lateral()
    )
    return _found(rows, prefixes, "phone", 4, of_client=True)


def _by_chip(tail: str, limit: int) -> Select[Any]:
    prefixes = _prefixes([tail])
    backwards = collate(func.reverse(Animal.identification), "C")
    rows = (
        select(Animal.client_id, Animal.id.label("animal_id"), backwards.label("key"))
        .where(_begins(backwards, prefixes.c.p1))
        .order_by(backwards)
        .limit(limit)
        .lateral()
    )
    return _found(rows, prefixes, "chip", 5, of_client=False)


async def _corrections(connection: AsyncConnection, wanted: Search) -> list[str]:
    """The text with one of its words replaced by a word that occurs in names and is one typo away."""
    tried = {deletion for word in wanted.words for deletion in deletions(word)}
    statement = select(SearchWord.word).distinct().where(
        SearchWord.deletion == func.any(bindparam(None, sorted(tried), type_=ARRAY(Text), unique=True))
    )  # fmt: skip
    words = list(await connection.scalars(statement))
    typed = wanted.text.split()
    texts = [
        " ".join([*typed[:place], known, *typed[place + 1 :]])
        for place, word in enumerate(typed)
        if len(word) >= 4
        for known in sorted(words)
        if is_one_typo(word, known) and not known.startswith(word)
    ]
    return texts[:MOST_CORRECTIONS]


async def _run(connection: AsyncConnection, branches: list[Select[Any]], limit: int) -> list[SearchHit]:
    result = await connection.execute(_with_details(branches, limit))
    return [
        SearchHit(**{**row, "animals": tuple(HitAnimal(*animal) for animal in row["animals"] or ())})
        for row in result.mappings()
    ]


def _with_details(branches: list[Select[Any]], limit: int) -> Select[Any]:
    """Each client once, by the best branch; then what a line of the screen shows."""
    found = union_all(*branches).subquery("found")
    one_each = select(found).ext(distinct_on(found.c.client_id))
    best = one_each.order_by(found.c.client_id, found.c.rank, found.c.n).subquery("best")
    ranked = select(
        best, func.row_number().over(partition_by=best.c.rank, order_by=(best.c.n, best.c.key)).label("place")
    ).subquery("ranked")
    # Many clients of one name leave a quarter of the places to animals of that name.
    turn = case((ranked.c.place > limit - limit // 4, ranked.c.rank + 10), else_=ranked.c.rank)
    top = select(ranked, turn.label("turn")).order_by(turn, ranked.c.n, ranked.c.key).limit(limit).subquery("top")
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
