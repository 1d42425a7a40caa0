"""The escape sequences by which a terminal is taken for the app and given back as it was."""

from __future__ import annotations

# No query of any kind is ever sent (Device Attributes, cursor position, modes): a reply that comes late,
# or to another program, would be typed as text. Mouse mode 1002 reports drags, never mere motion.
TAKE = (
    "\x1b[?1049h"  # the alternate screen
    "\x1b[?1l\x1b>"  # cursor and number keys in their normal mode: what the key table expects
    "\x1b[?25l"  # Textual paints its own cursor
    "\x1b[?7l"  # no wrap: a line that is a cell too long must not scroll the screen
    "\x1b[?2004h"  # bracketed paste
    "\x1b[?1000h\x1b[?1002h\x1b[?1006h"
    "\x1b[0m\x1b[2J"
)
GIVE_BACK = "\x1b[0m\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
CLEAR = "\x1b[0m\x1b[2J\x1b[H"


def move_to(column: int, row: int) -> str:
    """Move the cursor; column and row count from 0."""
    return f"\x1b[{row + 1};{column + 1}H"
