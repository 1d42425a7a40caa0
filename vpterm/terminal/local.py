"""The door without a server: the same app in the terminal one sits at, by Textual's own driver.

Imports nothing that only unix has: this is how a workstation with Windows or macOS runs the program.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from collections.abc import Mapping
from typing import Any

from textual.app import App

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.link import SessionRequest


class LocalLink:
    """The link of an app without a server: to leave and to detach both end the program.

    A workstation holds one site's login only, so no other site can be asked for.
    """

    def __init__(self) -> None:
        self.app: App[Any] | None = None

    def request_site(self, site_code: str) -> None:
        """Nothing: the other site's login is not here."""

    def leave(self) -> None:
        """End the program."""
        if self.app is not None:
            self.app.exit()

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Nobody: a workstation has the site's own login, which reads no accounts."""
        raise Refused(_("Your account is kept at the door."), _("Come in by it: ssh LOGIN@SERVER"))

    def detach(self) -> None:
        """End the program: a local terminal leaves nothing to come back to but the saved drafts."""
        self.leave()


def run_locally(request: SessionRequest, factory: str = "vpterm.screens.main:make_app") -> None:
    """Run the app of one person in this terminal until they leave. `factory` is as for the workers."""
    # psycopg does not work on the loop that Windows has by default.
    loop_factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_run(request, factory))


async def _run(request: SessionRequest, factory: str) -> None:
    module_name, _colon, name = factory.partition(":")
    module = importlib.import_module(module_name)
    opening, closing = getattr(module, "open_worker", None), getattr(module, "close_worker", None)
    resources = await opening(request.site_code, request.database_url) if opening is not None else None
    try:
        link = LocalLink()
        made = getattr(module, name or "make_app")(request, link, resources)
        app: App[Any] = await made if inspect.isawaitable(made) else made
        link.app = app
        await app.run_async()
    finally:
        if closing is not None:
            await closing(resources)
