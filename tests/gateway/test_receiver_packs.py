"""Receiving a file in packs: any byte to begin at, a window by the link, one word for have and want."""

import pytest

from trifocal_gateway.incoming import Send, Store, WritePart
from trifocal_gateway.receiver import ACK_EVERY, ACK_MS, ASK_MS, Receiver
from trifocal_gateway.testing import DATA, NAME, SIZE, announce, complete, pack
from trifocal_shared.messages import FileAnnounce
from trifocal_shared.pack import DATA_BYTES, Have, Piece

NUMBER = 7


def numbered() -> FileAnnounce:
    said = announce()
    said.number = NUMBER
    return said


def receiving(have_bytes: int = 0) -> Receiver:
    receiver = Receiver()
    receiver.announced(numbered(), 0)
    receiver.begin(NAME, have_bytes, 0)
    return receiver


def piece(index: int, first: int = 0) -> Piece:
    at = first + index * DATA_BYTES
    return Piece(NUMBER, at, DATA[at : at + DATA_BYTES])


def words(receiver: Receiver) -> list[tuple[int, int]]:
    """Offset and window of each word that was said since the last look."""
    said = [event.message for event in receiver.events() if isinstance(event, Send)]
    return [(word.offset, word.window) for word in said if isinstance(word, Have) and word.number == NUMBER]


WINDOW = 2 * 50 * 177_800 // 1_000 + ACK_EVERY * DATA_BYTES


def test_it_is_asked_for_acknowledged_every_eighth_piece_and_stored() -> None:
    receiver = receiving()
    assert words(receiver) == [(0, WINDOW)]
    events: list[object] = []
    for index in range(11):
        receiver.piece(piece(index), 10)
        events += receiver.events()
    assert b"".join(event.data for event in events if isinstance(event, WritePart)) == DATA
    said = [event for event in events if isinstance(event, Send)]
    assert said == [Send(Have(number=NUMBER, offset=ACK_EVERY * DATA_BYTES, window=WINDOW))]
    assert events[-1] == Store(numbered())
    receiver.stored(NAME, 20)
    assert receiver.events() == [complete(True)]


def test_fewer_pieces_are_acknowledged_in_time() -> None:
    receiver = receiving()
    receiver.piece(piece(0), 10)
    receiver.piece(piece(1), 30)
    words(receiver)
    assert receiver.deadline() == 10 + ACK_MS
    receiver.timeout(10 + ACK_MS - 1)
    assert words(receiver) == []
    receiver.timeout(10 + ACK_MS)
    assert words(receiver) == [(2 * DATA_BYTES, WINDOW)]
    assert receiver.deadline() == 30 + ASK_MS


@pytest.mark.parametrize("there", [0, 1, 485, 486, 3_333, SIZE - 1])
def test_it_goes_on_at_the_first_missing_byte(there: int) -> None:
    receiver = receiving(there)
    assert words(receiver) == [(there, WINDOW)]
    index, data = 0, b""
    while receiver.have < SIZE:
        receiver.piece(piece(index, there), 1)
        index += 1
    data = b"".join(event.data for event in receiver.events() if isinstance(event, WritePart))
    assert data == DATA[there:]


def test_only_gaps_are_asked_for_one_after_the_other() -> None:
    receiver = receiving()
    words(receiver)
    for index in (0, 3, 4, 6, 7):
        receiver.piece(piece(index), 1_000)
    assert words(receiver) == [(DATA_BYTES, 2 * DATA_BYTES)]
    receiver.piece(piece(1), 1_030)
    assert words(receiver) == []
    receiver.piece(piece(2), 1_030)
    assert words(receiver) == [(5 * DATA_BYTES, DATA_BYTES)]
    receiver.piece(piece(5), 1_060)
    assert words(receiver) == [(8 * DATA_BYTES, WINDOW)]
    assert receiver.counts["repeated"] == 0


def test_pieces_of_another_photo_or_profile_are_strange() -> None:
    receiver = receiving()
    words(receiver)
    receiver.piece(Piece(NUMBER + 1, 0, DATA[:486]), 1)
    receiver.piece(Piece(0, 0, DATA[:486]), 1)
    other = Receiver()
    other.announced(announce(), 0)
    other.begin(NAME, 0, 0)
    other.events()
    other.piece(Piece(0, 0, DATA[:486]), 1)
    assert (receiver.events(), other.events()) == ([], [])
    assert (receiver.counts["unannounced"], other.counts["unannounced"]) == (2, 1)


def test_a_piece_beyond_the_end_is_counted() -> None:
    receiver = receiving()
    words(receiver)
    receiver.piece(Piece(NUMBER, SIZE - 1, b"ab"), 1)
    assert (receiver.events(), receiver.counts["misshapen"]) == ([], 1)


def test_a_file_packet_of_the_right_name_does_no_harm() -> None:
    receiver = receiving()
    words(receiver)
    receiver.packet(pack(0), 1)
    assert receiver.have == 400
    receiver.piece(piece(0), 2)
    assert receiver.have == DATA_BYTES
    data = b"".join(event.data for event in receiver.events() if isinstance(event, WritePart))
    assert data == DATA[:DATA_BYTES]


def test_a_lost_link_leaves_no_deadline() -> None:
    receiver = receiving()
    receiver.piece(piece(0), 10)
    receiver.link_lost(11)
    assert receiver.deadline() is None
