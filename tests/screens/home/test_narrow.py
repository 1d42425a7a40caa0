"""A telephone held upright, 58 and 45 columns: names, numbers, today's bookings, the last weight are all to be read."""

import pytest

from tests.screens.clinic_desk import clinic_desk, morning
from tests.screens.driving import Desk
from tests.screens.reading import go, reads
from tests.world import Group
from vpterm.kernel.money import Money
from vpterm.practice.animals.health import record_weight
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.care.actions import open_consultation, write_note
from vpterm.practice.clients.actions import register_client
from vpterm.screens import animals as animals
from vpterm.screens import clients as clients

SIZES = pytest.mark.parametrize("size", [(58, 34), (45, 30)])


def ends_where_it_should(desk: Desk) -> None:
    """No line runs over, and the way back is always to be seen."""
    width = desk.app.size.width
    assert {len(line) for line in desk.lines} == {width}
    assert desk.lines[-1].rstrip().endswith(("Échap quitter", "Échap retour"))
    assert "F1 aide" in desk.lines[-1]


@SIZES
async def test_the_day_stands_above_the_room(group: Group, size: tuple[int, int]) -> None:
    await morning(group)
    async with clinic_desk(group, size=size) as desk:
        wanted = ("AGENDA", "Praline", "SALLE D'ATTENTE", "EN CONSULTATION", "À FACTURER", ">")
        found = [next(at for at, line in enumerate(desk.lines) if text in line) for text in wanted]
        assert found == sorted(found)
        booked = next(line for line in desk.lines if "Praline" in line)
        assert "09:30" in booked
        assert "vaccin" in booked
        ends_where_it_should(desk)
        await desk.press("tab", "enter")  # the waiting room is the next stop of Tab, as on a large screen
        assert await reads(desk, "REX")


async def test_under_the_keyboard_of_a_telephone_the_agenda_is_what_stays(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, size=(58, 15)) as desk:
        assert await reads(desk, "Praline")
        assert not desk.sees("À FACTURER")
        ends_where_it_should(desk)
        await desk.pilot.resize_terminal(80, 24)
        assert await reads(desk, "À FACTURER")  # turned round, or the keyboard gone: everything is back


@SIZES
async def test_search_shows_name_and_number(group: Group, size: tuple[int, int]) -> None:
    phones = [("0612345678", "")]
    await register_client(group.context("vet.lilas"), last_name="Lefebvre", first_name="Christophe", phones=phones)
    async with clinic_desk(group, size=size) as desk:
        await desk.press("f3")
        await desk.type("lefeb")
        assert await reads(desk, "Lefebvre Christophe")
        row = next(line for line in desk.lines if "Lefebvre Christophe" in line)
        assert "06 12 34 56 78" in row.translate({0xA0: " "})
        ends_where_it_should(desk)


@SIZES
async def test_a_client_has_address_and_animals_with_their_weight(group: Group, size: tuple[int, int]) -> None:
    day = await morning(group)
    animal_id = day.animals["Praline"]
    vet = group.context("vet.lilas")
    await record_weight(vet, animal_id=animal_id, weight_g=18_400)
    [(client_id,)] = group.cluster.ask(f"SELECT client_id FROM animals WHERE id = {animal_id}", group.name)
    group.cluster.as_superuser(
        "SELECT set_config('vpterm.staff', '1', false); UPDATE clients SET address = '170 quai de la Fosse',"
        f" postcode = '44800', town = 'Saint-Herblain', email = 'x.petit@example.org' WHERE id = {client_id}",
        group.name,
    )
    async with clinic_desk(group, size=size) as desk:
        await go(desk, "clients.sheet", client_id=client_id)
        assert await reads(desk, "170 quai de la Fosse, 44800 Saint-Herblain")
        assert await reads(desk, "x.petit@example.org")
        row = next(line for line in desk.lines if "Praline" in line)
        assert row.translate({0xA0: " "}).rstrip().endswith("18,4 kg")
        ends_where_it_should(desk)


@SIZES
async def test_an_animal_has_owner_debt_weight_and_what_was_done(group: Group, size: tuple[int, int]) -> None:
    day = await morning(group)
    animal_id = day.animals["Praline"]
    vet, desk_context = group.context("vet.lilas"), group.context("accueil.lilas")
    await record_weight(vet, animal_id=animal_id, weight_g=18_400)
    entry_id = await open_consultation(vet, animal_id=animal_id, reason="boiterie")
    await write_note(vet, entry_id=entry_id, note="Anti-inflammatoire 5 jours")
    [(client_id, last_name)] = group.cluster.ask(
        f"SELECT c.id, c.last_name FROM animals a JOIN clients c ON c.id = a.client_id WHERE a.id = {animal_id}",
        group.name,
    )
    invoice_id = await prepare_invoice(desk_context, client_id=client_id)
    await add_line(desk_context, invoice_id=invoice_id, label="Acte", unit_price=Money("1234.56"))
    await issue_invoice(desk_context, invoice_id=invoice_id)
    async with clinic_desk(group, size=size) as desk:
        await go(desk, "animals.sheet", animal_id=animal_id)
        owner = next(line for line in desk.lines if last_name in line)
        assert owner.translate({0xA0: " "}).rstrip()[-14:].replace(" ", "").isdigit()
        assert await reads(desk, "! doit 1 234,56 €")
        assert await reads(desk, "18,4 kg")
        assert await reads(desk, "Anti-inflammatoire 5 j")
        ends_where_it_should(desk)


@SIZES
async def test_the_day_of_the_agenda_names_all_days_of_its_week(group: Group, size: tuple[int, int]) -> None:
    await morning(group)
    async with clinic_desk(group, size=size) as desk:
        await desk.type("agenda")
        await desk.press("enter")
        week = next(line for line in desk.lines if "MA 24" in line)
        assert all(day in week for day in ("lu 23", "me 25", "je 26", "ve 27"))
        booked = next(line for line in desk.lines if "Praline" in line)
        assert "09:30" in booked
        ends_where_it_should(desk)
