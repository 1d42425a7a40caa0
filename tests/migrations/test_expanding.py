"""Migrations run while workers of the release before are at work: what they may do, and which say otherwise."""

from pathlib import Path

import pytest

from vpterm.cli.ground import pending_after, require_expanding
from vpterm.kernel.errors import Refused
from vpterm.migrations import expanding
from vpterm.migrations.expanding import contracting, says_so, taken_away
from vpterm.migrations.history import revisions

VERSIONS = Path(expanding.__file__).parent / "versions"
FIRST_WITH_THE_RULE = "0007"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("ALTER TABLE clients ADD COLUMN nickname TEXT;", []),
        ("ALTER TABLE clients ADD COLUMN seen BOOLEAN DEFAULT false NOT NULL;", []),
        ("CREATE TABLE beds (id BIGINT NOT NULL);", []),
        ("DROP TRIGGER y ON t; DROP INDEX i; DROP POLICY p ON t; ALTER TABLE t DROP CONSTRAINT c;", []),
        ("-- DROP TABLE clients\nSELECT 1;", []),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM beds; END $$;", []),
        ("CREATE TRIGGER b BEFORE UPDATE OR DELETE OR TRUNCATE ON beds EXECUTE FUNCTION f();", []),
        ("drop table clients;", ["drop table"]),
        ("ALTER TABLE clients\n  DROP COLUMN phone;", ["DROP COLUMN"]),
        ("ALTER TABLE clients RENAME COLUMN a TO b;", ["RENAME"]),
        ("ALTER TABLE clients ALTER COLUMN a TYPE BIGINT;", ["ALTER COLUMN a TYPE"]),
        ("ALTER TABLE clients ALTER COLUMN a SET NOT NULL;", ["SET NOT NULL"]),
        ("ALTER TABLE clients ADD COLUMN a TEXT NOT NULL;", ["ADD COLUMN a TEXT NOT NULL"]),
        ("TRUNCATE clients; DELETE FROM beds;", ["TRUNCATE c", "DELETE FROM"]),
        ("DROP FUNCTION way_in_here(text);", ["DROP FUNCTION"]),
    ],
)  # fmt: skip
def test_what_is_taken_from_the_release_before(sql: str, found: list[str]) -> None:
    assert taken_away(sql) == found


def test_a_migration_that_takes_something_away_says_so() -> None:
    silent = {
        file.name: found
        for file in VERSIONS.glob("*.sql")
        if file.name >= FIRST_WITH_THE_RULE
        and (found := taken_away(file.read_text("utf-8")))
        and not says_so(file.read_text("utf-8"))
    }
    assert silent == {}
    assert says_so("-- takes away: the old telephones, unread since 1.4\nALTER TABLE clients DROP COLUMN phone;")
    assert not says_so("ALTER TABLE clients DROP COLUMN phone;")


def test_pending_migrations_that_take_away_are_named() -> None:
    assert contracting(["0001", "0006"]) == ["0006"]  # of before the rule


def test_what_takes_away_is_refused_under_people_and_what_adds_is_not() -> None:
    with pytest.raises(Refused, match="0006"):
        require_expanding("0005")
    require_expanding("0006")
    assert pending_after("0004")[:2] == ["0005", "0006"]
    assert pending_after(None) == revisions()
