"""The pages of the browser door, in the reader's language: HTML in templates/ with places for words."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from vpterm.kernel.i18n import DEFAULT_LANGUAGE, _, available_languages, current_language
from vpterm.screens.session_names import LONGEST_NAME, show_session_name
from vpterm.terminal.gateway.administration import SessionInfo
from vpterm.kernel.ago import ago

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
_FROM_ELSEWHERE = ("xterm/xterm.mjs", "xterm/xterm.css", "xterm/addon-unicode11.mjs")


def missing_files() -> list[str]:
    """What the terminal of the page needs and this installation does not have."""
    return [name for name in _FROM_ELSEWHERE if not (STATIC / name).is_file()]


def language_wanted(accept_language: str) -> str:
    """The language of a browser whose person we do not know yet (RFC 9110 section 12.5.4, in their order)."""
    for part in accept_language[:200].split(","):
        language = part.partition(";")[0].strip().partition("-")[0].lower()
        if language in available_languages():
            return language
    return DEFAULT_LANGUAGE


def login_page(*, login: str = "", trouble: str = "", to: str = "") -> str:
    """The form by which people come in; `to` is the path they go to afterwards, "" for the terminal."""
    return _quiet_page(
        "login",
        title=_("Come in") + " · vpterm",
        to=to,
        login_label=_("Login"),
        login=login,
        password_label=_("Password"),
        come_in=_("Come in"),
        trouble=trouble,
    )


def code_page(*, trouble: str = "", to: str = "") -> str:
    """The form for the code of who has one; `to` as of `login_page`."""
    return _quiet_page(
        "code",
        title=_("Code") + " · vpterm",
        to=to,
        code_label=_("Code of your telephone, or a recovery code"),
        come_in=_("Come in"),
        trouble=trouble,
    )


def choice_page(sessions: Sequence[SessionInfo], sites: Mapping[str, str], *, trouble: str = "") -> str:
    """Which of several sessions to go on in, or the name of another one."""
    rows = [_choice(each, sites.get(each.site_code, each.site_code)) for each in sessions]
    return _page(
        "choice", title=_("Your sessions"), heading=_("Your open sessions:"), another=_("Another session, by its name"),
        open=_("Open"), trouble=trouble, most=str(LONGEST_NAME),
    ).replace("<!-- sessions -->", "\n".join(rows))  # fmt: skip


def _choice(session: SessionInfo, site: str) -> str:
    """One line: a link, and beside it where and when it was used last."""
    seen = ", ".join(looker.origin for looker in session.onlookers)
    where = _("open at {origin}").format(origin=seen) if seen else session.left_from
    used = ago(datetime.fromisoformat(session.typed_at), datetime.now(UTC))
    link = "/?" + urlencode({"session": session.name, "site": session.site_code})
    facts = " · ".join(part for part in (site, used, where) if part)
    return (
        f'<li><a href="{html.escape(link, quote=True)}">{html.escape(show_session_name(session.name))}</a>'
        f" <span>{html.escape(facts)}</span></li>"
    )


def said_page(words: str) -> str:
    """A page that only says something."""
    return _quiet_page("said", title="vpterm", words=words, again=_("Try again"))


def terminal_page(nonce: str) -> str:
    """The page with the terminal."""
    return _page(
        "terminal",
        nonce=nonce,
        needs_script=_("This page needs JavaScript."),
        terminal=_("Terminal"),
        keys=_("Keys"),
        cut=_("The line is cut. Trying again; nothing is lost."),
        again=_("Go on here"),
        come_in=_("Come in again"),
        leave=_("Sign out"),
        paper_lost=_("The document did not arrive. Ask for it again."),
        print=_("Print"),
        save=_("Save"),
        done=_("Close"),
        escape=_("Esc"),
        tab=_("Tab"),
        enter=_("Enter"),
        keyboard=_("Keyboard"),
        full_screen=_("Full screen"),
    )


def _page(name: str, **words: str) -> str:
    escaped = {key: html.escape(text, quote=True) for key, text in words.items()}
    return _template(name).substitute(escaped, language=current_language())


def _quiet_page(name: str, *, title: str, **words: str) -> str:
    """A card in the frame that forms and sentences share."""
    frame = {"title": html.escape(title), "language": current_language()}
    return _template("quiet").substitute(frame, content=_page(name, **words))


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / "templates" / f"{name}.html").read_text("utf-8"))
