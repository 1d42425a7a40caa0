"""Every visible text goes through `_`: words shown as they are in the code are found here.

A line that shows no one its literal says so: `# untranslated: why`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vpterm"
TRANSLATING = {"_", "N_", "gettext", "ngettext", "pgettext"}
SCREENED = ("screens", "terminal", "cli")
FIRST_ARGUMENT = {
    "Static", "Label", "Button", "Checkbox", "RadioButton", "Switch", "Option", "Tab", "TabPane", "Text",
    "from_markup", "notify", "update", "add_column", "echo", "secho", "confirm", "prompt", "print",
}  # fmt: skip
EVERY_ARGUMENT = {"add_columns", "add_row", "assemble"}
ERRORS = {"VptermError", "Refused", "NotAllowed", "NotFound", "Conflict", "Unavailable"}
NAMED_ARGUMENTS = {
    "placeholder", "help", "short_help", "epilog", "title", "sub_title", "border_title", "tooltip", "prompt",
    "label", "description", "advice",
}  # fmt: skip
ATTRIBUTES = {"title", "sub_title", "border_title", "border_subtitle", "tooltip", "placeholder", "label"}
CONSTANTS = {"TITLE", "SUB_TITLE"}
SHOWN_AS_IS = {"vpterm", "kg", "min", "Ctrl", "Alt", "SIREN", "SIRET"}
_NOT_WORDS = re.compile(r"\[/?[^\]]*\]|\{[^}]*\}")  # markup and placeholders
_WORD = re.compile(r"[^\W\d_]{2,}")


def literals(node: ast.expr) -> Iterator[str]:
    """The constant parts of an expression that builds a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part)
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from literals(node.elts[0])  # ("text", "style") of Text.assemble
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
        yield from literals(node.func.value)


def has_words(node: ast.expr) -> bool:
    return any(set(_WORD.findall(_NOT_WORDS.sub(" ", text))) - SHOWN_AS_IS for text in literals(node))


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def shown_by_call(node: ast.Call, screened: bool) -> Iterator[ast.expr]:
    name = called(node)
    if name in ERRORS:
        yield from node.args[:2]
        yield from (word.value for word in node.keywords if word.arg in {"message", "advice"})
    if not screened:
        return
    if name in FIRST_ARGUMENT:
        yield from node.args[:1]
    if name in EVERY_ARGUMENT:
        yield from node.args
    if name == "append" and (len(node.args) > 1 or any(word.arg == "style" for word in node.keywords)):
        yield from node.args[:1]  # of a Text; a list takes one argument
    if name == "Binding":
        yield from node.args[2:3]
    yield from (word.value for word in node.keywords if word.arg in NAMED_ARGUMENTS)


def shown_by_assignment(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if node.value is None:
            continue
        if isinstance(target, ast.Attribute) and target.attr in ATTRIBUTES:
            yield node.value
        if isinstance(target, ast.Name) and target.id in CONSTANTS:
            yield node.value
        if isinstance(target, ast.Name) and target.id == "BINDINGS" and isinstance(node.value, ast.List):
            yield from (one.elts[2] for one in node.value.elts if isinstance(one, ast.Tuple) and len(one.elts) > 2)


def shown_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """A typer command without `help=` shows its docstring."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and called(decorator) in {"command", "callback"}:
            first = node.body[0]
            if all(word.arg != "help" for word in decorator.keywords) and isinstance(first, ast.Expr):
                yield first.value


def hard_coded(source: str, screened: bool = True) -> list[int]:
    """Lines with words that people see and `_` does not."""
    lines, found = source.splitlines(), set()
    for node in ast.walk(ast.parse(source)):
        shown: Iterator[ast.expr] = iter(())
        if isinstance(node, ast.Call):
            shown = shown_by_call(node, screened)
        elif screened and isinstance(node, (ast.Assign, ast.AnnAssign)):
            shown = shown_by_assignment(node)
        elif screened and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            shown = shown_docstring(node)
        found |= {one.lineno for one in shown if has_words(one)}
    return sorted(line for line in found if "# untranslated:" not in lines[line - 1])


def misused(source: str, at_import_allowed: bool = False) -> list[int]:
    """Lines where `_` gets what no extraction can read, or translates once for all readers, at import."""
    found = set()

    def visit(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Call) and called(node) in TRANSLATING:
            built = any(isinstance(one, (ast.JoinedStr, ast.BinOp, ast.Call)) for one in node.args[:2])
            too_early = not inside and not at_import_allowed and called(node) != "N_"
            if (built and called(node) != "ngettext") or too_early:
                found.add(node.lineno)
        deeper = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            visit(child, deeper)

    visit(ast.parse(source), False)
    return sorted(found)


def test_no_text_is_shown_untranslated() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        screened = path.relative_to(PACKAGE).parts[0] in SCREENED
        found += [f"{path.relative_to(ROOT)}:{line}" for line in hard_coded(path.read_text("utf-8"), screened)]
    assert found == [], "\n".join(found)


def test_translation_happens_where_the_reader_is_known() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        one_reader = path.relative_to(PACKAGE).parts[0] == "cli"  # a command line has one reader from its start
        found += [f"{path.relative_to(ROOT)}:{line}" for line in misused(path.read_text("utf-8"), one_reader)]
    assert found == [], "\n".join(found)


BAD = """\
Static("Hello there")
Label(f"{n} animals")
Button(label="Save")
Input(placeholder="Name of the owner")
self.notify("Saved" if done else _("Not saved"))
self.title = "Agenda"
Text("Late", style="red")
line.append("overdue", style="red")
Text.assemble(("Total", "bold"), amount)
table.add_columns(_("Name"), "Weight")
raise Refused(_("No."), "Try again.")
typer.Option(help="Where to listen")
widget.update("[b]Waiting room[/b]")
BINDINGS = [("q", "quit", "Leave")]
"""

GOOD = """\
Static(_("Hello there"), id="greeting", classes="quiet line")
Label(f"{format_weight(grams)} {name}")
Text("Ctrl+S", style="bold")
names.append("clients.sheet")
app.open("clients.sheet", client_id=1)
self.query_one("#list", Static).update(f"[b]{name}[/b] - {age}")
log.info("listening on %s", port)
raise ConstraintViolated("client_name_check")
raise Refused(_("Seen by {name}.").format(name=name), field="name")
Static("lorem ipsum")  # untranslated: shown by the test of themes only
known.update({"name": "value"})
BINDINGS = [("q", "quit", N_("Leave"))]
"""


def test_the_check_catches_each_bad_line_and_no_good_one() -> None:
    assert hard_coded(BAD) == list(range(1, len(BAD.splitlines()) + 1))
    assert hard_coded(GOOD) == []
    assert hard_coded('@app.command()\ndef demo():\n    """Start the demo."""\n') == [3]
    assert hard_coded('@app.command(help=_("Start the demo"))\ndef demo():\n    """Start the demo."""\n') == []
    assert hard_coded(BAD, screened=False) == [11]


def test_the_check_of_misuse_catches() -> None:
    assert misused('LABEL = _("Name")\n') == [1]
    assert misused('class Row:\n    label = _("Name")\n') == [2]
    assert misused('LABEL = N_("Name")\ndef show():\n    return _(LABEL)\n') == []
    assert misused('def show():\n    return _(f"Name {n}")\n') == [2]
    assert misused('def show():\n    return _("Name {n}".format(n=n))\n') == [2]
    assert misused('def show():\n    return ngettext("{n} dog", "{n} dogs", len(dogs)).format(n=1)\n') == []
