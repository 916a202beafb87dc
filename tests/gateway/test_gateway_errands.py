"""An errand's way through the whole gateway, and its end when the glasses go."""

from trifocal_gateway import gateway
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages, reasons
from trifocal_shared.cloud_messages import ConnectionAck, ControlRequest, ControlResult
from trifocal_shared.control_messages import Control
from trifocal_shared.link import Link

REQUEST = ControlRequest(command_id="c-1", command="forget_wifi", values={"ssid": "house"})


class Far:
    """Glasses of ours at the far end, which hear and say what a test has them say."""

    def __init__(self) -> None:
        self.gateway = Gateway("t0ken", UploadQueue(), first_id=500)
        self.glasses = Link(messages.TO_GLASSES, glasses_side=True)
        self.heard: list[Control] = []
        self.results: list[ControlResult] = []
        self.gateway.start(0)
        self.gateway.glasses_connected(0, 0)
        self.gateway.cloud_connected(0)
        self.gateway.cloud_said(ConnectionAck(session_id="s", user_session={}), 0)
        self.carry()

    def carry(self) -> None:
        while events := self.gateway.events():
            for event in events:
                if isinstance(event, gateway.WriteGlasses):
                    self.glasses.receive(event.data, 0)
                    self.gateway.outgoing.wrote(0)
                elif isinstance(event, gateway.SendCloud) and isinstance(event.message, ControlResult):
                    self.results.append(event.message)
            self.heard += [said for said in self.glasses.events() if isinstance(said, Control)]
            for frame in self.glasses.data_to_send():
                self.gateway.glasses_received(frame, 0)
            self.gateway.carry(0)

    def greet(self) -> None:
        self.say(messages.GlassesReady(sid="boot", protocol=messages.PROTOCOL_VERSION))

    def say(self, message: messages.GlassesReady | Control) -> None:
        self.glasses.say(message)
        for frame in self.glasses.data_to_send():
            self.gateway.glasses_received(frame, 0)
        self.carry()

    def ask(self) -> None:
        self.gateway.cloud_said(REQUEST, 0)
        self.carry()


def test_an_errand_goes_to_the_glasses_and_their_word_comes_back() -> None:
    far = Far()
    far.greet()
    far.ask()
    assert [said.values for said in far.heard if said.TYPE == "forget_wifi"] == [{"ssid": "house"}]
    far.say(Control("wifi_forget_result", ssid="house", success=True))
    assert far.results == [ControlResult(command_id="c-1", success=True)]


def test_glasses_that_have_not_greeted_are_asked_nothing() -> None:
    far = Far()
    far.ask()
    assert [result.reason for result in far.results] == [reasons.GLASSES_OFFLINE]
    assert not [said for said in far.heard if said.TYPE == "forget_wifi"]


def test_glasses_that_go_or_stay_silent_are_answered_for() -> None:
    far = Far()
    far.greet()
    far.ask()
    far.gateway.glasses_lost(0.5, 10)
    far.carry()
    assert [result.reason for result in far.results] == [reasons.GLASSES_OFFLINE]
    silent = Far()
    silent.greet()
    silent.ask()
    silent.gateway.timeout(60_000)
    silent.carry()
    assert [result.reason for result in silent.results] == [reasons.GLASSES_SILENT]
