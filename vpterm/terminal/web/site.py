"""The routes of the browser door: coming in, the terminal, its line, what is fetched once, leaving."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from vpterm.kernel.i18n import _, using
from vpterm.screens.session_names import LONGEST_NAME, is_session_name
from vpterm.terminal.gateway.administration import SessionInfo
from vpterm.terminal.gateway.doorkeeper import Doorkeeper, as_login
from vpterm.terminal.gateway.sight import see
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.identity.proving import Proving, TooManyAttempts
from vpterm.terminal.web import pages
from vpterm.terminal.web.codes import WAIT_S, WaitingForCode
from vpterm.terminal.web.entrance import WebEntrance
from vpterm.terminal.web.guard import Guard
from vpterm.terminal.web.logins import WebLogin, WebLogins

_log = logging.getLogger("vpterm.terminal")

_MAX_FORM = 16 * 1024
_FORM_S = 10.0
_HANDOUT = re.compile(r"/handout/[A-Za-z0-9_-]{20,60}")


class OwnFiles(StaticFiles):
    """Our own files, asked for anew each time so that a new release is seen at once."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """See StaticFiles."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "no-cache"
        return response


class WebSite:
    """What the browser door serves. `app` is for uvicorn; `cookie` is the name of the cookie that proves a login."""

    def __init__(self, keeper: Doorkeeper, names: frozenset[str], port: int, *, is_secure: bool) -> None:
        settings = keeper.settings
        self._keeper, self._is_secure = keeper, is_secure
        # Cookies go by name and host, not by port: two installations on one machine must not take each other's.
        self.cookie = f"{'__Host-' if is_secure else ''}vpterm-{port}"
        self.cookie_of_code = f"{self.cookie}-code"
        self.logins = WebLogins(settings.web_idle_s, settings.web_login_s, time.monotonic)
        self.waiting = WaitingForCode(time.monotonic)
        self._handouts = keeper.gateway.handing.kept
        self._entrance = WebEntrance(keeper, self.logins, self.cookie)
        routes = [
            Route("/", self._home),
            Route("/login", self._come_in, methods=["POST"]),
            Route("/login", self._to_home),
            Route("/code", self._take_code, methods=["POST"]),
            Route("/code", self._to_home),
            Route("/leave", self._leave, methods=["POST"]),
            Route("/handout/{code}", self._hand_out),
            WebSocketRoute("/line", self._entrance.serve),
            Mount("/static", OwnFiles(directory=pages.STATIC)),
        ]
        site = Starlette(routes=routes, exception_handlers={404: self._not_found})
        self.app = Guard(site, keeper.guesses, names, self._banned)

    def _login_of(self, request: Request) -> WebLogin | None:
        return self.logins.find(request.cookies.get(self.cookie, ""))

    # --- pages ----------------------------------------------------------------------------------------

    async def _home(self, request: Request) -> Response:
        """The terminal for who has come in, the form for everybody else."""
        login = self._login_of(request)
        account = await self._entrance.find(login.login) if login is not None else None
        if account is None:
            return _in_language(request, pages.login_page)
        with using(language_of(account)):
            return HTMLResponse(self._choice(request, account) or pages.terminal_page(request.scope["nonce"]))

    def _choice(self, request: Request, account: Account) -> str:
        """The page to choose a session on, where there is something to choose from and none is asked for."""
        wanted = request.query_params.get("session")
        gateway = self._keeper.gateway
        if wanted is not None:
            return "" if is_session_name(wanted) else pages.choice_page(*self._choices(account), trouble=_no_name())
        return pages.choice_page(*self._choices(account)) if gateway.choosing.choices(account) else ""

    def _choices(self, account: Account) -> tuple[list[SessionInfo], dict[str, str]]:
        gateway = self._keeper.gateway
        sessions = [see(gateway, each) for each in gateway.choosing.choices(account)]
        return sessions, {site.code: site.name for site in account.sites}

    async def _to_home(self, request: Request) -> Response:
        return RedirectResponse("/", 303)

    async def _not_found(self, request: Request, failure: Exception) -> Response:
        return _in_language(request, lambda: pages.said_page(_("There is nothing at this address.")), 404)

    async def _banned(self, scope: Any, receive: Any, send: Any) -> None:
        await self._too_many(Request(scope))(scope, receive, send)

    # --- coming in and leaving ------------------------------------------------------------------------

    async def _come_in(self, request: Request) -> Response:
        """Check login and password."""
        address = request.client.host if request.client else ""
        fields = await _form_of(request)
        if fields is None:
            return _in_language(request, lambda: pages.login_page(trouble=_("Please try again.")), 400)
        to = _own_path(fields)
        proving = self._keeper.proving(as_login(fields.get("login", "")), address)
        try:
            await proving.find()
            is_right = await proving.password_is_right(fields.get("password", ""))
        except TooManyAttempts:
            return self._too_many(request)
        except Exception:  # as at the SSH door: told in words
            _log.exception("the accounts cannot be read")
            return _in_language(request, lambda: pages.login_page(login=proving.login, trouble=_away(), to=to), 503)
        if not is_right:
            return _in_language(request, lambda: pages.login_page(login=proving.login, trouble=_wrong(), to=to), 401)
        return await self._password_proved(proving, to)

    async def _password_proved(self, proving: Proving, to: str) -> Response:
        """The password is right: in, or on to the code of who has one."""
        if proving.next_step == "in":
            return await self._let_in(proving, to)
        with using(language_of(proving.account)):
            if proving.next_step == "enrol":
                words = _("Your group asks for a code, and you have none yet. Come in once by SSH: it shows you how.")
                return HTMLResponse(pages.said_page(words), 403)
            response = HTMLResponse(pages.code_page(to=to))
        self._give_cookie(response, self.cookie_of_code, self.waiting.open(proving), max_age=int(WAIT_S))
        return response

    async def _take_code(self, request: Request) -> Response:
        """Check the code of somebody whose password was right."""
        token = request.cookies.get(self.cookie_of_code, "")
        proving = self.waiting.find(token)
        fields = await _form_of(request)
        if proving is None or fields is None:
            return RedirectResponse("/", 303)
        to = _own_path(fields)
        try:
            is_right = await proving.code_is_right(fields.get("code", ""))
        except TooManyAttempts:
            self.waiting.close(token)
            return self._too_many(request)
        except Exception:  # as above
            _log.exception("the accounts cannot be read")
            with using(language_of(proving.account)):
                return HTMLResponse(pages.code_page(trouble=_away(), to=to), 503)
        if not is_right:
            with using(language_of(proving.account)):
                wrong = _("This code is not right, or was used already.")
                return HTMLResponse(pages.code_page(trouble=wrong, to=to), 401)
        self.waiting.close(token)
        response = await self._let_in(proving, to)
        response.delete_cookie(self.cookie_of_code, httponly=True, samesite="strict", secure=self._is_secure, path="/")
        return response

    async def _let_in(self, proving: Proving, to: str) -> Response:
        self._keeper.gateway.metrics.login_accepted(proving.method, None)
        greeting = await proving.arrive()
        response = RedirectResponse(to or "/", 303)
        self._give_cookie(response, self.cookie, self.logins.open(proving.login, greeting))
        return response

    def _give_cookie(self, response: Response, name: str, token: str, max_age: int | None = None) -> None:
        response.set_cookie(
            name, token, max_age=max_age, httponly=True, samesite="strict", secure=self._is_secure, path="/"
        )

    def _too_many(self, request: Request) -> Response:
        return _in_language(request, lambda: pages.said_page(_("Too many attempts. Please wait a few minutes.")), 429)

    async def _leave(self, request: Request) -> Response:
        """Forget the login of this browser; the session waits."""
        login = self._login_of(request)
        if login is not None:
            self.logins.close(login)
        response = RedirectResponse("/", 303)
        response.delete_cookie(self.cookie, httponly=True, samesite="strict", secure=self._is_secure, path="/")
        return response

    # --- documents ------------------------------------------------------------------------------------

    async def _hand_out(self, request: Request) -> Response:
        """A document, once, to the person and the browser it is for; who has not come in is asked to, and then gets it.

        Nobody learns here whether there is such a link before they have proved who they are.
        """
        login = self._login_of(request)
        if login is None:
            to = request.url.path if _HANDOUT.fullmatch(request.url.path) else ""
            return _in_language(request, lambda: pages.login_page(to=to), 401)
        found = self._handouts.take(request.path_params["code"], login.login, login.key)
        if found is None:
            return _in_language(request, lambda: pages.said_page(_("This link has been used or is too old.")), 410)
        # At an address the browser shows it, to be read, kept or printed; a page of ours asks what to do with it.
        kind = "attachment" if found.login_key else "inline"
        disposition = f"{kind}; filename*=UTF-8''{quote(found.name, safe='')}"
        return Response(found.content, media_type="application/pdf", headers={"Content-Disposition": disposition})


def _own_path(fields: dict[str, str]) -> str:
    """Where to go after coming in: a document of ours, never a place that a foreign page has thought of."""
    wanted = fields.get("to", "")
    return wanted if _HANDOUT.fullmatch(wanted) else ""


def _away() -> str:
    return _("The accounts cannot be reached now. Please try again in a moment.")


def _no_name() -> str:
    return _("This is no name for a session: letters and digits, at most {most} of them.").format(most=LONGEST_NAME)


def _wrong() -> str:
    return _("Login or password is wrong.")


def _in_language(request: Request, page: Callable[[], str], status: int = 200) -> Response:
    """A page for somebody whom we do not know yet, in the language of their browser."""
    with using(pages.language_wanted(request.headers.get("accept-language", ""))):
        return HTMLResponse(page(), status)


async def _form_of(request: Request) -> dict[str, str] | None:
    """The fields of a form, or nothing for one that is too long, too slow or unreadable."""
    body = b""
    try:
        async with asyncio.timeout(_FORM_S):
            async for piece in request.stream():
                body += piece
                if len(body) > _MAX_FORM:
                    return None
        return {name: values[0] for name, values in parse_qs(body.decode(), max_num_fields=10).items()}
    except (TimeoutError, ValueError, ClientDisconnect):
        return None
