"""The doors of live video, open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from trifocal_cloud.live.io.testing import Doors, open_doors


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with open_doors(tmp_path / "films") as found:
        yield found
