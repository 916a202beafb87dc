import pytest

from trifocal_gateway.queue_entry import DEAD, FAILED, QUEUED, UPLOADING, Entry, QueuedPhoto, entry_of

PHOTO = QueuedPhoto("local_1", "a" * 64, 5, press_id="boot-1", timestamp=17)


@pytest.mark.parametrize("state", [QUEUED, UPLOADING, FAILED])
def test_a_row_is_read_again_and_whatever_was_under_way_is_queued(state: str) -> None:
    entry = Entry(3, PHOTO, state, attempts=2, reason="cloud_error", due=99)
    assert entry_of(3, entry.row()) == Entry(3, PHOTO, QUEUED, attempts=2, reason="cloud_error")


def test_the_dead_stay_dead() -> None:
    entry = Entry(3, PHOTO, DEAD, reason="too_large")
    assert entry_of(3, entry.row()) == entry


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("request_id", ""),
        ("request_id", None),
        ("sha256", 7),
        ("size", "5"),
        ("size", -1),
        ("size", True),
        ("timestamp", 1.5),
        ("media_type", []),
        ("press_id", None),
        ("state", "flying"),
        ("state", []),
        ("attempts", "many"),
        ("attempts", -1),
        ("reason", 4),
    ],
)
def test_a_row_that_makes_no_sense_is_dead_and_named(field: str, value: object) -> None:
    entry = entry_of(3, {**Entry(3, PHOTO).row(), field: value})
    assert (entry.state, entry.reason, entry.sequence) == (DEAD, "malformed", 3)
    assert entry.photo.request_id in ("local_1", "malformed-3")


def test_an_empty_row_is_dead() -> None:
    assert entry_of(4, {}).photo.request_id == "malformed-4"
