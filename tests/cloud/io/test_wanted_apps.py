"""Which apps run is kept, in the order in which it was decided."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from trifocal_cloud.app_events import Wanted
from trifocal_cloud.io.wanted_apps import WantedApps
from trifocal_cloud.testing import ANN, House, eventually


@pytest.fixture
async def wanted(house: House) -> AsyncIterator[WantedApps]:
    found = WantedApps(house.cloud.clock, house.cloud.database)
    running = asyncio.create_task(found.run())
    yield found
    running.cancel()
    await asyncio.wait([running])


async def test_the_last_word_counts(wanted: WantedApps) -> None:
    async def there(*packages: str) -> bool:
        return sorted(await wanted.load()) == [(ANN, package) for package in packages]

    for is_wanted in (True, True, False, True):
        wanted.note(Wanted(ANN, "com.example.cam", is_wanted))
    wanted.note(Wanted(ANN, "com.example.other", True))
    await eventually(lambda: there("com.example.cam", "com.example.other"))
    wanted.note(Wanted(ANN, "com.example.cam", False))
    wanted.note(Wanted(ANN, "com.example.never", False))
    await eventually(lambda: there("com.example.other"))
