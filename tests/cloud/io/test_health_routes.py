"""`/health` answers anybody."""

from importlib.metadata import version

import httpx


async def test_it_says_that_it_is_up_and_which_version(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get("/health")).json() == {"status": "ok", "version": version("trifocal")}
