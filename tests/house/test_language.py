"""Every message that the code asks for has its French, whole, and nothing is kept that no code asks for.

Literals that never pass through `_` are found by test_visible_text.py.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vpterm"
FRENCH = PACKAGE / "kernel" / "locales" / "fr"

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Entry:
    file: str
    one: str
    many: str | None
    forms: tuple[str, ...]
    fuzzy: bool


def messages_of(source: str) -> Iterator[tuple[Key, int]]:
    """The messages that a module asks for, and their lines.

    Read from the syntax tree: extraction by tokens does not see a `_` inside an f-string before Python 3.12.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if node.func.id in {"_", "N_", "gettext", "ngettext"} and texts:
            yield (None, texts[0]), node.lineno
        elif node.func.id == "pgettext" and len(texts) == 2:
            yield (texts[0], texts[1]), node.lineno


def asked_for() -> dict[Key, str]:
    """Every message in the code, and the first place that asks for it."""
    found: dict[Key, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for key, line in messages_of(path.read_text("utf-8")):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def entries() -> list[tuple[Key, Entry]]:
    found = []
    for path in sorted(FRENCH.glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        for message in catalogue:
            if not message.id:
                continue
            one, many = (message.id, None) if isinstance(message.id, str) else (message.id[0], message.id[1])
            string = message.string or ""
            forms = (string,) if isinstance(string, str) else tuple(string)
            found.append(((message.context, one), Entry(path.name, one, many, forms, message.fuzzy)))
    return found


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def lost_placeholders(entry: Entry) -> bool:
    """A translation may drop {n} from the form for one ("un chien"), nothing else, and invent nothing."""
    sources = [entry.one, *([entry.many] * (len(entry.forms) - 1) if entry.many else [])]
    for index, (source, form) in enumerate(zip(sources, entry.forms, strict=True)):
        wanted, there = placeholders(source or ""), placeholders(form)
        optional = {"n"} if entry.many and index == 0 else set()
        if wanted - there - optional or there - wanted - placeholders(entry.many or ""):
            return True
    return False


def test_every_message_has_its_french() -> None:
    done = {key for key, entry in entries() if all(entry.forms) and not entry.fuzzy}
    missing = [f"{place}: {key[1]!r}" for key, place in asked_for().items() if key not in done]
    assert missing == [], "\n".join(missing)


def test_no_translation_is_unused() -> None:
    asked = asked_for()
    unused = [f"{entry.file}: {key[1]!r}" for key, entry in entries() if key not in asked]
    assert unused == [], "\n".join(unused)


def test_translations_keep_their_placeholders() -> None:
    lost = [f"{entry.file}: {entry.one!r} -> {entry.forms}" for _key, entry in entries() if lost_placeholders(entry)]
    assert lost == [], "\n".join(lost)


def test_files_agree_where_they_translate_the_same_message() -> None:
    first: dict[Key, Entry] = {}
    disagreeing = []
    for key, entry in entries():
        known = first.setdefault(key, entry)
        if known.forms != entry.forms:
            disagreeing.append(f"{known.file}, {entry.file}: {entry.one!r}")
    assert disagreeing == [], "\n".join(disagreeing)


def test_no_sentence_is_left_in_english() -> None:
    same = [f"{e.file}: {e.one!r}" for _key, e in entries() if e.forms[0] == e.one and len(e.one.split()) > 3]
    assert same == [], "\n".join(same)


@pytest.mark.parametrize(
    ("entry", "lost"),
    [
        (Entry("", "Seen by {name}", None, ("Vu par {name}",), False), False),
        (Entry("", "Seen by {name}", None, ("Vu",), False), True),
        (Entry("", "Seen", None, ("Vu par {nom}",), False), True),
        (Entry("", "{n} dog", "{n} dogs", ("un chien", "{n} chiens"), False), False),
        (Entry("", "{n} dog", "{n} dogs", ("{n} chien", "des chiens"), False), True),
    ],
)
def test_the_check_of_placeholders_catches(entry: Entry, lost: bool) -> None:
    assert lost_placeholders(entry) is lost


def test_messages_are_found_wherever_they_stand() -> None:
    source = """
LABEL = N_("Name")
def show(n, names):
    line = _("Two halves "
             "of a sentence")
    line += f"{_('Inside')} {ngettext('{n} dog', '{n} dogs', n)} {_(LABEL)}"
    return pgettext("a file", "Save")
"""
    found = {key for key, _line in messages_of(source)}
    assert found == {
        (None, "Name"), (None, "Two halves of a sentence"), (None, "Inside"), (None, "{n} dog"), ("a file", "Save"),
    }  # fmt: skip


def test_no_file_translates_a_message_twice() -> None:
    for path in sorted(FRENCH.glob("*.po")):
        written = len(re.findall(r"^msgid ", path.read_text("utf-8"), re.MULTILINE)) - 1
        assert written == sum(1 for _key, entry in entries() if entry.file == path.name), path.name


def test_french_has_one_apostrophe_the_one_on_the_keyboard() -> None:
    assert [file.name for file in FRENCH.glob("*.po") if "’" in file.read_text("utf-8")] == []
