"""The one search box of reception: clients and animals by name, telephone tail or identification.

It stands above clients because a hit shows animals. How a text is read is in clients/search_text.py, the
statements are in search_branches.py. Trigrams never come here (measured: 70 ms at a million clients).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ARRAY, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.practice.animals.search_branches import (
    ANIMAL_PAIRS,
    ANIMALS,
    CHIPS,
    CLIENT_PAIRS,
    CLIENTS,
    CONTACTS,
    MOST_ANIMALS,
    PHONES,
    Branch,
    compiled,
    lead_of,
)
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.queries import recent_clients
from vpterm.practice.clients.search_text import SHORTEST_TYPO, Pair, Search, cuts, deletions, is_one_typo, read_search
from vpterm.practice.clients.tables import SearchWord

MOST_CORRECTIONS = 12


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


_KNOWN_WORDS = select(SearchWord.word).distinct().where(
    SearchWord.deletion == func.any(bindparam("tried", type_=ARRAY(Text)))
)  # fmt: skip


async def search(context: Context, *, text: str, limit: int = 20) -> list[SearchHit]:
    """Clients whose name, animal, telephone or identification begins (numbers: ends) with the text, likeliest first.

    Words in any order ("dup mar", "rex dub"), without accents; under `limit` hits, also names one typo away.
    """
    wanted = read_search(text)
    if wanted.empty:
        return []
    async with context.reading() as connection:
        hits = await _run(connection, _exact(wanted), limit)
        if len(hits) < limit and wanted.words:
            texts = await _corrections(connection, wanted)
            known = {hit.client_id for hit in hits}
            more = await _run(connection, _similar(texts), limit) if texts else []
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
    return asked | _pairs(wanted.pairs)


def _similar(texts: list[str]) -> Wanted:
    found = {CLIENTS: [texts], ANIMALS: [texts]} | _pairs([pair for text in texts for pair in cuts(text)])
    return {replace(branch, kind="similar", rank=branch.rank + 4): arrays for branch, arrays in found.items()}


def _pairs(pairs: Sequence[Pair]) -> Wanted:
    asked: Wanted = {}
    for pair in pairs:
        lead = lead_of(pair.main, pair.other)
        for branch in (CLIENT_PAIRS[lead], ANIMAL_PAIRS[lead]):
            mains, others = asked.setdefault(branch, [[], []])
            mains.append(pair.main)
            others.append(pair.other)
    return asked


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
        if len(word) >= SHORTEST_TYPO
        for known in sorted(words)
        if is_one_typo(word, known) and not known.startswith(word)
    ]
    return texts[:MOST_CORRECTIONS]


async def _run(connection: AsyncConnection, wanted: Wanted, limit: int) -> list[SearchHit]:
    statement, constants = compiled(tuple(wanted))
    values: dict[str, object] = {**constants, "most": limit, "turn": limit - limit // 4}
    for branch, arrays in wanted.items():
        values |= {branch.parameter(place): array for place, array in enumerate(arrays, 1)}
    rows = (await connection.exec_driver_sql(statement, values)).mappings()
    return [
        SearchHit(**{**row, "animals": tuple(HitAnimal(*animal) for animal in row["animals"] or ())}) for row in rows
    ]
