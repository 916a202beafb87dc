"""Fixtures of the cloud's tests: a fresh cloud each, its users, and one behind a real socket."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread

import httpx
import pytest
import structlog

from trifocal_cloud.testing import ANN, BOB, DEADLINE_S, House, Running, housed, serving


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logs below warnings are not printed among the tests' dots."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with housed(tmp_path / "cloud") as found:
        yield found


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client() as found:
        yield found


@pytest.fixture
async def bob(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(BOB) as found:
        yield found


@pytest.fixture
async def nobody(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(None) as found:
        yield found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One real server for all tests, on a loop and a thread of its own."""
    data_dir = tmp_path_factory.mktemp("served")
    found: Future[Running] = Future()
    stops: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        stops.set_result(partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set))
        async with serving(data_dir, local_user=ANN) as running:
            found.set_result(running)
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    yield found.result(DEADLINE_S)
    stops.result()()
    thread.join(DEADLINE_S)


@pytest.fixture
def server(served: Running) -> Running:
    """The real server, with users that no other test has."""
    name = uuid.uuid4().hex[:8]
    return replace(served, user=f"ann-{name}@example.com", other=f"bob-{name}@example.com")
