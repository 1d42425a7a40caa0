"""Every place, as support sees it: nothing of an owner, no telephone, no address, no amount is left in the picture.

A place that opens in none of the ways below fails the last test: add it, so that its picture is looked through too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest

from tests.practice.clinic_day import at, open_clinic
from tests.screens.clinic_desk import clinic_desk
from tests.screens.driving import Desk
from tests.screens.reading import go
from tests.world import Group
from vpterm.kernel.i18n import using
from vpterm.kernel.money import Money
from vpterm.practice.agenda.actions import book
from vpterm.practice.animals.actions import register_animal
from vpterm.practice.animals.library import load_library
from vpterm.practice.animals.transfers import transfer_animal
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import invoice_sheet
from vpterm.practice.care.actions import finish_entry, open_consultation, write_note
from vpterm.practice.clients.actions import add_contact, register_client
from vpterm.practice.clients.queries import find_client
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.practice.till.queries import journal
from vpterm.practice.waiting.actions import call_in, check_in, finish_consultation
from vpterm.screens import main as main
from vpterm.screens.shell import openers
from vpterm.terminal.session.masking import Mask
from vpterm.terminal.session.textual_internals import painted_strips

SECRETS = (
    "quatrepoil", "zephyrine", "xylophone", "98765", "montcuq", "71 82 93", "99 71 71", "@", "tournesol", "voisin",
    "mauvais payeur", "prefere", "de passage",
)  # fmt: skip
AMOUNT = re.compile(r"\d[.,]\d\d\s*€|€\s*\d")
# Nothing of a client can stand there: the agenda's furniture, prices, one's own account, help.
OF_NO_CLIENT = {
    "agenda.resource", "agenda.reason", "agenda.hours", "agenda.settings", "agenda.closures", "fees.price",
    "account.own", "account.password", "account.enrol", "account.confirm", "account.recovery", "account.end",
    "account.support", "account.pin", "support.waiting", "sessions.all", "sessions.mine", "sessions.tell",
    "sessions.rename", "sessions.new",
}  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """Of a client whose every word is unmistakable."""

    client: int
    animal: int
    booking: int
    visit: int
    entry: int
    draft: int
    invoice: int


async def make(group: Group) -> Numbers:
    """A morning of Zéphyrine Quatrepoil with Rex: booked, waiting, seen, billed, half paid."""
    await load_library(group.management())
    day = await open_clinic(group)
    desk, vet = group.context("accueil.lilas"), group.context("vet.lilas")
    client = await register_client(
        desk, last_name="Quatrepoil", first_name="Zéphyrine", title="Mme", address="12 rue Xylophone",
        postcode="98765", town="Montcuq", email="zq@example.org", note="Préfère le matin.", alert="mauvais payeur",
        phones=[("06 71 82 93 04", "")],
    )  # fmt: skip
    await add_contact(desk, client_id=client, name="Barnabé Tournesol", relation="voisin", phone="06 99 71 71 18")
    animal, other = [
        await register_animal(desk, client_id=client, name=name, species_code="dog") for name in ("Rex", "Milou")
    ]
    former = await register_client(desk, last_name="Tournesol", first_name="Tryphon")
    moved = await register_animal(desk, client_id=former, name="Zorro", species_code="dog")
    await transfer_animal(desk, animal_id=moved, client_id=client, how="sold")
    booking = await book(
        vet, resource_id=day.resources["Dr Rousseau"], starts_at=at("09:00"), duration_min=20, animal_id=animal,
        note="Quatrepoil préfère la salle 2",
    )  # fmt: skip
    await book(
        vet, resource_id=day.resources["Dr Rousseau"], starts_at=at("10:00"), duration_min=20,
        caller="Mme Tournesol de passage",
    )  # fmt: skip
    visit = await check_in(vet, animal_id=animal, booking_id=booking)
    seen = await check_in(vet, animal_id=other, booking_id=None)
    await call_in(vet, visit_id=seen, room="salle 1")
    await finish_consultation(vet, visit_id=seen)
    entry = await open_consultation(vet, animal_id=animal)
    await write_note(vet, entry_id=entry, note="Mme Quatrepoil le trouve fatigué.")
    await finish_entry(vet, entry_id=entry)
    issued = await prepare_invoice(vet, client_id=client)
    await add_line(vet, invoice_id=issued, label="Consultation", unit_price=Money("123.45"), vat_percent=20)
    await issue_invoice(vet, invoice_id=issued)
    await open_till(desk, name="Accueil")
    await take_payment(desk, client_id=client, parts=[("cash", Money("23.45"))], invoice_id=issued, remark="Tournesol")
    draft = await prepare_invoice(vet, client_id=client)
    await add_line(vet, invoice_id=draft, label="Vaccin", unit_price=Money("67.89"), vat_percent=20)
    return Numbers(client, animal, booking, visit, entry, draft, issued)


async def ways(group: Group, numbers: Numbers) -> list[tuple[str, dict[str, Any]]]:
    """How each place is opened on this client."""
    context = group.context("vet.lilas")
    client = await find_client(context, client_id=numbers.client)
    draft = await invoice_sheet(context, invoice_id=numbers.draft)
    issued = await invoice_sheet(context, invoice_id=numbers.invoice)
    entry = next(iter(await journal(context, day=context.today())))
    return [
        ("home.board", {}), ("home", {}), ("agenda.day", {}), ("agenda.book", {"animal_id": numbers.animal}),
        ("agenda.book", {"client_id": numbers.client}), ("agenda.close", {}), ("waiting.room", {}),
        ("waiting.check_in", {"booking_id": numbers.booking}), ("waiting.check_in", {"text": "quatrepoil"}),
        ("clients.form", {"client_id": numbers.client}), ("clients.form", {"last_name": "Quatrepoil"}),
        ("clients.search", {"text": "quatrepoil"}), ("clients.find", {"text": "quatrepoil"}),
        ("clients.contacts", {"client_id": numbers.client}),
        ("clients.contact", {"client": client, "contact": client.contacts[0]}),
        ("clients.sheet", {"client_id": numbers.client}), ("animals.form", {"animal_id": numbers.animal}),
        ("animals.form", {"client_id": numbers.client}), ("animals.sheet", {"animal_id": numbers.animal}),
        ("animals.transfer", {"animal_id": numbers.animal}),
        ("care.consultation", {"animal_id": numbers.animal}), ("care.consultation", {"entry_id": numbers.entry}),
        ("billing.list", {}), ("billing.invoice", {"invoice_id": numbers.draft}),
        ("billing.invoice", {"invoice_id": numbers.invoice}), ("billing.line", {"line": draft.lines[0]}),
        ("billing.credit", {"sheet": issued}), ("till.account", {"client_id": numbers.client}),
        ("till.payment", {"invoice_id": numbers.invoice}), ("till.payment", {"client_id": numbers.client}),
        ("till.refund", {"client": client, "credit": Money("5.00")}), ("till.journal", {}),
        ("till.correction", {"entry": entry}), ("till.closing", {}), ("fees.list", {}),
    ]  # fmt: skip


def folded(text: str) -> str:
    spaced = unicodedata.normalize("NFKD", text.replace("\u00a0", " ").replace("\u202f", " ")).lower()
    return "".join(char for char in spaced if not unicodedata.combining(char))


def leaks(text: str) -> set[str]:
    """What of the client can be read in a picture."""
    shown = folded(text)
    return {secret for secret in SECRETS if secret in shown} | set(AMOUNT.findall(shown))


def pictures(desk: Desk) -> tuple[str, str]:
    """The screen as it is, and as support sees it who came this moment."""
    with using(desk.app.request.language):
        strips = painted_strips(desk.app)
        covered = Mask().cover(strips)
    assert [strip.cell_length for strip in strips] == [strip.cell_length for strip in covered]
    return "\n".join(strip.text for strip in strips), "\n".join(strip.text for strip in covered)


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [("fr", (80, 24), "truecolor"), ("en", (132, 43), "truecolor"), ("fr", (200, 60), "16")],
)
@pytest.mark.timeout(400)
async def test_no_place_shows_support_anything_of_an_owner(
    group: Group, language: str, size: tuple[int, int], colours: Any
) -> None:
    numbers = await make(group)
    found: dict[str, set[str]] = {}
    bare = set()
    async with clinic_desk(group, "vet.lilas", language=language, size=size, colours=colours) as desk:
        for name, arguments in await ways(group, numbers):
            await go(desk, name, **arguments)
            plain, covered = pictures(desk)
            if leaks(plain):
                bare.add(name)
            if left := leaks(covered):
                found[f"{name} {sorted(arguments)}"] = left
            with using(language):
                await desk.app.go_home()
            await desk.settle()
    assert found == {}
    # Without a cover these places do show such values, so that a picture without them means something.
    assert {"home.board", "clients.sheet", "animals.sheet", "billing.invoice", "till.journal"} <= bare


async def test_letters_typed_into_a_search_are_covered_as_they_come(group: Group) -> None:
    await make(group)
    async with clinic_desk(group, "vet.lilas") as desk:
        await desk.press("f3")
        await desk.type("quatrepo")
        plain, covered = pictures(desk)
        assert "quatrepo" in plain.lower()
        assert "quatrepo" not in covered.lower()
        assert leaks(covered) == set()


async def test_a_question_and_a_message_that_name_an_owner_are_covered(group: Group) -> None:
    numbers = await make(group)
    async with clinic_desk(group, "vet.lilas") as desk:
        await go(desk, "clients.sheet", client_id=numbers.client)
        desk.app.say("Mme Quatrepoil a payé 12,30 €, tél. 06 71 82 93 04.")
        await desk.settle()
        assert leaks(pictures(desk)[1]) == set()


async def test_every_place_is_looked_through(group: Group) -> None:
    walked = {name for name, _arguments in await ways(group, await make(group))}
    known = {one.name for one in openers.all_openings() if not one.name.startswith("test.")}
    assert known - {"help.page"} == walked | OF_NO_CLIENT  # help is imported when it is first opened
