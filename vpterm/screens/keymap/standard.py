"""The keys that mean the same everywhere, and the actions that every place has."""

from __future__ import annotations

from vpterm.kernel.i18n import N_
from vpterm.screens.keymap.registry import EVERYWHERE, Action, Keymap, Keys

# Alternatives are plain Ctrl+letter: the only ones that every terminal sends alike. Taken by terminals and
# therefore never used: Ctrl+H (backspace), I (tab), J and M (Enter), left bracket (Esc).
HELP = Keys("f1", ("ctrl+g",))
SAVE = Keys("f2", ("ctrl+s",))
SEARCH = Keys("f3", ("ctrl+f",))
CHOICES = Keys("f4", ("ctrl+o",))
REFRESH = Keys("f5", ("ctrl+r",))
SITE = Keys("f6", ("ctrl+t",))
PREVIOUS = Keys("f7", ("ctrl+y",))
NEXT = Keys("f8", ("ctrl+n",))
MAIN = Keys("f9", ("ctrl+@",))
MENU = Keys("f10", ("ctrl+p",))
BACK = Keys("escape", ("ctrl+q",))
LAST = Keys("ctrl+l", ("f12",))
BILL = Keys("ctrl+b", ("f11",))
DELETE = Keys("delete", ("ctrl+d",))
PRINT = Keys("ctrl+u", ("f17",))
# No Ctrl+letter is left that is harmless: Ctrl+V is what people paste with. F24 is Shift+F12.
LOCK = Keys("alt+l", ("f24",))
# Only while support asks or looks in; else they belong to the place or the field.
SUPPORT = Keys("ctrl+c", ("f20",))
KEYBOARD = Keys("ctrl+z", ("f19",))

keymap = Keymap()
keymap.add(
    EVERYWHERE,
    Action("help", HELP, N_("help"), N_("What can be done here, and with which key.")),
    Action("search", SEARCH, N_("search"), N_("Find a client or an animal from anywhere.")),
    Action("choices", CHOICES, N_("choices"), N_("Show all that this field accepts."), in_footer=False),
    Action("refresh", REFRESH, N_("refresh"), N_("Read everything again."), in_footer=False),
    Action("site", SITE, N_("site"), N_("Go on at another site where you work."), in_footer=False),
    Action("menu", MENU, N_("menu"), N_("All places and all actions, by name.")),
    Action("last", LAST, N_("last patient"), N_("Back to the last animal that was open."), in_footer=False),
    Action("back", BACK, N_("back"), N_("Back to exactly where you were; what is typed is kept as a draft.")),
    Action("home", None, N_("home"), N_("Back to the home board.")),
    Action("lock", LOCK, N_("lock the screen"), N_("Hide everything until your PIN or password."), in_footer=False),
    Action("detach", None, N_("suspend"), N_("Close the connection; everything waits as it is for your return.")),
    Action("leave", None, N_("quit"), N_("End the session.")),
)
SUPPORT_ACTIONS = (
    Action(
        "support",
        SUPPORT,
        N_("support"),
        N_("While support asks or looks in: answer, or end it at once."),
        in_footer=False,
    ),
    Action(
        "keyboard",
        KEYBOARD,
        N_("keyboard"),
        N_("While support may type: lend them the keyboard, or take it back."),
        in_footer=False,
    ),
)
keymap.add(EVERYWHERE, *SUPPORT_ACTIONS)
keymap.add(
    "dialog",
    Action("back", BACK, N_("back"), N_("Close without an answer.")),
    title=N_("In a question"),
)

SAVE_FORM = Action("save", SAVE, N_("save"), N_("Save the form, from any field."))
