"""Live streams over HTTP: begun, looked at and stopped by the app whose they are, or refused for a reason."""

import json
from typing import Any

import pytest

from trifocal_cloud.testing import ANN, BOB
from trifocal_shared.stream_messages import GlassesStreamStatus

PATHS = ["/api/app/streams/rtmp", "/api/app/streams/managed"]
RTMP = PATHS[0]
URL = "rtmp://live.example.com/app/key"


async def test_a_managed_stream_is_joined_by_whoever_comes_later(app_side: Any) -> None:
    gateway = await app_side.link()
    await app_side.register("com.example.other")
    app_side.run(package="com.example.other")
    async with app_side.client() as client, app_side.client("com.example.other") as other:
        begun = (await client.post("/api/app/streams/managed", json={"resolution": "720p"})).json()
        joined = (await other.post("/api/app/streams/managed", json={"userId": ANN})).json()
        assert (joined["streamId"], joined["accessUrls"]) == (begun["streamId"], begun["accessUrls"])
        assert begun["accessUrls"]["webrtc"].endswith(f"/{begun['streamId']}/whep")
        assert begun["accessUrls"]["hls"].endswith(f"/{begun['streamId']}/index.m3u8")
        starts = [said for said in gateway.sent if said["type"] == "start_rtmp_stream"]
        assert [start["video"] for start in starts] == [{"width": 1280, "height": 720}]
        path = f"/api/app/streams/{begun['streamId']}"
        assert (await client.delete(path)).status_code == 200
        assert [(await client.get(path)).status_code, (await other.get(path)).status_code] == [404, 200]


async def test_a_direct_stream_begins_is_told_of_and_ends(app_side: Any) -> None:
    gateway = await app_side.link()
    async with app_side.client() as client:
        heard: list[Any] = []
        app_side.cloud.live_streams.told.append(lambda *told: heard.append(json.loads(told[3])["status"]))
        begun = (await client.post(RTMP, json={"rtmpUrl": URL, "resolution": "720p", "bitrate": 1_500_000})).json()
        path = f"/api/app/streams/{begun['streamId']}"
        assert (begun["userId"], begun["status"]) == (ANN, "initializing")
        start = next(said for said in gateway.sent if said["type"] == "start_rtmp_stream")
        assert start["video"] == {"width": 1280, "height": 720, "bitrate": 1_500_000}
        streaming = GlassesStreamStatus(status="streaming", stream_id=begun["streamId"])
        await app_side.cloud.gateways.received(ANN, 1, streaming)
        assert (await client.get(path)).json()["status"] == "active"
        again = await client.post(RTMP, json={"rtmpUrl": URL})
        assert (again.status_code, again.json()["error"]) == (409, "camera_busy")
        assert (await client.delete(path)).json() == {"success": True}
        stopped = GlassesStreamStatus(status="stopped", stream_id=begun["streamId"])
        await app_side.cloud.gateways.received(ANN, 1, stopped)
        assert (await client.get(path)).status_code == 404
        assert heard == ["initializing", "active", "stopping", "stopped"]


async def test_of_another_apps_stream_nothing_is_known(app_side: Any) -> None:
    await app_side.link()
    await app_side.register("com.example.other")
    app_side.run(package="com.example.other")
    async with app_side.client() as client, app_side.client("com.example.other") as other:
        begun = (await client.post(RTMP, json={"rtmpUrl": URL})).json()
        path = f"/api/app/streams/{begun['streamId']}"
        assert [(await other.get(path)).status_code, (await other.delete(path)).status_code] == [404, 404]
        assert (await client.get(path)).status_code == 200


async def test_what_cannot_begin_is_refused_with_its_reason(app_side: Any) -> None:
    async with app_side.client() as client:

        async def refused(**body: Any) -> tuple[int, str]:
            answer = await client.post(RTMP, json={"rtmpUrl": URL, **body})
            return answer.status_code, answer.json()["error"]

        assert await refused() == (409, "gateway_offline")
        await app_side.link(status="SCANNING")
        assert await refused() == (409, "glasses_offline")
        await app_side.link()
        assert await refused(rtmpUrl="") == (422, "bad_url")
        assert await refused(rtmpUrl="rtmp://192.168.1.1/live/key") == (422, "bad_url")
        assert (await client.post(RTMP, json={"resolution": "8k"})).status_code == 422
        assert (await client.post(RTMP, json={"video": []})).status_code == 422


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_not_is_told_that(app_side: Any, path: str) -> None:
    async with app_side.client() as client:
        refused = await client.post(path, json={"userId": BOB})
        assert (refused.status_code, refused.json()["error"]) == (409, "app_not_running")
        await app_side.register("com.example.cam", "http://127.0.0.1:1", "MICROPHONE")
        refused = await client.post(path)
        assert (refused.status_code, refused.json()["error"]) == (403, "permission_denied")
        assert "CAMERA" in refused.json()["message"]
        assert (await client.post(path, json={"userId": 1})).status_code == 422
    async with app_side.client(key="wrong") as client:
        assert (await client.post(path)).status_code == 401


async def test_no_stream_is_there(app_side: Any) -> None:
    async with app_side.client() as client:
        assert (await client.get("/api/app/streams/s1")).status_code == 404
        assert (await client.delete("/api/app/streams/s1")).status_code == 404
        assert (await client.get("/api/app/streams/a%20b")).status_code == 422
