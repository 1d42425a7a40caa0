"""Row security, grants and triggers, generated from what each table declares.

The generated statements land in migrations as literal SQL; tests compare the catalogue with them.
"""

from collections.abc import Iterator

from vpterm.database import roles
from vpterm.database.sharing import Common, DoorOnly, GroupChoice, GroupOnly, PerSite, Sharing, Trail
from vpterm.database.tables import Table, declared_tables

# Wrapped in a sub-select: called once a statement, not once a row (measured: 104 times faster on a scan).
OWN_SITE = "site_id = (SELECT current_site_id())"


def wall_statements() -> list[str]:
    """All statements for all declared tables, in a stable order."""
    return [line for table in declared_tables().values() for line in table_statements(table)]


def table_statements(table: type[Table]) -> list[str]:
    """The walls of one table: references of attribution, grants, policies, triggers."""
    name, sharing = table.__tablename__, table.__sharing__
    return [
        *_attribution(name, sharing),
        *_grants(name, sharing),
        *_policies(name, sharing),
        *_triggers(name, sharing),
    ]


def is_append_only(sharing: Sharing) -> bool:
    return isinstance(sharing, Trail) or (isinstance(sharing, PerSite | DoorOnly) and sharing.append_only)


def has_policies(sharing: Sharing) -> bool:
    """Whether the table stands behind row security."""
    return isinstance(sharing, PerSite | GroupChoice | Trail) or (isinstance(sharing, Common) and sharing.of_its_author)


def _attribution(name: str, sharing: Sharing) -> Iterator[str]:
    if sharing.attributed:
        for column in ("created_by", "changed_by"):
            yield (f"ALTER TABLE {name} ADD CONSTRAINT fk_{name}_{column} FOREIGN KEY ({column}) REFERENCES staff (id)")


def _grants(name: str, sharing: Sharing) -> Iterator[str]:
    def grant(rights: str, *to: str) -> str:
        return f"GRANT {rights} ON {name} TO {', '.join(to)}"

    match sharing:
        case Common():
            rights = "SELECT, INSERT, UPDATE" + (", DELETE" if sharing.deletable else "")
            yield grant(rights, roles.SITE)
            yield grant("SELECT" if sharing.of_its_author else rights, roles.MANAGEMENT)
        case GroupOnly():
            yield grant("SELECT", roles.SITE, *([roles.DOOR] if sharing.door else []))
            yield grant("SELECT, INSERT, UPDATE, DELETE", roles.MANAGEMENT)
        case PerSite() | GroupChoice():
            change = "" if is_append_only(sharing) else ", UPDATE"
            delete = ", DELETE" if sharing.deletable else ""
            yield grant(f"SELECT, INSERT{change}{delete}", roles.SITE)
            yield grant("SELECT", roles.MANAGEMENT)
        case DoorOnly():
            change = "" if is_append_only(sharing) else ", UPDATE, DELETE"
            yield grant(f"SELECT, INSERT{change}", roles.DOOR, roles.MANAGEMENT)
        case Trail():
            yield grant("SELECT", roles.SITE, roles.MANAGEMENT)


def _policies(name: str, sharing: Sharing) -> Iterator[str]:
    if not has_policies(sharing):
        return
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"

    def policy(suffix: str, what: str, to: str, *, using: str = "", check: str = "") -> str:
        conditions = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        return f"CREATE POLICY {name}_{suffix} ON {name} FOR {what} TO {to}{conditions}"

    if isinstance(sharing, Common):
        # USING (true) leaves no condition in the plan, so the search keeps its indexes.
        yield policy("read", "SELECT", f"{roles.SITE}, {roles.MANAGEMENT}", using="true")
        yield policy("add", "INSERT", roles.SITE, check=OWN_SITE)
        yield policy("change", "UPDATE", roles.SITE, using=OWN_SITE, check=OWN_SITE)
        return
    if isinstance(sharing, Trail):
        yield policy("own", "SELECT", roles.SITE, using=OWN_SITE)
        yield policy("written", "INSERT", roles.FUNCTIONS, check="true")
    else:
        yield policy("own", "ALL", roles.SITE, using=OWN_SITE, check=OWN_SITE)
    yield policy("group", "SELECT", roles.MANAGEMENT, using="true")
    if isinstance(sharing, GroupChoice):
        for suffix, what, choices in (
            ("shared", "SELECT", sharing.read_when),
            ("from_others", "INSERT", sharing.insert_when),
        ):
            if choices:
                listed = ", ".join(f"'{choice}'" for choice in sorted(choices))
                chosen = f"(SELECT sharing_choice('{sharing.subject}')) IN ({listed})"
                # current_site_id() is asked as well: a login that is no site's gets nothing.
                condition = f"{chosen} AND (SELECT current_site_id()) IS NOT NULL"
                kind = {"using": condition} if what == "SELECT" else {"check": condition}
                yield policy(suffix, what, roles.SITE, **kind)


def _triggers(name: str, sharing: Sharing) -> Iterator[str]:
    if sharing.attributed:
        yield (
            f"CREATE TRIGGER a_attribute BEFORE INSERT OR UPDATE ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION attribute_row()"
        )
        yield (
            f"CREATE TRIGGER a_attribute_delete BEFORE DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION require_staff()"
        )
    if is_append_only(sharing):
        yield (
            f"CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        # ALWAYS: fires even under session_replication_role = replica.
        yield f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER b_append_only"
    if sharing.audited:
        yield (
            f"CREATE TRIGGER z_audit AFTER INSERT OR UPDATE OR DELETE ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION audit_row()"
        )
