"""The one search box of reception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import Group
from vpterm.practice.animals.actions import record_death, register_animal
from vpterm.practice.animals.library import load_library
from vpterm.practice.animals.search import recent_hits, search
from vpterm.practice.animals.transfers import transfer_animal
from vpterm.practice.clients.actions import add_contact, archive_client, change_client, register_client, remove_contact
from vpterm.practice.clients.search_text import Pair, corrections, deletions, is_one_typo, read_search

PEOPLE = (
    # last, first, phone, animals
    ("Dupont", "Marie", "06 12 34 56 78", ("Rex", "Caramel")),
    ("Dupont", "Xavier", "06 99 00 11 22", ("Mirza",)),
    ("Duponchel", "Marc", "", ()),
    ("Le Goff", "Yann", "02 40 11 22 33", ("Rexou",)),
    ("Legoffic", "Anne", "", ()),
    ("Lefèvre", "Œdipe", "+32 2 555 12 12", ("Éclair",)),
    ("Durand", "Paul", "", ("Rex",)),
    ("Rexel", "Jean", "", ()),
    ("Martin", "Dupré", "", ()),
)
CHIP = "250268600123456"


async def fill(group: Group) -> None:
    await load_library(group.management())
    desk = group.context("accueil.lilas")
    for last_name, first_name, phone, animals in PEOPLE:
        client_id = await register_client(
            desk, last_name=last_name, first_name=first_name, town="Nantes", phones=[(phone, "")]
        )
        for animal in animals:
            number = {"Mirza": CHIP, "Éclair": "2ABC123"}.get(animal, "")
            await register_animal(desk, client_id=client_id, name=animal, species_code="dog", identification=number)


async def found(group: Group, text: str, login: str = "vet.bocage") -> list[str]:
    return [hit.name for hit in await search(group.context(login), text=text)]


async def test_names_telephones_animals_and_numbers(group: Group) -> None:
    await fill(group)
    wanted = {
        "dupont": ["Dupont Marie", "Dupont Xavier"],
        "DUPONT  x": ["Dupont Xavier"],
        "dup mar": ["Dupont Marie", "Duponchel Marc", "Martin Dupré"],
        "mar dup": ["Dupont Marie", "Duponchel Marc", "Martin Dupré"],
        "xavier dupont": ["Dupont Xavier"],
        "du x": ["Dupont Xavier"],
        "d x": [],
        "d xa": ["Dupont Xavier"],
        "lefevre": ["Lefèvre Œdipe"],
        "oedipe lef": ["Lefèvre Œdipe"],
        "goff": ["Le Goff Yann"],
        "legoff": ["Legoffic Anne", "Le Goff Yann"],
        "le goff": ["Le Goff Yann", "Legoffic Anne"],
        "yann le goff": ["Le Goff Yann"],
        "5678": ["Dupont Marie"],
        "34 56 78": ["Dupont Marie"],
        "06.12.34.56.78": ["Dupont Marie"],
        "+33612345678": ["Dupont Marie"],
        "0033612345678": ["Dupont Marie"],
        "+32 2 555 12 12": ["Lefèvre Œdipe"],
        "678": [],
        "0612": ["Dupont Marie"],
        "06 12 34": ["Dupont Marie"],
        "+33612": ["Dupont Marie"],
        "1234": ["Dupont Marie"],
        "003361": ["Dupont Marie"],
        "9999": [],
        "caramel": ["Dupont Marie"],
        "rex dub": [],
        "rex dup": ["Dupont Marie"],
        "dup rex": ["Dupont Marie"],
        "re du": ["Dupont Marie", "Durand Paul"],
        "eclair": ["Lefèvre Œdipe"],
        CHIP: ["Dupont Xavier"],
        "250 26 86 00123456": ["Dupont Xavier"],
        "123456": ["Dupont Xavier"],
        "2abc123": ["Lefèvre Œdipe"],
        "abc123": ["Lefèvre Œdipe"],
        "": [], " ": [], "~": [], "%": [], "_": [], "'; drop table clients; --": [], "x" * 5000: [],
    }  # fmt: skip
    answers = {text: await found(group, text) for text in wanted}
    assert {text: sorted(names) for text, names in answers.items()} == {
        text: sorted(names) for text, names in wanted.items()
    }


async def test_an_animal_of_exactly_this_name_comes_before_a_longer_name(group: Group) -> None:
    await fill(group)
    hits = await search(group.context("vet.lilas"), text="rex")
    assert [(hit.name, hit.kind) for hit in hits] == [
        ("Dupont Marie", "animal"), ("Durand Paul", "animal"), ("Rexel Jean", "name"), ("Le Goff Yann", "animal"),
    ]  # fmt: skip
    assert [animal.name for animal in hits[0].animals] == ["Rex", "Caramel"]
    assert hits[0].animal_id == hits[0].animals[0].id
    assert (hits[0].town, hits[0].phone, hits[2].animals, hits[2].animal_id) == ("Nantes", "+33612345678", (), None)


@pytest.mark.parametrize(
    "text",
    [
        "duppont",
        "dupnot",
        "dopont",
        "dpont",
        "dupnot mar",
        "dupnot m",
        "marie dupnot",
        "mar dupnot",
        "dup mraie",
        "du mraie",
        "mraie dup",
        "carammel",
        "mirsa",
        "carammel dup",
        "dupnot caramel",
        "dupnot car",
        "dup carammel",
    ],
)
async def test_one_typo_still_finds(group: Group, text: str) -> None:
    await fill(group)
    hits = await search(group.context("vet.lilas"), text=text)
    assert {hit.kind for hit in hits} == {"similar"}
    assert hits[0].last_name == "Dupont"


async def test_two_typos_are_too_many_and_right_hits_come_first(group: Group) -> None:
    await fill(group)
    assert await found(group, "dopnot") == []
    desk = group.context("accueil.lilas")
    await register_client(desk, last_name="Dupond", first_name="Luc")
    assert (await found(group, "dupont"))[2:] == ["Dupond Luc"]


async def test_who_is_found_is_not_doubted_while_a_word_is_short_or_just_begun(group: Group) -> None:
    await fill(group)
    desk = group.context("accueil.lilas")
    for last_name, first_name in (("Dupond", "Martine"), ("Remy", "Luc"), ("Remi", "Anne")):
        await register_client(desk, last_name=last_name, first_name=first_name)
    answers = {
        "dupont m": ["Dupont Marie", "Dupont Xavier"],
        "dupont ma": ["Dupont Marie"],
        "dupont mar": ["Dupont Marie", "Dupond Martine"],
        "dupons m": ["Dupond Martine", "Dupont Marie"],
        "remy": ["Remy Luc"],
        "remi": ["Remi Anne"],
        "reni": ["Remi Anne"],
    }
    assert {text: await found(group, text) for text in answers} == answers


async def test_a_change_is_found_at_once_and_the_old_name_no_more(group: Group) -> None:
    await fill(group)
    desk = group.context("accueil.lilas")
    marie = (await search(desk, text="dupont marie"))[0]
    await change_client(desk, client_id=marie.client_id, last_name="Kerouac")
    assert await found(group, "rex kero") == ["Kerouac Marie"]
    assert await found(group, "rex dup") == []
    xavier = (await search(desk, text="dupont xavier"))[0]
    await transfer_animal(desk, animal_id=marie.animals[0].id, client_id=xavier.client_id, how="given")
    assert await found(group, "caramel dup") == ["Dupont Xavier"]
    await archive_client(desk, client_id=xavier.client_id)
    assert await found(group, "caramel") == []
    assert await found(group, "2 26 86 00123456") == []


async def test_the_end_of_a_contacts_telephone_finds_the_client(group: Group) -> None:
    await fill(group)
    desk = group.context("accueil.lilas")
    marie = (await search(desk, text="dupont marie"))[0]
    contact = await add_contact(desk, client_id=marie.client_id, name="Paul", phone="06 55 44 33 21")
    for text in ("3321", "06 55 44 33 21"):
        [hit] = await search(desk, text=text)
        assert (hit.client_id, hit.kind) == (marie.client_id, "phone")
    await remove_contact(desk, contact_id=contact)
    assert await search(desk, text="3321") == []


async def test_a_common_name_leaves_room_for_animals_of_that_name(group: Group) -> None:
    await fill(group)
    desk = group.context("accueil.lilas")
    for number in range(30):
        client_id = await register_client(desk, last_name="Max", first_name=f"A{number:02}")
        await register_animal(desk, client_id=client_id, name="Filou", species_code="cat")
    paul = (await search(desk, text="durand"))[0]
    animal_id = await register_animal(desk, client_id=paul.client_id, name="Max", species_code="cat")
    await record_death(desk, animal_id=animal_id)
    hits = await search(desk, text="max")
    assert len(hits) == 20
    assert [hit.kind for hit in hits].count("name") == 19
    met = next(hit for hit in hits if hit.kind == "animal")
    assert (met.name, met.animals[0].name, met.animals[0].dead) == ("Durand Paul", "Max", True)
    assert len(await search(desk, text="filou", limit=5)) == 5


async def test_an_empty_box_shows_whom_this_site_dealt_with_last(group: Group) -> None:
    await fill(group)
    desk = group.context("accueil.lilas")
    marie = (await search(desk, text="dupont marie"))[0]
    await record_death(desk, animal_id=marie.animals[0].id)
    await change_client(desk, client_id=marie.client_id, town="Vire")
    hits = await recent_hits(desk, limit=3)
    assert [hit.name for hit in hits] == ["Dupont Marie", "Martin Dupré", "Rexel Jean"]
    assert ([animal.name for animal in hits[0].animals], hits[0].phone) == (["Rex"], "+33612345678")
    assert await recent_hits(group.context("vet.bocage")) == []


def test_the_likeliest_corrections_come_first_and_a_dozen_is_enough() -> None:
    wanted = read_search("dupnot")
    near = corrections(wanted, wanted.typed, ["rupnot", "dupnote", "dunot", "dupot", "dupont", "dupnot", "dorant"])
    assert [one.text for one in near] == ["dupont", "dunot", "dupot", "rupnot"]
    many = corrections(wanted, wanted.typed, [f"dupno{letter}" for letter in "abcdefghijklmnopqrs"])
    assert [one.known[-1] for one in many] == list("abcdefghijkl")


def test_a_known_word_is_looked_up_whole() -> None:
    wanted = read_search("marie dupnot")
    (near,) = corrections(wanted, wanted.doubtful(found=False), ["dupont"])
    assert (near.text, near.names) == ("marie dupont", ["marie dupont", "dupont marie"])
    assert near.client_pairs == [Pair("marie", "dupont")]
    assert near.animal_pairs == [Pair("marie", "dupont"), Pair("dupont", "marie")]
    wanted = read_search("dupnot m")
    (near,) = corrections(wanted, wanted.doubtful(found=False), ["dupont"])
    assert (near.names, near.client_pairs) == (["dupont m"], [Pair("m", "dupont")])
    assert near.animal_pairs == [Pair("m", "dupont")]


words = st.text("abcdé", min_size=4, max_size=9)


@given(word=words, data=st.data())
def test_every_single_typo_is_recognised_and_meets_the_word_at_a_deletion(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abxy"))
    typed = data.draw(
        st.sampled_from([
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :],
        ])
    )  # fmt: skip
    assert is_one_typo(typed, word) is (typed != word)
    assert is_one_typo(word, typed) is (typed != word)
    assert deletions(typed) & deletions(word)


@given(one=words, other=words)
def test_what_is_called_one_typo_is_one(one: str, other: str) -> None:
    letters = sorted(set(one + other))
    edits = {one[:i] + one[i + 1 :] for i in range(len(one))}
    edits |= {one[:i] + c + one[j:] for i in range(len(one) + 1) for j in (i, i + 1) for c in letters}
    edits |= {one[:i] + one[i + 1] + one[i] + one[i + 2 :] for i in range(len(one) - 1)}
    assert is_one_typo(one, other) is (one != other and other in edits)
