"""Live streams of a whole cloud: what its gateway is sent, what the app is told, and what a restart finds."""

import json
from pathlib import Path
from typing import Any

import pytest

from trifocal_cloud.io.live_streams import BURST
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.live.io.testing import publishing, tags
from trifocal_cloud.streams import AWAY_MS
from trifocal_cloud.testing import ANN, eventually, housed
from trifocal_shared import reasons
from trifocal_shared.app_messages import ManagedStreamRequest, RtmpStreamRequest
from trifocal_shared.message import Message
from trifocal_shared.stream_messages import GlassesStreamStatus, KeepAliveAck
from trifocal_shared.testing import VirtualClock

from .conftest import CAM, AppSide, Gateway

OTHER = "com.example.other"
URL = "rtmp://live.example.com/app/secret-key"


class Line:
    """An app's connection that remembers."""

    def __init__(self, package: str = CAM) -> None:
        self.user, self.package = ANN, package
        self.told: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []

    def say(self, message: Message, **more: object) -> None:
        self.told.append(message.to_wire() | more)

    def hear(self, stream: str, raw: bytes, at: int) -> None:
        self.heard.append(json.loads(raw))

    def statuses(self) -> list[str]:
        return [told["status"] for told in self.told if told["type"] == "rtmp_stream_status"]


class Stage:
    """One app with its line, one gateway."""

    def __init__(self, side: AppSide, gateway: Gateway) -> None:
        self.side = side
        self.gateway = gateway
        self.line: Any = Line()
        self.streams = side.cloud.live_streams
        side.cloud.apps.lines.add(self.line)

    def want(self, package: str = CAM, url: str = URL, **more: Any) -> None:
        app = self.side.cloud.registry.app(package)
        assert app is not None
        self.streams.want_direct(app, ANN, RtmpStreamRequest(rtmp_url=url, **more))

    async def says(self, message: Message, epoch: int = 1) -> None:
        await self.side.cloud.gateways.received(ANN, epoch, message)

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.gateway.sent if message["type"] == kind]

    def pass_ms(self, ms: int) -> None:
        self.side.house.clock.advance(ms)
        self.streams.expire()


@pytest.fixture
async def stage(app_side: AppSide) -> Stage:
    return Stage(app_side, await app_side.link())


async def test_from_the_wish_to_the_stop(stage: Stage) -> None:
    stage.want(video={"width": 640}, stream={"durationLimit": 60})
    (start,) = stage.sent("start_rtmp_stream")
    assert (start["rtmpUrl"], start["appId"], start["video"]) == (URL, CAM, {"width": 640})
    assert start["timestamp"] > 0
    stream_id = start["streamId"]
    await stage.says(GlassesStreamStatus(status="streaming", stream_id=stream_id, stats={"fps": 24}))
    assert stage.line.told[-1]["stats"] == {"fps": 24}
    stage.pass_ms(15_000)
    (alive,) = stage.sent("keep_rtmp_stream_alive")
    await stage.says(KeepAliveAck(stream_id=stream_id, ack_id=alive["ackId"]))
    stage.streams.unwanted(ANN, CAM, False, stream_id)
    assert [stop["streamId"] for stop in stage.sent("stop_rtmp_stream")] == [stream_id]
    await stage.says(GlassesStreamStatus(status="stopped", stream_id=stream_id))
    assert stage.line.statuses() == ["initializing", "active", "stopping", "stopped"]
    assert stage.streams.of(ANN) is None
    assert "secret-key" not in json.dumps(stage.line.told)


@pytest.mark.parametrize("url", ["", "http://live.example.com/a/b", "rtmp://192.168.1.1/live/key", "rtmp://a"])
async def test_an_address_where_no_stream_goes_is_refused_at_once(stage: Stage, url: str) -> None:
    stage.want(url=url)
    assert stage.line.told[-1]["status"] == "error"
    assert stage.line.told[-1]["errorDetails"].startswith(reasons.BAD_URL)
    assert stage.sent("start_rtmp_stream") == []


async def test_without_a_gateway_or_glasses_it_ends_at_once(app_side: AppSide) -> None:
    stage = Stage(app_side, Gateway())
    stage.want()
    assert stage.line.told[-1]["errorDetails"].startswith(reasons.GATEWAY_OFFLINE)
    await app_side.link(status="SCANNING")
    stage.want()
    assert stage.line.told[-1]["errorDetails"].startswith(reasons.GLASSES_OFFLINE)


async def test_who_asks_again_and_again_is_refused(stage: Stage) -> None:
    for _ in range(BURST + 1):
        stage.want()
    assert stage.line.told[-1]["errorDetails"].startswith("rate_limited")


async def test_everybody_who_listens_hears_who_has_the_camera_and_nothing_else(stage: Stage) -> None:
    await stage.side.register(OTHER)
    stage.side.run(package=OTHER)
    other: Any = Line(OTHER)
    stage.side.cloud.apps.lines.add(other)
    stage.side.cloud.switchboard.join(ANN, OTHER, ("rtmp_stream_status",), other.hear, lambda name: True)
    stage.want()
    assert (other.told, other.heard) == ([], [])
    stage.want(OTHER)
    assert other.statuses() == ["error"]
    assert [(word["status"], word["appId"]) for word in other.heard] == [("busy", CAM)]


async def test_an_app_that_stops_running_takes_its_stream_along(stage: Stage) -> None:
    stage.want()
    stage.side.run(state="grace")
    assert stage.sent("stop_rtmp_stream") == []
    stage.side.run(state="")
    assert len(stage.sent("stop_rtmp_stream")) == 1


async def test_a_word_by_a_connection_that_was_replaced_counts_not(stage: Stage) -> None:
    stage.want()
    stream_id = stage.sent("start_rtmp_stream")[0]["streamId"]
    await stage.side.link()
    await stage.says(GlassesStreamStatus(status="stopped", stream_id=stream_id), epoch=1)
    assert stage.streams.of(ANN) is not None


async def test_a_managed_stream_is_active_when_its_media_can_be_fetched(stage: Stage) -> None:
    ingest = stage.side.cloud.ingest
    await ingest.listen("127.0.0.1", 0)
    ingest.base_url = "http://127.0.0.1:1"
    app = stage.side.cloud.registry.app(CAM)
    assert app is not None
    stage.streams.want_managed(app, ANN, ManagedStreamRequest())
    (start,) = stage.sent("start_rtmp_stream")
    assert (start["appId"], start["rtmpUrl"].split("?")[0].rsplit("/", 1)[1]) == ("MANAGED_STREAM", start["streamId"])
    await stage.says(GlassesStreamStatus(status="streaming", stream_id=start["streamId"]))
    assert [told["status"] for told in stage.line.told] == ["initializing"], "the glasses promise, nothing is there"
    async with publishing(start["rtmpUrl"]) as publisher:
        publisher.send(tags())
        await eventually(lambda: stage.line.told[-1]["status"] == "active")
        active = stage.line.told[-1]
        assert active["hlsUrl"].startswith("http://127.0.0.1:1/live/")
        assert active["previewUrl"].endswith(f"/{start['streamId']}/player")
        assert active["thumbnailUrl"].endswith(f"/{start['streamId']}/still.jpg")
        assert active["dashUrl"].endswith(f"/{start['streamId']}/manifest.mpd")
        stage.streams.unwanted(ANN, CAM, True, "")
        await stage.says(GlassesStreamStatus(status="stopped", stream_id=start["streamId"]))
        assert await publisher.closed, "whoever still publishes is sent away"
    assert stage.line.told[-1]["status"] == "stopped"
    assert "rtmp://" not in json.dumps(stage.line.told)


async def test_a_managed_stream_over_http_has_its_addresses_at_once(stage: Stage) -> None:
    app = stage.side.cloud.registry.app(CAM)
    assert app is not None
    stream = stage.streams.begin_managed(app, ANN, ManagedStreamRequest())
    assert stage.streams.begin_managed(app, ANN, ManagedStreamRequest()) is stream
    assert stream.playback is not None
    with pytest.raises(RefusedError, match=reasons.CAMERA_BUSY):
        stage.streams.begin_direct(app, ANN, RtmpStreamRequest(rtmp_url=URL))
    await stage.side.link(status="SCANNING")
    assert stage.streams.begin_managed(app, ANN, ManagedStreamRequest()).status == "reconnecting"
    stage.streams.unwanted(ANN, CAM, True, "")
    stage.side.house.clock.advance(AWAY_MS)
    await eventually(lambda: stage.streams.of(ANN) is None)
    with pytest.raises(RefusedError, match=reasons.GLASSES_OFFLINE):
        stage.streams.begin_managed(app, ANN, ManagedStreamRequest())


async def test_a_stream_is_found_again_after_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock(1_000, 1_770_000_000_000)
    async with housed(tmp_path / "cloud", clock) as house:
        side = AppSide(house, {})
        await side.register()
        stage = Stage(side, await side.link())
        stage.want()
        stream_id = stage.sent("start_rtmp_stream")[0]["streamId"]
    async with housed(tmp_path / "cloud", clock) as house:
        again = Stage(AppSide(house, {}), await AppSide(house, {}).link())
        found = again.streams.of(ANN)
        assert found is not None
        assert (found.stream_id, found.url, found.viewers) == (stream_id, URL, [CAM])
        await again.says(GlassesStreamStatus(status="streaming", stream_id=stream_id))
        assert again.line.statuses() == ["active"]
        again.streams.unwanted(ANN, CAM, False, "")
        await again.says(GlassesStreamStatus(status="stopped", stream_id=stream_id))
    async with housed(tmp_path / "cloud", clock) as house:
        assert house.cloud.live_streams.of(ANN) is None
