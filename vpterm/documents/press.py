"""Sets a paper as PDF, in a process that ends with it: no session carries the typesetter, none waits for it."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from vpterm.documents.paper import Paper
from vpterm.kernel.errors import Unavailable
from vpterm.kernel.i18n import _

_log = logging.getLogger("vpterm.documents")
_PATIENCE_S = 20.0
_AT_ONCE = 2
_COMMAND = (sys.executable, "-P", "-m", "vpterm.documents.typesetter")


async def press(paper: Paper) -> bytes:
    """The PDF of a paper: the same values give the same bytes. Raises Unavailable when it cannot be set."""
    order = json.dumps({"template": paper.template, "values": dict(paper.values)}).encode()
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(_presses(), _set, order)
    except (OSError, subprocess.SubprocessError) as failure:
        said = getattr(failure, "stderr", None) or b""
        # Its complaint quotes the template, not the values: they are read from an input of their own.
        _log.error("a paper could not be set: %(why)s", {"why": said.decode(errors="replace")[-300:] or type(failure)})
        raise Unavailable(_("The document could not be made."), _("Try again; if it fails again, call support.")) from (
            failure
        )


@cache
def _presses() -> ThreadPoolExecutor:
    """Few: everybody prints at the end of a consultation, and cores are for the keys."""
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="press")


def _set(order: bytes) -> bytes:
    done = subprocess.run(_COMMAND, input=order, capture_output=True, timeout=_PATIENCE_S, check=True)
    return done.stdout
