"""Sizes and manners of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 500, 60
SMALL = {"vpterm/screens/shell/app.py": 300, "vpterm/terminal/session/session.py": 300}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "handler", "core"}


def modules() -> list[Path]:
    return sorted(path for folder in ("vpterm", "provisioning", "tests") for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_file_grows_past_what_one_can_hold() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in modules()
        if (count := len(path.read_text("utf-8").splitlines())) > SMALL.get(str(path.relative_to(ROOT)), LONGEST_FILE)
    }
    assert long == {}


def test_no_function_grows_past_what_one_can_hold() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{name} {count}"
        for path in modules()
        for name, count in functions(path)
        if count > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_opens_with_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(FORBIDDEN_NAMES))
def test_no_module_has_a_name_that_says_nothing(name: str) -> None:
    assert [path for path in modules() if path.stem == name or path.parent.name == name] == []


def test_money_never_meets_a_float() -> None:
    """No float() and no float literal where money is computed."""
    found = []
    for folder in ("practice/billing", "practice/till", "practice/fees"):
        for path in (ROOT / "vpterm" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                is_call = isinstance(node, ast.Name) and node.id == "float"
                is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                if isinstance(node, ast.expr) and (is_call or is_literal):
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []
