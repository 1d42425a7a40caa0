"""The protocol between gateway and worker: what is sent arrives, what is no frame is refused."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.terminal.wire import KINDS, MAX_BODY, MAX_HEADER, Frame, FrameReader, WireError, encode

_VALUES: dict[type, st.SearchStrategy[object]] = {
    int: st.integers(),
    str: st.text(max_size=50),
    bool: st.booleans(),
    dict: st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.booleans(), max_size=4),
}
frames = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(
        Frame,
        st.just(kind),
        st.fixed_dictionaries({name: _VALUES[type_] for name, type_ in KINDS[kind].items()}),
        st.binary(max_size=300),
    )
)


@given(st.lists(frames, max_size=5), st.integers(1, 50))
def test_frames_arrive_as_sent_in_whatever_pieces(sent: list[Frame], size: int) -> None:
    stream = b"".join(encode(frame.kind, frame.body, **frame.fields) for frame in sent)
    reader = FrameReader()
    received: list[Frame] = []
    for start in range(0, len(stream), size):
        received += reader.feed(stream[start : start + size])
    assert received == sent


@given(st.binary(max_size=400))
def test_garbage_is_refused_or_waited_for(data: bytes) -> None:
    reader = FrameReader()
    try:
        received = list(reader.feed(data))
    except WireError:
        return
    assert all(frame.kind in KINDS for frame in received)


@given(frames, st.data())
def test_a_spoilt_frame_never_becomes_one_of_another_shape(frame: Frame, data: st.DataObject) -> None:
    stream = bytearray(encode(frame.kind, frame.body, **frame.fields))
    stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    try:
        received = list(FrameReader().feed(bytes(stream)))
    except WireError:
        return
    for each in received:
        assert {name: type(value) for name, value in each.fields.items()} == KINDS[each.kind]


def _raw(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">IH", 2 + len(header) + len(body), len(header)) + header + body


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack(">IH", MAX_BODY + MAX_HEADER + 3, 10),
        struct.pack(">IH", 5, 10),
        struct.pack(">IH", MAX_HEADER + 10, MAX_HEADER + 1),
        _raw(b"not json"),
        _raw(b"[]"),
        _raw(b"{}"),
        _raw(b'{"kind":"session.end"}'),
        _raw(b'{"kind":"session.end","session":"1"}'),
        _raw(b'{"kind":"session.end","session":true}'),
        _raw(b'{"kind":"session.end","session":1,"more":1}'),
        _raw(b'{"kind":"rm","session":1}'),
        _raw(b"[" * 10_000),
    ],
)
def test_what_is_no_frame_is_refused(stream: bytes) -> None:
    with pytest.raises(WireError):
        list(FrameReader().feed(stream))


def test_what_is_too_large_is_not_sent() -> None:
    with pytest.raises(WireError):
        encode("viewer.output", bytes(MAX_BODY + 1), viewer=1, whole=True)
    with pytest.raises(WireError):
        encode("session.ended", session=1, reason=json.dumps("x" * MAX_HEADER))
