"""The command vpterm: one file per group of commands, thin.

The command line speaks the administrator's own language (LC_ALL, LC_MESSAGES, LANG): French, else English.
"""

import os

from vpterm.kernel.i18n import set_language


def shell_language() -> str:
    """The language of the shell that runs us, as far as we speak it."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if named.startswith("fr") else "en"


# Before the commands are imported: their help is translated as they are declared.
set_language(shell_language())
