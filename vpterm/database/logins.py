"""Makes the roles of an installation, its database, and a login for every site. Run by the command line only."""

import psycopg
from psycopg import sql

from vpterm.database import roles
from vpterm.database.installation import Installation

LOGIN_LIMIT = 200  # connections of one site's login, so that one site cannot take them all


def make_roles(superuser_url: str, installation: Installation) -> None:
    """Make what is missing: the group roles, the owner, the logins of management and gateway. Can be repeated."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for name in roles.GROUP_ROLES:
            _make(connection, name, "NOLOGIN")
        _make(connection, roles.OWNER, "LOGIN CREATEROLE", installation.new_secret(roles.OWNER))
        for group in roles.GROUP_ROLES:
            connection.execute(_grant(group, roles.OWNER, " WITH ADMIN OPTION"))
        for login, group in ((roles.MANAGEMENT_LOGIN, roles.MANAGEMENT), (roles.DOOR_LOGIN, roles.DOOR)):
            _make(connection, login, "LOGIN", installation.new_secret(login))
            connection.execute(_grant(group, login))


def make_database(superuser_url: str, name: str, *, template: str | None = None) -> bool:
    """Make the database for the owner; False when it exists."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return False
        statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(roles.OWNER))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(statement)
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for group in (roles.SITE, roles.MANAGEMENT, roles.DOOR):
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(group))
            )
        return True


def drop_database(superuser_url: str, name: str) -> None:
    """Throw a database away with all that is in it, whoever is connected."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def make_site_login(owner_url: str, installation: Installation, code: str) -> str:
    """Make the login of a site with a secret of its own, as the owner. Answers its name. Can be repeated."""
    login = roles.site_login(code)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _make(connection, login, f"LOGIN CONNECTION LIMIT {LOGIN_LIMIT}", installation.new_secret(login))
        connection.execute(_grant(roles.SITE, login))
    return login


def _make(connection: psycopg.Connection, name: str, attributes: str, secret: str | None = None) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    plain = "NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS " if connection.info.user not in (roles.OWNER,) else ""
    connection.execute(sql.SQL("ALTER ROLE {} " + plain + attributes).format(sql.Identifier(name)))
    if secret is not None:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(secret)))


def _grant(group: str, to: str, how: str = "") -> sql.Composed:
    return sql.SQL("GRANT {} TO {}" + how).format(sql.Identifier(group), sql.Identifier(to))
