"""Fixtures for every layer: one PostgreSQL a test process, one database a test."""

import asyncio
import faulthandler
import itertools
import os
from collections.abc import AsyncIterator, Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.world import Cluster, Group
from vpterm.kernel.i18n import DEFAULT_LANGUAGE, set_language

_numbers = itertools.count(1)

# A machine that is busy is slow, and that proves nothing. More examples: --hypothesis-profile=long.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("usual"), max_examples=2000)
settings.load_profile("usual")


_console = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the way to the console that stands before outputs are captured."""
    config.stash[_console] = os.dup(2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What no signal ends (a thread that is waited for after the time limit struck) is ended with its stacks shown.

    The limit of pytest-timeout strikes once a test; what then hangs in its teardown would hang the whole run.
    """
    limit = item.get_closest_marker("timeout")
    seconds = float(limit.args[0] if limit else item.config.getini("timeout"))
    faulthandler.dump_traceback_later(seconds + 90, exit=True, file=item.config.stash[_console])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure is named when it happens: a run that is cut short has said what it found."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.when} failed: {report.nodeid}", flush=True)


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
        # Beside the loop: a connection that is just being made holds the drop up until it goes on, or for a minute.
        await asyncio.to_thread(cluster.drop_database, world.name)
