"""What a person is told as they come in: when and from where they last did, and what was refused since."""

from __future__ import annotations

from datetime import datetime

from vpterm.kernel.dates import format_date_short, format_time, paris_day
from vpterm.kernel.i18n import DEFAULT_LANGUAGE, _, available_languages, ngettext, using
from vpterm.practice.staff.logins import LoginMethod
from vpterm.terminal.identity.identity import Account, Accounts

_LOOKED_AT = 100


def language_of(account: Account | None) -> str:
    """The language in which to speak to a person."""
    language = account.language if account is not None else DEFAULT_LANGUAGE
    return language if language in available_languages() else DEFAULT_LANGUAGE


async def greeting_of(account: Account, method: LoginMethod, accounts: Accounts) -> str:
    """One line in the person's language; "" when there is nothing to tell."""
    past = await accounts.list_logins(account, _LOOKED_AT)
    last = next((row for row in past if row.accepted), None)
    refused = sum(1 for row in past if not row.accepted and (last is None or row.happened_at > last.happened_at))
    with using(language_of(account)):
        said = []  # what matters most first: a narrow terminal cuts the end
        if refused:
            said.append(ngettext("{n} attempt refused!", "{n} attempts refused!", refused).format(n=refused))
        if method == "recovery":
            left = await accounts.count_recovery_codes(account)
            said.append(ngettext("{n} recovery code left.", "{n} recovery codes left.", left).format(n=left))
        if last is not None:
            told = _("Last login: {when} from {address}.") if last.address else _("Last login: {when}.")
            said.append(told.format(when=_when(last.happened_at, accounts.now()), address=last.address))
        return " ".join(said)


def _when(moment: datetime, now: datetime) -> str:
    days = (paris_day(now) - paris_day(moment)).days
    clock = format_time(moment)
    if days == 0:
        return _("today {time}").format(time=clock)
    return _("yesterday {time}").format(time=clock) if days == 1 else f"{format_date_short(paris_day(moment))} {clock}"
