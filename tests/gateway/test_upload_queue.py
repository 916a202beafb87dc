from typing import Any

import pytest

from trifocal_gateway.queue_entry import DEAD, FAILED, QUEUED, UPLOADING, Entry, QueuedPhoto
from trifocal_gateway.upload_queue import (
    KNOWN,
    PAUSE_CAP_MS,
    RETRY_AFTER_CAP_MS,
    Forget,
    GiveWay,
    Progress,
    Save,
    TokenNeeded,
    Upload,
    UploadQueue,
)


def photo(number: int, size: int = 10) -> QueuedPhoto:
    return QueuedPhoto(f"local_{number}", f"{number:064x}", size, press_id=f"boot-{number}")


def names(events: list[object], kind: type) -> list[str]:
    return [event.photo.request_id for event in events if isinstance(event, kind)]  # type: ignore[attr-defined]


def test_photos_go_one_at_a_time_in_their_order(at_work: Any) -> None:
    bench = at_work(3, 1, 2)
    for _ in range(3):
        assert bench.counts()[UPLOADING] == 1
        bench.say("uploaded")
    assert bench.uploads == ["local_3", "local_1", "local_2"]
    assert bench.rows == {}
    assert bench.counts() == {QUEUED: 0, UPLOADING: 0, FAILED: 0, DEAD: 0, "bytes": 0}


def test_a_video_gives_way_to_a_new_photo() -> None:
    queue = UploadQueue()
    queue.add(QueuedPhoto("film", "0" * 64, 10, "video"), 0)
    queue.saved("film", True, 0)
    queue.events()
    queue.add(photo(1), 0)
    assert names(queue.events(), GiveWay) == []
    queue.saved("local_1", True, 0)
    assert names(queue.events(), GiveWay) == ["film"]
    queue.unavailable("film", 0, 0.5, 1)
    assert names(queue.events(), Upload) == ["local_1"]
    film = queue.entries()[0]
    assert (film.state, film.reason, film.attempts) == (QUEUED, "", 0)
    queue.unavailable("film", 0, 0.5, 1)
    assert names(queue.events(), Upload) == []
    queue.uploaded("local_1", 2)
    assert names(queue.events(), Upload) == ["film"]


def test_a_photo_is_begun_only_when_its_row_is_durable() -> None:
    queue = UploadQueue()
    assert queue.add(photo(1), 0) == ""
    (save,) = queue.events()
    assert isinstance(save, Save)
    assert save.row["state"] == QUEUED
    assert queue.deadline() is None
    queue.saved("local_1", True, 5)
    assert [type(event) for event in queue.events()] == [Progress, Progress, Upload]


def test_a_photo_whose_row_could_not_be_written_is_not_here() -> None:
    queue = UploadQueue(most_bytes=10)
    queue.add(photo(1), 0)
    queue.saved("local_1", False, 5)
    assert queue.entries() == []
    assert queue.admission("local_1", photo(1).sha256, 10) == ""
    queue.saved("local_1", True, 5)
    assert queue.entries() == []


def test_each_photo_tells_its_steps_and_ends_once(at_work: Any) -> None:
    bench = at_work(1)
    bench.say("uploaded")
    bench.queue.uploaded("local_1", bench.now)
    bench.queue.refused("local_1", "too_large", bench.now)
    bench.drain()
    assert [status for _, status, _ in bench.progress] == ["queued", "uploading", "uploaded"]


def test_the_row_goes_before_the_bytes(at_work: Any) -> None:
    bench = at_work(1)
    bench.queue.uploaded("local_1", bench.now)
    assert [type(event) for event in bench.queue.events()] == [Progress, Forget]


def test_the_same_photo_again_is_known_and_other_bytes_are_a_conflict(at_work: Any) -> None:
    bench = at_work(1, 2)
    for number in (1, 2):
        assert bench.queue.add(photo(number), bench.now) == KNOWN
        assert bench.queue.admission(f"local_{number}", "f" * 64, 1) == "conflict"
    bench.say("uploaded")
    assert bench.queue.add(photo(1), bench.now) == KNOWN
    assert bench.queue.admission("local_1", "f" * 64, 1) == "conflict"
    assert len(bench.queue.entries()) == 1


def test_what_is_being_stored_is_known_already() -> None:
    queue = UploadQueue()
    queue.add(photo(1), 0)
    assert queue.add(photo(1), 0) == KNOWN


@pytest.mark.parametrize("limits", [{"most_photos": 2}, {"most_bytes": 25}])
def test_what_does_not_fit_is_refused_and_nothing_is_dropped(at_work: Any, limits: dict[str, int]) -> None:
    bench = at_work(1, 2, **limits)
    assert bench.queue.add(photo(3), bench.now) == "storage_full"
    assert len(bench.queue.entries()) == 2
    bench.say("uploaded")
    assert bench.queue.add(photo(3), bench.now) == ""


def test_no_connection_pauses_the_lane_for_longer_and_longer(at_work: Any) -> None:
    bench = at_work(1, 2)
    waits = []
    for _ in range(11):
        bench.say("unavailable", 0, 0.999999)
        waits.append(bench.wait())
    assert waits[:4] == pytest.approx([1_000, 2_000, 4_000, 8_000], abs=2)
    assert max(waits) <= PAUSE_CAP_MS
    assert set(bench.uploads) == {"local_1"}
    bench.say("uploaded")
    assert bench.uploading == "local_2"
    assert "failed" not in {status for _, status, _ in bench.progress}


def test_chance_shortens_a_pause_by_up_to_a_half(at_work: Any) -> None:
    bench = at_work(1)
    bench.say("unavailable", 0, 0.0)
    assert bench.wait() == 500


def test_a_restored_link_is_tried_at_once(at_work: Any) -> None:
    bench = at_work(1)
    for _ in range(8):
        bench.say("unavailable", 0, 0.5)
        bench.wait()
    bench.say("unavailable", 0, 0.5)
    bench.queue.link_restored(bench.now)
    bench.drain()
    assert len(bench.uploads) == 10
    bench.say("unavailable", 0, 0.999999)
    assert bench.wait() <= 1_000


def test_the_patience_that_the_server_asks_for_is_kept_even_by_a_restored_link(at_work: Any) -> None:
    bench = at_work(1)
    bench.say("unavailable", 60_000, 0.5)
    bench.queue.link_restored(bench.now)
    bench.drain()
    assert len(bench.uploads) == 1
    assert bench.wait() == 60_000
    bench.say("unavailable", 10**12, 0.5)
    assert bench.wait() == RETRY_AFTER_CAP_MS


def test_a_rejected_token_stops_everything_until_there_is_another(at_work: Any) -> None:
    bench = at_work(1, 2)
    bench.say("token_rejected")
    assert bench.tokens_wanted == 1
    assert bench.queue.deadline() is None
    bench.queue.link_restored(bench.now)
    bench.queue.timeout(bench.now + 10**9)
    bench.drain()
    assert bench.uploads == ["local_1"]
    bench.queue.token_changed(bench.now)
    bench.drain()
    assert bench.uploads == ["local_1", "local_1"]


def test_a_refused_photo_is_dead_kept_and_told_and_the_next_goes_on(at_work: Any) -> None:
    bench = at_work(1, 2)
    bench.say("refused", "not_an_image")
    assert bench.uploading == "local_2"
    assert [step for step in bench.progress if step[1] == "failed"] == [("local_1", "failed", "not_an_image")]
    assert bench.rows[1]["state"] == DEAD
    assert bench.queue.entries()[0].reason == "not_an_image"
    assert bench.queue.admission("local_1", photo(1).sha256, 10) == KNOWN


def test_on_start_what_was_uploading_is_queued_and_pauses_are_over(at_work: Any) -> None:
    bench = at_work(1, 2, 3)
    bench.say("refused", "conflict")
    bench.say("server_failed", 0.5)
    again = UploadQueue()
    again.restore(reversed(bench.rows.items()), 7)
    assert [entry.state for entry in again.entries()] == [DEAD, UPLOADING, QUEUED]
    assert again.entries()[1].attempts == 1
    assert names(again.events(), Upload) == ["local_2"]
    again.add(photo(9), 8)
    assert [event.sequence for event in again.events() if isinstance(event, Save)] == [4]


def test_a_malformed_row_is_dead_and_stops_nobody() -> None:
    queue = UploadQueue()
    good = Entry(2, photo(2)).row()
    queue.restore([(1, {"request_id": 7}), (2, good), (3, good), (4, Entry(4, photo(4)).row())], 0)
    assert [entry.state for entry in queue.entries()] == [DEAD, UPLOADING, DEAD, QUEUED]
    assert names(queue.events(), Upload) == ["local_2"]


def test_answers_about_others_change_nothing(at_work: Any) -> None:
    bench = at_work(1)
    before = bench.counts()
    bench.queue.uploaded("local_9", bench.now)
    bench.queue.unavailable("local_9", 0, 0.5, bench.now)
    bench.queue.server_failed("local_9", 0.5, bench.now)
    bench.queue.token_rejected("local_9", bench.now)
    bench.queue.refused("local_9", "conflict", bench.now)
    bench.queue.saved("local_9", True, bench.now)
    assert bench.queue.events() == []
    assert bench.counts() == before
    assert TokenNeeded() == TokenNeeded()


def test_a_timeout_before_the_deadline_is_harmless(at_work: Any) -> None:
    bench = at_work(1)
    bench.say("unavailable", 0, 0.5)
    bench.queue.timeout(bench.now)
    assert bench.queue.events() == []


def test_ten_thousand_photos_are_no_slower_each_than_a_hundred(at_work: Any) -> None:
    bench = at_work(*range(10_000), most_photos=20_000)
    for _ in range(10_000):
        bench.say("uploaded")
    assert len(bench.uploads) == 10_000
    assert bench.queue.entries() == []
