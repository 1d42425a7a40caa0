"""What the server writes down about itself: a line a thing, values by name, and no person in it."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from vpterm.terminal.logs import JsonLogs, TextLogs, describe, mark

ROOT = Path(__file__).parents[2] / "vpterm"
SAYING = {"debug", "info", "warning", "error", "exception", "critical"}
PERSONAL = {"login", "address", "name", "display_name", "host", "peer", "text", "password", "username", "client"}


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO, io.StringIO]]:
    """A logger of ours with both forms of log."""
    log = logging.getLogger("vpterm.test")
    streams = (io.StringIO(), io.StringIO())
    handlers = [logging.StreamHandler(stream) for stream in streams]
    for handler, form in zip(handlers, (JsonLogs(), TextLogs()), strict=True):
        handler.setFormatter(form)
        log.addHandler(handler)
    yield log, *streams
    for handler in handlers:
        log.removeHandler(handler)


def test_a_line_is_an_object_with_its_values_by_name(
    written: tuple[logging.Logger, io.StringIO, io.StringIO],
) -> None:
    log, as_json, as_text = written
    log.warning("worker %(pid)s of %(site)s ended", {"pid": 12, "site": "lilas"})
    line = json.loads(as_json.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning", "name": "vpterm.test", "event": "worker %(pid)s of %(site)s ended",
        "fields": {"pid": 12, "site": "lilas"},
    }  # fmt: skip
    assert "worker 12 of lilas ended" in as_text.getvalue()


def fail() -> None:
    try:
        int("Mirza Dupont, 06 12 34 56 78")
    except ValueError as cause:
        raise PermissionError(13, "Permission denied", "/home/dupont") from cause


def test_an_exception_is_its_kinds_and_places_without_what_it_quotes(
    written: tuple[logging.Logger, io.StringIO, io.StringIO],
) -> None:
    log, as_json, as_text = written
    try:
        fail()
    except PermissionError:
        log.exception("a frame\ncould not be served")
    line = json.loads(as_json.getvalue())
    assert as_json.getvalue().count("\n") == 1
    assert line["error"][0] == "PermissionError [13] Permission denied"
    assert "ValueError" in line["error"]
    assert any("test_logs.py" in place for place in line["error"])
    for text in (as_json.getvalue(), as_text.getvalue()):
        assert "PermissionError" in text
        assert not any(word in text for word in ("Mirza", "Dupont", "dupont", "06 12"))


def test_a_librarys_own_words_lose_addresses_and_what_they_quote() -> None:
    record = logging.LogRecord(
        "asyncio",
        logging.ERROR,
        __file__,
        1,
        "lost ('82.64.1.2', 50022) and fe80::1:2 of 'vet.lilas'\nsecond",
        (),
        None,
    )
    event = json.loads(JsonLogs().format(record))["event"]
    assert event.startswith("lost (…")
    assert not any(word in event for word in ("82.64", "fe80", "vet.lilas", "second"))


def test_an_exception_that_goes_round_in_a_circle_is_told_once() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert list(describe(first)) == ["ValueError", "KeyError"]


def test_an_address_has_the_same_mark_all_the_time_and_nobody_can_compute_it() -> None:
    import hashlib

    assert mark("82.64.1.2") == mark("82.64.1.2") != mark("82.64.1.3")
    assert mark("82.64.1.2") != hashlib.sha256(b"82.64.1.2").hexdigest()[:12]
    assert len(mark("82.64.1.2")) == 12


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in SAYING
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"log", "_log"}
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_log_call_says_a_constant_sentence_with_named_values_none_of_them_a_person() -> None:
    import re

    found = list(log_calls())
    assert len(found) > 25
    wrong = []
    for place, call in found:
        sentence = call.args[0]
        if not isinstance(sentence, ast.Constant) or len(call.args) > 2:
            wrong.append(f"{place}: a constant sentence and one dictionary, please")
            continue
        named = set(re.findall(r"%\((\w+)\)", str(sentence.value)))
        if named & PERSONAL or (len(call.args) == 2) != bool(named) or "%s" in str(sentence.value):
            wrong.append(f"{place}: {sentence.value!r}")
    assert wrong == [], "\n".join(wrong)
