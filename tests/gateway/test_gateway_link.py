"""How far the link to the glasses has come, as the cloud hears it from the whole gateway."""

from trifocal_gateway import gateway
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.session import PING_MS
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages
from trifocal_shared.cloud_messages import ConnectionAck, GlassesConnectionState
from trifocal_shared.envelope import Native
from trifocal_shared.link import Link


class Far:
    """The far end of a gateway: glasses of MentraOS whose button controller and computer live or do not."""

    def __init__(self) -> None:
        self.gateway = Gateway("t0ken", UploadQueue(), first_id=500)
        self.glasses = Link(messages.TO_GLASSES, glasses_side=True)
        self.controller = self.computer = False
        self.now = 0
        self.links: list[tuple[str, str]] = []
        self.closed = False
        self.gateway.start(0)
        self.gateway.cloud_connected(0)
        self.gateway.cloud_said(ConnectionAck(session_id="s", user_session={}), 0)
        self.carry()

    def carry(self) -> None:
        while events := self.gateway.events():
            for event in events:
                if isinstance(event, gateway.WriteGlasses):
                    self.glasses.receive(event.data, self.now)
                    self.gateway.outgoing.wrote(self.now)
                elif isinstance(event, gateway.SendCloud) and isinstance(event.message, GlassesConnectionState):
                    self.links.append((event.message.status, event.message.link))
                self.closed = self.closed or isinstance(event, gateway.CloseGlasses)
            self.answer(self.glasses.events())
            self.gateway.carry(self.now)

    def answer(self, heard: list[object]) -> None:
        for said in heard:
            if isinstance(said, Native) and said.command == "cs_batv" and self.controller:
                self.glasses.say_native("sr_batv", {"vt": 3912, "pt": 67})
            elif isinstance(said, messages.PhoneReady) and self.computer:
                self.glasses.say(messages.GlassesReady(sid="boot"))
            elif isinstance(said, messages.Ping) and self.computer:
                self.glasses.say(messages.Pong())
        for frame in self.glasses.data_to_send():
            self.gateway.glasses_received(frame, self.now)

    def wait(self, ms: int) -> list[tuple[str, str]]:
        """What the cloud was told meanwhile."""
        end = self.now + ms
        self.links.clear()
        while (due := self.gateway.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.gateway.timeout(self.now)
            self.carry()
        self.now = end
        return list(self.links)


def test_a_controller_that_lives_alone_is_told_from_glasses_that_are_ready() -> None:
    far = Far()
    far.gateway.glasses_connected(0, 0)
    far.carry()
    assert far.links == [("SCANNING", "scanning"), ("CONNECTING", "linked")]
    assert far.wait(10_000) == []
    far.controller = True
    assert far.wait(3_000) == [("CONNECTING", "mcu_ready")]
    far.computer = True
    assert far.wait(3_000) == [("CONNECTED", "glasses_ready")]


def test_glasses_whose_computer_dies_are_said_to_be_half_there_and_then_let_go() -> None:
    far = Far()
    far.controller = far.computer = True
    far.gateway.glasses_connected(0, 0)
    far.carry()
    far.wait(PING_MS)
    far.computer = False
    assert far.wait(3 * PING_MS + 5_000) == [("CONNECTING", "linked"), ("CONNECTING", "mcu_ready")]
    assert not far.closed
    far.wait(PING_MS)
    assert far.closed


def test_a_press_shows_that_the_controller_lives_and_nonsense_does_not() -> None:
    far = Far()
    far.gateway.glasses_connected(0, 0)
    far.carry()
    far.gateway.glasses_received(b"##\x30\x05\x00junk!$$" * 3, 10)
    far.carry()
    assert far.wait(1_000) == []
    far.glasses.say_native("cs_pho")
    far.answer([])
    far.carry()
    assert far.gateway.relay.session.link == "mcu_ready"
