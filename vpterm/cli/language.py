"""The language of the command line: the administrator's own."""

import os


def shell_language() -> str:
    """French where LC_ALL, LC_MESSAGES or LANG (the first that is set) says so, else English."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if named.startswith("fr") else "en"
