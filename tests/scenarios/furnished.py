"""An installation with the sites and people of tests/world.py, for the doors of `vpterm serve`; made in seconds."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.practice.clinic_day import admit_patients, open_clinic
from tests.scenarios.clinic import PASSWORD
from tests.world import Clock, Cluster, Group, fill_group
from vpterm.database.installation import Installation
from vpterm.database.logins import make_database, make_roles, make_site_login
from vpterm.database.roles import MANAGEMENT_LOGIN, OWNER
from vpterm.database.server import DATABASE, EmbeddedServer
from vpterm.migrations.history import upgrade
from vpterm.practice.staff.actions import set_password


def furnish(home: Path) -> None:
    """Sites, people with passwords, and the patients of one of them."""
    installation = Installation(home)
    cluster = Cluster(installation, EmbeddedServer(installation))
    cluster.server.start()
    make_roles(cluster.superuser_url("postgres"), installation)
    make_database(cluster.superuser_url("postgres"), DATABASE)
    owner = cluster.server.url(OWNER)
    upgrade(owner)
    for code in ("lilas", "port", "bocage"):
        make_site_login(owner, installation, code)
    asyncio.run(fill(cluster))


async def fill(cluster: Cluster) -> None:
    await fill_group(cluster.server.url(MANAGEMENT_LOGIN), cluster.ids)
    group = Group(cluster, DATABASE, Clock(datetime.now(UTC)))
    for login in ("vet.lilas", "asv.lilas", "vet.deux"):
        await set_password(group.management(), staff_id=cluster.ids[login], password=PASSWORD, any_length=True)
    await admit_patients(group, await open_clinic(group))
    await group.close()
