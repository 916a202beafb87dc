"""The apps' desk: every call of an app that waits for an answer has one, at once, and whose it is the line knows."""

from typing import Any

import pytest

from trifocal_cloud.apps import App, key_hash
from trifocal_cloud.io.app_desk import APP_NOT_STARTED, INVALID_API_KEY, AppDesk
from trifocal_cloud.io.app_line import MALFORMED_MESSAGE, SESSION_NOT_FOUND
from trifocal_cloud.stream import Stream, Wishes
from trifocal_shared import app_messages as wire
from trifocal_shared import app_words, reasons
from trifocal_shared.message import Message

ANN = "ann@example.com"
CAMERA = ({"type": "CAMERA", "description": ""},)
CAM = App("com.example.cam", ANN, "Cam", key_hash("key"), "http://127.0.0.1:7010", permissions=CAMERA)
DEAF = App("com.example.deaf", ANN, "Deaf", key_hash("key"), "http://127.0.0.1:7010")


class House:
    """Registry, running apps and photos in one: notes what it is asked."""

    def __init__(self) -> None:
        self.waits = True
        self.stream: Stream | None = None
        self.reason = ""
        self.asked: list[tuple[Any, ...]] = []

    def app(self, package: str) -> App | None:
        return {CAM.package: CAM, DEAF.package: DEAF}.get(package)

    def session(self, session_id: str) -> tuple[str, str] | None:
        return {"s-cam": (ANN, CAM.package), "s-gone": (ANN, "com.example.gone")}.get(session_id)

    def opened(self, line: Any) -> bool:
        return self.waits

    def refused(self, user: str, package: str, reason: str) -> None:
        self.asked.append(("refused", user, package, reason))

    def closed(self, line: Any) -> None:
        self.asked.append(("closed", line.package))

    def released(self, line: Any) -> None:
        self.asked.append(("released", line.package))

    def subscribe(self, line: Any, entries: list[object]) -> None:
        self.asked.append(("subscribe", entries))

    def fault(self, user: str, package: str, reason: str, message: str) -> None:
        self.asked.append(("fault", user, package, reason))

    async def request(self, app: App, user: str, request: wire.AppPhotoRequest) -> str:
        self.asked.append(("photo", app.package, user, request.request_id))
        return self.reason

    async def refuse(self, user: str, package: str, request_id: str, reason: str, detail: str) -> None:
        self.asked.append(("refuse", user, package, request_id, reason))

    def want_direct(self, app: App, user: str, request: wire.RtmpStreamRequest) -> None:
        self.asked.append(("direct", app.package, user, request.rtmp_url))

    def want_managed(self, app: App, user: str, request: wire.ManagedStreamRequest) -> None:
        self.asked.append(("managed", app.package, user, request.quality))

    def unwanted(self, user: str, package: str, managed: bool, stream_id: str) -> None:
        self.asked.append(("unwanted", user, package, managed, stream_id))

    def of(self, user: str) -> Stream | None:
        return self.stream


class Spoken:
    """A line that remembers."""

    def __init__(self, package: str = CAM.package) -> None:
        self.user, self.package, self.session_id = ANN, package, ""
        self.told: list[Message] = []

    def say(self, message: Message, **more: object) -> None:
        self.told.append(message)
        self.more = more


def desk() -> tuple[House, AppDesk, Any]:
    house: Any = House()
    return house, AppDesk(house, house, house, house), Spoken()


def init(**more: str) -> wire.AppConnectionInit:
    said = {"session_id": "s-cam", "package_name": CAM.package, "api_key": "key", **more}
    return wire.AppConnectionInit(**said)


def test_who_proves_it_is_let_in() -> None:
    _, found, line = desk()
    line.user = line.package = ""
    assert found.admit(line, init()) is None
    assert (line.user, line.package, line.session_id) == (ANN, CAM.package, "s-cam")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"session_id": "s-other"}, SESSION_NOT_FOUND),
        ({"session_id": "s-gone", "package_name": "com.example.gone"}, INVALID_API_KEY),
        ({"package_name": DEAF.package}, INVALID_API_KEY),
        ({"api_key": "wrong"}, INVALID_API_KEY),
        ({"api_key": ""}, INVALID_API_KEY),
    ],
)
def test_who_does_not_is_told_why(said: dict[str, str], refusal: tuple[str, str]) -> None:
    house, found, line = desk()
    assert found.admit(line, init(**said)) == refusal
    package = init(**said).session_id.replace("s-", "com.example.")
    told = [("refused", ANN, package, app_words.APP_KEY_WRONG)] if refusal == INVALID_API_KEY else []
    assert house.asked == told


def test_who_was_not_asked_is_told_so() -> None:
    house, found, line = desk()
    house.waits = False
    assert found.admit(line, init()) == APP_NOT_STARTED


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (wire.StreamStatusCheck(), {"type": "stream_status_check_response", "hasActiveStream": False}),
        (
            wire.AudioPlayRequest(request_id="a1"),
            {"type": "audio_play_response", "requestId": "a1", "success": False},
        ),
        (
            wire.RgbLedControl(request_id="l1"),
            {"type": "rgb_led_control_response", "requestId": "l1", "success": False},
        ),
        (
            wire.AppDirectMessage(message_id="m1"),
            {"type": "app_direct_message_response", "messageId": "m1", "success": False},
        ),
        (wire.RequestWifiSetup(), {"type": "tpa_connection_error", "code": "UNSUPPORTED"}),
        (wire.LocationPollRequest(), {"type": "tpa_connection_error", "code": "UNSUPPORTED"}),
    ],
)
async def test_whoever_waits_is_answered(message: Message, answer: dict[str, object]) -> None:
    _, found, line = desk()
    await found.said(line, message)
    told = line.told[-1].to_wire()
    assert {name: told[name] for name in answer} == answer
    assert "rtmp://" not in str(told)


@pytest.mark.parametrize(
    "message", [wire.DisplayEvent(), wire.DashboardContentUpdate(), wire.AudioStopRequest(), init()]
)
async def test_what_needs_no_answer_has_none(message: Message) -> None:
    house, found, line = desk()
    await found.said(line, message)
    assert (line.told, house.asked) == ([], [])


@pytest.mark.parametrize("message", [wire.RtmpStreamRequest(rtmp_url="rtmp://x/y"), wire.ManagedStreamRequest()])
async def test_a_stream_without_the_permission_says_which(message: Message) -> None:
    _, found, _ = desk()
    line: Any = Spoken(DEAF.package)
    await found.said(line, message)
    denial, status = [told.to_wire() for told in line.told]
    assert denial["type"] == "permission_error"
    assert denial["details"][0]["requiredPermission"] == "CAMERA"  # type: ignore[index]
    assert status["status"] == "error"
    assert reasons.SENTENCES[app_words.PERMISSION_DENIED] in str(status)


async def test_wishes_for_streams_are_handed_on_with_whose_they_are() -> None:
    house, found, line = desk()
    await found.said(line, wire.RtmpStreamRequest(rtmp_url="rtmp://x/live/key"))
    await found.said(line, wire.RtmpStreamStop(stream_id="s1"))
    await found.said(line, wire.ManagedStreamRequest(quality="720p"))
    await found.said(line, wire.ManagedStreamStop())
    assert house.asked == [
        ("direct", CAM.package, ANN, "rtmp://x/live/key"),
        ("unwanted", ANN, CAM.package, False, "s1"),
        ("managed", CAM.package, ANN, "720p"),
        ("unwanted", ANN, CAM.package, True, ""),
    ]
    assert line.told == []


@pytest.mark.parametrize(("owner", "shown"), [(CAM.package, "rtmp://x/live/key"), (DEAF.package, None)])
async def test_a_stream_that_runs_is_told_of_and_its_address_to_its_owner_only(owner: str, shown: str | None) -> None:
    house, found, line = desk()
    house.stream = Stream("s1", ANN, owner, Wishes({}, {}, {}), 1_770_000_000_000, "rtmp://x/live/key", [owner])
    await found.said(line, wire.StreamStatusCheck())
    info = line.more["streamInfo"]
    assert (info["type"], info["streamId"], info["status"]) == ("unmanaged", "s1", "initializing")
    assert info["createdAt"] == "2026-02-02T02:40:00.000+00:00"
    assert (info["requestingAppId"], info["activeViewers"], info.get("rtmpUrl")) == (owner, 1, shown)


async def test_photos_subscriptions_and_goodbyes_are_handed_on() -> None:
    house, found, line = desk()
    await found.said(line, wire.SubscriptionUpdate(subscriptions=["button_press"]))
    await found.said(line, wire.AppPhotoRequest(request_id="r1"))
    await found.said(line, wire.OwnershipRelease(reason="clean_shutdown"))
    found.closed(line)
    assert house.asked == [
        ("subscribe", ["button_press"]),
        ("photo", CAM.package, ANN, "r1"),
        ("released", CAM.package),
        ("closed", CAM.package),
    ]


async def test_a_photo_without_the_permission_is_said_on_the_socket_too() -> None:
    house, found, line = desk()
    house.reason = app_words.PERMISSION_DENIED
    await found.said(line, wire.AppPhotoRequest(request_id="r1"))
    assert line.told[0].to_wire()["details"][0]["requiredPermission"] == "CAMERA"
    assert house.asked[-1] == ("fault", ANN, CAM.package, app_words.PERMISSION_DENIED)


@pytest.mark.parametrize(
    ("text", "request_id"),
    [
        (b'{"type":"photo_request","requestId":"r1","size":"huge"}', "r1"),
        (b'{"type":"photo_request","requestId":7}', ""),
        (b'{"type":"photo_request","requestId":"' + b"x" * 129 + b'"}', ""),
        (b'{"type":"subscription_update","requestId":"r1"}', ""),
        (b"[]", ""),
        (b"{", ""),
        (b"[" * 20_000, ""),
    ],
)
async def test_a_malformed_photo_request_is_answered_where_the_photo_would_be(text: bytes, request_id: str) -> None:
    house, found, line = desk()
    await found.malformed(line, text, "size: not one of them")
    refused = [("refuse", ANN, CAM.package, request_id, reasons.MALFORMED)] if request_id else []
    assert house.asked == refused
    assert line.told[0].to_wire() == {
        "type": "tpa_connection_error",
        "code": "MALFORMED_MESSAGE",
        "message": "size: not one of them",
    }


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (b'{"type":"rtmp_stream_request","video":[]}', ("direct", CAM.package, ANN, "")),
        (b'{"type":"rtmp_stream_stop","streamId":7}', ("unwanted", ANN, CAM.package, False, "")),
        (b'{"type":"managed_stream_request","quality":7}', ("managed", CAM.package, ANN, "")),
    ],
)
async def test_a_malformed_stream_call_is_settled_in_the_app(text: bytes, asked: tuple[object, ...]) -> None:
    """An empty address is refused, an empty id stops what the app has: either way the app hears of it."""
    house, found, line = desk()
    await found.malformed(line, text, "quality: not a text")
    assert house.asked == [asked]
    assert line.told[-1].to_wire()["code"] == MALFORMED_MESSAGE
