"""Fixtures for every layer: one PostgreSQL a test process, one database a test."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.world import Cluster, Group
from vpterm.kernel.i18n import DEFAULT_LANGUAGE, set_language

_numbers = itertools.count(1)

# A machine that is busy is slow, and that proves nothing. More examples: --hypothesis-profile=long.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("usual"), max_examples=2000)
settings.load_profile("usual")


@pytest.fixture(autouse=True)
def language() -> None:
    """Every test begins in French, whatever the last one spoke."""
    set_language(DEFAULT_LANGUAGE)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL with a template of the group."""
    running = Cluster.start()
    try:
        asyncio.run(running.make_template())
        yield running
    finally:
        running.stop()


@pytest.fixture
async def group(cluster: Cluster) -> AsyncIterator[Group]:
    """A fresh copy of the group: sites lilas, port, bocage and their people; see tests/world.py."""
    world = Group(cluster, f"test_{next(_numbers)}")
    cluster.new_database(world.name)
    try:
        yield world
    finally:
        await world.close()
        cluster.drop_database(world.name)
