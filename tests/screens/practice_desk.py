"""Clients and animals to look at, and a desk on them: the real program on the real database of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.screens.clinic_desk import clinic_desk, other_nouns
from tests.screens.driving import Desk
from tests.world import MORNING, Group
from vpterm.practice.animals.actions import register_animal
from vpterm.practice.animals.health import open_problem, record_weight
from vpterm.practice.animals.library import load_library
from vpterm.practice.care.actions import finish_entry, open_consultation, write_note
from vpterm.practice.clients.actions import add_contact, register_client
from vpterm.screens import animals as animals
from vpterm.screens import clients as clients
from vpterm.screens.shell import openers

__all__ = ["People", "animals", "clients", "elsewhere", "fill", "sees", "sit_down"]

MIRZA_WEIGHTS = (16_900, 17_200, 17_500, 17_700, 18_000, 18_100, 18_300, 18_400)


@dataclass(frozen=True)
class People:
    """Numbers of the clients and animals that `fill` makes."""

    martin: int
    dubois: int
    mirza: int
    felix: int
    rex: int


async def fill(group: Group) -> People:
    """Mme Martin with Mirza (a full record over two sites) and Félix; M. Dubois with Rex and nothing known."""
    await load_library(group.management())
    desk, vet, port = group.context("accueil.lilas"), group.context("vet.lilas"), group.context("vet.port")
    martin = await register_client(
        desk, last_name="Martin", first_name="Sophie", title="Mme", address="12 rue Crébillon", postcode="44000",
        town="Nantes", email="sophie.martin@example.org", note="Préfère le matin.",
        phones=[("06 12 34 56 78", ""), ("02 40 11 22 33", "travail")],
    )  # fmt: skip
    await add_contact(desk, client_id=martin, name="Paul Martin", relation="son mari", phone="06 99 88 77 66")
    dubois = await register_client(desk, last_name="Dubois", first_name="Paul", title="M.", town="Rezé")
    mirza = await register_animal(
        desk, client_id=martin, name="Mirza", species_code="dog", breed="Border collie", sex="F", sterilised=True,
        birth_date=date(2020, 7, 12), identification="250268600123456", insurance="7781",
        alert="Allergie : pénicilline",
    )  # fmt: skip
    felix = await register_animal(desk, client_id=martin, name="Félix", species_code="cat", sex="M")
    rex = await register_animal(desk, client_id=dubois, name="Rex", species_code="dog")
    for months, grams in enumerate(reversed(MIRZA_WEIGHTS)):
        await record_weight(vet, animal_id=mirza, weight_g=grams, measured_at=MORNING - timedelta(days=31 * months + 5))
    await open_problem(vet, animal_id=mirza, label="otites à répétition")
    for days, context, note in (
        (376, vet, "Vaccin annuel CHPPiL, examen normal"),
        (175, port, "Otite externe gauche, Surolan 7 jours\nRevoir si besoin."),
        (5, vet, "Boiterie antérieure droite, repos 10 jours"),
    ):
        before = replace(context, clock=lambda days=days: MORNING - timedelta(days=days))  # type: ignore[misc]
        entry_id = await open_consultation(before, animal_id=mirza)
        await write_note(before, entry_id=entry_id, note=note)
        await finish_entry(before, entry_id=entry_id)
    return People(martin, dubois, mirza, felix, rex)


@asynccontextmanager
async def sit_down(
    group: Group, place: str, login: str = "vet.lilas", *, language: str = "fr", size: tuple[int, int] = (80, 24),
    colours: Any = "truecolor", **arguments: Any,
) -> AsyncIterator[Desk]:  # fmt: skip
    """A desk with `place` open as the home board, so that nothing else is in the way."""

    async def opener(app: Any) -> Any:
        return await openers.opening(place).opener(app, **arguments)

    openers.opens("test.desk")(opener)
    async with clinic_desk(group, login, home="test.desk", language=language, size=size, colours=colours) as desk:
        yield desk


def sees(desk: Desk, text: str) -> bool:
    """Whether a line shows `text`, whichever kind of space stands before a unit."""
    return any(text in line.replace("\u00a0", " ") for line in desk.lines)


@contextmanager
def elsewhere() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Answers what was opened of other nouns; clients and animals open as they are."""
    own = {name: openers.opening(name) for name in ("animals.sheet", "clients.form", "clients.find")}
    with other_nouns() as opened:
        openers._OPENINGS.update(own)
        book = openers.opening("care.consultation")

        async def booking(app: Any, **arguments: Any) -> Any:
            opened.append(("agenda.book", arguments))
            screen = await book.opener(app)
            opened.pop()
            return screen

        openers._OPENINGS["agenda.book"] = openers.Opening("agenda.book", booking)
        yield opened
