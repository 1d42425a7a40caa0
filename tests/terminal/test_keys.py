"""Keys as terminals really send them, whole and in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from vpterm.terminal.session.keys import MAX_PASTE, KeyDecoder


def names(data: bytes, *, expire: bool = False) -> list[str]:
    decoder = KeyDecoder()
    received = list(decoder.feed(data))
    if expire:
        received += decoder.expire()
    return [message.key if isinstance(message, events.Key) else type(message).__name__ for message in received]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\xc3\xa9\xe2\x82\xac1", ["a", "é", "euro_sign", "1"]),
        (b"\r\t\x7f\x08", ["enter", "tab", "backspace", "backspace"]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1b[1;2R", ["shift+f3"]),  # the bytes of a cursor report
        (b"\x1bOR\x1b[13~\x1b[[C", ["f3", "f3", "f3"]),  # xterm, rxvt, Linux console
        (b"\x1bOA\x1bOC", ["ctrl+up", "ctrl+right"]),  # PuTTY
        (b"\x1b[1;5A", ["ctrl+up"]),  # xterm
        (b"\x1b1\x1b9", ["alt+1", "alt+9"]),
        (b"\x1ba\x1bA", ["alt+a", "alt+shift+a"]),
        (b"\x1b[Z", ["shift+tab"]),
        (b"\x1b[21~\x1b[20~", ["f10", "f9"]),
        (b"\x1b[3~\x1b[5~\x1b[6~\x1b[H\x1b[F", ["delete", "pageup", "pagedown", "home", "end"]),
    ],
)
def test_keys_of_real_terminals(data: bytes, expected: list[str]) -> None:
    assert names(data) == expected


@pytest.mark.parametrize(
    "reply",
    [
        b"\x1b[?62;1;6;22c",  # device attributes
        b"\x1b[>41;354;0c",
        b"\x1b[24;80R",  # a cursor report nobody asked for
        b"\x1b[?2026;2$y",
        b"\x1b[0n",
        b"\x1b[8;24;80t",
        b"\x1b[?1u",
        b"\x1bP>|XTerm(354)\x1b\\",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b[I",
        b"\x1b[O",
    ],
)
def test_replies_of_terminals_are_never_typed(reply: bytes) -> None:
    assert names(reply + b"x") == ["x"]


def test_alt_carries_no_character_that_a_field_would_take() -> None:
    (key,) = KeyDecoder().feed(b"\x1b1")
    assert isinstance(key, events.Key)
    assert key.character is None


def test_a_lone_escape_is_a_key_once_nothing_follows() -> None:
    decoder = KeyDecoder()
    assert list(decoder.feed(b"\x1b")) == []
    assert decoder.patience_s is not None
    assert [key.key for key in decoder.expire() if isinstance(key, events.Key)] == ["escape"]
    assert decoder.patience_s is None


def test_two_escapes_are_two_keys() -> None:
    assert names(b"\x1b\x1b", expire=True) == ["escape", "escape"]


def test_alt_with_a_bracket_is_a_key_once_nothing_follows() -> None:
    assert names(b"\x1b]", expire=True) == ["alt+right_square_bracket"]
    assert names(b"\x1b[", expire=True) == ["alt+left_square_bracket"]


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_paste_in_two_pieces_is_one_paste(cut: int) -> None:
    data = "\x1b[200~Rex\r\nœdème\x1b[201~!".encode()
    decoder = KeyDecoder()
    received = [*decoder.feed(data[:cut]), *decoder.feed(data[cut:])]
    paste, key = received
    assert isinstance(paste, events.Paste)
    assert paste.text == "Rex\nœdème"
    assert isinstance(key, events.Key)
    assert key.key == "exclamation_mark"


def test_a_paste_is_bounded_and_holds_no_commands() -> None:
    decoder = KeyDecoder()
    (paste,) = decoder.feed(b"\x1b[200~\x1b[31mred\x00" + b"x" * (2 * MAX_PASTE) + b"\x1b[201~")
    assert isinstance(paste, events.Paste)
    assert paste.text.startswith("[31mredxxx")
    assert len(paste.text) < MAX_PASTE


def test_mouse_reports_of_both_kinds() -> None:
    down, up, old = KeyDecoder().feed(b"\x1b[<0;11;6M\x1b[<0;11;6m\x1b[M +&")
    assert isinstance(down, events.MouseDown)
    assert isinstance(up, events.MouseUp)
    assert isinstance(old, events.MouseDown)
    assert (old.x, old.y) == (down.x, down.y) == (10, 5)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_garbage_never_harms_and_never_hides_the_next_key(pieces: list[bytes]) -> None:
    decoder = KeyDecoder()
    for piece in pieces:
        list(decoder.feed(piece))
    for _ in range(3):
        list(decoder.expire())
    list(decoder.feed(b"\x80"))  # ends a character that the garbage left half read
    keys = [message.key for message in decoder.feed(b"\r") if isinstance(message, events.Key)]
    assert keys[-1:] == ["enter"]


@given(st.binary(max_size=200), st.data())
def test_the_pieces_do_not_matter(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data)))
    whole, parts = KeyDecoder(), KeyDecoder()
    expected = [repr(message) for message in whole.feed(data)]
    assert [repr(message) for message in [*parts.feed(data[:cut]), *parts.feed(data[cut:])]] == expected
