"""The one search box of reception: clients and animals by name, telephone tail or identification.

It stands above clients because a hit shows animals. How a text is read is in clients/search_text.py, the
statements are in search_branches.py. Trigrams never come here (measured: 70 ms at a million clients).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import ARRAY, Text, bindparam, func, select

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.database.written import Written
from vpterm.practice.animals.search_branches import (
    ANIMAL_PAIRS,
    ANIMALS,
    CHIPS,
    CLIENT_PAIRS,
    CLIENTS,
    CONTACTS,
    CONTACTS_WITHIN,
    MOST_ANIMALS,
    PHONES,
    PHONES_WITHIN,
    Branch,
    Lead,
    lead_of,
    search_by,
)
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.queries import recent_clients
from vpterm.practice.clients.search_text import Correction, Pair, Search, corrections, deletions, read_search
from vpterm.practice.clients.tables import SearchWord


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

    Where no number ends so, those in which the digits stand anywhere, also as one dials their beginning ("0612").

    Words in any order ("dup mar", "rex dub"), without accents; under `limit` hits, also names one typo away
    (not while the last word is just begun and something was found).
    """
    wanted = read_search(text)
    if wanted.empty:
        return []
    hits = await _run(context.database, _exact(wanted), limit)
    if not hits and wanted.phone_runs:
        runs = [list(wanted.phone_runs)]
        hits = await _run(context.database, {PHONES_WITHIN: runs, CONTACTS_WITHIN: runs}, limit)
    if len(hits) < limit and (doubtful := wanted.doubtful(found=bool(hits))):
        near = corrections(wanted, doubtful, await _known_words(context.database, doubtful))
        known = {hit.client_id for hit in hits}
        more = await _run(context.database, _similar(near), limit) if near else []
        hits += [hit for hit in more if hit.client_id not in known]
    return hits[:limit]


async def recent_hits(context: Context, *, limit: int = 20) -> list[SearchHit]:
    """The clients whom this site registered or changed last, with their living animals: what an empty box shows."""
    clients = await recent_clients(context, limit=limit)
    statement = (
        select(Animal.client_id, Animal.id, Animal.name, Species.code)
        .join(Species, Species.id == Animal.species_id)
        .where(Animal.client_id.in_([client.id for client in clients]), Animal.died_on.is_(None))
        .order_by(Animal.name_key)
    )
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).all()
    animals: dict[int, list[HitAnimal]] = {}
    for row in rows:
        animals.setdefault(row.client_id, []).append(HitAnimal(row.id, row.name, row.code, False))
    return [
        SearchHit(
            client.id, client.title, client.last_name, client.first_name, client.town,
            client.phones[0].number if client.phones else "", client.alert, "name", None,
            tuple(animals.get(client.id, [])[:MOST_ANIMALS]),
        )
        for client in clients
    ]  # fmt: skip


Wanted = dict[Branch, list[list[str]]]  # the parallel arrays of prefixes of every branch that is asked


def _exact(wanted: Search) -> Wanted:
    asked: Wanted = {}
    if wanted.names:
        asked[CLIENTS] = [list(wanted.names)]
        asked[ANIMALS] = [[wanted.text]]
    if wanted.phone_tails:
        asked[PHONES] = [list(wanted.phone_tails)]
        asked[CONTACTS] = [list(wanted.phone_tails)]
    if wanted.chip_tail:
        asked[CHIPS] = [[wanted.chip_tail]]
    return asked | _pairs(CLIENT_PAIRS, wanted.pairs) | _pairs(ANIMAL_PAIRS, wanted.pairs)


def _similar(near: Sequence[Correction]) -> Wanted:
    found: Wanted = {
        CLIENTS: [[name for one in near for name in one.names]],
        ANIMALS: [[one.text for one in near]],
    }
    found |= _pairs(CLIENT_PAIRS, [pair for one in near for pair in one.client_pairs])
    found |= _pairs(ANIMAL_PAIRS, [pair for one in near for pair in one.animal_pairs])
    return {replace(branch, kind="similar", rank=branch.rank + 4): arrays for branch, arrays in found.items()}


def _pairs(branches: Mapping[Lead, Branch], pairs: Sequence[Pair]) -> Wanted:
    asked: Wanted = {}
    for pair in pairs:
        mains, others = asked.setdefault(branches[lead_of(pair.main, pair.other)], [[], []])
        mains.append(pair.main)
        others.append(pair.other)
    return asked


async def _known_words(database: Database, doubtful: Sequence[str]) -> list[str]:
    """Words of names that share a deletion with one of these: all that are one typo away, and some that are not."""
    tried = sorted({deletion for word in doubtful for deletion in deletions(word)})
    return [row["word"] for row in await _words_by_deletion().rows(database, tried=tried)]


@cache
def _words_by_deletion() -> Written:
    shared = SearchWord.deletion == func.any(bindparam("tried", type_=ARRAY(Text)))
    return Written(select(SearchWord.word).distinct().where(shared))


async def _run(database: Database, wanted: Wanted, limit: int) -> list[SearchHit]:
    given: dict[str, object] = {"most": limit, "turn": limit - limit // 4}
    for branch, arrays in wanted.items():
        given |= {branch.parameter(place): array for place, array in enumerate(arrays, 1)}
    rows = await search_by(tuple(wanted)).rows(database, **given)
    return [
        SearchHit(**{**row, "animals": tuple(HitAnimal(*animal) for animal in row["animals"] or ())}) for row in rows
    ]
