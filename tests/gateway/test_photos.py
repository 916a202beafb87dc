"""Photo requests on their way to the glasses, in virtual time."""

import pytest

from trifocal_gateway.photos import (
    AWAY_MS,
    MOST_ENDED,
    MOST_WATCHED,
    SILENCE_MS,
    STALE_MS,
    WATCH_MS,
    Event,
    Failed,
    Photos,
    Take,
    failure,
)
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import PhotoRequest
from trifocal_shared.messages import PhotoStatus, TakePhoto

EPOCH = 1_800_000_000_000


def request(request_id: str = "r-1", timestamp: int = EPOCH) -> PhotoRequest:
    return PhotoRequest(request_id=request_id, app_id="app", size="large", flash=False, timestamp=timestamp)


def status(word: str, request_id: str = "r-1") -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status=word)


def asked(request_id: str = "r-1") -> Photos:
    photos = Photos()
    photos.asked(request(request_id), True, EPOCH, 0)
    photos.events()
    return photos


def failures(events: list[Event]) -> list[tuple[str, str]]:
    """Request id and reason of every failure."""
    return [(event.status.request_id, event.status.error_code) for event in events if isinstance(event, Failed)]


def test_a_request_becomes_a_command_with_everything_that_was_asked_for() -> None:
    photos = Photos()
    photos.asked(request(), True, EPOCH + 5, 0)
    command = TakePhoto(request_id="r-1", app_id="app", size="large", flash=False, timestamp=EPOCH)
    assert photos.events() == [Take(command)]


def test_a_request_that_comes_twice_is_one() -> None:
    photos = asked()
    photos.asked(request(), True, EPOCH, 10)
    assert photos.events() == []
    assert photos.final("r-1")
    photos.asked(request(), True, EPOCH, 20)
    assert photos.events() == []


def test_absent_glasses_fail_at_once() -> None:
    photos = Photos()
    photos.asked(request(), False, EPOCH, 0)
    assert photos.events() == [Failed(failure("r-1", "", reasons.GLASSES_OFFLINE))]
    assert photos.deadline() is None


@pytest.mark.parametrize(
    ("timestamp", "epoch_ms", "reason"),
    [
        (EPOCH, EPOCH + STALE_MS, ""),
        (EPOCH, EPOCH + STALE_MS + 1, reasons.STALE),
        (0, EPOCH, ""),
        (EPOCH, 0, ""),
        (EPOCH + 60_000, EPOCH, ""),
    ],
)
def test_nobody_wants_the_photo_of_a_moment_long_gone(timestamp: int, epoch_ms: int, reason: str) -> None:
    photos = Photos()
    photos.asked(request(timestamp=timestamp), True, epoch_ms, 0)
    assert failures(photos.events()) == ([("r-1", reason)] if reason else [])


@pytest.mark.parametrize("request_id", ["../../r", "a b", ".r", "r\n", "r" * 121])
def test_an_id_that_could_not_name_a_file_is_malformed(request_id: str) -> None:
    photos = Photos()
    photos.asked(request(request_id), True, EPOCH, 0)
    assert failures(photos.events()) == [(request_id, reasons.MALFORMED)]


def test_more_than_can_be_watched_is_refused() -> None:
    photos = Photos()
    for number in range(MOST_WATCHED + 1):
        photos.asked(request(f"r-{number}"), True, EPOCH, 0)
        photos.pressed(f"p-{number}", "press", True, 0)
    assert failures(photos.events())[0] == (f"r-{MOST_WATCHED // 2}", reasons.TOO_MANY)


def test_silent_glasses_fail_after_ten_seconds() -> None:
    photos = asked()
    photos.timeout(SILENCE_MS - 1)
    assert photos.events() == []
    assert photos.deadline() == SILENCE_MS
    photos.timeout(SILENCE_MS)
    photos.timeout(SILENCE_MS)
    assert failures(photos.events()) == [("r-1", reasons.GLASSES_SILENT)]


def test_a_word_ends_the_silence_but_not_the_watch() -> None:
    photos = asked()
    photos.heard(status("capturing"), 9_000)
    photos.timeout(WATCH_MS - 1)
    assert photos.events() == []
    photos.timeout(WATCH_MS)
    assert failures(photos.events()) == [("r-1", reasons.GLASSES_SILENT)]


@pytest.mark.parametrize("word", ["captured", "transferring", "queued", "uploading", "uploaded", "failed"])
def test_a_photo_that_is_safe_or_has_failed_is_no_longer_watched(word: str) -> None:
    photos = asked()
    photos.heard(status(word), 100)
    photos.link_lost(200)
    photos.timeout(1_000_000)
    assert photos.events() == []
    assert photos.deadline() is None


def test_an_announced_file_is_a_captured_photo() -> None:
    photos = asked()
    photos.captured("r-1")
    photos.captured("never-heard-of")
    assert photos.deadline() is None


def test_words_about_others_change_nothing() -> None:
    photos = asked()
    photos.heard(status("captured", "r-2"), 100)
    assert photos.deadline() == SILENCE_MS


def test_a_lost_link_is_not_final_for_thirty_seconds() -> None:
    photos = asked()
    photos.link_lost(1_000)
    photos.timeout(1_000 + AWAY_MS - 1)
    assert photos.events() == []
    photos.timeout(1_000 + AWAY_MS)
    assert failures(photos.events()) == [("r-1", reasons.GLASSES_OFFLINE)]


def test_glasses_that_return_are_told_again() -> None:
    photos = asked()
    photos.link_lost(1_000)
    photos.link_ready(False, 5_000)
    assert [event.message.request_id for event in photos.events() if isinstance(event, Take)] == ["r-1"]
    assert photos.deadline() == 5_000 + SILENCE_MS
    photos.link_ready(False, 6_000)
    assert photos.events() == []


def test_glasses_that_restarted_under_the_link_are_told_again() -> None:
    photos = asked()
    photos.heard(status("capturing"), 100)
    photos.link_ready(True, 5_000)
    assert [type(event) for event in photos.events()] == [Take]


def test_a_photo_of_a_press_is_watched_and_never_told_again() -> None:
    photos = Photos()
    photos.pressed("r-1", "p-1", True, 0)
    photos.link_lost(1_000)
    photos.link_ready(False, 2_000)
    assert photos.events() == []
    photos.timeout(2_000 + SILENCE_MS)
    assert photos.events() == [Failed(failure("r-1", "p-1", reasons.GLASSES_SILENT))]


def test_a_photo_of_a_press_whose_answer_found_nobody_fails_at_once() -> None:
    photos = Photos()
    photos.pressed("r-1", "p-1", False, 0)
    assert failures(photos.events()) == [("r-1", reasons.GLASSES_OFFLINE)]


def test_a_link_that_flutters_does_not_prolong_the_watch() -> None:
    photos = asked()
    for now in range(0, WATCH_MS, 5_000):
        photos.link_lost(now)
        photos.link_ready(False, now + 2_500)
        photos.timeout(now + 2_500)
    photos.timeout(WATCH_MS)
    assert len(failures(photos.events())) == 1


def test_a_photo_that_was_taken_locally_ends_the_request_of_its_press() -> None:
    photos = Photos()
    photos.orphaned("r-1", "p-1")
    assert failures(photos.events()) == [("r-1", reasons.CAPTURED_LOCALLY)]
    assert photos.final("r-1")
    photos.orphaned("r-1", "p-1")
    assert photos.events() == []


def test_only_the_first_last_word_passes() -> None:
    photos = asked()
    assert photos.final("r-1")
    assert not photos.final("r-1")
    assert photos.deadline() is None
    photos.pressed("r-1", "p-1", True, 0)
    assert photos.deadline() is None


def test_the_memory_of_ended_requests_is_bounded_and_keeps_the_latest() -> None:
    photos = Photos()
    for number in range(MOST_ENDED + 1):
        assert photos.final(f"r-{number}")
    assert not photos.final(f"r-{MOST_ENDED}")
    assert photos.final("r-0")


def test_a_failure_says_who_failed_and_why_in_a_sentence() -> None:
    word = failure("r-1", "p-1", reasons.STALE)
    assert (word.source, word.status, word.press_id) == ("gateway", "failed", "p-1")
    assert word.error_message == reasons.SENTENCES[reasons.STALE]
