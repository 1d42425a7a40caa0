"""Opens the program for one person at one site: what a worker, or a workstation of its own, asks for."""

from dataclasses import dataclass
from importlib import import_module

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.database.notices import Notices, board_of
from vpterm.kernel.errors import NotAllowed
from vpterm.kernel.i18n import _
from vpterm.practice.sites.queries import SiteRow, find_site, list_sites
from vpterm.practice.staff.queries import find_staff_by_id
from vpterm.practice.staff.rules import rights_of
from vpterm.screens.link import SessionLink, SessionRequest
from vpterm.screens.shell.app import PracticeApp, SiteFace
from vpterm.screens.theme.site_colours import SITE_COLOURS

# Every noun registers its places when it is imported; the order is that of the F10 menu.
for _noun in ("home", "agenda", "waiting", "clients", "animals", "care", "billing", "till", "fees", "staff"):
    import_module(f"vpterm.screens.{_noun}")


@dataclass(frozen=True, slots=True)
class Resources:
    """What all sessions of a worker share: the site's login, and one ear for the site's boards."""

    database: Database
    notices: Notices
    site: SiteRow


async def open_worker(site_code: str, database_url: str) -> Resources:
    """Once in a worker's life. Unavailable when the database does not answer."""
    database = Database(database_url, connections=6)
    site = await find_site(database, code=site_code)
    notices = Notices(database_url, [board_of(site.id)])
    notices.start()
    return Resources(database, notices, site)


async def close_worker(resources: Resources) -> None:
    await resources.notices.close()
    await resources.database.close()


async def make_app(request: SessionRequest, link: SessionLink | None, resources: Resources) -> PracticeApp:
    """The app of one session, with the rights that the person holds at this site now."""
    person = await find_staff_by_id(resources.database, staff_id=request.staff_id)
    work = person.at(request.site_code) if person and person.active else None
    if person is None or work is None:
        raise NotAllowed(_("You do not work at this site."), _("Ask the management."))
    faces = {site.code: _face(site) for site in await list_sites(resources.database)}
    context = Context(
        database=resources.database,
        site_id=resources.site.id,
        site_code=resources.site.code,
        staff_id=person.id,
        rights=rights_of(work.roles),
    )
    return PracticeApp(
        context,
        request,
        site=faces[request.site_code],
        sites=tuple(faces[code] for code in request.sites if code in faces),
        link=link,
        notices=resources.notices,
    )


def _face(site: SiteRow) -> SiteFace:
    return SiteFace(site.code, site.name, SITE_COLOURS[site.colour])
