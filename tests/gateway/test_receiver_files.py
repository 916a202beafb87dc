"""What is announced, refused, stored and lost, in virtual time. The packets are `test_receiver.py`'s."""

import pytest

from trifocal_gateway.incoming import CheckQueued, DropPart, Refused, WritePart
from trifocal_gateway.photos import failure
from trifocal_gateway.receiver import CHECKING, IDLE, MOST_REFUSED, PACK, PAUSE_MS, PAUSED, RECEIVING, STORING, Receiver
from trifocal_gateway.testing import DATA, NAME, SIZE, announce, complete, have, pack, receiving
from trifocal_shared import reasons
from trifocal_shared.messages import FileAnnounce


def test_a_repeated_announcement_tells_where_we_stand() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 1)
    receiver.events()
    receiver.announced(announce(), 2)
    assert receiver.events() == [have(PACK)]


def test_a_repeated_announcement_changes_nothing_while_the_disk_is_asked_or_writing() -> None:
    receiver = Receiver()
    receiver.announced(announce(), 0)
    receiver.announced(announce(), 1)
    assert receiver.events() == [CheckQueued(announce())]
    receiver.begin(NAME, SIZE, 2)
    receiver.events()
    receiver.announced(announce(), 3)
    receiver.announced(announce("P000000002.jpg", request_id="r-2"), 3)
    assert receiver.events() == []
    receiver.stored(NAME, 4)
    assert receiver.events() == [complete(True)]


def test_another_file_takes_the_place_of_one_that_was_left() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 1)
    receiver.events()
    other = announce("P000000002.jpg", request_id="r-2")
    receiver.announced(other, 2)
    assert receiver.events() == [CheckQueued(other)]
    receiver.begin(NAME, PACK, 3)
    receiver.already_queued(NAME, 3)
    assert receiver.events() == []
    receiver.begin("P000000002.jpg", 0, 3)
    assert receiver.events() == [have(0, "P000000002.jpg")]


def test_other_bytes_under_the_same_name_are_another_file() -> None:
    receiver = receiving()
    receiver.announced(announce(sha256="0b" * 32), 1)
    assert receiver.state == CHECKING


def test_bytes_that_are_not_what_was_announced_start_anew() -> None:
    receiver = receiving(SIZE)
    receiver.store_failed(NAME, reasons.CORRUPT, 1)
    assert receiver.events() == [DropPart(NAME), complete(False)]
    assert receiver.state == IDLE
    receiver.announced(announce(), 2)
    assert receiver.events() == [CheckQueued(announce())]


@pytest.mark.parametrize("there", [0, SIZE])
def test_a_full_disk_is_tried_again_at_growing_waits_and_says_nothing(there: int) -> None:
    receiver = receiving(there)
    now, waits = 0, []
    for _ in range(12):
        receiver.store_failed(NAME, reasons.STORAGE_FULL, now)
        receiver.announced(announce(), now)
        receiver.packet(pack(0), now)
        assert receiver.events() == []
        deadline = receiver.deadline()
        assert deadline is not None
        waits.append(deadline - now)
        receiver.timeout(deadline - 1)
        assert receiver.events() == []
        now = deadline
        receiver.timeout(now)
        assert receiver.events() == [CheckQueued(announce())]
    assert waits[:3] == [2_000, 4_000, 8_000]
    assert waits[-1] == 300_000
    receiver.begin(NAME, SIZE, now)
    receiver.stored(NAME, now)
    assert receiver.events()[-1] == complete(True)


def test_a_full_disk_stays_full_for_a_link_that_comes_back() -> None:
    receiver = receiving(SIZE)
    receiver.store_failed(NAME, reasons.STORAGE_FULL, 0)
    receiver.link_lost(10)
    assert receiver.deadline() is None
    receiver.announced(announce(), 20)
    assert receiver.events() == []
    assert (receiver.state, receiver.deadline()) == (PAUSED, PAUSE_MS)


def test_a_lost_link_forgets_what_was_received_and_asks_the_disk() -> None:
    receiver = receiving()
    receiver.packet(pack(0), 1)
    receiver.events()
    receiver.link_lost(2)
    assert (receiver.state, receiver.deadline()) == (IDLE, None)
    receiver.announced(announce(), 10)
    assert receiver.events() == [CheckQueued(announce())]
    receiver.begin(NAME, PACK, 11)
    assert receiver.events() == [have(PACK)]


def test_what_is_being_stored_is_stored_without_the_link_and_confirmed_on_the_next() -> None:
    receiver = receiving(SIZE)
    receiver.link_lost(1)
    assert receiver.state == STORING
    receiver.announced(announce(), 2)
    receiver.stored(NAME, 3)
    assert receiver.events() == [complete(True)]


def test_what_could_not_be_stored_while_the_link_was_away_waits_for_an_announcement() -> None:
    receiver = receiving(SIZE)
    receiver.link_lost(1)
    receiver.store_failed(NAME, reasons.STORAGE_FULL, 2)
    assert (receiver.state, receiver.deadline()) == (IDLE, None)
    receiver.announced(announce(), 3)
    assert (receiver.state, receiver.deadline()) == (PAUSED, 2 + PAUSE_MS)


def test_a_link_that_is_back_before_the_disk_answers_is_not_away() -> None:
    receiver = receiving(SIZE)
    receiver.link_lost(1)
    receiver.announced(announce(), 2)
    receiver.store_failed(NAME, reasons.STORAGE_FULL, 3)
    assert (receiver.state, receiver.deadline()) == (PAUSED, 3 + PAUSE_MS)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (announce(size=10_000_001), reasons.TOO_LARGE),
        (announce(size=0), reasons.MALFORMED),
        (announce(sha256="x"), reasons.MALFORMED),
        (announce(name="../../x"), reasons.MALFORMED),
        (announce(request_id="../../x"), reasons.MALFORMED),
    ],
)
def test_what_can_never_be_taken_is_refused_with_a_last_word_said_once(bad: FileAnnounce, reason: str) -> None:
    receiver = Receiver()
    receiver.announced(bad, 0)
    refusal = Refused(failure(bad.request_id, "", reason))
    assert receiver.events() == [refusal, complete(False, bad.file_name)]
    receiver.announced(bad, 1)
    assert receiver.events() == [complete(False, bad.file_name)]
    assert receiver.state == IDLE


def test_names_too_long_to_be_repeated_are_met_with_silence() -> None:
    receiver = Receiver()
    receiver.announced(announce(name="a" * 65, request_id="r" * 121), 0)
    assert receiver.events() == []
    assert receiver.counts["refused"] == 1


def test_a_refusal_does_not_disturb_the_file_at_hand() -> None:
    receiver = receiving()
    receiver.announced(announce(name="../x", request_id="r-2"), 1)
    receiver.events()
    receiver.packet(pack(0), 2)
    assert receiver.events() == [WritePart(NAME, 0, DATA[:PACK])]
    assert receiver.state == RECEIVING


def test_the_memory_of_refusals_is_bounded() -> None:
    receiver = Receiver()
    for number in range(MOST_REFUSED + 1):
        receiver.announced(announce(size=0, request_id=f"r-{number}"), 0)
    receiver.events()
    receiver.announced(announce(size=0, request_id=f"r-{MOST_REFUSED}"), 1)
    assert len(receiver.events()) == 1
    receiver.announced(announce(size=0, request_id="r-0"), 1)
    assert len(receiver.events()) == 2


def test_answers_of_the_disk_out_of_turn_change_nothing() -> None:
    receiver = Receiver()
    receiver.begin(NAME, 0, 0)
    receiver.already_queued(NAME, 0)
    receiver.stored(NAME, 0)
    receiver.store_failed(NAME, reasons.STORAGE_FULL, 0)
    receiver.timeout(0)
    assert (receiver.events(), receiver.state) == ([], IDLE)
    receiver = receiving()
    receiver.begin(NAME, PACK, 1)
    receiver.already_queued(NAME, 1)
    receiver.stored(NAME, 1)
    receiver.store_failed("P000000002.jpg", reasons.CORRUPT, 1)
    assert (receiver.events(), receiver.have, receiver.state) == ([], 0, RECEIVING)
