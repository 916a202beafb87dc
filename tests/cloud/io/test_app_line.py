"""One connection of an app: nobody before its first message, and told everything as it came."""

import asyncio
import json
from typing import Any

import pytest

from trifocal_cloud.io.app_line import AppLine, Refusal, Stamp
from trifocal_cloud.io.line import POLICY_VIOLATION
from trifocal_cloud.io.send_batch import SendBatch
from trifocal_cloud.testing import EPOCH_MS, eventually
from trifocal_shared.app_messages import AppConnectionInit, AppStopped, DeviceStateUpdate
from trifocal_shared.message import Message
from trifocal_shared.testing import VirtualClock

INIT = {"type": "tpa_connection_init", "sessionId": "s-1", "packageName": "com.example.cam", "apiKey": "key"}


class Desk:
    """Behind the door; `refusal` is its answer to the first message."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None
        self.heard: list[Message] = []
        self.faults: list[str] = []
        self.ended = 0

    def admit(self, line: AppLine, init: AppConnectionInit) -> Refusal | None:
        line.user, line.package, line.session_id = "ann@example.com", init.package_name, init.session_id
        return self.refusal

    async def said(self, line: AppLine, message: Message) -> None:
        self.heard.append(message)

    async def malformed(self, line: AppLine, text: bytes, fault: str) -> None:
        self.faults.append(fault)

    def closed(self, line: AppLine) -> None:
        self.ended += 1


class Peer:
    """The app's end."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None

    def send(self, kind: object, message: bytes) -> None:
        self.told.append(json.loads(message))

    def send_close(self, code: int, reason: bytes) -> None:
        assert self.closed is None
        self.closed = (int(code), reason.decode())


def lined() -> tuple[Desk, Peer, AppLine]:
    desk, peer = Desk(), Peer()
    clock: Any = VirtualClock(0, EPOCH_MS)
    line = AppLine(clock, 50, Stamp(clock), SendBatch(), desk)
    line.on_ws_connected(peer)  # type: ignore[arg-type]
    return desk, peer, line


def say(line: AppLine, *messages: object) -> None:
    for message in messages:
        line.heard(message if isinstance(message, bytes) else json.dumps(message).encode())


async def test_after_its_first_message_it_is_somebody() -> None:
    desk, peer, line = lined()
    say(line, INIT, {"type": "subscription_update", "subscriptions": []}, {"type": "a_word_of_tomorrow"})
    await eventually(lambda: len(desk.heard) == 1)
    assert (line.user, line.package, peer.closed) == ("ann@example.com", "com.example.cam", None)
    line.on_ws_disconnected(peer)  # type: ignore[arg-type]
    assert desk.ended == 1


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "subscription_update", "subscriptions": []}, "SESSION_NOT_FOUND"),
        ({"type": "a_word_of_tomorrow"}, "SESSION_NOT_FOUND"),
        ({"type": "tpa_connection_init"}, "MALFORMED_MESSAGE"),
        (b"nonsense", "MALFORMED_MESSAGE"),
        (b"[" * 20_000, "MALFORMED_MESSAGE"),
    ],
)
async def test_who_says_anything_else_first_is_nobody(first: object, code: str) -> None:
    desk, peer, line = lined()
    say(line, first, INIT)
    await eventually(lambda: peer.closed is not None)
    assert peer.closed is not None
    assert (peer.closed[0], peer.told[0]["type"], peer.told[0]["code"]) == (
        POLICY_VIOLATION,
        "tpa_connection_error",
        code,
    )
    line.on_ws_disconnected(peer)  # type: ignore[arg-type]
    await eventually(lambda: line._worker is None)
    assert (desk.heard, desk.ended) == ([], 0)


async def test_a_refusal_is_said_and_the_line_closed() -> None:
    desk, peer, line = lined()
    desk.refusal = ("INVALID_API_KEY", "the package name or the API key is wrong")
    say(line, INIT, {"type": "subscription_update", "subscriptions": []})
    await eventually(lambda: peer.closed is not None)
    assert peer.told[0]["code"] == "INVALID_API_KEY"
    line.on_ws_disconnected(peer)  # type: ignore[arg-type]
    await eventually(lambda: line._worker is None)
    assert (desk.heard, desk.ended) == ([], 0)


async def test_nonsense_of_somebody_is_for_the_desk() -> None:
    desk, peer, line = lined()
    say(line, INIT, b"{", {"type": "photo_request"}, {"type": "subscription_update", "subscriptions": {}})
    await eventually(lambda: len(desk.faults) == 3)
    assert peer.closed is None


async def test_what_happened_goes_out_as_it_came_in() -> None:
    _, peer, line = lined()
    line.session_id = 'ann"s'
    line.hear("button_press", b'{"z":1,  "a":[1.0]}', EPOCH_MS)
    line.hear("button_press", b"{}", EPOCH_MS)
    await asyncio.sleep(0)
    assert peer.told[0] == {
        "type": "data_stream",
        "sessionId": 'ann"s',
        "streamType": "button_press",
        "data": {"z": 1, "a": [1.0]},
        "timestamp": "2026-02-02T02:40:00.000Z",
    }
    assert peer.told[1]["data"] == {}


async def test_what_the_cloud_says_does_not_overtake_what_happened_before() -> None:
    _, peer, line = lined()
    line.hear("button_press", b"{}", EPOCH_MS)
    line.say(AppStopped(reason="user_disabled"))
    line.hear("button_press", b"{}", EPOCH_MS)
    line.close(POLICY_VIOLATION, "over")
    line.hear("button_press", b"{}", EPOCH_MS)
    assert [message["type"] for message in peer.told] == ["data_stream", "app_stopped", "data_stream"]
    assert peer.closed == (POLICY_VIOLATION, "over")
    await asyncio.sleep(0)
    assert len(peer.told) == 3


async def test_what_is_said_has_the_time() -> None:
    _, peer, line = lined()
    line.say(DeviceStateUpdate(state={}))
    line.say(AppStopped(reason="user_disabled"))
    assert {message["timestamp"] for message in peer.told} == {"2026-02-02T02:40:00.000Z"}


def test_the_stamp_follows_the_clock() -> None:
    clock: Any = VirtualClock(0, EPOCH_MS)
    stamp = Stamp(clock)
    assert stamp.tail(EPOCH_MS) == b',"timestamp":"2026-02-02T02:40:00.000Z"}'
    clock.advance(1)
    assert stamp.text() == "2026-02-02T02:40:00.001Z"
    assert stamp.tail(EPOCH_MS + 1) == b',"timestamp":"2026-02-02T02:40:00.001Z"}'
    assert stamp.tail(EPOCH_MS + 1_999) == b',"timestamp":"2026-02-02T02:40:01.999Z"}'
    assert stamp.tail(EPOCH_MS - 1) == b',"timestamp":"2026-02-02T02:39:59.999Z"}'
