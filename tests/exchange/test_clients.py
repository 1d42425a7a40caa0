"""Importing clients: nasty files, what is right comes in, the rest is told, nothing comes in twice."""

from pathlib import Path

import pytest

from tests.world import Group
from vpterm.database.context import Context
from vpterm.exchange.clients import import_clients
from vpterm.exchange.mapping import load_mapping, read_mapping, sample_mapping, sample_names
from vpterm.exchange.report import ImportReport
from vpterm.exchange.tables_of_text import decoded, read_table
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.i18n import using
from vpterm.practice.animals.library import load_library
from vpterm.practice.animals.queries import animal_sheet, client_sheet
from vpterm.practice.animals.search import search

MAPPING = read_mapping(sample_mapping("one-line-per-animal"))
HEADER = (
    "Code client;Civilité;Nom;Prénom;Téléphone;Portable;Adresse;Code postal;Ville;Email;"
    "Code animal;Animal;Espèce;Race;Sexe;Date de naissance;Robe;Identification\r\n"
)


async def desk_with_library(group: Group) -> Context:
    await load_library(group.management())
    return group.context("gerance", at="lilas")


def line(**values: str) -> str:
    columns = [column.strip() for column in HEADER.strip().split(";")]
    keys = {"client": "Code client", "nom": "Nom", "prenom": "Prénom", "tel": "Téléphone", "portable": "Portable",
            "cp": "Code postal", "email": "Email", "code": "Code animal", "animal": "Animal", "espece": "Espèce",
            "sexe": "Sexe", "ne": "Date de naissance", "puce": "Identification"}  # fmt: skip
    named = {keys[key]: value for key, value in values.items()}
    return ";".join(named.get(column, "") for column in columns) + "\r\n"


def told(report: ImportReport) -> list[tuple[int, str, str, bool]]:
    return [(one.line, one.column, one.value, one.refused) for one in report.lines]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.clients_added, report.clients_known, report.animals_added, report.animals_known


async def test_a_nasty_file_brings_in_what_is_right(group: Group) -> None:
    desk = await desk_with_library(group)
    text = HEADER + "".join([
        line(client="1", nom="DUPONT", prenom="Hélène", tel="612345678", portable="02 40 11 22 33 / 06 99", cp="44000",
             code="a1", animal="Mirza", espece="CN", sexe="FS", ne="12/03/2019 00:00:00", puce="250268600123456"),
        line(client="2", nom="", prenom="Jean", code="a2", animal="Rex", espece="chien"),
        line(client="1", nom="DUPONT", code="a3", animal="Félix", espece="Chat", ne="31/02/2020", sexe="X"),
        line(client="3", nom="Leroy", email="leroy@@x", code="a4", animal="Draco", espece="dragon"),
        line(client="3", nom="Leroy", code="a5", animal="Nala", espece="félin", puce="25026860O123457"),
        line(client="4", nom="Moreau", code="a6", animal="Copie", espece="chien", puce="250 26 86 00123456"),
        line(client="5", nom="Petit", code="a7", animal="", espece="chat"),
        line(client="6", nom="Sans Animal", cp="???"),
        line(client="7", nom="Excel", code="a8", animal="Daté", espece="dog", ne="43536"),
    ])  # fmt: skip
    report = await import_clients(desk, content=text.encode("cp1252"), mapping=MAPPING)
    assert told(report) == [
        (2, "Portable", "06 99", False),
        (3, "Nom", "", True),
        (4, "Sexe", "X", False),
        (4, "Date de naissance", "31/02/2020", False),
        (5, "Email", "leroy@@x", False),
        (5, "Espèce", "dragon", True),
        (6, "Identification", "25026860O123457", False),
        (7, "identification", "250 26 86 00123456", True),
        (8, "Animal", "", True),
        (9, "Code postal", "???", False),
    ]
    assert counts(report) == (6, 0, 4, 0)
    [hit] = await search(desk, text="dupont helene")
    sheet = await client_sheet(desk, client_id=hit.client_id)
    assert [phone.number for phone in sheet.client.phones] == ["+33612345678", "+33240112233"]
    assert [(one.name, one.species_code, one.sex, one.sterilised, str(one.birth_date)) for one in sheet.animals] == [
        ("Félix", "cat", "", False, "None"), ("Mirza", "dog", "F", True, "2019-03-12"),
    ]  # fmt: skip
    [hit] = await search(desk, text="nala")
    assert (await animal_sheet(desk, animal_id=hit.animals[0].id)).identification is None
    [hit] = await search(desk, text="date exc")
    assert str((await animal_sheet(desk, animal_id=hit.animals[0].id)).birth_date) == "2019-03-12"


async def test_the_same_file_again_adds_nothing(group: Group) -> None:
    desk = await desk_with_library(group)
    rows = [
        line(client="1", nom="Dupont", animal="Mirza", espece="chien", code="a1"),
        line(nom="Sans Numéro", tel="0612345678", animal="Rex", espece="chien", ne="2020"),
        line(nom="Sans Numéro", tel="0612345678", animal="Max", espece="chien"),
    ]
    text = HEADER + "".join(rows)
    assert counts(await import_clients(desk, content=text.encode(), mapping=MAPPING)) == (2, 0, 3, 0)
    assert counts(await import_clients(desk, content=text.encode("cp1252"), mapping=MAPPING)) == (0, 2, 0, 3)
    text += line(nom="Sans numero", tel="06 12 34 56 78", animal="Zoé", espece="chat")
    text += line(nom="Sans numéro", tel="0612345678", animal="Zoé", espece="chat")
    again = await import_clients(desk, content=text.encode(), mapping=MAPPING)
    assert (again.clients_added, again.animals_added) == (1, 2)


async def test_a_half_done_import_goes_on(group: Group) -> None:
    desk = await desk_with_library(group)
    text = HEADER + "".join(
        line(client=str(n), nom=f"Nom {n}", code=str(n), animal="Rex", espece="chien") for n in range(20)
    )

    class CutError(Exception):
        pass

    def stop_at_seven(done: int, total: int) -> None:
        assert total == 20
        if done == 7:
            raise CutError

    with pytest.raises(CutError):
        await import_clients(desk, content=text.encode(), mapping=MAPPING, progress=stop_at_seven)
    assert counts(await import_clients(desk, content=text.encode(), mapping=MAPPING)) == (13, 7, 13, 7)


async def test_ten_thousand_lines_of_which_most_are_repeated(group: Group) -> None:
    desk = await desk_with_library(group)
    text = HEADER + "".join(
        line(client=str(n % 1000 // 10), nom=f"Nom {n % 1000 // 10}", code=str(n % 1000), animal="Rex", espece="chien")
        for n in range(10_000)
    )
    seen: list[int] = []
    report = await import_clients(
        desk, content=text.encode(), mapping=MAPPING, progress=lambda done, total: seen.append(done)
    )
    assert counts(report) == (100, 0, 1000, 9000)
    assert seen == list(range(1, 101))
    assert counts(await import_clients(desk, content=text.encode(), mapping=MAPPING)) == (0, 100, 0, 10_000)


async def test_only_those_who_may_and_only_files_that_fit(group: Group) -> None:
    desk = await desk_with_library(group)
    with pytest.raises(NotAllowed):
        await import_clients(group.context("support"), content=b"", mapping=MAPPING)
    for content in (b"", b"\n\n", b"Nom;Ville\nDupont;Nantes\n", (HEADER + '1;;"Dupont\n' + "x" * 200_000).encode()):
        with pytest.raises(Refused):
            await import_clients(desk, content=content, mapping=MAPPING)


@pytest.mark.parametrize(
    "content",
    [
        "Nom;Ville\nLefèvre;Œil\n".encode(),
        "Nom;Ville\nLefèvre;Œil\n".encode("cp1252"),
        "\ufeffNom;Ville;;;\r\nLefèvre;Œil;;;\r\n;;;;\r\n".encode(),
        "Nom\tVille\r\nLefèvre\tŒil\r\n".encode("utf-16"),
        'sep=,\r\n"Nom","Ville"\r\n"Lefèvre","Œil"\r\n'.encode(),
        'Nom;Ville\nLefèvre;="Œil"\n'.encode(),
        "\n NOM | ville \nLefèvre|Œil|trop|de|champs\n".encode(),
    ],
)
def test_a_table_is_read_however_it_was_saved(content: bytes) -> None:
    table = read_table(content)
    assert [(row["nom"], row["Ville"]) for row in table.rows] == [("Lefèvre", "Œil")]


def test_lines_are_counted_as_an_editor_does() -> None:
    table = read_table(b'Nom;Note\nA;"one\ntwo; three"\n\nB;\n')
    assert [(row.line, row["nom"], row["note"]) for row in table.rows] == [(2, "A", "one\ntwo; three"), (5, "B", "")]


def test_a_file_put_together_from_two_programs() -> None:
    mixed = "Nom\nLefèvre\n".encode("cp1252") + "Bœuf\n".encode() + b"\x81\n"
    assert decoded(mixed) == "Nom\nLefèvre\nBœuf\n\x81\n"


def test_every_sample_can_be_used() -> None:
    assert sample_names() == ["clients-only", "one-line-per-animal"]
    for name in sample_names():
        assert read_mapping(sample_mapping(name)).source == name.replace("-", " ")
    with pytest.raises(NotFound):
        sample_mapping("../secrets")


@pytest.mark.parametrize(
    "text",
    [
        "", "source = ", 'source = "x"', 'source = "x"\n[client]\nname = "Nom"', 'source = "x"\nclient = 3',
        'source = "x"\n[client]\nlast_name = "Nom"\n[animal]\nname = "Animal"',
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_mapping(text)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load_mapping(tmp_path / "none.toml")


async def test_the_summary_is_in_the_language_of_the_reader(group: Group) -> None:
    desk = await desk_with_library(group)
    text = HEADER + line(client="1", nom="Dupont", code="1", animal="Rex", espece="dragon", ne="2020")
    report = await import_clients(desk, content=text.encode(), mapping=MAPPING)
    with using("fr"):
        assert report.summary().splitlines() == [
            "1 ligne lue.", "Ajoutés : 1 client(s), 0 animal(aux).", "Déjà là : 0 client(s), 0 animal(aux).",
            "1 refus, 0 valeur écartée.",
        ]  # fmt: skip
        assert str(report.lines[0]).startswith("ligne 2 : refus : Espèce « dragon » :")
    with using("en"):
        assert report.summary().splitlines()[0] == "1 line read."
