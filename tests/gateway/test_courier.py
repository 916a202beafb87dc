import hashlib

import pytest

from trifocal_gateway import courier, incoming, upload_queue
from trifocal_gateway.courier import Courier
from trifocal_gateway.queue_entry import Entry, Outcome, QueuedPhoto, summary
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.frame import PHOTO, FilePacket
from trifocal_shared.messages import FileAnnounce, FileHave, TransferComplete

DATA = bytes(range(250)) * 8
DIGEST = hashlib.sha256(DATA).hexdigest()
EPOCH_MS = 1_780_000_000_000


def announce(number: int = 1, sha256: str = DIGEST, timestamp: int = 0, age_ms: int = -1) -> FileAnnounce:
    return FileAnnounce(
        file_name=f"P00000000{number}.jpg",
        request_id=f"local_{number}",
        size=len(DATA),
        sha256=sha256,
        press_id=f"boot-{number}",
        timestamp=timestamp,
        age_ms=age_ms,
    )


def photo(number: int = 1, sha256: str = DIGEST) -> QueuedPhoto:
    return QueuedPhoto(f"local_{number}", sha256, len(DATA), "photo", f"boot-{number}")


class Desk:
    """A courier whose storage and cloud are the test."""

    def __init__(self, **limits: int) -> None:
        self.courier = Courier(UploadQueue(**limits))
        self.now = 1_000
        self.courier.epoch_known(EPOCH_MS + self.now, self.now)

    def events(self, kind: type) -> list[object]:
        return [event for event in self.courier.events() if isinstance(event, kind)]

    def said(self) -> list[object]:
        return [event.message for event in self.courier.events() if isinstance(event, courier.Say)]

    def send(self, number: int = 1) -> None:
        """The glasses send all of the file."""
        for index in range(0, len(DATA), 400):
            packet = FilePacket(
                PHOTO, index // 400, len(DATA), announce(number).file_name, 0, DATA[index : index + 400]
            )
            self.courier.piece(packet, True, self.now)

    def take_in(self, number: int = 1) -> None:
        """All the way until the row is to be saved."""
        self.courier.announced(announce(number), self.now)
        self.courier.part_opened(announce(number).file_name, 0, self.now)
        self.send(number)
        self.courier.photo_stored(announce(number).file_name, photo(number), self.now)


def complete(success: bool, number: int = 1) -> TransferComplete:
    return TransferComplete(file_name=announce(number).file_name, success=success)


def test_the_glasses_hear_complete_only_after_bytes_and_row_are_durable() -> None:
    desk = Desk()
    desk.courier.announced(announce(), desk.now)
    assert desk.courier.events() == [courier.OpenPart(announce())]
    desk.courier.part_opened("P000000001.jpg", 0, desk.now)
    assert desk.said() == [FileHave(file_name="P000000001.jpg", offset=0)]
    desk.send()
    events = desk.courier.events()
    written = [event for event in events if isinstance(event, incoming.WritePart)]
    assert b"".join(event.data for event in written) == DATA
    assert events[-1] == courier.StorePhoto(announce(), 0)
    desk.courier.photo_stored("P000000001.jpg", photo(), desk.now)
    (save,) = desk.courier.events()
    assert isinstance(save, upload_queue.Save)
    desk.courier.row_saved("local_1", True, desk.now)
    assert desk.said() == [complete(True)]


def test_each_step_is_told_to_the_cloud_with_the_time() -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.row_saved("local_1", True, desk.now)
    desk.courier.upload_ended("local_1", Outcome("uploaded"), 0.5, desk.now)
    told = [event.status for event in desk.events(courier.Tell)]
    assert [status.status for status in told] == ["queued", "uploading", "uploaded"]
    assert {(status.source, status.press_id, status.timestamp) for status in told} == {
        ("gateway", "boot-1", EPOCH_MS + desk.now)
    }


def test_a_row_that_cannot_be_written_leaves_the_photo_on_the_glasses() -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.events()
    desk.courier.row_saved("local_1", False, desk.now)
    assert desk.courier.events() == [courier.RemovePhoto("local_1")]
    desk.now = desk.courier.deadline() or 0
    desk.courier.timeout(desk.now)
    assert desk.courier.events() == [courier.OpenPart(announce())]


def test_a_photo_that_is_here_is_complete_at_once() -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.row_saved("local_1", True, desk.now)
    desk.courier.events()
    desk.courier.announced(announce(), desk.now)
    assert desk.said() == [complete(True)]
    desk.courier.upload_ended("local_1", Outcome("uploaded"), 0.5, desk.now)
    desk.courier.events()
    desk.courier.announced(announce(), desk.now)
    assert desk.said() == [complete(True)]


def test_a_photo_that_came_by_another_way_meanwhile_is_complete_too() -> None:
    desk = Desk()
    desk.courier.announced(announce(), desk.now)
    desk.courier.part_opened("P000000001.jpg", 0, desk.now)
    desk.send()
    desk.courier.restore([(1, Entry(1, photo()).row())], [], desk.now)
    desk.courier.events()
    desk.courier.photo_stored("P000000001.jpg", photo(), desk.now)
    assert desk.said() == [complete(True)]


def test_a_full_queue_lets_the_glasses_wait_and_asks_again() -> None:
    desk = Desk(most_photos=1)
    desk.take_in(1)
    desk.courier.row_saved("local_1", True, desk.now)
    desk.courier.events()
    desk.courier.announced(announce(2), desk.now)
    assert desk.courier.events() == []
    desk.courier.upload_ended("local_1", Outcome("uploaded"), 0.5, desk.now)
    desk.courier.events()
    desk.now = desk.courier.deadline() or 0
    desk.courier.timeout(desk.now)
    assert desk.courier.events() == [courier.OpenPart(announce(2))]


def test_a_queue_that_is_full_at_the_last_moment_gives_the_bytes_back() -> None:
    desk = Desk(most_photos=1)
    desk.courier.announced(announce(2), desk.now)
    desk.courier.part_opened(announce(2).file_name, 0, desk.now)
    desk.send(2)
    desk.courier.restore([(1, Entry(1, photo(1)).row())], [], desk.now)
    desk.courier.events()
    desk.courier.photo_stored(announce(2).file_name, photo(2), desk.now)
    assert desk.courier.events() == [courier.RemovePhoto("local_2")]


def test_other_bytes_under_a_known_id_are_put_off_by_the_glasses() -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.row_saved("local_1", True, desk.now)
    desk.courier.events()
    desk.courier.announced(announce(sha256="e" * 64), desk.now)
    assert desk.said() == [complete(False)]


@pytest.mark.parametrize(("reason", "answer"), [("corrupt", [complete(False)]), ("storage_full", [])])
def test_a_part_that_could_not_be_stored(reason: str, answer: list[TransferComplete]) -> None:
    desk = Desk()
    desk.courier.announced(announce(), desk.now)
    desk.courier.part_opened("P000000001.jpg", 0, desk.now)
    desk.send()
    desk.courier.events()
    desk.courier.part_failed("P000000001.jpg", reason, desk.now)
    assert desk.said() == answer


def test_an_announcement_that_can_never_be_fulfilled_ends_its_request() -> None:
    desk = Desk()
    wrong = announce()
    wrong.size = 10**9
    desk.courier.announced(wrong, desk.now)
    events = desk.courier.events()
    (told,) = [event.status for event in events if isinstance(event, courier.Tell)]
    assert (told.status, told.error_code, told.timestamp) == ("failed", "too_large", EPOCH_MS + desk.now)
    assert courier.Say(complete(False)) in events


@pytest.mark.parametrize(
    ("timestamp", "age_ms", "taken_at"),
    [(EPOCH_MS - 5, 3, EPOCH_MS - 5), (0, 400, EPOCH_MS + 1_000 - 400), (0, -1, 0)],
)
def test_when_a_photo_was_taken_is_worked_out_from_its_age(timestamp: int, age_ms: int, taken_at: int) -> None:
    desk = Desk()
    message = announce(timestamp=timestamp, age_ms=age_ms)
    desk.courier.announced(message, desk.now)
    desk.courier.part_opened(message.file_name, len(DATA), desk.now)
    assert desk.courier.events()[-1] == courier.StorePhoto(message, taken_at)


def test_without_a_clock_a_time_stays_unknown() -> None:
    desk = Desk()
    desk.courier.epoch_known(0, desk.now)
    desk.courier.announced(announce(age_ms=400), desk.now)
    desk.courier.part_opened("P000000001.jpg", len(DATA), desk.now)
    assert desk.courier.events()[-1] == courier.StorePhoto(announce(age_ms=400), 0)


def test_photos_found_in_the_spool_on_start_are_queued() -> None:
    desk = Desk()
    desk.courier.restore([(4, Entry(4, photo(4)).row())], [photo(7)], desk.now)
    (save,) = desk.events(upload_queue.Save)
    assert save == upload_queue.Save(5, Entry(5, photo(7)).row(), "local_7", True)
    desk.courier.row_saved("local_7", True, desk.now)
    assert [entry.photo.request_id for entry in desk.courier.queue.entries()] == ["local_4", "local_7"]


@pytest.mark.parametrize(
    ("outcome", "state", "waits"),
    [
        (Outcome("unavailable", "cloud_unreachable", 5_000), "failed", True),
        (Outcome("server_failed", "cloud_error"), "failed", True),
        (Outcome("token_rejected", "token_rejected"), "queued", False),
        (Outcome("refused", "not_an_image"), "dead", False),
    ],
)
def test_each_outcome_of_an_upload_reaches_the_queue(outcome: Outcome, state: str, waits: bool) -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.row_saved("local_1", True, desk.now)
    desk.courier.upload_ended("local_1", outcome, 0.5, desk.now)
    assert summary(desk.courier.queue.entries())[state] == 1
    assert (desk.courier.deadline() is not None) == waits
    desk.courier.token_changed(desk.now)
    desk.courier.cloud_reached(desk.now)
    assert len(desk.events(upload_queue.Upload)) == (2 if state == "queued" or outcome.kind == "server_failed" else 1)


def test_a_cloud_that_lets_us_in_after_all_gets_the_photos_its_refusal_of_the_token_had_stopped() -> None:
    desk = Desk()
    desk.take_in()
    desk.courier.row_saved("local_1", True, desk.now)
    assert desk.events(upload_queue.Upload) == [upload_queue.Upload(photo())]
    desk.courier.upload_ended("local_1", Outcome("token_rejected", "token_rejected"), 0.0, desk.now)
    assert desk.events(upload_queue.Upload) == []
    desk.courier.cloud_reached(desk.now)
    assert desk.events(upload_queue.Upload) == [upload_queue.Upload(photo())]


def test_a_lost_link_stops_the_asking() -> None:
    desk = Desk()
    desk.courier.announced(announce(), desk.now)
    desk.courier.part_opened("P000000001.jpg", 0, desk.now)
    assert desk.courier.deadline() is not None
    desk.courier.link_lost(desk.now)
    assert desk.courier.deadline() is None


def unasked_file(desk: Desk, announced: bool = False) -> None:
    """A file comes that nobody asked for, from glasses that announce theirs or do not."""
    for index in range(0, len(DATA), 400):
        data = DATA[index : index + 400]
        desk.courier.piece(FilePacket(PHOTO, index // 400, len(DATA), "I000000007.jpg", 1, data), announced, desk.now)


def test_a_file_of_glasses_that_announce_nothing_goes_the_same_way_and_once() -> None:
    desk = Desk()
    desk.courier.unannounced.expect("I000000007", "r-7")
    unasked_file(desk)
    (opening,) = desk.courier.events()
    assert isinstance(opening, courier.OpenPart)
    assert (opening.announce.request_id, opening.announce.sha256) == ("r-7", DIGEST)
    desk.courier.part_opened("I000000007.jpg", 0, desk.now)
    events = desk.courier.events()
    assert b"".join(event.data for event in events if isinstance(event, incoming.WritePart)) == DATA
    assert events[-1] == courier.StorePhoto(opening.announce, 0)
    assert not [event for event in events if isinstance(event, courier.Say)]
    desk.courier.photo_stored("I000000007.jpg", QueuedPhoto("r-7", DIGEST, len(DATA)), desk.now)
    desk.courier.row_saved("r-7", True, desk.now)
    assert desk.said() == [TransferComplete(file_name="I000000007.jpg", success=True)]
    unasked_file(desk)  # the word was lost, and the glasses try again
    assert desk.said() == [TransferComplete(file_name="I000000007.jpg", success=True)]


def test_what_is_missing_of_such_a_file_is_told_to_the_glasses() -> None:
    desk = Desk()
    desk.courier.piece(FilePacket(PHOTO, 4, len(DATA), "I000000007.jpg", 1, DATA[1_600:]), False, desk.now)
    assert desk.said() == [TransferComplete(file_name="I000000007.jpg", success=False)]


def test_packets_of_glasses_that_announce_are_no_files_by_themselves() -> None:
    desk = Desk()
    unasked_file(desk, announced=True)
    assert desk.courier.events() == []
    assert desk.courier.receiver.counts["unannounced"] == 5
