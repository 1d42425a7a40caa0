"""The language belongs to the session; French comes from .po files; nothing is lost where a translation is missing."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from vpterm.kernel import i18n
from vpterm.kernel.i18n import (
    N_,
    _,
    available_languages,
    current_language,
    ngettext,
    pgettext,
    read_catalogue,
    set_language,
    using,
)

CATALOGUE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Save"
msgstr "Enregistrer"

msgctxt "a file"
msgid "Save"
msgstr "Sauvegarder"

#, fuzzy
msgid "Leave"
msgstr "Feuille"

msgid "Empty"
msgstr ""

msgid "{n} dog"
msgid_plural "{n} dogs"
msgstr[0] "{n} chien"
msgstr[1] "{n} chiens"
"""


@pytest.fixture
def small_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "small.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    monkeypatch.setattr(i18n, "_catalogues", {})
    with using("fr"):
        yield


def test_french_is_the_language_unless_told_otherwise() -> None:
    assert current_language() == "fr"
    assert available_languages() == ("en", "fr")


@pytest.mark.usefixtures("small_catalogue")
def test_messages_are_translated_by_context_and_number() -> None:
    assert _("Save") == "Enregistrer"
    assert pgettext("a file", "Save") == "Sauvegarder"
    assert [ngettext("{n} dog", "{n} dogs", n).format(n=n) for n in (0, 1, 2)] == ["0 chien", "1 chien", "2 chiens"]
    assert N_("Save") == "Save"


@pytest.mark.usefixtures("small_catalogue")
def test_what_is_not_translated_is_shown_in_english() -> None:
    assert [_("Leave"), _("Empty"), _("Unheard of"), pgettext("b", "Save")] == ["Leave", "Empty", "Unheard of", "Save"]
    assert [ngettext("{n} cat", "{n} cats", n) for n in (0, 1, 2)] == ["{n} cat", "{n} cat", "{n} cats"]


@pytest.mark.usefixtures("small_catalogue")
def test_english_is_the_code_itself_and_counts_in_its_own_way() -> None:
    with using("en"):
        assert _("Save") == "Save"
        assert [ngettext("{n} dog", "{n} dogs", n) for n in (0, 1, 2)] == ["{n} dogs", "{n} dog", "{n} dogs"]


def test_the_pseudo_language_brackets_every_message() -> None:
    with using("qps"):
        assert _("Seen by {name}").format(name="Rex") == "⟦Seen by Rex⟧"
        assert ngettext("{n} dog", "{n} dogs", 2).format(n=2) == "⟦2 dogs⟧"
        assert pgettext("a file", "Save") == "⟦Save⟧"


def test_a_language_that_is_not_there_is_an_error_and_changes_nothing() -> None:
    for wrong in ("de", "", "../fr"):
        with pytest.raises(ValueError, match="no such language"):
            set_language(wrong)
    assert current_language() == "fr"


def test_using_goes_back_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), using("en"):
        raise ZeroDivisionError
    assert current_language() == "fr"


async def test_sessions_do_not_hear_each_other() -> None:
    async def session(language: str) -> tuple[str, str]:
        set_language(language)
        await asyncio.sleep(0)
        return current_language(), _("week {number}").format(number=3)

    found = await asyncio.gather(session("en"), session("fr"), session("qps"))
    assert list(found) == [("en", "week 3"), ("fr", "semaine 3"), ("qps", "⟦week 3⟧")]
    assert current_language() == "fr"


@pytest.mark.usefixtures("small_catalogue")
def test_a_catalogue_is_read_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def slow_read(folder: Path) -> i18n.Catalogue:
        reads.append(folder)
        sleep(0.05)
        return read_catalogue(folder)

    monkeypatch.setattr(i18n, "read_catalogue", slow_read)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(_, ["Save"] * 8))
    assert found == ["Enregistrer"] * 8
    assert len(reads) == 1
