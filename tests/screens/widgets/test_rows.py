"""Lists: columns line up, the cursor keeps its row, typing filters, 5,000 rows cost what 20 do."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.screens.widgets.places import desk_with
from vpterm.kernel.text import display_width
from vpterm.screens.widgets.columns import Cell, Column, lay_out
from vpterm.screens.widgets.rows import Rows


@dataclass(frozen=True)
class Animal:
    """A row."""

    id: int
    name: str
    balance: str = "0,00 €"


HERD = [Animal(1, "Mirza", "86,40 €"), Animal(2, "Éclair", "1 142,10 €"), Animal(3, "Nœud")]
COLUMNS = [
    Column[Animal]("", lambda row: row.name, 8, stretch=1),
    Column[Animal]("", lambda row: row.balance, 10, "right"),
]


def herd(rows: list[Animal] | None = None, **options: object) -> Rows[Animal]:
    return Rows(
        COLUMNS,
        HERD if rows is None else rows,
        identity=lambda row: row.id,
        filter_text=lambda row: row.name,
        **options,  # type: ignore[arg-type]
    )


async def test_amounts_align_right_and_the_cursor_is_marked() -> None:
    async with desk_with(herd()) as desk:
        first, second = desk.lines[2], desk.lines[3]
        assert first.rstrip().endswith("86,40 €")
        assert len(first.rstrip()) == len(second.rstrip()) == 79
        assert first[1] == "›"
        assert second[1] == " "


async def test_a_title_that_fits_is_not_cut_where_the_position_stands_beside_it() -> None:
    columns = [Column[Animal]("name", lambda row: row.name, 8), Column[Animal]("town", lambda row: "", 60)]
    rows = Rows(columns, [Animal(number, f"Rex {number}") for number in range(50)], identity=lambda row: row.id)
    async with desk_with(rows, language="en") as desk:
        assert desk.lines[2].split() == ["name", "town", "1/50"]


async def test_a_finger_moves_the_cursor_and_on_it_opens() -> None:
    opened: list[str] = []

    async def open_row(row: Animal) -> None:
        opened.append(row.name)

    rows = herd(on_open=open_row)
    async with desk_with(rows) as desk:
        await desk.pilot.click(rows, offset=(5, 1))
        await desk.settle()
        assert (rows.cursor, opened) == (1, [])
        await desk.pilot.click(rows, offset=(5, 1))
        await desk.settle()
        assert opened == ["Éclair"]
        await desk.pilot.click(rows, offset=(5, 4))  # below the last row there is nothing
        await desk.settle()
        assert (rows.cursor, opened) == (1, ["Éclair"])


async def test_plain_glyphs_for_a_console() -> None:
    async with desk_with(herd(), colours="16", glyphs="console") as desk:
        assert desk.lines[2][1] == ">"


@pytest.mark.parametrize(("language", "words"), [("fr", "Filtre : eclair"), ("en", "Filter: eclair")])
async def test_typing_filters_without_accents_and_escape_takes_it_away(language: str, words: str) -> None:
    rows = herd()
    async with desk_with(rows, language=language) as desk:
        await desk.type("eclair")
        assert [row.name for row in rows.rows] == ["Éclair"]
        assert desk.sees(words)
        await desk.press("escape")
        assert len(rows.rows) == 3
        assert len(desk.app.screen_stack) == 2


async def test_an_empty_filter_result_says_so() -> None:
    async with desk_with(herd()) as desk:
        await desk.type("zz")
        assert desk.sees("Rien ne correspond à « zz ».")


async def test_enter_opens_the_row_under_the_cursor() -> None:
    opened = []

    async def open_row(row: Animal) -> None:
        opened.append(row.id)

    async with desk_with(herd(on_open=open_row)) as desk:
        await desk.press("down", "enter", "end", "enter", "home", "enter")
    assert opened == [2, 3, 1]


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    many = [Animal(number, f"Animal {number}") for number in range(100)]
    rows = herd(many)
    async with desk_with(rows) as desk:
        await desk.press(*["down"] * 50)
        line_before = next(at for at, line in enumerate(desk.lines) if "Animal 50" in line)
        rows.set_rows([Animal(1000 + number, "Neu") for number in range(7)] + many)
        await desk.settle()
        assert rows.current == Animal(50, "Animal 50")
        assert "Animal 50" in desk.lines[line_before]
        rows.set_rows(many[:10])
        assert rows.current == many[9]
        rows.set_rows([])
        assert not rows.rows
        rows.set_rows(many)
        assert rows.cursor == 0


async def test_a_notice_does_not_take_the_focus_or_the_filter() -> None:
    rows = herd()
    async with desk_with(rows, herd()) as desk:
        await desk.type("mir")
        rows.set_rows([*HERD, Animal(9, "Miraud")])
        assert rows.has_focus
        assert [row.id for row in rows.rows] == [1, 9]


async def test_only_the_lines_in_sight_are_asked_for() -> None:
    asked = 0

    def name(row: Animal) -> str:
        nonlocal asked
        asked += 1
        return row.name

    many = [Animal(number, f"Animal {number}") for number in range(5000)]
    rows = Rows([Column[Animal]("", name, 20)], many, identity=lambda row: row.id)
    async with desk_with(rows) as desk:
        asked = 0
        await desk.press("end")
        assert desk.sees("Animal 4999")
        assert asked < 80
        asked = 0
        await desk.press("up")
        assert asked <= 4


async def test_searching_anew_at_each_letter_shows_the_last_answer() -> None:
    searched = []
    rows: Rows[Animal]

    async def search(text: str) -> None:
        searched.append(text)
        rows.set_rows([Animal(1, text.upper())])

    rows = Rows(COLUMNS, [], identity=lambda row: row.id, on_filter=search, empty="Rien encore.")
    async with desk_with(rows) as desk:
        assert desk.sees("Rien encore.")
        await desk.type("dup")
        assert searched == ["d", "du", "dup"]
        assert desk.sees("DUP")


async def test_danger_has_a_sign_beside_its_colour() -> None:
    columns = [Column[str]("", lambda row: Cell(row, "danger"), 10)]
    async with desk_with(Rows(columns, ["21 min"], identity=str)) as desk:
        assert desk.sees("! 21 min")


@pytest.mark.parametrize("width", [20, 40, 78, 130])
def test_columns_fill_the_width_and_the_less_wanted_leave_first(width: int) -> None:
    columns = [
        Column[Animal]("a", lambda row: row.name, 10, stretch=1),
        Column[Animal]("b", lambda row: row.name, 12, rank=2),
        Column[Animal]("c", lambda row: row.balance, 8, "right"),
        Column[Animal]("d", lambda row: row.name, 30, rank=1, stretch=2),
    ]
    laid_out = lay_out(columns, width)
    titles = "".join(column.title for column, _size in laid_out)
    assert titles == {20: "ac", 40: "ac", 78: "abcd", 130: "abcd"}[width]
    assert sum(size for _column, size in laid_out) + 2 * (len(laid_out) - 1) == width
    assert {column.title: size for column, size in laid_out}["c"] == 8


async def test_wide_characters_keep_the_columns_aligned() -> None:
    async with desk_with(herd([Animal(1, "犬の名前です"), Animal(2, "x")])) as desk:
        assert display_width(desk.lines[2]) == display_width(desk.lines[3]) == 80
