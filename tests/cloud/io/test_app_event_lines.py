"""Tickets for the sockets of apps: good once, for a minute, and for as long as there is the app."""

import json
from typing import Any

import pytest

from trifocal_cloud.io.app_event_lines import LIMIT, TICKET_MS, EventLine
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB

CAM = "com.example.cam"


class Wire:
    """What picows would send."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.closed: list[tuple[int, bytes]] = []

    def send(self, kind: object, text: bytes) -> None:
        self.said.append(json.loads(text))

    def send_close(self, code: int, reason: bytes) -> None:
        self.closed.append((code, reason))

    def disconnect(self, graceful: bool = True) -> None: ...


def ticket(app_side: Any, user: str = ANN, *streams: str) -> tuple[str, str]:
    app = app_side.cloud.registry.app(CAM)
    found: tuple[str, str] = app_side.cloud.app_events.ticket(app, user, streams or ("button_press", "photo_result"))
    return found


def opened(app_side: Any, key: str) -> tuple[EventLine, Wire]:
    line, wire = app_side.cloud.app_events.admit(key), Wire()
    line.on_ws_connected(wire)
    return line, wire


def refused(app_side: Any, key: str) -> str:
    with pytest.raises(RefusedError) as caught:
        app_side.cloud.app_events.admit(key)
    assert caught.value.status == 401
    return caught.value.reason


async def test_a_ticket_opens_one_socket_that_hears(app_side: Any) -> None:
    subscription_id, key = ticket(app_side)
    line, wire = opened(app_side, key)
    assert refused(app_side, key) == "token_rejected"
    assert app_side.press(raw=b'{"z":1}') == 1
    assert app_side.press(BOB) == 0
    app_side.cloud.app_streams.result(ANN, CAM, b'{"status":"stored"}', 7)
    assert [(told["streamType"], told["data"]) for told in wire.said] == [
        ("button_press", {"z": 1}),
        ("photo_result", {"status": "stored"}),
    ]
    assert {told["subscriptionId"] for told in wire.said} == {subscription_id}
    line.on_ws_disconnected(wire)
    assert app_side.press() == 0


async def test_a_ticket_is_good_for_a_minute(app_side: Any) -> None:
    _, key = ticket(app_side)
    app_side.house.clock.advance(TICKET_MS)
    assert refused(app_side, key) == "token_rejected"
    _, key = ticket(app_side)
    app_side.house.clock.advance(TICKET_MS - 1)
    opened(app_side, key)


async def test_what_is_no_ticket_opens_nothing(app_side: Any) -> None:
    for key in ("", "x", "a" * 10_000):
        assert refused(app_side, key) == "token_rejected"


async def test_a_stopped_app_hears_nothing(app_side: Any) -> None:
    _, wire = opened(app_side, ticket(app_side)[1])
    app_side.run(state="")
    app_side.press()
    app_side.cloud.app_streams.result(ANN, CAM, b"{}", 7)
    assert wire.said == []


async def test_a_removed_app_is_let_go(app_side: Any) -> None:
    _, wire = opened(app_side, ticket(app_side)[1])
    _, unused = ticket(app_side)
    await app_side.cloud.registry.remove(CAM)
    assert wire.closed == [(1000, b"the app was removed")]
    assert refused(app_side, unused) == "token_rejected"


async def test_a_subscription_is_ended_before_and_after_its_socket_is_open(app_side: Any) -> None:
    events = app_side.cloud.app_events
    subscription_id, key = ticket(app_side)
    assert not events.remove("com.example.other", subscription_id)
    assert events.remove(CAM, subscription_id)
    assert refused(app_side, key) == "token_rejected"
    subscription_id, key = ticket(app_side)
    line, wire = opened(app_side, key)
    assert not events.remove("com.example.other", subscription_id)
    assert events.remove(CAM, subscription_id)
    assert wire.closed == [(1000, b"unsubscribed")]
    line.on_ws_disconnected(wire)
    assert not events.remove(CAM, subscription_id)


async def test_open_sockets_count(app_side: Any) -> None:
    lines = [opened(app_side, ticket(app_side)[1]) for _ in range(LIMIT)]
    with pytest.raises(RefusedError) as caught:
        ticket(app_side)
    assert caught.value.status == 429
    ticket(app_side, BOB)
    line, wire = lines[0]
    line.on_ws_disconnected(wire)
    ticket(app_side)
