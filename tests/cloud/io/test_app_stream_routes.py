"""Live streams over HTTP: refused at once, for a reason that an app can tell."""

from typing import Any

import pytest

from trifocal_cloud.testing import ANN, BOB

PATHS = ["/api/app/streams/rtmp", "/api/app/streams/managed"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_stream_is_refused_at_once(app_side: Any, path: str) -> None:
    async with app_side.client() as client:
        for body in ({"userId": ANN, "rtmpUrl": "rtmp://live.example/key"}, {}):
            refused = await client.post(path, json=body)
            assert (refused.status_code, refused.json()["error"]) == (409, "unsupported")


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
