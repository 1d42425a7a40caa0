"""Writes docs/benchmarks.md: each bench owns a section between two marks, so that one can be measured alone."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Measured by `make bench` (`python -m tests.bench --help` tells more). Every section says when and on what machine, and
has its own reference, measured in the same run. Goals that are not met are said plainly.
"""


def machine() -> str:
    """Date, processor, cores, memory, versions, in a line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in _read("/proc/cpuinfo").splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    memory = psutil.virtual_memory().total / 2**30
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {model}, {os.cpu_count()} cores, {memory:.0f} GiB · "
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()} · "
        f"commit {commit.stdout.strip() or 'unknown'}"
    )


def load() -> str:
    """What else the machine does: the load average before a bench begins."""
    return f"load average {psutil.getloadavg()[0]:.1f} before"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def write_section(name: str, title: str, text: str, *, page: Path = PAGE) -> None:
    """Replace the section of this name, or add it at the end of the page."""
    whole = page.read_text("utf-8") if page.exists() else HEAD
    section = f"<!-- {name} -->\n## {title}\n\n{text.strip()}\n<!-- /{name} -->"
    marked = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    found = marked.search(whole)
    added = f"{whole.rstrip()}\n\n{section}\n"
    whole = whole[: found.start()] + section + whole[found.end() :] if found else added
    page.write_text(whole, "utf-8")


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""
