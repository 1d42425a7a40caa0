"""Proves recordings against what was written down of them: files by their chain, closings by the chain of their site.

Without the private key a file is proved as it lies there; with it, every link is opened too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vpterm.practice.recordings.queries import ClosingRow, RecordingRow
from vpterm.practice.recordings.rules import closing_hash
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.keys import fingerprint
from vpterm.terminal.recording.sealing import Damaged
from vpterm.terminal.recording.tape import Proof, prove, read_tape


class State(StrEnum):
    """What a recording is found to be."""

    WHOLE = "whole"
    FAILED = "failed"  # it ended by a fault; what there is, is as it was written
    BROKEN_OFF = "broken_off"  # the gateway ended without closing it; likewise
    NOT_CLOSED = "not_closed"  # under way, or the gateway has not been started since
    REMOVED = "removed"  # its time was over
    ELSEWHERE = "elsewhere"  # kept by another installation of the group
    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
    LEFT_OVER = "left_over"  # written down as removed, and still there
    UNKNOWN = "unknown"  # a file of which nothing is written down

    @property
    def is_sound(self) -> bool:
        """Whether nothing was done to it behind the program's back."""
        return self not in _UNSOUND


_UNSOUND = {State.MISSING, State.ALTERED, State.UNREADABLE, State.LEFT_OVER, State.UNKNOWN}


@dataclass(frozen=True)
class Found:
    """One recording. `link` is where it is not as it was written; `opened`: every link was opened with the key."""

    number: int
    site_code: str
    file_name: str
    state: State
    link: int | None = None
    opened: bool = False


@dataclass(frozen=True)
class BrokenChain:
    """The closings of a site do not hang together at this one: rows were changed or taken away."""

    site_code: str
    sequence: int


def examine(rows: Iterable[RecordingRow], archive: Archive, private: X25519PrivateKey | None) -> Iterator[Found]:
    """Every recording of these rows."""
    for row in rows:
        yield _examine(row, archive, private)


def find_unknown(rows: Iterable[RecordingRow], archive: Archive) -> Iterator[Found]:
    """Files that no row speaks of. `rows` are those of all sites."""
    known = {row.file_name for row in rows}
    for name in archive.names():
        if name not in known:
            yield Found(0, name.partition("/")[0], name, State.UNKNOWN)


def follow_chains(rows: Iterable[RecordingRow]) -> Iterator[BrokenChain]:
    """The first broken place of each site. `rows` are all rows of these sites."""
    sites: dict[str, list[tuple[RecordingRow, ClosingRow]]] = defaultdict(list)
    for row in rows:
        if row.closing is not None:
            sites[row.site_code].append((row, row.closing))
    for code, closings in sorted(sites.items()):
        broken = _broken_at(sorted(closings, key=lambda pair: pair[1].sequence))
        if broken:
            yield BrokenChain(code, broken)


def _broken_at(closings: Sequence[tuple[RecordingRow, ClosingRow]]) -> int:
    previous = ""
    for expected, (row, closing) in enumerate(closings, start=1):
        hashes = (closing.previous_hash, closing.hash)
        if closing.sequence != expected or hashes != (previous, closing_hash(previous, row.facts(closing))):
            return expected
        previous = closing.hash
    return 0


def _examine(row: RecordingRow, archive: Archive, private: X25519PrivateKey | None) -> Found:
    def found(state: State, link: int | None = None, *, opened: bool = False) -> Found:
        return Found(row.id, row.site_code, row.file_name, state, link, opened)

    if row.installation != archive.name:
        return found(State.ELSEWHERE)
    try:
        path = archive.path_of(row.file_name)
        if row.removed_at is not None:
            return found(State.LEFT_OVER if path.exists() else State.REMOVED)
        if row.closing is not None and not row.closing.size:
            return found(State.FAILED)  # its file could not even be made
        proof, size = prove(path), path.stat().st_size
        state = _state(row, proof, size)
        opens = private is not None and fingerprint(private.public_key()) == row.key_fingerprint
        if private is not None and opens and state.is_sound:
            for _line in read_tape(path, private):
                pass
        return found(state, opened=opens and state.is_sound)
    except FileNotFoundError:
        return found(State.MISSING)
    except OSError:
        return found(State.UNREADABLE)
    except Damaged as damage:
        return found(State.ALTERED, damage.link)


def _state(row: RecordingRow, proof: Proof, size: int) -> State:
    """Whether a file whose chain holds is the one that was written down, and all of it."""
    if proof.header_hash != row.header_hash:
        return State.ALTERED
    closing = row.closing
    if closing is None:
        return State.NOT_CLOSED
    if (proof.links, proof.size, proof.file_hash) != (closing.chunks, closing.size, closing.file_hash):
        return State.ALTERED
    if closing.how == "closed":
        return State.WHOLE if proof.has_end and size == closing.size else State.ALTERED
    return State.FAILED if closing.how == "failed" else State.BROKEN_OFF
