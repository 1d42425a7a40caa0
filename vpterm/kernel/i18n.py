"""The language of the person being served, and the translation of every visible text.

English sentences in the code are the keys; other languages are .po files, one per area, read at first use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from threading import Lock

from babel.messages.pofile import read_po

DEFAULT_LANGUAGE = "fr"
SOURCE_LANGUAGE = "en"
PSEUDO_LANGUAGE = "qps"  # brackets every message, so that tests see what escaped translation
LOCALES = Path(__file__).parent / "locales"

Catalogue = dict[tuple[str | None, str], tuple[str, ...]]


class Speech:
    """The language of all tasks that descend from the one in which it was chosen; it can be changed under them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def change(self, language: str) -> None:
        """Have all of them speak another language. Raises ValueError for one that is not available."""
        self.language = _checked(language)


_speech: ContextVar[Speech] = ContextVar("vpterm_speech", default=Speech(DEFAULT_LANGUAGE))  # noqa: B039 - only its owner changes it
_catalogues: dict[str, Catalogue] = {}
_loading = Lock()


@cache
def available_languages() -> tuple[str, ...]:
    """The languages a person can choose: English, and each folder of locales/."""
    found = {folder.name for folder in LOCALES.iterdir() if any(folder.glob("*.po"))}
    return tuple(sorted(found | {SOURCE_LANGUAGE}))


def current_language() -> str:
    """The language of this session (each asyncio task inherits it from the one that started it)."""
    return _speech.get().language


def set_language(language: str) -> Speech:
    """Choose the language of this session. Raises ValueError for one that is not available."""
    speech = Speech(_checked(language))
    _speech.set(speech)
    return speech


def _checked(language: str) -> str:
    if language != PSEUDO_LANGUAGE and language not in available_languages():
        raise ValueError(f"no such language: {language}")
    return language


@contextmanager
def using(language: str) -> Iterator[None]:
    """Speak another language for a while: a document in the client's language, a test."""
    before = _speech.get()
    set_language(language)
    try:
        yield
    finally:
        # not reset(token): a fixture may leave in another context than it entered
        _speech.set(before)


def N_(message: str) -> str:  # noqa: N802  (the name that every extraction tool knows)
    """Mark a constant for translation; it is translated by `_` where it is shown."""
    return message


def gettext(message: str) -> str:
    """The message in the language of the session; the English itself where no translation is known."""
    return _look_up(None, message, 0, message)


_ = gettext


def ngettext(one: str, many: str, n: int) -> str:
    """The form for `n` things, still to be formatted: ngettext("{n} day", "{n} days", n).format(n=n)."""
    index = _plural_index(current_language(), n)
    return _look_up(None, one, index, many if index else one)


def pgettext(context: str, message: str) -> str:
    """As `_`, for a word that translates differently by `context`."""
    return _look_up(context, message, 0, message)


def _plural_index(language: str, n: int) -> int:
    """French counts zero with the singular ("0 animal"), English with the plural."""
    return int(abs(n) >= 2) if language == "fr" else int(n != 1)


def _look_up(context: str | None, key: str, index: int, fallback: str) -> str:
    language = current_language()
    if language == SOURCE_LANGUAGE:
        return fallback
    if language == PSEUDO_LANGUAGE:
        return f"⟦{fallback}⟧"
    forms = _catalogue(language).get((context, key))
    return forms[index] if forms is not None and index < len(forms) else fallback


def _catalogue(language: str) -> Catalogue:
    found = _catalogues.get(language)
    if found is not None:
        return found
    with _loading:
        if language not in _catalogues:
            _catalogues[language] = read_catalogue(LOCALES / language)
        return _catalogues[language]


def read_catalogue(folder: Path) -> Catalogue:
    """Every finished translation in a folder of .po files; the first wins (tests forbid disagreement)."""
    entries: Catalogue = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            string = message.string or ""
            forms = (string,) if isinstance(string, str) else tuple(string)
            if all(forms):
                entries.setdefault((message.context, key), forms)
    return entries
