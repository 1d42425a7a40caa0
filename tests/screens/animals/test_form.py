"""The form of an animal, by keys."""

from datetime import date

from tests.screens.practice_desk import fill, sees, sit_down
from tests.world import Group
from vpterm.practice.animals.queries import animal_sheet, client_sheet


async def test_an_animal_is_registered_with_short_forms(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.form", "accueil.lilas", client_id=people.dubois) as desk:
        for text in ("rio", "chi", "border c", "mâle castré", "2a4m", "noir et blanc", "250268600123457"):
            await desk.type(text)
            await desk.press("enter")
        assert sees(desk, "250 26 86 00123457")
        assert sees(desk, "Border collie")
        await desk.press("f2")
        assert sees(desk, "RIO  chien · Border collie · M castré · 2 ans 4 mois")
        animals = (await client_sheet(desk.app.context, client_id=people.dubois)).animals
        rio = next(animal for animal in animals if animal.name == "Rio")
        assert (rio.birth_date, rio.birth_precision, rio.identification) == (
            date(2024, 7, 1),
            "month",
            "250268600123457",
        )


async def test_the_identification_is_diagnosed_on_the_error_line(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.form", animal_id=people.rex) as desk:
        for _key in range(6):
            await desk.press("down")
        await desk.type("25026860O123457")
        await desk.press("enter")
        assert sees(desk, "! Identification")
        assert sees(desk, "Peut-être 250 26 86")
        await desk.press("up")
        for _key in range(15):
            await desk.press("backspace")
        await desk.type("250268600123456")
        await desk.press("f2")
        assert sees(desk, "! 250 26 86 00123456 est celui de Mirza, à Martin Sophie (Nantes).")
        assert sees(desk, "250 26 86 00123456")


async def test_changing_keeps_what_is_not_touched(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", animal_id=people.mirza) as desk:
        before = await animal_sheet(desk.app.context, animal_id=people.mirza)
        await desk.press("ctrl+e")
        await desk.type("belle")
        await desk.press("f2")
        after = await animal_sheet(desk.app.context, animal_id=people.mirza)
        assert after.name == "Mirzabelle"
        assert sees(desk, "MIRZABELLE")
        assert sees(desk, "Enregistré")
        for field in ("species_code", "breed", "sex", "sterilised", "birth_date", "birth_precision", "identification"):
            assert getattr(after, field) == getattr(before, field)
