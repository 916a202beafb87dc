"""Receiving files, packet by packet, in virtual time."""

from itertools import pairwise

import pytest

from trifocal_gateway.incoming import CheckQueued, DropPart, Send, Store, WritePart
from trifocal_gateway.receiver import ACK_EVERY, ASK_CAP_MS, ASK_MS, GIVE_UP_MS, IDLE, PACK, PAUSE_MS, Receiver
from trifocal_gateway.testing import DATA, NAME, SIZE, announce, complete, have, pack, receiving
from trifocal_shared.frame import FilePacket
from trifocal_shared.messages import FileAnnounce


def written(events: list[object]) -> bytes:
    """What was written, checked to lie without gaps from the first write on."""
    data, at = b"", None
    for event in events:
        if isinstance(event, WritePart):
            assert at is None or event.offset == at
            at = event.offset + len(event.data)
            data += event.data
    return data


def test_a_file_is_looked_for_received_acknowledged_stored_and_only_then_confirmed() -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    assert receiver.events() == [CheckQueued(announce())]
    receiver.begin(NAME, 0, 5)
    assert receiver.events() == [have(0)]
    events: list[object] = []
    for index in range(13):
        receiver.packet(pack(index), 10 + index)
        events += receiver.events()
    assert written(events) == DATA
    assert [event for event in events if isinstance(event, Send)] == [have(ACK_EVERY * PACK)]
    assert events[-1] == Store(announce())
    assert receiver.deadline() is None
    receiver.stored(NAME, 100)
    assert receiver.events() == [complete(True)]
    assert receiver.state == IDLE


def test_what_is_here_already_is_confirmed_without_a_byte() -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.events()
    receiver.already_queued(NAME, 1)
    assert receiver.events() == [complete(True)]


@pytest.mark.parametrize(("there", "asked"), [(1, 0), (PACK, PACK), (PACK + 399, PACK), (SIZE - 1, 12 * PACK)])
def test_an_interrupted_file_goes_on_at_a_pack(there: int, asked: int) -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.events()
    receiver.begin(NAME, there, 0)
    assert receiver.events() == [have(asked)]
    for index in range(asked // PACK, 13):
        receiver.packet(pack(index), 1)
    events = receiver.events()
    assert written(events) == DATA[asked:]
    assert events[-1] == Store(announce())


def test_a_part_that_is_whole_is_stored_at_once() -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.begin(NAME, SIZE, 0)
    assert receiver.events()[-1] == Store(announce())


@pytest.mark.parametrize("there", [-1, SIZE + 1])
def test_a_part_that_cannot_be_is_dropped_and_looked_for_again(there: int) -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.begin(NAME, there, 0)
    assert receiver.events()[-1] == DropPart(NAME)
    assert receiver.deadline() == PAUSE_MS
    receiver.timeout(PAUSE_MS)
    assert receiver.events() == [CheckQueued(announce())]


def test_a_gap_is_asked_for_at_once_and_early_packs_are_kept() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 1_000)
    receiver.packet(pack(2), 1_001)
    assert receiver.events()[-1] == have(PACK, window=PACK)
    receiver.packet(pack(3), 1_002)
    assert receiver.events() == []
    receiver.packet(pack(1), 1_010)
    events = receiver.events()
    assert written(events) == DATA[PACK : 4 * PACK]
    assert events[-1] == have(4 * PACK)
    assert receiver.counts["early"] == 2


def test_early_packs_are_bounded_by_the_window() -> None:
    receiver = Receiver()
    size = 100 * PACK
    receiver.announced(announce(size=size), 0)
    receiver.begin(NAME, 0, 0)
    for index in range(1, 100):
        receiver.packet(pack(index, data=bytes(PACK)), 1)
    receiver.events()
    receiver.packet(pack(0), 2)
    assert receiver.have == 16 * PACK


def test_silence_asks_again_at_growing_waits_and_then_lets_it_be() -> None:
    receiver = receiving()
    asked = []
    while (deadline := receiver.deadline()) is not None:
        receiver.timeout(deadline)
        asked += [deadline for event in receiver.events() if event == have(0)]
    assert asked[0] == ASK_MS
    assert max(later - earlier for earlier, later in pairwise(asked)) == ASK_CAP_MS
    assert GIVE_UP_MS - ASK_CAP_MS <= asked[-1] <= GIVE_UP_MS
    assert receiver.state == IDLE


def test_packs_that_flow_are_not_asked_for() -> None:
    receiver = receiving()
    for index in range(7):
        now = index * (ASK_MS - 1)
        receiver.timeout(now)
        receiver.packet(pack(index), now)
    assert [event for event in receiver.events() if isinstance(event, Send)] == []


def test_repeated_packs_neither_write_nor_ask() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 1)
    receiver.packet(pack(2), 2)
    receiver.events()
    for _ in range(50):
        receiver.packet(pack(0), 3)
        receiver.packet(pack(2), 3)
    assert receiver.events() == []
    assert receiver.counts["repeated"] == 100


def test_packs_that_come_again_and_again_put_a_question_off_but_not_for_ever() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 0)
    receiver.events()
    for now in range(100, GIVE_UP_MS, 100):
        receiver.packet(pack(0), now)
        receiver.timeout(now)
    assert receiver.events() == []
    receiver.timeout(GIVE_UP_MS + ASK_MS)
    assert receiver.state == IDLE


def test_a_flood_of_early_packs_does_not_make_a_flood_of_questions() -> None:
    receiver = receiving()
    for now in range(1_000, 2_000):
        receiver.packet(pack(2 + now % 10), now)
    assert len([event for event in receiver.events() if isinstance(event, Send)]) <= 1 + 1_000 // ASK_MS


@pytest.mark.parametrize(
    "packet",
    [
        pack(0, data=b"x"),
        pack(0, data=bytes(PACK + 1)),
        pack(12, data=bytes(PACK)),
        pack(13, data=bytes(PACK)),
        pack(40_000, data=bytes(PACK)),
        pack(65_535, data=bytes(PACK)),
    ],
)
def test_a_pack_that_does_not_fit_the_file_is_counted(packet: FilePacket) -> None:
    receiver = receiving()
    receiver.packet(packet, 1)
    assert receiver.events() == []
    assert receiver.counts["misshapen"] == 1


@pytest.mark.parametrize("name", ["P000000002.jpg", "", "p000000001.jpg", "P000000001.jpg2"])
def test_a_pack_of_a_file_that_nobody_announced_is_counted(name: str) -> None:
    receiver = receiving()
    receiver.packet(pack(0, name), 1)
    assert receiver.events() == []
    assert receiver.counts["unannounced"] == 1


def test_packs_before_and_after_their_time_are_counted() -> None:
    receiver = Receiver()
    receiver.packet(pack(0), 0)
    receiver.announced(announce(), 1)
    receiver.packet(pack(0), 2)
    receiver.begin(NAME, SIZE, 3)
    receiver.packet(pack(12), 4)
    receiver.stored(NAME, 5)
    receiver.packet(pack(12), 6)
    assert receiver.counts["unannounced"] == 4


def test_packs_of_a_long_file_are_counted_beyond_sixteen_bits() -> None:
    receiver = Receiver()
    video = FileAnnounce(file_name="P1.mp4", request_id="r-1", size=70_000 * PACK, sha256="0a" * 32, media_type="video")
    receiver.announced(video, 0)
    receiver.begin("P1.mp4", 65_535 * PACK, 0)
    receiver.events()
    for number in range(65_535, 65_540):
        receiver.packet(FilePacket(0x32, number % 65_536, 0, "P1.mp4", 0, bytes(PACK)), 1)
    assert [event.offset // PACK for event in receiver.events() if isinstance(event, WritePart)] == list(
        range(65_535, 65_540)
    )
