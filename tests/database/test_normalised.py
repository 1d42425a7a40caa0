"""The search key of the database is the one of the kernel, for every code point."""

import psycopg

from tests.world import Group
from vpterm.kernel.text import normalise


def test_the_database_folds_text_as_the_kernel_does(group: Group) -> None:
    points = [chr(point) for point in range(1, 0x30000) if not 0xD800 <= point <= 0xDFFF]
    with psycopg.connect(group.site_url("lilas")) as connection:
        row = connection.execute(
            "SELECT array_agg(normalised('a' || c || 'b') ORDER BY n) "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS u(c, n)",
            (points,),
        ).fetchone()
    assert row is not None
    different = [
        (f"U+{ord(point):04X}", there)
        for point, there in zip(points, row[0], strict=True)
        if there != normalise(f"a{point}b")
    ]
    assert different == []


def test_names_of_french_clients_and_their_animals(group: Group) -> None:
    expected = {
        "Lefèvre-Noël": "lefevre noel",
        "O’Brien": "o brien",
        "Cœur de Lion": "coeur de lion",
        "  D'Été  ": "d ete",
        "ÇA": "ca",
    }
    with psycopg.connect(group.site_url("lilas")) as connection:
        for written, folded in expected.items():
            assert connection.execute("SELECT normalised(%s)", (written,)).fetchone() == (folded,)
            assert normalise(written) == folded
