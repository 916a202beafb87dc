"""Fixtures of the cloud's tests: a fresh cloud each, its users, and one behind a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from trifocal_cloud.testing import ANN, BOB, House, Running, housed, serving


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


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path / "cloud", local_user=ANN) as found:
        yield found
