"""Text of people and animals: folding for searches, widths in a terminal, names. No translation here."""

import re
import unicodedata

ELLIPSIS = "…"
_FOLDED = str.maketrans(
    dict(zip("ØøĐđÐðŁłĦħŦŧŊŋı", "ooddddllhhttnni", strict=True))
    | {"Œ": "oe", "œ": "oe", "Æ": "ae", "æ": "ae", "ẞ": "ss", "ß": "ss", "Þ": "th", "þ": "th"}
)
_MARKS = re.compile("[\u0300-\u036f]")
_NOT_SEARCHED = re.compile("[^a-z0-9]+")
_LOW_PARTICLES = {"de", "du", "des", "von", "van", "et"}
_NAME_PART = re.compile(r"[^\W\d_]+")


def normalise(text: str) -> str:
    """The form in which texts are compared and searched, the same as in the search columns of the database.

    In this order: NFKD; drop U+0300 to U+036F; œ -> oe, æ -> ae, ß -> ss, þ -> th, ø -> o, đ and ð -> d, ł -> l,
    ħ -> h, ŧ -> t, ŋ -> n, ı -> i, and their capitals alike; small letters; every run of anything but a-z and 0-9
    becomes one space; no space at either end. Only ASCII comes out, so that no locale and no version of
    PostgreSQL can disagree; names in other scripts are found by telephone or number. Twice changes nothing.
    """
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_FOLDED)
    return _NOT_SEARCHED.sub(" ", text.lower()).strip()


def plain(text: str) -> str:
    """One line that cannot steer a terminal: controls, line ends and direction marks become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    category = unicodedata.category(char)
    # the zero-width joiner and non-joiner are format characters that spell emoji and Persian
    return category in {"Cc", "Zl", "Zp", "Cs"} or (category == "Cf" and char not in "\u200c\u200d\u00ad")


def char_width(char: str) -> int:
    """Cells that a character takes: 0 for marks and format characters, 2 for wide ones, else 1."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def display_width(text: str) -> int:
    """Cells that a text takes on one line."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def fit(text: str, width: int) -> str:
    """The text as one line of at most `width` cells; cut texts end in an ellipsis. Not for money or doses."""
    line = plain(text)
    if display_width(line) <= width:
        return line
    if width < 1:
        return ""
    kept, used = [], 0
    for char in line:
        used += char_width(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ELLIPSIS


def excerpt(text: str) -> str:
    """What was typed, short and harmless enough to be quoted in a message."""
    return fit(text.strip(), 30)


def pad(text: str, width: int, align: str = "left") -> str:
    """As `fit`, then filled with spaces to exactly `width` cells; `align` is left, right or centre."""
    fitted = fit(text, width)
    missing = width - display_width(fitted)
    left = {"left": 0, "right": missing, "centre": missing // 2}[align]
    return " " * left + fitted + " " * (missing - left)


def initials(name: str, most: int = 3) -> str:
    """Capital first letters: "Jean-Pierre Martin" -> "JPM"."""
    return "".join(part[0].upper() for part in _NAME_PART.findall(name))[:most]


def title_name(name: str) -> str:
    """Capitals for a name typed in small letters; a name with any capital is left as its owner wrote it.

    "jean-pierre de la tour" -> "Jean-Pierre de La Tour", "d'artagnan" -> "d'Artagnan".
    """
    single = " ".join(name.split())
    if single != single.lower():
        return single
    return _NAME_PART.sub(lambda part: _capitalised(part.group(), single[part.end() : part.end() + 1]), single)


def _capitalised(part: str, following: str) -> str:
    if part in _LOW_PARTICLES or (part == "d" and following in {"'", "’"}):
        return part
    return part[0].upper() + part[1:]
