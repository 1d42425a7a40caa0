"""What support must not read unless the person lets them: owners' names, addresses, telephones, e-mail, amounts.

Where such a value becomes text it is passed through `private` or `owner`; the widgets then mark the cells that show it,
and terminal/session/masking.py covers them for guests. It changes nothing of what the person sees.
"""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

META = "private"  # in the meta of a rich style: "owner" for a name, "value" for anything else
_VALUE = Style.from_meta({META: "value"})
_OWNER = Style.from_meta({META: "owner"})


class Private(str):
    """A text that is covered for support. Made longer or shorter it is a plain text again: mark what is shown whole."""

    __slots__ = ()


class Owner(Private):
    """Words by which an owner is known: they are covered wherever else they stand on the same screen."""

    __slots__ = ()


def private(text: str) -> Private:
    """A telephone, an address, an amount, or anything in which an owner's name may stand."""
    return text if isinstance(text, Private) else Private(text)


def owner(text: str) -> Owner:
    """The name of an owner, or of somebody to speak to in their place."""
    return Owner(text)


def marked(text: str, style: Style) -> Style:
    """The style in which to draw `text`: marked if it is private."""
    if not isinstance(text, Private):
        return style
    return style + (_OWNER if isinstance(text, Owner) else _VALUE)


def told(text: str) -> str | Text:
    """What a stock widget is given to show `text` with its mark."""
    return Text(text, style=marked(text, Style())) if isinstance(text, Private) else text


VALUE_MARK = _VALUE  # for widgets that draw what they do not hold as a text of their own
