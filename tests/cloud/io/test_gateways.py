"""Gateways driven: what the sessions decide reaches the right line, and what gateways say reaches the rest."""

import asyncio
from typing import Any

import httpx
import pytest

from trifocal_cloud.io.gateways import progress
from trifocal_cloud.io.line import POLICY_VIOLATION, REPLACED
from trifocal_cloud.presses import SOCKET, Press
from trifocal_cloud.testing import ANN, EPOCH_MS, House, eventually
from trifocal_shared.cloud_messages import GlassesConnectionState, PhotoProgress, PhotoRequest
from trifocal_shared.messages import PhotoStatus

EXPIRES_S = EPOCH_MS // 1000 + 60


class PaperLine:
    """A line that only remembers."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: list[tuple[int, str]] = []

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def close(self, code: int, reason: str = "") -> None:
        self.closed.append((code, reason))


def opened(house: House) -> tuple[PaperLine, int]:
    line = PaperLine()
    return line, house.cloud.gateways.opened(ANN, EXPIRES_S, line)  # type: ignore[arg-type]


async def test_the_acknowledgement_has_a_time(house: House) -> None:
    line, _ = opened(house)
    assert line.sent[0]["type"] == "connection_ack"
    assert line.sent[0]["timestamp"] == "2026-02-02T02:40:00+00:00"


async def test_a_displaced_line_is_told_and_closed(house: House) -> None:
    old, epoch = opened(house)
    new, _ = opened(house)
    assert [message["type"] for message in old.sent] == ["connection_ack", "connection_error"]
    assert [code for code, _ in old.closed] == [REPLACED]
    house.cloud.gateways.closed(ANN, epoch)
    assert house.cloud.gateways.ask(ANN, PhotoRequest(request_id="r1", app_id="api"))
    assert new.sent[-1]["requestId"] == "r1"
    assert new.closed == []


async def test_a_line_whose_token_expires_is_closed(house: House) -> None:
    line, _ = opened(house)
    house.clock.advance(60_000)
    house.cloud.gateways.expire()
    assert line.sent[-1]["code"] == "INVALID_TOKEN"
    assert [code for code, _ in line.closed] == [POLICY_VIOLATION]
    assert house.cloud.gateways.glasses(ANN).gateway is False


async def test_what_changes_is_told_and_kept(house: House, client: httpx.AsyncClient) -> None:
    _, epoch = opened(house)
    await house.cloud.gateways.received(ANN, epoch, GlassesConnectionState(status="CONNECTED", model_name="K900"))
    events = (await client.get("/api/events")).json()["events"]
    assert [event["kind"] for event in events] == ["glasses"]
    assert events[0]["state"] == (await client.get("/api/glasses")).json()
    assert events[0]["state"]["connected"] is True


async def test_reports_reach_the_desk_in_order(house: House, client: httpx.AsyncClient) -> None:
    _, epoch = opened(house)
    for status in ("capturing", "captured", "queued"):
        report = PhotoStatus(request_id="local_1", status=status, press_id="b-1")
        await house.cloud.gateways.received(ANN, epoch, report)
    await eventually(lambda: len(house.cloud.feed.ring(ANN).after(0)) == 4)
    steps = (await client.get("/api/presses/b-1")).json()["steps"]
    assert [step["step"] for step in steps] == ["capturing", "captured", "queued"]


async def test_people_see_a_photo_move_and_only_the_newest_word_is_kept(
    house: House, client: httpx.AsyncClient
) -> None:
    _, epoch = opened(house)
    for done in (20_000, 60_000):
        word = PhotoProgress(request_id="local_1", press_id="b-1", done_bytes=done, total_bytes=80_000)
        await house.cloud.gateways.received(ANN, epoch, word)
    (event,) = [e for e in (await client.get("/api/events")).json()["events"] if e["kind"] == "progress"]
    assert (event["requestId"], event["pressId"], event["percent"]) == ("local_1", "b-1", 75)
    assert (await client.get("/api/presses/b-1")).json()["steps"] == []


@pytest.mark.parametrize(
    ("done", "total", "rate", "shown"), [(-5, 10, -1, (0, 0)), (1, 0, 9, (0, 9)), (11, 10, 1, (100, 1))]
)
def test_progress_that_cannot_be_is_shown_within_bounds(
    done: int, total: int, rate: int, shown: tuple[int, int]
) -> None:
    said = progress(PhotoProgress(request_id="r", done_bytes=done, total_bytes=total, bytes_per_second=rate))
    assert (said["percent"], said["bytesPerSecond"]) == shown


async def test_a_press_that_nobody_hears_takes_a_photo(house: House, client: httpx.AsyncClient) -> None:
    line, _ = opened(house)
    await house.cloud.gateways.press(Press(ANN, "b-1", "photo", "short", SOCKET), 0, b"{}")
    asked = line.sent[-1]
    state = (await client.get("/api/presses/b-1")).json()
    assert (asked["type"], asked["appId"], asked["requestId"]) == ("photo_request", "system", state["requestId"])


async def test_a_press_that_leads_to_nothing_asks_for_nothing(house: House) -> None:
    line, _ = opened(house)
    sent = len(line.sent)
    await house.cloud.gateways.press(Press(ANN, "b-1", "power", "short", SOCKET), 0, b"{}")
    await house.cloud.gateways.press(Press(ANN, "b-1", "photo", "short", SOCKET), 0, b"{}")
    assert len(line.sent) == sent


async def test_a_video_press_that_nobody_hears_begins_a_video_and_another_ends_it(
    house: House, client: httpx.AsyncClient
) -> None:
    line, _ = opened(house)
    await house.cloud.gateways.press(Press(ANN, "b-1", "video", "long", SOCKET), 0, b"{}")
    state = (await client.get("/api/presses/b-1")).json()
    assert (line.sent[-1]["type"], line.sent[-1]["requestId"]) == ("start_video_recording", state["requestId"])
    await house.cloud.gateways.press(Press(ANN, "b-2", "video", "long", SOCKET, recording=True), 0, b"{}")
    assert line.sent[-1]["type"] == "stop_video_recording"
    ended = (await client.get("/api/presses/b-2")).json()
    assert (ended["status"], ended["final"], ended["requestId"]) == ("heard", True, "")


async def test_whoever_wants_to_know_hears_of_every_change(house: House) -> None:
    heard: list[tuple[str, bool | None]] = []
    house.cloud.gateways.changed.append(lambda user, session: heard.append((user, session and session.connected)))
    _, epoch = opened(house)
    house.cloud.gateways.closed(ANN, epoch)
    house.clock.advance(60_000)
    house.cloud.gateways.expire()
    assert heard == [(ANN, True), (ANN, False), (ANN, None)]


async def test_a_silent_request_is_the_gateways_fault_when_it_is_gone(house: House, client: httpx.AsyncClient) -> None:
    _, epoch = opened(house)
    request_id = (await client.post("/api/photos/request")).json()["requestId"]
    waiting = asyncio.create_task(client.get(f"/api/photos/requests/{request_id}?wait=60"))
    house.cloud.gateways.closed(ANN, epoch)
    house.clock.advance(10_000)
    house.cloud.desk.expire()
    assert (await waiting).json()["reason"] == "gateway_offline"


async def test_a_line_that_is_gone_is_not_written_to(house: House) -> None:
    line, epoch = opened(house)
    house.cloud.gateways.closed(ANN, epoch)
    assert not house.cloud.gateways.ask(ANN, PhotoRequest(request_id="r1", app_id="api"))
    assert len(line.sent) == 1
