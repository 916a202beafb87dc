"""The doors of live video, open."""

from collections.abc import AsyncIterator

import pytest

from trifocal_cloud.live.io.testing import Doors, open_doors


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    async with open_doors() as found:
        yield found
