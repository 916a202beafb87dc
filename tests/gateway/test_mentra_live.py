"""Photos asked of glasses of MentraOS, in virtual time: each ends in bytes or a reason."""

import pytest

from trifocal_gateway.mentra_live import ARRIVE_MS, AWAY_MS, MOST_ASKED, STALL_MS, Event, Expect, MentraLive, Say, Word
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.mentra_messages import (
    BlePhotoReady,
    BleReadyAck,
    PhotoErrorResponse,
    PhotoResponse,
    SetBleMtu,
    TakeMentraPhoto,
    TransferFailed,
)
from trifocal_shared.message import Message
from trifocal_shared.messages import ButtonPressResponse, PhotoStatus, TakePhoto

IMAGE = "I000000007"
OURS = messages.TransferComplete(file_name="f", success=True)


def asked(request_id: str = "r") -> MentraLive:
    """One photo has been asked for, at 0."""
    mentra = MentraLive(7)
    mentra.told(TakePhoto(request_id=request_id, app_id="a", size="large"), 0)
    mentra.events()
    return mentra


def words(events: list[Event]) -> list[tuple[str, str, str]]:
    return [
        (word.status.request_id, word.status.status, word.status.error_code)
        for word in events
        if isinstance(word, Word)
    ]


def test_a_request_names_its_packets() -> None:
    mentra = MentraLive(3_000_000_007)
    mentra.told(TakePhoto(request_id="r", app_id="a", size="large", compress="heavy", flash=False, timestamp=5), 0)
    expected, said = mentra.events()
    assert expected == Expect(IMAGE, "r")
    assert said == Say(
        TakeMentraPhoto(
            request_id="r",
            app_id="a",
            transfer_method="ble",
            ble_img_id=IMAGE,
            size="large",
            compress="heavy",
            flash=False,
            timestamp=5,
        )
    )


def test_what_comes_after_a_press_is_a_request_like_any_other() -> None:
    mentra = MentraLive(7)
    mentra.told(ButtonPressResponse(press_id="p", success=True, action="take_photo", request_id="r"), 0)
    assert [type(event) for event in mentra.events()] == [Expect, Say]
    mentra.heard(PhotoErrorResponse(request_id="r", error_code="CAMERA_BUSY"), 1)
    (word,) = mentra.events()
    assert isinstance(word, Word)
    assert (word.status.press_id, word.status.source) == ("p", "glasses")


@pytest.mark.parametrize(
    "answer",
    [
        ButtonPressResponse(press_id="p", success=True),
        ButtonPressResponse(press_id="p", success=True, action="start_video", request_id="r"),
        ButtonPressResponse(press_id="p", success=False, error_code="no_token"),
    ],
)
def test_other_answers_to_a_press_are_none_of_theirs(answer: ButtonPressResponse) -> None:
    mentra = MentraLive(7)
    mentra.told(answer, 0)
    assert mentra.events() == []


def test_the_battery_is_asked_of_the_controller_too_and_all_else_goes_as_it_is() -> None:
    mentra = MentraLive(7)
    mentra.told(messages.RequestBatteryState(), 0)
    mentra.told(OURS, 0)
    assert mentra.events() == [Say(Native("cs_batv")), Say(messages.RequestBatteryState()), Say(OURS)]


@pytest.mark.parametrize(("most", "mtu"), [(509, 512), (182, 185), (20, 23), (10_000, 517), (0, None)])
def test_the_greeting_says_how_long_packets_may_be_and_leaves_photos_to_us(most: int, mtu: int | None) -> None:
    mentra = MentraLive(7)
    mentra.met(most)
    said: list[Message] = [SetBleMtu(mtu=mtu)] if mtu else []
    assert mentra.events() == [Say(message) for message in [*said, Control("save_in_gallery_mode", active=False)]]


def test_the_way_of_a_photo_is_told_in_our_words_once_each() -> None:
    mentra = asked()
    for step in ("accepted", "queued", "configuring", "capturing", "captured", "compressing", "uploading", "capturing"):
        mentra.heard(PhotoStatus(request_id="r", status=step), 1)
    mentra.heard(BlePhotoReady(request_id="r", ble_img_id=IMAGE), 2)
    mentra.packet(IMAGE + ".avif", 3)
    mentra.packet(IMAGE + ".avif", 4)
    events = mentra.events()
    assert words(events) == [("r", "capturing", ""), ("r", "captured", ""), ("r", "transferring", "")]
    assert Say(BleReadyAck(request_id="r")) in events
    mentra.arrived("r")
    assert mentra.deadline() is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (PhotoStatus(request_id="r", status="failed", error_code="BATTERY_LOW"), "battery_low"),
        (PhotoStatus(request_id="r", status="failed"), "capture_failed"),
        (PhotoErrorResponse(request_id="r", error_code="INSUFFICIENT_STORAGE"), "storage_full"),
        (PhotoErrorResponse(request_id="r", error_code="FROM_THE_FUTURE"), "capture_failed"),
        (PhotoResponse(request_id="r", success=False, error_code="VIDEO_RECORDING_ACTIVE"), "camera_busy"),
        (PhotoResponse(request_id="r", success=False, error_message="BLE_TRANSFER_FAILED"), "transfer_failed"),
        (TransferFailed(file_name=IMAGE + ".jpg", reason="packet_timeout"), "transfer_failed"),
    ],
)
def test_their_failures_have_our_reasons_and_are_final(message: Message, reason: str) -> None:
    mentra = asked()
    mentra.heard(message, 1)
    mentra.heard(message, 2)
    assert words(mentra.events()) == [("r", "failed", reason)]
    assert mentra.deadline() is None


def test_what_is_said_of_foreign_photos_is_nothing() -> None:
    mentra = asked()
    for message in (
        PhotoStatus(request_id="x", status="captured"),
        PhotoStatus(request_id="r", status="from_the_future"),
        PhotoErrorResponse(request_id="x"),
        PhotoResponse(request_id="r", success=True),
        BlePhotoReady(request_id="r", ble_img_id="I000000008"),
        TransferFailed(file_name="I000000008.jpg"),
        OURS,
    ):
        mentra.heard(message, 1)
    mentra.packet("I000000008.jpg", 1)
    mentra.arrived("x")
    assert mentra.events() == []
    assert mentra.deadline() == ARRIVE_MS


def test_silence_is_an_end() -> None:
    mentra = asked()
    mentra.timeout(ARRIVE_MS - 1)
    assert mentra.events() == []
    mentra.timeout(ARRIVE_MS)
    assert words(mentra.events()) == [("r", "failed", "timed_out")]


def test_packets_that_stop_are_an_end_and_each_one_gives_more_time() -> None:
    mentra = asked()
    for now in range(0, 100_000, 10_000):
        mentra.packet(IMAGE, now)
        mentra.timeout(now)
    assert mentra.deadline() == 90_000 + STALL_MS
    mentra.timeout(90_000 + STALL_MS)
    assert words(mentra.events())[-1] == ("r", "failed", "transfer_failed")


def test_a_link_that_stays_away_is_an_end() -> None:
    mentra = asked()
    mentra.link_lost(1_000)
    mentra.timeout(1_000 + AWAY_MS)
    assert words(mentra.events()) == [("r", "failed", "glasses_offline")]


def test_one_that_is_asked_for_again_has_another_name_and_one_end() -> None:
    mentra = asked()
    mentra.told(TakePhoto(request_id="r"), 5)
    assert Expect("I000000008", "r") in mentra.events()
    mentra.heard(PhotoErrorResponse(request_id="r"), 6)
    assert words(mentra.events()) == [("r", "failed", "capture_failed")]


def test_no_more_are_asked_for_than_can_be_watched() -> None:
    mentra = MentraLive(7)
    for number in range(MOST_ASKED + 1):
        mentra.told(TakePhoto(request_id=str(number)), 0)
    assert words(mentra.events()) == [(str(MOST_ASKED), "failed", "too_many")]
