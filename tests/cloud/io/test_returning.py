"""Who is about to come back after a restart of the cloud, and for how long that is believed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from trifocal_cloud.app_events import GRACE, LOST, RUNNING
from trifocal_cloud.app_session import GRACE_MS
from trifocal_cloud.apps import AppView
from trifocal_cloud.io.returning import SAYS_MS, Returning
from trifocal_cloud.io.testing import PACKAGE, raw_app
from trifocal_cloud.testing import pressed, serving
from trifocal_shared.testing import VirtualClock

ANN, BOB, CAM = "ann@example.com", "bob@example.com", "com.example.cam"
EPOCH_MS = 1_770_112_800_000


class Apps:
    """One app that ran for Ann."""

    def __init__(self, view: AppView | None) -> None:
        self.wanted = self
        self.restored = {ANN: [CAM]}
        self._view = view

    def view(self, user: str, package: str) -> AppView | None:
        return self._view


def returning(view: AppView | None) -> tuple[Returning, VirtualClock]:
    clock = VirtualClock(0, EPOCH_MS)
    apps: Any = Apps(view)
    return Returning(clock, apps), clock


@pytest.mark.parametrize(
    ("view", "returns"),
    [
        (AppView(GRACE, EPOCH_MS), True),
        (AppView(RUNNING, EPOCH_MS), True),
        (AppView(RUNNING, EPOCH_MS - SAYS_MS), False),
        (AppView(RUNNING, EPOCH_MS, subscriptions=("head_position",)), False),
        (AppView(GRACE, EPOCH_MS, subscriptions=("button_press",)), False),
        (AppView(LOST, EPOCH_MS), False),
        (None, False),
    ],
)
def test_who_returns_has_not_said_yet_what_it_listens_for(view: AppView | None, returns: bool) -> None:
    found, _ = returning(view)
    assert (found.anybody(ANN), found.anybody(BOB)) == (returns, False)


def test_when_its_time_is_over_nobody_returns() -> None:
    found, clock = returning(AppView(GRACE, EPOCH_MS))
    clock.advance(GRACE_MS + SAYS_MS - 1)
    assert found.anybody(ANN)
    clock.advance(1)
    assert not found.anybody(ANN)


@pytest.mark.journey
@pytest.mark.parametrize("comes", [True, False])
async def test_a_press_right_after_a_restart_waits_for_the_app(comes: bool, tmp_path: Path) -> None:
    async with raw_app() as app:
        async with serving(tmp_path, app_networks="loopback") as server, server.client() as client:
            body = {"publicUrl": app.url, "apiKey": app.key}
            assert (await client.put(f"/api/apps/{PACKAGE}", json=body)).status_code == 200
            async with connect(server.ws("/glasses-ws"), additional_headers=server.headers()):
                assert (await client.post(f"/api/apps/{PACKAGE}/start")).status_code == 200
        async with serving(tmp_path, app_networks="loopback") as server, server.client() as client:
            async with asyncio.timeout(5):
                press = asyncio.create_task(pressed(client, "b-1"))
                decided, _ = await asyncio.wait({press}, timeout=0.3)
                assert not decided, "it did not wait"
                if comes:
                    await app.come(dict(app.asked[0]) | {"mentraOSWebsocketUrl": server.ws("/app-ws")})
                answer = await press
                if comes:
                    await app.heard("button_press")
            assert answer.get("action") == (None if comes else "take_photo")
            heard = [told["data"]["pressId"] for told in app.told if told.get("streamType") == "button_press"]
            assert heard == (["b-1"] if comes else [])
