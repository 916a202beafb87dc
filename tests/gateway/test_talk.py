"""The gateway's talk with glasses: ids, pieces and the second way, towards old glasses and new ones."""

import pytest

from trifocal_gateway import gateway, reconnector
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.relay import PostPress
from trifocal_gateway.talk import is_bare_pack
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages
from trifocal_shared.chunk import FRAME_BYTES
from trifocal_shared.cloud_messages import ConnectionAck, PhotoRequest
from trifocal_shared.control_messages import Control
from trifocal_shared.frame import FRAGMENT
from trifocal_shared.link import Link
from trifocal_shared.message import Message
from trifocal_shared.pack import PIECE

LONG_TOKEN = "eyJ0." + "x" * 430


class Talk:
    """A gateway and the far end of its link, which may stop listening."""

    def __init__(self, token: str = "t0ken", most: int = 0) -> None:
        self.gateway = Gateway(token, UploadQueue(), first_id=500)
        self.glasses = Link(messages.TO_GLASSES, glasses_side=True)
        self.listens = True
        self.now = 0
        self.heard: list[Message] = []
        self.frames: list[bytes] = []
        self.posted: list[PostPress] = []
        self.gateway.start(0)
        self.gateway.glasses_connected(most, 0)
        self.gateway.cloud_connected(0)
        self.gateway.cloud_said(ConnectionAck(session_id="s", user_session={}), 0)
        self.carry()

    def carry(self) -> None:
        """Everything to where it belongs, until both are quiet."""
        while events := self.gateway.events():
            for event in events:
                if isinstance(event, gateway.WriteGlasses):
                    self.frames.append(event.data)
                    if self.listens:
                        self.glasses.receive(event.data, self.now)
                    self.gateway.outgoing.wrote(self.now)
                    self.gateway.carry(self.now)
                elif isinstance(event, PostPress):
                    self.posted.append(event)
            self.heard += [said for said in self.glasses.events() if isinstance(said, Message)]
            for frame in self.glasses.data_to_send():
                self.gateway.glasses_received(frame, self.now)

    def say(self, message: Message) -> None:
        self.glasses.say(message)
        for frame in self.glasses.data_to_send():
            self.gateway.glasses_received(frame, self.now)
        self.carry()

    def greet(self, protocol: int, build: str = "") -> None:
        self.say(messages.GlassesReady(sid="boot", protocol=protocol))
        if build:
            self.say(messages.VersionInfo(build_number=build))
        self.wait(1_000)
        self.frames, self.heard = [], []

    def ask(self, request_id: str = "r") -> None:
        self.gateway.cloud_said(PhotoRequest(request_id=request_id, app_id="a"), self.now)
        self.carry()

    def wait(self, ms: int) -> None:
        end = self.now + ms
        while (due := self.gateway.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.gateway.timeout(self.now)
            self.carry()
        self.now = end

    def asked(self) -> list[str]:
        return [said.request_id for said in self.heard if isinstance(said, messages.TakePhoto)]


def test_a_bare_pack_is_told_from_a_frame_and_from_what_is_too_short() -> None:
    assert is_bare_pack(bytes((PIECE, *bytes(8))) + b"a")
    assert not any(map(is_bare_pack, (b"", b"##1 a frame of a file", bytes((PIECE, *bytes(8))))))


def test_a_request_that_is_lost_is_said_again() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.ask()
    talk.listens = True
    talk.wait(2_000)
    assert talk.asked() == ["r"]
    sent = len(talk.frames)
    talk.wait(7_000)
    assert len(talk.frames) == sent


def test_a_lost_acknowledgement_is_no_second_photo() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.ask()
    request = next(frame for frame in talk.frames if b"take_photo" in frame)
    for _ in range(3):
        talk.glasses.receive(request, talk.now)
        assert talk.glasses.events() == []
    assert talk.glasses.tally["repeated"] == 3
    assert talk.asked() == ["r"]


def test_glasses_that_never_answer_are_asked_four_times() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.ask()
    talk.wait(9_000)
    assert len([frame for frame in talk.frames if b"take_photo" in frame]) == 4


def test_a_word_that_is_of_no_use_any_more_is_not_said_again() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.gateway.talk.say(messages.ButtonPressResponse(press_id="p", success=True), talk.now)
    talk.gateway.carry(talk.now)
    talk.carry()
    talk.wait(9_000)
    said = [frame for frame in talk.frames if b"button_press_response" in frame]
    assert len(said) == 3, "after 6 s the glasses have decided themselves"
    assert talk.gateway.outgoing.counts["expired"] == 1


def test_words_that_wait_behind_a_slow_write_are_said_once_each_and_in_their_order() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.gateway.talk.say(messages.TokenStatus(success=True), talk.now)
    talk.gateway.carry(talk.now)
    (write,) = [event for event in talk.gateway.events() if isinstance(event, gateway.WriteGlasses)]
    talk.gateway.token_changed("later", talk.now)
    due = talk.now + 3_000
    while (at := talk.gateway.deadline()) is not None and at <= due:
        talk.gateway.timeout(at)
    talk.now = due
    assert not [event for event in talk.gateway.events() if isinstance(event, gateway.WriteGlasses)]
    talk.glasses.receive(write.data, talk.now)
    talk.gateway.outgoing.wrote(talk.now)
    talk.gateway.carry(talk.now)
    talk.carry()
    assert len([frame for frame in talk.frames if b"auth_token" in frame]) == 1


def test_a_press_that_is_said_twice_is_posted_once() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.glasses.say_surely(messages.ButtonPress(button_id="camera", press_type="short"), 0)
    (frame,) = talk.glasses.data_to_send()
    for _ in range(3):
        talk.gateway.glasses_received(frame, talk.now)
        talk.carry()
    talk.gateway.relay.press_answered("", "cloud_error", talk.now)
    talk.gateway.glasses_received(frame, talk.now)
    talk.carry()
    assert len(talk.posted) == 1


@pytest.mark.parametrize(("protocol", "build"), [(1, ""), (0, ""), (0, "4"), (0, "none"), (1, "9")])
def test_glasses_that_answer_no_ids_are_told_none(protocol: int, build: str) -> None:
    talk = Talk()
    talk.greet(protocol, build)
    talk.ask()
    talk.wait(9_000)
    assert talk.asked() == ["r"]
    assert not [frame for frame in talk.frames if b"mId" in frame]


@pytest.mark.parametrize(
    ("protocol", "build", "whole"), [(2, "", True), (0, "4", True), (0, "5", False), (0, "", False)]
)
def test_long_words_go_in_pieces_to_whom_needs_that(protocol: int, build: str, whole: bool) -> None:
    talk = Talk()
    talk.greet(protocol, build)
    talk.gateway.token_changed(LONG_TOKEN, talk.now)
    talk.carry()
    talk.wait(3_000)
    assert messages.AuthToken(core_token=LONG_TOKEN) in talk.heard
    assert (max(map(len, talk.frames)) > FRAME_BYTES) == whole


def test_a_frame_for_such_glasses_fits_into_one_write() -> None:
    talk = Talk(most=182)
    talk.greet(0, "5")
    talk.gateway.token_changed(LONG_TOKEN, talk.now)
    talk.carry()
    assert messages.AuthToken(core_token=LONG_TOKEN) in talk.heard
    assert max(map(len, talk.frames)) <= 182
    assert all(frame.startswith(b"##") and frame.endswith(b"$$") for frame in talk.frames)


def test_an_offer_of_the_second_way_is_taken_and_ends_with_a_restart_of_the_glasses() -> None:
    talk = Talk()
    talk.greet(0, "38")
    talk.glasses.offer()
    (offer,) = talk.glasses.data_to_send()
    talk.gateway.glasses_received(offer, talk.now)
    talk.carry()
    assert talk.glasses.second_way
    talk.frames.clear()
    talk.ask()
    assert {frame[2] for frame in talk.frames} == {FRAGMENT}
    assert talk.asked() == ["r"]
    talk.glasses.renewed()
    talk.say(messages.GlassesReady(sid="another"))
    talk.frames.clear()
    talk.say(messages.GlassesReady(sid="another"))
    assert FRAGMENT not in {frame[2] for frame in talk.frames}


def test_an_older_word_on_the_same_thing_never_comes_after_the_newer_one() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.gateway.token_changed("older", talk.now)
    talk.carry()
    talk.listens = True
    talk.gateway.token_changed("newer", talk.now)
    talk.carry()
    talk.wait(9_000)
    assert [said.core_token for said in talk.heard if isinstance(said, messages.AuthToken)] == ["newer"]


def test_an_older_setting_never_comes_after_the_newer_one() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.gateway.talk.say(Control("save_in_gallery_mode", active=True), talk.now)
    talk.gateway.carry(talk.now)
    talk.carry()
    talk.listens = True
    talk.gateway.talk.say(Control("save_in_gallery_mode", active=False), talk.now)
    talk.gateway.carry(talk.now)
    talk.carry()
    talk.wait(9_000)
    assert [said.values["active"] for said in talk.heard if isinstance(said, Control)] == [False]


def test_a_clock_that_stood_then_is_not_said_again() -> None:
    talk = Talk()
    talk.gateway.epoch_known(1_780_000_000_000, 0)
    talk.listens = False
    talk.say(messages.GlassesReady(sid="boot", protocol=messages.IDS_SINCE))
    talk.wait(9_000)
    assert len([frame for frame in talk.frames if b"set_system_time" in frame]) == 1
    assert len([frame for frame in talk.frames if b"auth_token" in frame]) == 4


def test_nothing_is_said_again_on_a_link_that_is_gone() -> None:
    talk = Talk()
    talk.greet(messages.IDS_SINCE)
    talk.listens = False
    talk.ask()
    talk.gateway.glasses_lost(0.5, talk.now)
    talk.frames.clear()
    talk.wait(20_000)
    assert talk.frames == []
    assert talk.gateway.glasses.state == reconnector.CONNECTING
