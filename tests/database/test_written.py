"""Statements that are written once."""

import pytest
from sqlalchemy import BigInteger, Text, bindparam, literal, select

from tests.world import Group
from vpterm.database.written import Written
from vpterm.practice.sites.tables import Site

SITES = Written(
    select(Site.code, literal("100 %").label("share")).where(
        Site.id == bindparam("site", type_=BigInteger), Site.name != bindparam("name", type_=Text)
    )
)


async def test_it_answers_for_each_value(group: Group) -> None:
    async with group.context("vet.lilas").reading() as connection:
        for code in ("lilas", "port"):
            found = await SITES.rows(connection, site=group.ids[code], name="'; DROP TABLE sites --")
            assert [tuple(row.values()) for row in found] == [(code, "100 %")]


@pytest.mark.parametrize("given", [{}, {"site": 1}, {"site": 1, "name": "", "more": 1}])
async def test_a_forgotten_or_unknown_value_is_an_error(group: Group, given: dict[str, object]) -> None:
    async with group.context("vet.lilas").reading() as connection:
        with pytest.raises(KeyError):
            await SITES.rows(connection, **given)
