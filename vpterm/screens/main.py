"""Opens the program for one person at one site: what a worker, or a workstation of its own, asks for."""

from dataclasses import dataclass
from importlib import import_module

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.database.notices import RIGHTS_CHANGED, Notices, board_of
from vpterm.database.rehearsal import rehearse as rehearse_database
from vpterm.kernel.errors import NotAllowed
from vpterm.kernel.i18n import _
from vpterm.practice.sites.queries import SiteRow, find_site, list_sites
from vpterm.practice.staff.queries import find_staff_by_id
from vpterm.practice.staff.rules import rights_of, works_there
from vpterm.practice.staff.session_times import find_session_times
from vpterm.screens.link import SessionLink, SessionRequest
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.person import SiteFace
from vpterm.screens.shell.standing import Standing
from vpterm.screens.theme.site_colours import SITE_COLOURS

# Every noun registers its places when it is imported; the order is that of the F10 menu.
for _noun in ("home", "agenda", "waiting", "clients", "animals", "care", "billing", "till", "fees", "staff", "sessions"):
    import_module(f"vpterm.screens.{_noun}")


@dataclass(frozen=True, slots=True)
class Resources:
    """What all sessions of a worker share: the site's login, and one ear for its boards and for people's rights."""

    database: Database
    notices: Notices
    site: SiteRow


def rehearse() -> PracticeApp:
    """What every worker would otherwise do and keep by itself, before any is forked; an app to be shown to nobody."""
    rehearse_database()
    nobody = Context(Database("postgresql://nobody@/nowhere?host=/nowhere"), 0, "", staff_id=0)
    return PracticeApp(nobody, site=SiteFace("", "", "#808080"))


async def open_worker(site_code: str, database_url: str) -> Resources:
    """Once in a worker's life. Unavailable when the database does not answer."""
    database = Database(database_url, connections=6)
    site = await find_site(database, code=site_code)
    notices = Notices(database_url, [board_of(site.id), RIGHTS_CHANGED])
    notices.start()
    return Resources(database, notices, site)


async def close_worker(resources: Resources) -> None:
    await resources.notices.close()
    await resources.database.close()


async def make_app(request: SessionRequest, link: SessionLink | None, resources: Resources) -> PracticeApp:
    """The app of one session, with the rights that the person holds at this site now."""
    app = make_spare(resources)
    await give_spare(app, request, link, resources)
    return app


def make_spare(resources: Resources) -> PracticeApp:
    """An app of the site that is nobody's yet: a worker mounts it while it waits for the next login."""
    nobody = Context(resources.database, resources.site.id, resources.site.code, staff_id=0)
    return PracticeApp(nobody, site=_face(resources.site), notices=resources.notices)


async def give_spare(app: PracticeApp, request: SessionRequest, link: SessionLink | None, resources: Resources) -> None:
    """Give an app that is nobody's to a person who works here now. Raises NotAllowed for anybody else."""

    async def read() -> Standing | None:
        return await read_standing(request, resources.database)

    standing = await read()
    if standing is None:
        raise NotAllowed(_("You do not work at this site."), _("Ask the management."))
    context = Context(
        database=resources.database,
        site_id=resources.site.id,
        site_code=resources.site.code,
        staff_id=request.staff_id,
        rights=standing.rights,
        session_name=request.session_name,
    )
    app.belong_to(context, request, site=_face(resources.site), sites=standing.sites, link=link, read_standing=read)
    await app.until_dressed()


async def read_standing(request: SessionRequest, database: Database) -> Standing | None:
    """What the person may do at this site now; None when they do not work there (any more)."""
    person = await find_staff_by_id(database, staff_id=request.staff_id)
    work = person.at(request.site_code) if person and person.active else None
    if person is None or work is None or not works_there(work.roles):
        return None
    faces = {site.code: _face(site) for site in await list_sites(database)}
    sites = tuple(faces[code] for code in request.sites if code in faces and person.at(code))
    times = await find_session_times(database, roles=work.roles)
    return Standing(rights_of(work.roles), sites, times)


def _face(site: SiteRow) -> SiteFace:
    return SiteFace(site.code, site.name, SITE_COLOURS[site.colour])
