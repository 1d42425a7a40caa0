"""The group that tests work in: a real PostgreSQL, three clinics, people with roles, each context its own login."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.database.installation import Installation
from vpterm.database.logins import make_database, make_roles, make_site_login
from vpterm.database.server import SUPERUSER, EmbeddedServer
from vpterm.migrations.history import upgrade
from vpterm.practice.sites.actions import open_billing_entity, open_site
from vpterm.practice.staff.actions import INSTALLATION, engage_staff, give_role
from vpterm.practice.staff.rules import RIGHTS, Role, rights_of

# Tuesday 24 November 2026, 08:42 in Paris: the morning of the drawings.
MORNING = datetime(2026, 11, 24, 7, 42, tzinfo=UTC)
TEMPLATE = "vpterm_template"

STAFF = {
    "vet.lilas": ("Anne", "Rousseau", {"lilas": Role.VET}),
    "asv.lilas": ("Julie", "Mercier", {"lilas": Role.NURSE}),
    "accueil.lilas": ("Karim", "Benali", {"lilas": Role.RECEPTION}),
    "vet.port": ("Yann", "Le Goff", {"port": Role.VET}),
    "vet.deux": ("Claire", "Fontaine", {"lilas": Role.VET, "port": Role.VET}),
    "vet.bocage": ("Michel", "Lefèvre", {"bocage": Role.VET}),
    "gerance": ("Hélène", "Garnier", {"lilas": Role.MANAGEMENT, "port": Role.MANAGEMENT, "bocage": Role.MANAGEMENT}),
    "support": ("Samuel", "Petit", {"lilas": Role.SUPPORT}),
}


@dataclass
class Clock:
    """Time that stands still until a test moves it."""

    moment: datetime = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


@dataclass
class Cluster:
    """A PostgreSQL of the test run, in a folder of its own."""

    installation: Installation
    server: EmbeddedServer
    ids: dict[str, int] = field(default_factory=dict)

    @classmethod
    def start(cls) -> "Cluster":
        folder = Path(tempfile.mkdtemp(prefix="vpterm-test-"))
        folder.chmod(0o755)
        installation = Installation(folder)
        cluster = cls(installation, EmbeddedServer(installation))
        cluster.server.start()
        # Tests lose nothing that matters when the machine dies: no waiting for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cluster.as_superuser(f"ALTER SYSTEM SET {setting} = off")
        cluster.as_superuser("SELECT pg_reload_conf()")
        make_roles(cluster.superuser_url("postgres"), installation)
        return cluster

    def superuser_url(self, database: str) -> str:
        return self.server.url(SUPERUSER, database=database)

    def as_superuser(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.superuser_url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.superuser_url(database), autocommit=True) as connection:
            return list(connection.execute(statement.encode()).fetchall())

    async def make_template(self) -> None:
        """A migrated database with the sites and the people, copied for every test."""
        make_database(self.superuser_url("postgres"), TEMPLATE)
        upgrade(self.server.url(roles.OWNER, database=TEMPLATE))
        for code in ("lilas", "port", "bocage"):
            make_site_login(self.server.url(roles.OWNER, database=TEMPLATE), self.installation, code)
        await fill_group(self.server.url(roles.MANAGEMENT_LOGIN, database=TEMPLATE), self.ids)

    def new_database(self, name: str) -> None:
        make_database(self.superuser_url("postgres"), name, template=TEMPLATE)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.superuser_url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.installation.home, ignore_errors=True)
        shutil.rmtree(self.server.socket_folder, ignore_errors=True)


@dataclass
class Group:
    """One database of one test: contexts of its people, addresses of its logins."""

    cluster: Cluster
    name: str
    clock: Clock = field(default_factory=Clock)
    _databases: dict[str, Database] = field(default_factory=dict)

    def url(self, login: str) -> str:
        return self.cluster.server.url(login, database=self.name)

    def site_url(self, code: str) -> str:
        return self.url(roles.site_login(code))

    def database(self, login: str) -> Database:
        if login not in self._databases:
            self._databases[login] = Database(self.url(login))
        return self._databases[login]

    def context(self, login: str, *, at: str | None = None) -> Context:
        """The person `login` at work at a site (their first, or `at`), under that site's own login."""
        works = STAFF[login][2]
        code = at or next(iter(works))
        return Context(
            database=self.database(roles.site_login(code)), site_id=self.ids[code], site_code=code,
            staff_id=self.ids[login], rights=rights_of(frozenset({works[code]})), clock=self.clock,
        )  # fmt: skip

    def management(self) -> Context:
        """gerance under the group's own login, which reads every site and writes group matters."""
        return management_context(self.database(roles.MANAGEMENT_LOGIN), self.ids["gerance"], self.clock)

    @property
    def ids(self) -> dict[str, int]:
        """Numbers of sites by code and of people by login."""
        return self.cluster.ids

    async def close(self) -> None:
        for database in self._databases.values():
            await database.close()


def management_context(database: Database, staff_id: int, clock: Clock) -> Context:
    return Context(database, 0, "", staff_id, RIGHTS[Role.MANAGEMENT], clock=clock)


async def fill_group(management_url: str, ids: dict[str, int]) -> None:
    """Two companies, three clinics, eight people: names and numbers of `ids`."""
    database = Database(management_url)
    context = management_context(database, INSTALLATION, Clock())
    first = await open_billing_entity(
        context, name="Cliniques des Lilas et du Port", legal_form="SELARL", siren="732829320",
        vat_number="FR44732829320", address="12 rue des Lilas", postcode="44000", town="Nantes",
    )  # fmt: skip
    second = await open_billing_entity(
        context, name="Vétérinaires du Bocage", legal_form="SCP", siren="404833048", vat_number="FR83404833048",
        address="3 route de Vire", postcode="14500", town="Vire",
    )  # fmt: skip
    for code, name, entity, siret, town, colour in (
        ("lilas", "Clinique des Lilas", first, "73282932000074", "Nantes", "lilac"),
        ("port", "Clinique du Port", first, "73282932000082", "Saint-Nazaire", "blue"),
        ("bocage", "Cabinet du Bocage", second, "40483304800022", "Vire", "green"),
    ):
        ids[code] = await open_site(
            context, code=code, name=name, billing_entity_id=entity, siret=siret, address="1 place du Marché",
            postcode="44000", town=town, phone="+33240000000", email=f"{code}@example.org", colour=colour,
            invoice_prefix=code[0].upper(),
        )  # fmt: skip
    for login, (first_name, last_name, works) in STAFF.items():
        ids[login] = await engage_staff(context, login=login, first_name=first_name, last_name=last_name)
        for code, role in works.items():
            await give_role(context, staff_id=ids[login], site_id=ids[code], role=role)
    await database.close()
