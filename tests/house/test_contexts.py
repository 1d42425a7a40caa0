"""Rights change while a session is open: screens ask `app.context` at every turn, and none keeps a copy."""

import ast
from pathlib import Path

SCREENS = Path(__file__).parents[2] / "vpterm" / "screens"
OWNER = "shell/person.py"


def kept_contexts(source: str) -> list[int]:
    """The lines on which something called context is put into an attribute."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        is_context = isinstance(node.value, ast.Attribute | ast.Name) and ast.unparse(node.value).endswith("context")
        if is_context and any(isinstance(target, ast.Attribute) for target in targets):
            found.append(node.lineno)
    return found


def test_no_screen_keeps_a_context() -> None:
    kept = {
        str(path.relative_to(SCREENS)): lines
        for path in SCREENS.rglob("*.py")
        if (lines := kept_contexts(path.read_text("utf-8")))
    }
    assert list(kept) == [OWNER]
    assert len(kept[OWNER]) == 1


def test_a_kept_context_is_found() -> None:
    source = "self.context = self.app.context\ncontext = app.context\nself._its: Context = context"
    assert kept_contexts(source) == [1, 3]
