"""Managed streams that are sent on, in a whole cloud, to a door of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from trifocal_cloud.addresses import LOOPBACK
from trifocal_cloud.live.io.testing import publishing, tags
from trifocal_cloud.testing import ANN, eventually, housed
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import ManagedStreamRequest
from trifocal_shared.testing import VirtualClock

from .conftest import CAM, AppSide
from .test_live_streams import Stage

DEAD = "rtmp://127.0.0.1:9/live/secret-key"


@asynccontextmanager
async def staged(path: Path, clock: VirtualClock, networks: str = LOOPBACK) -> AsyncIterator[Stage]:
    async with housed(path, clock, app_networks=networks) as house:
        side = AppSide(house, {})
        if house.cloud.registry.app(CAM) is None:
            await side.register()
        await house.cloud.ingest.listen("127.0.0.1", 0)
        yield Stage(side, await side.link())


def want(stage: Stage, *urls: str) -> None:
    app = stage.side.cloud.registry.app(CAM)
    assert app is not None
    places: list[object] = [{"url": url, "name": f"place {number}"} for number, url in enumerate(urls)]
    stage.streams.want_managed(app, ANN, ManagedStreamRequest(restream_destinations=places))


def states(stage: Stage) -> list[str]:
    outputs = stage.line.told[-1].get("outputs", [])
    return [f"{one['status']} {one.get('error', '')}".split(":")[0].strip() for one in outputs]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_000, 1_770_000_000_000)


async def test_a_stream_goes_on_to_a_place_and_a_dead_one_harms_nobody(tmp_path: Path, clock: VirtualClock) -> None:
    async with staged(tmp_path, clock) as stage:
        ingest = stage.side.cloud.ingest
        there = ingest.provision("there", 600)
        want(stage, there.publish_url, DEAD, "nonsense")
        async with publishing(stage.sent("start_rtmp_stream")[0]["rtmpUrl"]) as publisher:
            publisher.send(tags())
            await eventually(lambda: stage.line.told[-1]["status"] == "active")
            ingest.sweep(clock.now())
            wanted = ["active", f"error {reasons.CONNECT_REFUSED}", f"error {reasons.BAD_URL}"]
            await eventually(lambda: states(stage) == wanted)
            assert ingest._streams["there"].state == "live"
            found = stage.streams.of(ANN)
            assert found is not None
            assert [one["name"] for one in stage.streams.outputs(found, CAM)] == ["place 0", "place 1", "place 2"]
            assert "secret-key" not in str(stage.line.told)
            assert there.publish_url not in str(stage.line.told)
            stage.streams.unwanted(ANN, CAM, True, "")
            await eventually(lambda: ingest._streams["there"].state == "away")
        assert ingest.outputs._lines == {}


async def test_it_leads_only_where_the_cloud_may_go(tmp_path: Path, clock: VirtualClock) -> None:
    async with staged(tmp_path, clock, "public") as stage:
        want(stage, DEAD, "rtmp://169.254.169.254/a/b")
        async with publishing(stage.sent("start_rtmp_stream")[0]["rtmpUrl"]) as publisher:
            publisher.send(tags())
            stage.side.cloud.ingest.sweep(clock.now())
            await eventually(lambda: states(stage) == [f"error {app_words.ADDRESS_FORBIDDEN}"] * 2)


async def test_after_a_restart_it_is_sent_on_again(tmp_path: Path, clock: VirtualClock) -> None:
    async with staged(tmp_path, clock) as stage:
        want(stage, DEAD)
    async with staged(tmp_path, clock) as stage:
        found = stage.streams.of(ANN)
        assert found is not None
        assert [one["status"] for one in stage.streams.outputs(found, CAM)] == ["connecting"]
        assert len(stage.side.cloud.ingest.outputs._lines) == 1
