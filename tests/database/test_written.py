"""Statements that are written once."""

import pytest
from sqlalchemy import BigInteger, Text, bindparam, literal, select

from tests.world import Group
from vpterm.database.written import Written
from vpterm.practice.sites.tables import Site

SITES = Written(
    select(Site.code, literal("100 %", Text).label("share"), literal("\\' $1 :x", Text).label("odd")).where(
        Site.id == bindparam("site", type_=BigInteger), Site.name != bindparam("name", type_=Text)
    )
)


async def test_it_answers_for_each_value(group: Group) -> None:
    for code in ("lilas", "port"):
        database = group.context("vet.lilas").database
        found = await SITES.rows(database, site=group.ids[code], name="'; DROP TABLE sites --")
        assert found == [{"code": code, "share": "100 %", "odd": "\\' $1 :x"}]


@pytest.mark.parametrize("given", [{}, {"site": 1}, {"site": 1, "name": "", "more": 1}])
async def test_a_forgotten_or_unknown_value_is_an_error(group: Group, given: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        await SITES.rows(group.context("vet.lilas").database, **given)
