"""The cloud for tests is a cloud: it waits for conditions, makes pictures, and opens both ways."""

import pytest

from trifocal_cloud import media
from trifocal_cloud.testing import House, Running, eventually, picture


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("AVIF", "image/avif")])
def test_pictures_are_pictures_and_differ(kind: str, mime: str) -> None:
    assert media.sniff(picture(kind=kind)) == mime
    assert picture(1, kind=kind) != picture(2, kind=kind)


async def test_a_condition_is_waited_for() -> None:
    tries = 0

    def third_time() -> bool:
        nonlocal tries
        tries += 1
        return tries == 3

    async def at_once() -> bool:
        return True

    await eventually(third_time)
    await eventually(at_once)
    assert tries == 3


async def test_in_process_and_behind_a_socket_it_is_the_same_cloud(house: House, server: Running) -> None:
    async with house.client() as here, server.client() as there:
        assert (await here.get("/api/gallery")).json() == (await there.get("/api/gallery")).json()
