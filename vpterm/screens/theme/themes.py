"""The two Textual themes and the variables that vpterm.tcss is written with."""

from __future__ import annotations

from textual.theme import Theme

from vpterm.screens.theme.look import BACKGROUND, DANGER, FIELD, FOREGROUND, QUIET, RAISED, RULE, WAITING

TRUECOLOR = Theme(
    name="vpterm",
    primary="#5aa9e6",
    foreground=FOREGROUND,
    background=BACKGROUND,
    surface=BACKGROUND,
    panel=FIELD,
    error=DANGER,
    warning=WAITING,
    variables={
        "quiet": QUIET,
        "rule": RULE,
        "field": FIELD,
        "field-focus": RAISED,
        "dialog": "#161d24",
        "field-style": "none",
        "input-cursor-background": FOREGROUND,
        "input-cursor-foreground": BACKGROUND,
        "input-cursor-text-style": "none",
        "input-selection-background": "#35506a",
    },
)
CONSOLE = Theme(
    name="vpterm-console",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    error="ansi_red",
    warning="ansi_yellow",
    success="ansi_green",
    accent="ansi_default",
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "quiet": "ansi_default",
        "rule": "ansi_default",
        "field": "ansi_default",
        "field-focus": "ansi_default",
        "dialog": "ansi_default",
        # Without a background of its own, a field is seen by its underline.
        "field-style": "underline",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_white",
    },
)
