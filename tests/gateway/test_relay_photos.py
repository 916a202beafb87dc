"""Photos between scripted glasses and a scripted cloud, in virtual time."""

import pytest

from trifocal_gateway.photos import failure
from trifocal_gateway.relay import ForgetResult, KeepResult, Relay, ToCloud
from trifocal_gateway.testing import ACK, EPOCH, down, failed, relay, request, status, up
from trifocal_shared import cloud_messages, reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, GlassesConnectionState
from trifocal_shared.messages import FileAnnounce, GlassesReady, Pong, TakePhoto, TokenStatus


def test_a_request_becomes_a_command() -> None:
    made = relay()
    made.cloud_said(request(), 10)
    assert down(made.events()) == [TakePhoto(request_id="r-1", app_id="app", timestamp=EPOCH)]


def test_what_the_glasses_say_of_a_photo_is_passed_on_as_it_is() -> None:
    made = relay()
    made.cloud_said(request(), 10)
    made.events()
    words = [status("accepted"), status("capturing"), status("captured"), status("transferring")]
    words[1].error_message, words[1].timestamp = "hm", 77
    for word in words:
        made.glasses_said(word, 20)
    assert made.events() == [ToCloud(word) for word in words]


@pytest.mark.parametrize(
    ("glasses", "timestamp", "reason"),
    [
        (False, EPOCH, reasons.GLASSES_OFFLINE),
        (True, EPOCH - 40_000, reasons.STALE),
    ],
)
def test_what_cannot_be_done_fails_at_once(glasses: bool, timestamp: int, reason: str) -> None:
    made = relay(glasses=glasses)
    made.cloud_said(request(timestamp=timestamp), 10)
    expected = failure("r-1", "", reason)
    expected.timestamp = EPOCH + 10
    assert made.events() == [ToCloud(expected)]


@pytest.mark.parametrize("request_id", ["", "r" * 121, "r" * 60_000])
def test_ids_that_cannot_be_passed_on_are_counted(request_id: str) -> None:
    made = relay()
    made.cloud_said(request(request_id), 10)
    made.glasses_said(status("failed", request_id), 10)
    assert made.events() == []
    assert made.counts["malformed"] == 2


def test_a_lost_link_is_final_only_after_half_a_minute() -> None:
    made = relay()
    made.cloud_said(request(), 0)
    made.link_closed(1_000)
    made.events()
    made.timeout(30_999)
    assert failed(made.events()) == []
    made.timeout(31_000)
    assert failed(made.events()) == [("r-1", reasons.GLASSES_OFFLINE)]


def test_glasses_that_return_with_the_photo_are_believed() -> None:
    made = relay()
    made.cloud_said(request(), 0)
    made.link_closed(1_000)
    made.link_opened(2_000)
    made.glasses_said(GlassesReady(sid="aaaa", protocol=2), 2_010)
    assert sum(isinstance(message, TakePhoto) for message in down(made.events())) == 2
    made.glasses_said(FileAnnounce(file_name="P1.jpg", request_id="r-1", size=1, sha256="0" * 64), 2_020)
    made.glasses_said(Pong(), 2_030)
    made.link_closed(3_000)
    made.timeout(1_000_000)
    assert failed(made.events()) == []


def test_each_request_has_one_last_word_whoever_speaks_first() -> None:
    made = relay()
    made.cloud_said(request(), 0)
    made.timeout(10_000)
    made.glasses_said(status("failed"), 10_001)
    made.photo_moved(status("uploaded", source="gateway"), 20_000)
    made.cloud_said(request(), 20_001)
    assert failed(made.events()) == [("r-1", reasons.GLASSES_SILENT)]


def test_the_way_of_a_photo_through_the_gateway_is_told() -> None:
    made = relay()
    words = [status(word, "local_1", "gateway") for word in ("queued", "uploading", "uploaded")]
    for word in words:
        made.photo_moved(word, 10)
    made.photo_moved(words[-1], 11)
    assert made.events() == [ToCloud(word) for word in words]


def test_last_words_survive_a_restart_and_are_still_the_last() -> None:
    made = Relay("secret")
    made.restored([status("failed")])
    made.photo_moved(status("uploaded", source="gateway"), 5)
    assert made.events() == []
    made.cloud_said(ACK, 10)
    assert made.events() == [
        ToCloud(GlassesConnectionState(status="DISCONNECTED")),
        ToCloud(status("failed")),
        ForgetResult("r-1"),
    ]


def test_a_last_word_that_may_not_have_arrived_is_said_again() -> None:
    made = relay()
    made.glasses_said(status("failed"), 10)
    made.events()
    made.cloud_closed(20)
    assert made.events() == [KeepResult(status("failed"))]
    made.cloud_said(ACK, 30)
    assert status("failed") in up(made.events())


def test_what_is_none_of_its_business_changes_nothing() -> None:
    made = relay()
    made.glasses_said(TokenStatus(success=True), 10)
    made.cloud_said(cloud_messages.ConnectionError(message="no"), 10)
    made.press_answered("never-heard-of", ButtonPressAnswer(success=True), 10)
    made.press_answered("never-heard-of", reasons.CLOUD_ERROR, 10)
    made.timeout(11)
    assert made.events() == []
