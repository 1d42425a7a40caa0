"""Judges PostgreSQL: settings that keep what was saved, walls that keep sites apart, room for connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vpterm.cli.doctor.facts import DatabaseState, SiteWall
from vpterm.cli.doctor.findings import Finding, careful, ok, wrong
from vpterm.database.binaries import OLDEST
from vpterm.kernel.i18n import _, ngettext

WORKERS_PER_SITE = 2  # one at work, one that a new release or a full first one brings
CONNECTIONS_PER_WORKER = 13  # at most: a pool of 6, 6 above it, and one for notices (screens/main.py)
USUAL_PER_WORKER = 6  # measured with 24 sessions each (docs/benchmarks.md)
ASIDE = 20  # the gateway, administrators, and what PostgreSQL keeps for itself
# What an ordinary setting must be, and what it costs when it is not.
_LASTING = ("fsync", "full_page_writes", "synchronous_commit")


def judge_database(state: DatabaseState, sites: int) -> Iterator[Finding]:
    """Everything that does not need a site's own login."""
    if state.rests:
        yield careful(
            "postgresql", _("PostgreSQL rests: it starts with the door."),
            _("Ask again while vpterm serve runs: most checks need it."),
        )  # fmt: skip
        return
    if state.failure or state.settings is None:
        yield wrong(
            "postgresql", _("PostgreSQL does not answer ({why}).").format(why=state.failure),
            _("An embedded one is started by: vpterm serve. For one of your own see vpterm.toml."),
        )  # fmt: skip
        return
    yield _version(state.version)
    yield _lasting(state.settings)
    yield _checksums(state.settings)
    yield _row_security(state)
    yield _connections(int(state.settings["max_connections"]), sites)
    yield _revision(state)


def _version(version: int) -> Finding:
    major, minor = divmod(version, 10_000)
    if major < OLDEST:
        return wrong(
            "postgresql", _("PostgreSQL {version} is too old.").format(version=f"{major}.{minor}"),
            _("Use version {oldest} or newer.").format(oldest=OLDEST),
        )  # fmt: skip
    return ok("postgresql", _("PostgreSQL {version} answers.").format(version=f"{major}.{minor}"))


def _lasting(settings: Mapping[str, str]) -> Finding:
    off = [name for name in _LASTING if settings[name] == "off"]
    if off:
        return wrong(
            "durability", _("What was saved can be lost when the machine stops: {names} is off.").format(
                names=", ".join(off)
            ), _("Set it to on in postgresql.conf; never off where people work."),
        )  # fmt: skip
    return ok("durability", _("What was saved is on the disk (fsync)."))


def _checksums(settings: Mapping[str, str]) -> Finding:
    if settings["data_checksums"] == "on":
        return ok("checksums", _("Pages of data carry checksums."))
    return careful(
        "checksums", _("Pages of data carry no checksums: a failing disk is noticed late."),
        _("Stop everything once, run pg_checksums --enable on the data folder."),
    )  # fmt: skip


def _row_security(state: DatabaseState) -> Finding:
    if state.tables_without_walls:
        return wrong(
            "row_security", _("Row security is missing on: {tables}.").format(
                tables=", ".join(state.tables_without_walls)
            ), _("Open no door. Bring the schema up: vpterm db upgrade; then call support."),
        )  # fmt: skip
    if (state.settings or {})["row_security"] != "on":
        return wrong(
            "row_security", _("The setting row_security of PostgreSQL is off: sites get errors instead of rows."),
            _("Set row_security = on in postgresql.conf."),
        )  # fmt: skip
    return ok("row_security", _("Row security is on for every table that needs it."))


def _connections(allowed: int, sites: int) -> Finding:
    workers = max(1, sites) * WORKERS_PER_SITE
    most, usual = workers * CONNECTIONS_PER_WORKER + ASIDE, workers * USUAL_PER_WORKER + ASIDE
    numbers = {"allowed": allowed, "workers": workers, "most": most, "usual": usual}
    if allowed < usual:
        return wrong(
            "connections",
            _("PostgreSQL allows {allowed} connections; {workers} workers usually need {usual}.").format(**numbers),
            _("Set max_connections = {most} or more.").format(**numbers),
        )
    if allowed < most:
        return careful(
            "connections",
            _("PostgreSQL allows {allowed} connections; {workers} busy workers may ask for {most}.").format(**numbers),
            _("Set max_connections = {most} or more.").format(**numbers),
        )
    return ok(
        "connections",
        _("PostgreSQL allows {allowed} connections; {workers} workers need at most {most}.").format(**numbers),
    )


def _revision(state: DatabaseState) -> Finding:
    revisions = {"here": state.revision or "-", "newest": state.newest_revision}
    if state.revision == state.newest_revision:
        return ok("schema", _("The schema is the newest ({here}).").format(**revisions))
    return wrong(
        "schema", _("The schema is {here}; this program needs {newest}.").format(**revisions),
        _("vpterm db upgrade, at a quiet hour and after a backup."),
    )  # fmt: skip


def judge_walls(walls: Sequence[SiteWall]) -> Iterator[Finding]:
    """Each site's login works, is that site's, and sees no row of another."""
    if not walls:
        yield careful("walls", _("There is no site yet."), _("Add one: vpterm site add."))
    for wall in walls:
        yield _wall(wall)


def _wall(wall: SiteWall) -> Finding:
    check, site = f"wall:{wall.code}", wall.code
    if wall.failure:
        return wrong(
            check, _("The database login of {site} does not work ({why}).").format(site=site, why=wall.failure),
            _("Run this as the account that owns the secrets; see the database's own log."),
        )  # fmt: skip
    if not wall.is_own:
        return wrong(
            check, _("The database takes the login of {site} for another site.").format(site=site),
            _("Open no door. Compare the logins in the table of sites, and call support."),
        )  # fmt: skip
    if wall.foreign_rows:
        sentence = ngettext(
            "The login of {site} sees {n} row of other sites.", "The login of {site} sees {n} rows of other sites.",
            wall.foreign_rows,
        )  # fmt: skip
        return wrong(
            check, sentence.format(site=site, n=wall.foreign_rows),
            _("Open no door. Bring the schema up: vpterm db upgrade; then call support."),
        )  # fmt: skip
    if not wall.guarded:
        return ok(check, _("The login of {site} works; other sites have no rows yet.").format(site=site))
    sentence = ngettext(
        "The login of {site} works and sees none of the rows that others have in {n} table.",
        "The login of {site} works and sees none of the rows that others have in {n} tables.", wall.guarded,
    )  # fmt: skip
    return ok(check, sentence.format(site=site, n=wall.guarded))
