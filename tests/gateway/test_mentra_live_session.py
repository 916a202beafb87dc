"""The recorded session with Mentra Live, replayed against the whole gateway in virtual time."""

import json
from pathlib import Path
from typing import Any

import pytest

from trifocal_gateway import courier, gateway, incoming, upload_queue
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.relay import PostPress
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.chunk import FRAME_BYTES, HANDSHAKE
from trifocal_shared.cloud_messages import ButtonPressAnswer, ConnectionAck, PhotoRequest
from trifocal_shared.envelope import Native
from trifocal_shared.link import Link
from trifocal_shared.messages import TO_GLASSES, PhotoStatus
from trifocal_tools.example_mentra_live import AVIF, FIRST_ID, NAME, TOKEN

EPOCH_MS = 1_760_000_000_000
STEPS = json.loads((Path(__file__).parents[1] / "vectors" / "mentra_live.json").read_text("utf-8"))["vectors"]


class Ear(Link):
    """The glasses' end, which only listens: `heard` is every message as it was said, with its id."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []
        super().__init__(TO_GLASSES, glasses_side=True)

    def hear(self, data: bytes, now: int) -> None:
        assert len(data) <= FRAME_BYTES
        if data[2] == 0x40 and data[5] & HANDSHAKE:
            self.heard.append({"handshake": data[12:-2].decode()})
            return
        self.receive(data, now)
        self.heard += [{"C": said.command} for said in self.events() if isinstance(said, Native)]

    def _take_object(self, content: dict[str, object], said: list[object]) -> None:
        if content.get("t") == "ck":
            super()._take_object(content, said)
        else:
            self.heard.append(content)


class Replay:
    """The gateway between the recording, a cloud that answers as recorded, and disks in memory."""

    def __init__(self) -> None:
        self.gateway = Gateway(TOKEN, UploadQueue(), first_id=FIRST_ID)
        self.ear = Ear()
        self.now = 0
        self.told: list[list[str]] = []
        self.parts: dict[str, bytearray] = {}
        self.stored: dict[str, bytes] = {}
        self.answer: dict[str, Any] = {}
        self.gateway.epoch_known(EPOCH_MS, 0)
        self.gateway.start(0)
        self.gateway.cloud_connected(0)
        self.gateway.cloud_said(ConnectionAck(session_id="s", user_session={}), 0)
        self.gateway.glasses_connected(509, 0)
        self.carry()

    def carry(self) -> None:
        while events := self.gateway.events():
            for event in events:
                self._carry_out(event)
                self.gateway.carry(self.now)

    def _carry_out(self, event: gateway.Event) -> None:
        machine, now = self.gateway, self.now
        if isinstance(event, gateway.WriteGlasses):
            self.ear.hear(event.data, now)
            machine.outgoing.wrote(now)
        elif isinstance(event, gateway.SendCloud):
            if isinstance(event.message, PhotoStatus):
                self.told.append([event.message.request_id, event.message.status, event.message.error_code])
        elif isinstance(event, PostPress):
            answer = ButtonPressAnswer(success=True, action="take_photo", request_id=self.answer["requestId"])
            machine.relay.press_answered(event.report.press_id, answer, now)
        elif isinstance(event, courier.OpenPart):
            self.parts[event.announce.file_name] = bytearray()
            machine.courier.part_opened(event.announce.file_name, 0, now)
        elif isinstance(event, incoming.WritePart):
            self.parts[event.file_name][event.offset :] = event.data
        elif isinstance(event, courier.StorePhoto):
            announce = event.announce
            self.stored[announce.request_id] = bytes(self.parts[announce.file_name])
            photo = QueuedPhoto(announce.request_id, announce.sha256, announce.size)
            machine.courier.photo_stored(announce.file_name, photo, now)
        elif isinstance(event, upload_queue.Save) and event.is_new:
            machine.courier.row_saved(event.request_id, True, now)

    def until(self, at: int) -> None:
        while (due := self.gateway.deadline()) is not None and due < at:
            self.now = max(self.now, due)
            self.gateway.timeout(self.now)
            self.carry()
        self.now = at

    def step(self, step: dict[str, Any], end: int) -> tuple[list[dict[str, object]], list[list[str]]]:
        """Carry out one step and wait for the next: what the glasses hear and the cloud is told meanwhile."""
        self.ear.heard, self.told = ([], []) if step["at"] else (self.ear.heard, self.told)
        self.answer = step.get("cloud", {})
        if "type" in self.answer:
            self.gateway.cloud_said(PhotoRequest(request_id=self.answer["requestId"], app_id="a"), self.now)
            self.carry()
        for data in step["glasses"]:
            self.gateway.glasses_received(bytes.fromhex(data), self.now)
            self.carry()
        self.until(end)
        return self.ear.heard, self.told


def test_the_gateway_takes_its_part_in_the_recorded_session() -> None:
    replay = Replay()
    ends = [step["at"] for step in STEPS[1:]] + [STEPS[-1]["at"] + 1_000]
    for step, end in zip(STEPS, ends, strict=True):
        heard, told = replay.step(step, end)
        shown = [{key: said.get(key) for key in wanted} for said, wanted in zip(heard, step["hears"], strict=False)]
        assert (step["name"], shown, len(heard)) == (step["name"], step["hears"], len(step["hears"]))
        assert (step["name"], told) == (step["name"], step.get("told", []))
    assert replay.stored == {"r1": AVIF}
    assert list(replay.parts) == [NAME]
    assert replay.gateway.talk.counts["unsayable"] == 0


@pytest.mark.parametrize("cut", [1, 7, 20])
def test_how_the_bytes_are_cut_changes_nothing(cut: int) -> None:
    replay = Replay()
    for step in STEPS[:12]:
        replay.until(step["at"])
        whole = b"".join(bytes.fromhex(data) for data in step["glasses"])
        pieces = [whole[at : at + cut].hex() for at in range(0, len(whole), cut)]
        replay.step(dict(step, glasses=pieces), step["at"])
    assert replay.stored == {"r1": AVIF}
