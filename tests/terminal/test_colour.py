"""What terminals with fewer colours and signs get."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.screens.link import Colours
from vpterm.terminal.painting.colour import colours_of, rewrite
from vpterm.terminal.painting.glyphs import glyphs_of, replace_glyphs


@pytest.mark.parametrize(
    ("term", "environment", "expected"),
    [
        ("xterm-256color", {}, "256"),
        ("xterm-256color", {"COLORTERM": "truecolor"}, "truecolor"),
        ("xterm-256color", {"COLORTERM": "truecolor", "NO_COLOR": "1"}, "mono"),
        ("linux", {}, "8"),
        ("vt100", {}, "mono"),
        ("vt220", {}, "mono"),
        ("xterm-16color", {}, "16"),
        ("xterm-mono", {}, "mono"),
        ("", {}, "mono"),
    ],
)
def test_colours_of_a_terminal(term: str, environment: dict[str, str], expected: Colours) -> None:
    assert colours_of(term, environment) == expected


@pytest.mark.parametrize(
    ("colours", "expected"),
    [
        ("truecolor", "\x1b[1;38;2;255;0;0;48;2;0;0;0mrex\x1b[0m"),
        ("256", "\x1b[1;38;5;196;48;5;16mrex\x1b[0m"),
        ("16", "\x1b[1;31;40mrex\x1b[0m"),
        ("8", "\x1b[1;31;40mrex\x1b[0m"),
        ("mono", "\x1b[1mrex\x1b[0m"),
    ],
)
def test_one_style_in_each_range_of_colours(colours: Colours, expected: str) -> None:
    assert rewrite("\x1b[1;38;2;255;0;0;48;2;0;0;0mrex\x1b[0m", colours) == expected


@given(
    st.lists(
        st.sampled_from(["0", "1", "7", "31", "97", "104", "38;5;9", "48;5;240", "38;2;1;2;3", "48;2;250;9;9", "38"])
    ),
    st.sampled_from(["truecolor", "256", "16", "8", "mono"]),
)
def test_only_colours_change_and_none_too_rich_is_left(parts: list[str], colours: Colours) -> None:
    painted = f"\x1b[{';'.join(parts)}mRex 38;2;4;5;6\x1b[2J"
    result = rewrite(painted, colours)
    assert re.sub(r"\x1b\[[0-9;]*m", "", result) == "Rex 38;2;4;5;6\x1b[2J"
    style = result.partition("m")[0]
    if colours != "truecolor":
        assert "8;2;" not in style
    if colours in ("16", "8", "mono"):
        assert "8;5;" not in style
    if colours == "mono":
        assert not re.search(r"[;\[](3[0-7]|4[0-7]|9[0-7]|10[0-7])(?=[;m]|$)", style)


def test_a_light_field_is_reverse_video_without_colours() -> None:
    assert rewrite("\x1b[38;2;0;0;0;48;2;240;240;240mx", "mono") == "\x1b[7mx"


@pytest.mark.parametrize("colours", ["16", "8"])
def test_near_shades_do_not_hide_the_text(colours: Colours) -> None:
    painted = rewrite("\x1b[38;2;30;30;30;48;2;20;20;20mx", colours)
    text, back = painted[2:-2].split(";")
    assert int(text) % 10 != int(back) % 10 or int(text) >= 90


def test_bright_colours_of_a_theme_become_bold_on_eight() -> None:
    assert rewrite("\x1b[91;44mx", "8") == "\x1b[31;1;44mx"


def test_signs_for_poorer_fonts_keep_their_width() -> None:
    drawn = "╭─╮│é€œ●▂⠿…"
    assert replace_glyphs(drawn, "full") == drawn
    assert replace_glyphs(drawn, "console") == "┌─┐│é€œ*..."
    assert replace_glyphs(drawn, "ascii") == "+-+|é€œ*..."


def test_glyphs_of_a_terminal() -> None:
    assert [glyphs_of(term) for term in ("linux", "vt100", "xterm", "")] == ["console", "ascii", "full", "ascii"]
