"""How the one search box is read: names, telephone tails, chip numbers. Pure; its statements: animals/search.py."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from vpterm.kernel.identifiers import digits_of
from vpterm.kernel.text import normalise

HIGHEST = "~"  # sorts after every letter and digit of a normalised text, in collation "C"
SHORTEST_TAIL = 4
SHORTEST_TYPO = 4
SHORTEST_DOUBT = 5  # where something was found, a word of four letters is taken at its word
SHORTEST_PAIR = 3  # "d m" is met by half the town: nothing worth reading, and slow to read
MOST_CORRECTIONS = 12
LONGEST = 80
_PARTICLES = ("le", "la", "de", "du", "des", "d", "l", "de la", "van", "von", "el", "ben")
_NUMBER = re.compile(r"[0-9+ ./()-]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two prefixes at once: of the last name and the first name, or of an owner and an animal."""

    main: str
    other: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a text may mean.

    names: prefixes of "last first", the likeliest first; pairs: last and first name, both ways round;
    phone_tails, chip_tail: reversed, "" for none; phone_runs: digits that may stand anywhere in a number, where no tail
    is met; typed: all words, none of a number.
    """

    text: str
    names: tuple[str, ...]
    pairs: tuple[Pair, ...]
    phone_tails: tuple[str, ...]
    phone_runs: tuple[str, ...]
    chip_tail: str
    typed: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.names or self.phone_tails or self.chip_tail)

    def doubtful(self, *, found: bool) -> tuple[str, ...]:
        """The words of which one may be mistyped. Where something was `found`, none while the last is just begun."""
        if not self.typed or (found and len(self.typed[-1]) < SHORTEST_PAIR):
            return ()
        return tuple(word for word in self.typed if len(word) >= (SHORTEST_DOUBT if found else SHORTEST_TYPO))


@dataclass(frozen=True, slots=True)
class Correction:
    """The text with one of its words replaced by a whole word that occurs in names: `known`."""

    text: str
    known: str

    @property
    def names(self) -> list[str]:
        """Prefixes of "last first": where the known word ends the last name, its other half stands right behind."""
        turned = (f"{pair.main} {pair.other}" for pair in cuts(self.text) if self._ends(pair.main))
        return list(dict.fromkeys([self.text, *turned]))

    @property
    def client_pairs(self) -> list[Pair]:
        """What `names` do not meet."""
        return [pair for pair in self.animal_pairs if not self._ends(pair.main)]

    @property
    def animal_pairs(self) -> list[Pair]:
        """An owner and an animal; a known owner with one or two letters is met by too many to look through them."""
        return [
            pair for pair in cuts(self.text) if len(pair.other) >= SHORTEST_PAIR or self.known not in pair.main.split()
        ]

    def _ends(self, half: str) -> bool:
        return half.split()[-1] == self.known


def read_search(text: str) -> Search:
    """Everything that the text may mean; nothing for an empty one."""
    key = normalise(text[:LONGEST])
    words = tuple(key.split())
    number = bool(_NUMBER.fullmatch(text.strip()))
    named = words if not number else ()
    return Search(
        text=key,
        names=tuple(_names(named)),
        pairs=tuple(cuts(" ".join(named))),
        phone_tails=tuple(_phone_tails(text)) if number else (),
        phone_runs=tuple(_phone_runs(text)) if number else (),
        chip_tail=_chip_tail(key),
        typed=named,
    )


def corrections(wanted: Search, doubtful: Sequence[str], known: Iterable[str]) -> list[Correction]:
    """The text with a doubtful word replaced by a known one that is one typo away; the likeliest dozen.

    The first letter is seldom mistyped. A known word that only goes on where the typed one ends is no correction.
    """
    near = [
        (word[0] != other[0], abs(len(word) - len(other)), other, place)
        for place, word in enumerate(wanted.typed)
        if word in doubtful
        for other in known
        if is_one_typo(word, other) and not other.startswith(word)
    ]
    return [
        Correction(" ".join([*wanted.typed[:place], other, *wanted.typed[place + 1 :]]), other)
        for _first, _length, other, place in sorted(near)[:MOST_CORRECTIONS]
    ]


def deletions(word: str) -> set[str]:
    """The word, and the word with each one of its letters left out (SymSpell at distance 1)."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_one_typo(typed: str, word: str) -> bool:
    """Whether one letter too many, too few, wrong, or swapped with its neighbour parts the two."""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    left, right = typed[start:], word[start:]
    if len(left) == len(right):
        swapped = left[1::-1] == right[:2] and left[2:] == right[2:] and len(left) > 1
        return left[1:] == right[1:] or swapped
    return left[1:] == right if len(left) > len(right) else left == right[1:]


def _names(words: tuple[str, ...]) -> list[str]:
    """The words as typed, then with a particle in front ("goff" is Le Goff) or one less ("legoff", "le goff")."""
    if not words:
        return []
    whole = " ".join(words)
    found = [whole]
    if len(words[0]) >= 3:
        found += [f"{particle} {whole}" for particle in _PARTICLES]
    for particle in _PARTICLES:
        joined = particle.replace(" ", "")
        if whole.startswith(particle + " "):
            found.append(joined + whole[len(particle) + 1 :])
        elif whole.startswith(joined) and len(words[0]) >= len(joined) + 3:
            found.append(f"{particle} {whole[len(joined) :]}")
    return list(dict.fromkeys(found))


def cuts(key: str) -> list[Pair]:
    """Every cut of the words into two parts, both ways round: "le goff yann" is cut twice; none of over four words."""
    words = key.split()
    if len(words) < 2 or len(words) > 4:
        return []
    halves = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    return [Pair(*order) for cut in halves if len(cut[0] + cut[1]) >= SHORTEST_PAIR for order in permutations(cut)]


def _phone_tails(text: str) -> list[str]:
    """Reversed tails: as typed; and without the 0 of a French number, or the 00 of a foreign one."""
    digits = digits_of(text)
    if len(digits) < SHORTEST_TAIL:
        return []
    if digits.startswith("00") and len(digits) > 10:
        return [digits[:1:-1]]
    if digits.startswith("0") and len(digits) == 10:
        return [digits[:0:-1]]
    return [digits[::-1]]


def _phone_runs(text: str) -> list[str]:
    """The digits as typed; and where they begin a number as one dials it, as they stand behind its country."""
    digits = digits_of(text)
    if len(digits) < SHORTEST_TAIL:
        return []
    if digits.startswith("00"):
        return [digits, digits[2:]] if len(digits) >= SHORTEST_TAIL + 2 else [digits]
    return [digits, f"33{digits[1:]}"] if digits.startswith("0") else [digits]


def _chip_tail(key: str) -> str:
    """The end of an identification, reversed: four characters of which one is a digit."""
    compact = key.replace(" ", "").upper()
    if not SHORTEST_TAIL <= len(compact) <= 15 or not any(char.isdigit() for char in compact):
        return ""
    return compact[::-1]
