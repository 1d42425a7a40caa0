"""The process that sets one paper: JSON on stdin, PDF on stdout. It knows no database and no clinic."""

from __future__ import annotations

import json
import sys
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, values: dict[str, object]) -> bytes:
    """The PDF of a template. Only the fonts that the typesetter brings: the same everywhere."""
    import typst

    made: bytes = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values)},
    )
    return made


def main() -> None:
    """The process's entry."""
    order = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(typeset(order["template"], order["values"]))


if __name__ == "__main__":
    main()
