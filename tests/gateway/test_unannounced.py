"""Files that nobody announced: gathered, judged, asked for again, and handed on like any other."""

import hashlib

import pytest

from trifocal_gateway.unannounced import MOST_EXPECTED, SETTLE_MS, STALL_MS, Unannounced
from trifocal_shared.frame import PHOTO, VIDEO, FilePacket
from trifocal_shared.messages import FileAnnounce, FileHave, TransferComplete

NAME = "I123456789.jpg"
DATA = bytes(range(251)) * 7  # 1757 bytes: four packets and 157 bytes


def packets(piece: int = 400, size: int = 0, data: bytes = DATA, kind: int = PHOTO) -> list[FilePacket]:
    """The file in packets of so many bytes; the header says `size`, or the true one."""
    spans = range(0, len(data), piece)
    return [FilePacket(kind, at // piece, size or len(data), NAME, 1, data[at : at + piece]) for at in spans]


def whole(unannounced: Unannounced) -> bytes:
    """The bytes of the file that is handed on, checked against what is said of it."""
    announce = unannounced.next()
    assert announce is not None
    asked = unannounced.answer(FileHave(file_name=announce.file_name, offset=0))
    assert asked is not None
    data = b"".join(packet.data for packet in asked)
    assert (announce.size, announce.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return data


def test_a_file_is_whole_with_its_last_packet() -> None:
    unannounced = Unannounced()
    unannounced.expect("I123456789", "r-1")
    for packet in packets():
        assert unannounced.next() is None
        unannounced.packet(packet, 0)
    assert whole(unannounced) == DATA
    announce = unannounced.next()
    assert announce is not None
    assert (announce.file_name, announce.request_id, announce.media_type) == (NAME, "r-1", "photo")
    assert (unannounced.failed(), unannounced.deadline()) == ([], None)


def test_one_that_nobody_asked_for_is_a_local_photo_or_video() -> None:
    unannounced = Unannounced()
    for packet in packets(kind=VIDEO):
        unannounced.packet(packet, 0)
    announce = unannounced.next()
    assert announce is not None
    assert (announce.request_id, announce.media_type) == ("local_I123456789", "video")


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_what_is_missing_at_the_end_is_told_and_filled_by_the_next_round(missing: int) -> None:
    unannounced = Unannounced()
    for packet in packets():
        if packet.index != missing:
            unannounced.packet(packet, 0)
    unannounced.packet(packets()[-1], 1)
    assert unannounced.failed() == [TransferComplete(file_name=NAME, success=False)]
    for packet in packets()[: missing + 1]:
        unannounced.packet(packet, 2)
    assert whole(unannounced) == DATA
    assert unannounced.failed() == []


def test_a_second_round_that_misses_something_too_is_told_again() -> None:
    unannounced = Unannounced()
    for _ in range(2):
        for packet in packets():
            if packet.index != 2:
                unannounced.packet(packet, 0)
    assert len(unannounced.failed()) == 2


@pytest.mark.parametrize("piece", [100, 221, 399])
def test_a_size_of_400_for_each_smaller_packet_is_seen_through(piece: int) -> None:
    unannounced = Unannounced()
    inflated = 400 * len(packets(piece))
    for packet in packets(piece, inflated):
        unannounced.packet(packet, 10)
    assert unannounced.next() is None
    assert unannounced.deadline() == 10 + SETTLE_MS
    unannounced.timeout(10 + SETTLE_MS)
    assert whole(unannounced) == DATA


def test_a_true_size_that_could_be_an_inflated_one_is_waited_for() -> None:
    data = bytes(range(200)) * 10
    unannounced = Unannounced()
    for packet in packets(200, data=data):
        unannounced.packet(packet, 0)
        unannounced.timeout(SETTLE_MS - 1)
    unannounced.timeout(SETTLE_MS)
    assert whole(unannounced) == data


def test_a_true_size_in_small_packets_is_whole_at_once() -> None:
    unannounced = Unannounced()
    for packet in packets(221):
        unannounced.packet(packet, 0)
    assert whole(unannounced) == DATA


def test_one_that_stops_is_let_go() -> None:
    unannounced = Unannounced()
    for packet in packets()[:3]:
        unannounced.packet(packet, 5)
    assert unannounced.deadline() == 5 + STALL_MS
    unannounced.timeout(5 + STALL_MS - 1)
    assert unannounced.counts["dropped"] == 0
    unannounced.timeout(5 + STALL_MS)
    assert (unannounced.counts["dropped"], unannounced.deadline(), unannounced.failed()) == (1, None, [])


@pytest.mark.parametrize(
    "packet",
    [
        FilePacket(PHOTO, 0, 400, "../x", 0, b"x"),
        FilePacket(PHOTO, 0, 400, "", 0, b"x"),
        FilePacket(PHOTO, 0, 0, NAME, 0, b"x"),
        FilePacket(PHOTO, 0, 10_000_001, NAME, 0, b"x"),
    ],
)
def test_what_can_be_no_file_is_counted(packet: FilePacket) -> None:
    unannounced = Unannounced()
    unannounced.packet(packet, 0)
    assert (unannounced.counts["dropped"], unannounced.deadline()) == (1, None)


def test_more_bytes_than_the_file_has_are_not_kept() -> None:
    unannounced = Unannounced()
    for index in range(9):
        unannounced.packet(FilePacket(PHOTO, index, 4_000, NAME, 0, bytes(4_000 if index else 400)), 0)
    assert len(unannounced.failed()) >= 1
    assert unannounced.next() is None


def test_pieces_of_different_lengths_contradict_each_other() -> None:
    unannounced = Unannounced()
    for index, size in enumerate((400, 300, 400, 400)):
        unannounced.packet(FilePacket(PHOTO, index, 1_600, NAME, 0, bytes(size)), 0)
    assert unannounced.next() is None
    assert unannounced.failed() == [TransferComplete(file_name=NAME, success=False)]


def test_another_file_takes_the_place_of_one_that_was_left() -> None:
    unannounced = Unannounced()
    unannounced.packet(FilePacket(PHOTO, 0, 800, "I000000001.jpg", 0, bytes(400)), 0)
    for packet in packets():
        unannounced.packet(packet, 1)
    assert whole(unannounced) == DATA
    assert unannounced.counts["dropped"] == 1


def test_an_end_clears_it_and_words_about_others_do_not() -> None:
    unannounced = Unannounced()
    assert unannounced.answer(FileHave(file_name=NAME, offset=0)) is None
    for packet in packets():
        unannounced.packet(packet, 0)
    assert unannounced.answer(TransferComplete(file_name="P000000001.jpg", success=True)) is None
    assert isinstance(unannounced.next(), FileAnnounce)
    assert unannounced.answer(TransferComplete(file_name=NAME, success=True)) is None
    assert unannounced.next() is None


def test_expectations_are_bounded_and_the_oldest_gives_way() -> None:
    unannounced = Unannounced()
    unannounced.expect("I123456789", "r-1")
    for number in range(MOST_EXPECTED):
        unannounced.expect(f"I{number}", f"r{number}")
    for packet in packets():
        unannounced.packet(packet, 0)
    announce = unannounced.next()
    assert announce is not None
    assert announce.request_id == "local_I123456789"


def test_the_rest_of_a_repetition_that_was_needed_for_its_beginning_only_is_passed_over() -> None:
    unannounced = Unannounced()
    for packet in [*packets()[1:], *packets()]:
        unannounced.packet(packet, 0)
    assert whole(unannounced) == DATA
    assert unannounced.failed() == [TransferComplete(file_name=NAME, success=False)]
    assert unannounced.deadline() is None


def test_a_file_that_comes_again_because_its_end_was_not_heard_is_taken_again() -> None:
    unannounced = Unannounced()
    for packet in packets():
        unannounced.packet(packet, 0)
    unannounced.answer(TransferComplete(file_name=NAME, success=True))
    for packet in packets():
        unannounced.packet(packet, 9)
    assert whole(unannounced) == DATA
