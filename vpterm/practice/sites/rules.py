"""What a site's and a company's identity must look like. Pure."""

import re

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

COLOURS = {
    "lilac": N_("lilac"),
    "blue": N_("blue"),
    "green": N_("green"),
    "amber": N_("amber"),
    "red": N_("brick"),
    "cyan": N_("turquoise"),
}
PREFIX = re.compile(r"[A-Z0-9]{1,4}")
CODE = re.compile(r"[a-z][a-z0-9]{1,19}")


def check_site_code(code: str) -> str:
    """A code names the site in commands, logins and files: 2 to 20 small letters or digits, a letter first."""
    if not CODE.fullmatch(code):
        raise Refused(
            _("“{code}” is no site code.").format(code=code),
            _("Use 2 to 20 small letters or digits, a letter first."),
            field="code",
        )
    return code


def check_invoice_prefix(prefix: str) -> str:
    """What a site's invoice numbers begin with. Its credit notes add an A, so that no prefix may end in one."""
    if not PREFIX.fullmatch(prefix) or prefix.endswith("A"):
        raise Refused(
            _("“{prefix}” cannot begin invoice numbers.").format(prefix=prefix),
            _("Use 1 to 4 capitals or digits; not an A at the end, which marks credit notes."),
            field="invoice_prefix",
        )
    return prefix


def check_colour(colour: str) -> str:
    if colour not in COLOURS:
        raise Refused(
            _("“{colour}” is not one of the site colours.").format(colour=colour),
            ", ".join(COLOURS),
            field="colour",
        )
    return colour
