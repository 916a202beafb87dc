"""What other tests lean on: waiting ends, and a publisher that is not wanted says so."""

import pytest

from trifocal_cloud.live.io.testing import Doors, Publisher, playing, soon, tags, until
from trifocal_shared import reasons


async def test_waiting_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trifocal_cloud.live.io.testing.DEADLINE_S", 0.01)
    with pytest.raises(TimeoutError):
        await until(lambda: False)


async def test_a_publisher_says_why_it_is_not_wanted(doors: Doors) -> None:
    doors.provision()
    publisher = await Publisher(f"rtmp://127.0.0.1:{doors.ingest.rtmp_port}/live/cam?key=x").open()
    assert await soon(publisher.closed) == reasons.AUTH_REJECTED
    await publisher.close()


async def test_a_player_that_asks_for_nothing_hears_nothing(doors: Doors) -> None:
    async with playing(f"rtmp://127.0.0.1:{doors.ingest.rtmp_port}/live/cam?key=x") as player:
        await soon(player.over.wait())
        assert player.media() == []
    assert [kind for kind, _, _ in tags(0.2)].count(9) == 7
