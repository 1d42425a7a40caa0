"""`vpterm recordings`: what is recorded at which site; to list, play, export and prove what was."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vpterm.cli.exits import VERIFICATION_FAILED
from vpterm.cli.ground import Ground, at_work, narrate
from vpterm.cli.language import shell_language
from vpterm.cli.opened_recording import open_recording, told, told_of_damage
from vpterm.database.context import Context
from vpterm.kernel.dates import format_moment
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _, ngettext
from vpterm.practice.recordings.actions import choose_policy
from vpterm.practice.recordings.queries import (
    RecordingRow,
    find_recording,
    list_policies,
    list_recordings,
    list_uses,
)
from vpterm.practice.recordings.rules import CHOICES

if TYPE_CHECKING:
    from vpterm.terminal.recording.examining import Found

app = typer.Typer(
    help=_("Recordings of sessions: what is recorded, to list, play, export, prove."), no_args_is_help=True
)

Home = Annotated[Path | None, typer.Option(help=_("folder of the installation"))]
AsJson = Annotated[bool, typer.Option(help=_("for programs: JSON on stdout"))]
Key = Annotated[
    Path | None, typer.Option(help=_("file with the key that opens recordings, where it is kept elsewhere"))
]
Reason = Annotated[str, typer.Option(help=_("why; it is written down with who and when"))]
EvenDamaged = Annotated[bool, typer.Option(help=_("what can still be read of a damaged one"))]


@app.command("policy", help=_("Show what is recorded at each site, or decide it; in force at once in open sessions."))
def policy(
    site: Annotated[str, typer.Argument(help=_("code of the site"))] = "",
    choice: Annotated[str, typer.Argument(metavar="[off|support|all]")] = "",
    keep: Annotated[int | None, typer.Option(help=_("for how many days recordings are kept"))] = None,
    json: AsJson = False,
    home: Home = None,
) -> None:

    async def work(context: Context) -> None:
        rows = await list_policies(context.database)
        if site:
            now = {row.site_code: row.policy for row in rows}.get(site)
            decided, days = choice or (now.choice if now else ""), keep or (now.keep_days if now else 0)
            await choose_policy(context, site_code=site, choice=decided, keep_days=days)
            rows = await list_policies(context.database)
        if json:
            typer.echo(dumps([{"site": row.site_code, **asdict(row.policy)} for row in rows]))
            return
        for row in rows:
            kept = ngettext("kept for {n} day", "kept for {n} days", row.policy.keep_days)
            label = _(CHOICES[row.policy.choice])
            days_kept = kept.format(n=row.policy.keep_days)
            typer.echo(f"{row.site_code:<12} {row.policy.choice:<8} {label:<32} {days_kept}")

    _manage(home, lambda _standing, context: work(context))
    if site and choice in ("support", "all"):
        narrate(
            _(
                "People read it as they come in and on every screen."
                " The law asks to tell them before: docs/operations/recordings.md."
            )
        )


@app.command("list", help=_("List the recordings, newest first: number, when, how long, site, login, why, state."))
def show_all(
    site: str = "", login: str = "", most: int = 100, json: AsJson = False, home: Home = None
) -> None:  # fmt: skip

    async def work(context: Context) -> None:
        rows = await list_recordings(context.database, site_code=site, login=login, most=most)
        if json:
            typer.echo(dumps([_as_json(row) for row in rows], ensure_ascii=False))
            return
        for row in rows:
            began = format_moment(row.began_at, shell_language())
            typer.echo(
                f"{row.id:>6}  {began:<14} {_length(row):>8}  {row.site_code:<12} {row.login:<20} {row.reason:<8} "
                f"{_state(row)}"
            )

    _manage(home, lambda _standing, context: work(context))


@app.command("show", help=_("Show what is written down of a recording, and who has played or exported it."))
def show(number: int, json: AsJson = False, home: Home = None) -> None:

    async def work(context: Context) -> None:
        row = await find_recording(context.database, recording_id=number)
        uses = await list_uses(context.database, recording_id=number)
        if json:
            used = [{**asdict(use), "happened_at": use.happened_at.isoformat()} for use in uses]
            typer.echo(dumps({**_as_json(row), "uses": used}, ensure_ascii=False))
            return
        for name, value in _as_json(row).items():
            typer.echo(f"{name:<16} {value}")
        for use in uses:
            when = format_moment(use.happened_at, shell_language())
            typer.echo(f"  {when}  {_(_USES[use.what])}  {use.account}  {use.reason}".rstrip())

    _manage(home, lambda _standing, context: work(context))


_USES = {"played": N_("played"), "exported": N_("exported"), "removed": N_("removed")}


@app.command("play", help=_("Play a recording here. Space: pause; + and -: speed; m: next mark; q: end."))
def play(
    number: int,
    speed: Annotated[float, typer.Option(min=0.1, max=64, help=_("how many times faster than it was"))] = 1.0,
    idle: Annotated[float, typer.Option(min=0, help=_("longest pause in seconds; 0: as long as it was"))] = 2.0,
    reason: Reason = "",
    key: Key = None,
    damaged: EvenDamaged = False,
    home: Home = None,
) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(_("This is no terminal to play in."), _("Write it to a file: vpterm recordings export"))
    from vpterm.terminal.recording.asciicast import parse_event, parse_header
    from vpterm.terminal.recording.playing import play_here

    with told_of_damage():
        with at_work(home) as standing:
            opened = open_recording(standing, number, "played", reason, key, damaged=damaged)
        header = parse_header(opened.head)
        columns, rows = os.get_terminal_size()
        if header["width"] > columns or header["height"] > rows:
            narrate(
                _("It was {width}x{height}; your terminal is smaller, what does not fit is not seen.").format(**header)
            )
        play_here((parse_event(line) for line in opened.lines), speed=speed, idle_limit_s=idle or None)


@app.command("export", help=_("Write a recording as asciicast v2 for any player, or as one page for a browser."))
def export(
    number: int,
    to: Annotated[Path | None, typer.Option(help=_("file to make, readable by you only; none: stdout"))] = None,
    page: Annotated[bool, typer.Option(help=_("one page of HTML that plays by itself, without a network"))] = False,
    reason: Reason = "",
    key: Key = None,
    damaged: EvenDamaged = False,
    home: Home = None,
) -> None:
    from vpterm.terminal.recording.asciicast import for_players
    from vpterm.terminal.recording.page import page_of

    if to is not None and to.exists():
        raise Refused(_("{file} exists already.").format(file=to), _("Name another with --to."))
    with told_of_damage():
        with at_work(home) as standing:
            opened = open_recording(standing, number, "exported", reason, key, damaged=damaged)
        lines = for_players(opened.head, opened.lines)
        title = f"vpterm {opened.row.site_code} {format_moment(opened.row.began_at, shell_language())}"
        text = page_of(lines, title, shell_language()) if page else "".join(f"{line}\n" for line in lines)
    if to is None:
        sys.stdout.write(text)
        return
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    narrate(_("{file} is written. It can be read by whoever has it: delete it when it has served.").format(file=to))


@app.command(
    "verify", help=_("Prove that no recording was removed, cut, swapped or altered; exit code 3 when one was.")
)
def verify(site: str = "", key: Key = None, json: AsJson = False, home: Home = None) -> None:
    from vpterm.terminal.recording.archive import Archive
    from vpterm.terminal.recording.examining import examine, find_unknown, follow_chains

    async def work(standing: Ground, context: Context) -> bool:
        archive = Archive(standing.installation)
        private = archive.keys.private(key) if key or archive.keys.secret_path.exists() else None
        everything = await list_recordings(context.database)
        rows = [row for row in reversed(everything) if site in ("", row.site_code)]
        found = list(examine(rows, archive, private)) + ([] if site else list(find_unknown(everything, archive)))
        chains = list(follow_chains(rows))
        if json:
            all_found = {"recordings": [asdict(each) for each in found], "broken_chains": [asdict(c) for c in chains]}
            typer.echo(dumps(all_found, ensure_ascii=False))
        else:
            for each in found:
                typer.echo(_said(each))
            for broken in chains:
                sentence = _("{site}: THE ROWS WERE ALTERED from closing {sequence} on")
                typer.echo(sentence.format(site=broken.site_code, sequence=broken.sequence))
            if private is None:
                narrate(_("The key is not here: the chains were proved, nothing was opened."))
        return not chains and all(each.state.is_sound for each in found)

    if not _manage(home, work):
        raise typer.Exit(VERIFICATION_FAILED)


def _said(found: "Found") -> str:
    where = _(" (link {link})").format(link=found.link) if found.link is not None else ""
    return f"{found.number or '':>6}  {found.site_code:<12} {told(found.state)}{where}  {found.file_name}"


def _manage(home: Path | None, work: Callable[[Ground, Context], Awaitable[Any]]) -> Any:
    async def managed() -> Any:
        async with standing.management() as context:
            return await work(standing, context)

    with at_work(home) as standing:
        return asyncio.run(managed())


def _length(row: RecordingRow) -> str:
    """How long it is: "1:02:03"; "…" while nobody knows."""
    if row.closing is None:
        return "…"
    minutes, seconds = divmod(int((row.closing.ended_at - row.began_at).total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _state(row: RecordingRow) -> str:
    if row.removed_at is not None:
        return told("removed")
    how = row.closing.how if row.closing is not None else "not_closed"
    return "" if how == "closed" else told(how)


def _as_json(row: RecordingRow) -> dict[str, Any]:
    closing = row.closing
    return {
        "number": row.id, "site": row.site_code, "login": row.login, "staff_id": row.staff_id,
        "session": row.session_number, "began_at": row.began_at.isoformat(), "reason": row.reason,
        "file": row.file_name, "kept_until": row.kept_until.isoformat(),
        "removed_at": row.removed_at.isoformat() if row.removed_at else None,
        "ended_at": closing.ended_at.isoformat() if closing else None, "how": closing.how if closing else None,
        "size": closing.size if closing else None, "file_hash": closing.file_hash if closing else None,
        "hash": closing.hash if closing else None,
    }  # fmt: skip
