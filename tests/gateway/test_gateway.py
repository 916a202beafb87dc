import pytest

from trifocal_gateway import courier, gateway, incoming, reconnector
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.relay import PostPress
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages
from trifocal_shared.cloud_messages import ButtonPressAnswer, ConnectionAck, PhotoProgress, PhotoRequest
from trifocal_shared.frame import PACK, PHOTO, encode_file_packet, encode_frame
from trifocal_shared.message import Message
from trifocal_shared.pack import Have, Piece, encode
from trifocal_shared.wire import Wire

EPOCH_MS = 1_780_000_000_000


class House:
    """A gateway between the test as glasses and the test as cloud."""

    def __init__(self, token: str = "t0ken") -> None:
        self.gateway = Gateway(token, UploadQueue())
        self.glasses = Wire(messages.TO_GLASSES, glasses_side=True)
        self.now = 0
        self.heard: list[Message] = []
        self.cloud_heard: list[Message] = []
        self.other: list[object] = []
        self.gateway.epoch_known(EPOCH_MS, 0)
        self.gateway.start(self.now)
        self.drain()

    def drain(self) -> None:
        while events := self.gateway.events():
            for event in events:
                if isinstance(event, gateway.WriteGlasses):
                    self.glasses.receive(event.data, self.now)
                    self.heard += [said for said in self.glasses.events() if isinstance(said, Message)]
                    self.gateway.outgoing.wrote(self.now)
                    self.gateway.carry(self.now)
                elif isinstance(event, gateway.SendCloud):
                    self.cloud_heard.append(event.message)
                else:
                    self.other.append(event)

    def took(self, kind: type) -> list[object]:
        """The events of one kind since it was last asked."""
        found = [event for event in self.other if isinstance(event, kind)]
        self.other = [event for event in self.other if not isinstance(event, kind)]
        return found

    def say(self, message: Message) -> None:
        self.gateway.glasses_received(self.glasses.encode(message), self.now)
        self.drain()

    def cloud(self, message: Message) -> None:
        self.gateway.cloud_said(message, self.now)
        self.drain()

    def wait(self) -> None:
        deadline = self.gateway.deadline()
        assert deadline is not None
        self.now = max(self.now, deadline)
        self.gateway.timeout(self.now)
        self.drain()

    def link(self) -> None:
        self.gateway.glasses_connected(0, self.now)
        self.drain()
        self.say(messages.GlassesReady(sid="boot", protocol=2))

    def line(self) -> None:
        self.gateway.cloud_connected(self.now)
        self.cloud(ConnectionAck(session_id="s", user_session={}))


def types(said: list[Message]) -> list[str]:
    return [message.TYPE for message in said]


def test_it_connects_to_both_sides_and_greets_the_glasses() -> None:
    house = House()
    assert house.other == [gateway.ConnectGlasses(), gateway.ConnectCloud()]
    house.link()
    assert types(house.heard)[0] == "phone_ready"
    assert {"set_system_time", "auth_token", "request_battery_state"} <= set(types(house.heard))


def test_the_present_state_is_told_when_the_cloud_listens() -> None:
    house = House()
    house.link()
    house.say(messages.BatteryStatus(level=77))
    assert house.cloud_heard == []
    house.line()
    assert types(house.cloud_heard) == ["glasses_connection_state", "glasses_battery_update"]


def test_a_press_goes_up_and_its_answer_down() -> None:
    house = House()
    house.link()
    house.line()
    house.say(messages.ButtonPress(press_id="boot-1", button_id="photo", press_type="short"))
    (post,) = house.took(PostPress)
    assert isinstance(post, PostPress)
    answer = ButtonPressAnswer(success=True, action="take_photo", request_id="r1")
    house.gateway.relay.press_answered("boot-1", answer, house.now)
    house.gateway.carry(house.now)
    house.drain()
    (response,) = [said for said in house.heard if isinstance(said, messages.ButtonPressResponse)]
    assert (response.success, response.action, response.request_id) == (True, "take_photo", "r1")


def test_a_photo_request_goes_down_and_without_glasses_fails_at_once() -> None:
    house = House()
    house.line()
    house.cloud(PhotoRequest(request_id="r1", app_id="a"))
    (status,) = [said for said in house.cloud_heard if isinstance(said, messages.PhotoStatus)]
    assert (status.status, status.error_code) == ("failed", "glasses_offline")
    house.link()
    house.cloud(PhotoRequest(request_id="r2", app_id="a"))
    assert [said.request_id for said in house.heard if isinstance(said, messages.TakePhoto)] == ["r2"]


def test_silent_glasses_are_let_go_and_sought_again() -> None:
    house = House()
    house.link()
    house.took(gateway.ConnectGlasses)
    while not house.took(gateway.CloseGlasses):
        house.wait()
    house.gateway.glasses_lost(0.5, house.now)
    house.drain()
    assert house.gateway.glasses.state == reconnector.WAITING
    while not house.took(gateway.ConnectGlasses):
        house.wait()


@pytest.mark.parametrize("why", [gateway.LOST, gateway.DISPLACED, gateway.NO_TOKEN])
def test_the_line_is_opened_again_whyever_it_ended(why: str) -> None:
    house = House()
    house.line()
    house.took(gateway.ConnectCloud)
    house.gateway.cloud_lost(why, 0.5, house.now)
    house.drain()
    assert house.gateway.cloud.state == reconnector.WAITING
    while not house.took(gateway.ConnectCloud):
        house.wait()
    house.gateway.cloud_lost(gateway.LOST, 0.5, house.now)
    assert house.gateway.cloud.state == reconnector.WAITING


def test_an_answer_over_http_hurries_the_line() -> None:
    house = House()
    house.now = 60_000
    house.gateway.cloud_lost(gateway.LOST, 0.5, house.now)
    house.took(gateway.ConnectCloud)
    house.gateway.cloud_answers(house.now)
    house.drain()
    assert house.took(gateway.ConnectCloud)


def test_another_token_reaches_glasses_queue_and_line() -> None:
    house = House("old")
    house.link()
    house.gateway.cloud_lost(gateway.NO_TOKEN, 0.5, house.now)
    house.took(gateway.ConnectCloud)
    house.gateway.token_changed("new", house.now)
    house.drain()
    assert [said.core_token for said in house.heard if isinstance(said, messages.AuthToken)] == ["old", "new"]
    assert house.took(gateway.ConnectCloud)


def test_a_token_too_long_for_the_link_is_counted_and_harms_nothing() -> None:
    house = House("x" * 5_000)
    house.link()
    assert house.gateway.talk.counts["unsayable"] == 1
    assert "request_version" in types(house.heard)


def test_the_controllers_battery_report_counts_like_the_glasses_own() -> None:
    house = House()
    house.link()
    house.line()
    for body in ({"pt": 66, "vt": 4_100}, {"pt": "66"}, [], {"vt": 3_000}):
        house.gateway.glasses_received(house.glasses.encode_native("sr_batv", body), house.now)
        house.gateway.glasses_received(house.glasses.encode_native("sr_other", body), house.now)
    house.drain()
    (update,) = [said for said in house.cloud_heard if said.TYPE == "glasses_battery_update"]
    assert update.to_wire() == {"type": "glasses_battery_update", "level": 66, "charging": True, "timeRemaining": -1}


def test_bytes_that_mean_nothing_are_counted() -> None:
    house = House()
    house.link()
    before = len(house.heard)
    wire = house.glasses.encode_native("x").replace(b'"C"', b'"T"')
    house.gateway.glasses_received(b"\x00\xff##garbage" + wire + b"##", house.now)
    house.gateway.glasses_received(b"0\x03\x00{}}$$", house.now)
    house.drain()
    assert len(house.heard) == before
    assert house.gateway.counts["malformed"] >= 1
    house.wait()
    house.say(messages.Pong())


def test_a_photo_in_packs_comes_framed_or_bare_and_people_see_it_move() -> None:
    house = House()
    house.link()
    house.line()
    jpeg = bytes(range(100)) * 100
    name = "P000000007.jpg"
    house.say(messages.FileAnnounce(file_name=name, request_id="r", size=10_000, sha256="0a" * 32, number=7))
    house.gateway.courier.part_opened(name, 0, house.now)
    house.gateway.carry(house.now)
    house.drain()
    (asked,) = [said for said in house.heard if isinstance(said, Have)]
    assert (asked.number, asked.offset) == (7, 0)
    for count, at in enumerate(range(0, 10_000, 486)):
        house.now += 20
        bare = encode(Piece(7, at, jpeg[at : at + 486]))
        if count % 2:
            house.gateway.glasses_packed(bare, house.now)
        else:
            house.gateway.glasses_received(encode_frame(PACK, bare, False), house.now)
        house.drain()
    written = house.took(incoming.WritePart)
    assert b"".join(piece.data for piece in written if isinstance(piece, incoming.WritePart)) == jpeg
    (moved,) = [said for said in house.cloud_heard if isinstance(said, PhotoProgress)]
    assert (moved.request_id, moved.done_bytes, moved.total_bytes) == ("r", 14 * 486, 10_000)


def test_glasses_of_protocol_0_announce_nothing_and_their_files_are_taken_in() -> None:
    house = House()
    house.gateway.glasses_connected(0, house.now)
    house.drain()
    house.say(messages.GlassesReady(sid="boot"))
    house.gateway.glasses_received(encode_file_packet(PHOTO, 0, 3, "I000000001.jpg", b"abc"), house.now)
    house.drain()
    (opening,) = house.took(courier.OpenPart)
    assert isinstance(opening, courier.OpenPart)
    assert (opening.announce.request_id, opening.announce.size) == ("local_I000000001", 3)


def test_the_protocol_is_what_the_glasses_are_told() -> None:
    machine = Gateway("t", UploadQueue(), protocol=1)
    machine.glasses_connected(0, 0)
    glasses = Wire(messages.TO_GLASSES, glasses_side=True)
    for event in machine.events():
        if isinstance(event, gateway.WriteGlasses):
            glasses.receive(event.data, 0)
    assert glasses.events() == [messages.PhoneReady(protocol=1)]


def test_half_a_frame_does_not_outlive_its_link() -> None:
    house = House()
    house.link()
    frame = house.glasses.encode(messages.BatteryStatus(level=50))
    house.gateway.glasses_received(frame[:10], house.now)
    house.gateway.glasses_lost(0.5, house.now)
    while house.gateway.glasses.state != reconnector.CONNECTING:
        house.wait()
    house.gateway.glasses_connected(0, house.now)
    house.gateway.glasses_received(frame[10:], house.now)
    house.drain()
    house.line()
    assert "glasses_battery_update" not in types(house.cloud_heard)


def test_what_looks_like_a_pack_is_a_piece_of_something_else_from_glasses_that_have_none() -> None:
    house = House()
    house.link()
    house.line()
    frame = house.glasses.encode(messages.BatteryStatus(level=50))
    house.gateway.glasses_connected(0, house.now)
    house.drain()
    house.gateway.glasses_packed(frame[:20], house.now)
    house.gateway.glasses_packed(frame[20:], house.now)
    house.drain()
    assert "glasses_battery_update" in types(house.cloud_heard)


def test_glasses_that_announce_although_they_seemed_to_be_none_of_ours_are_greeted_again() -> None:
    house = House()
    house.gateway.glasses_connected(0, house.now)
    house.drain()
    house.say(messages.GlassesReady(sid="boot"))  # a bit of its `protocol` was lost on the way
    while house.gateway.outgoing.deadline() is not None:
        house.wait()
    house.heard.clear()
    announce = messages.FileAnnounce(file_name="P000000007.jpg", request_id="r", size=10, sha256="0a" * 32, number=7)
    house.say(announce)
    assert types(house.heard) == ["phone_ready"]
    house.say(messages.GlassesReady(sid="boot", protocol=2))
    house.say(announce)
    assert house.took(courier.OpenPart)
