from trifocal_gateway.lane import SUSPECT_ATTEMPTS, Lane, gives_way
from trifocal_gateway.queue_entry import DEAD, Entry, QueuedPhoto


def entry(sequence: int, media_type: str = "photo", **more: object) -> Entry:
    return Entry(sequence, QueuedPhoto(f"local_{sequence}", "0" * 64, 10, media_type), **more)  # type: ignore[arg-type]


def lane(*entries: Entry) -> Lane:
    made = Lane()
    for one in entries:
        made.enter(one)
    return made


def test_photos_go_before_videos_each_in_their_order() -> None:
    entries = [entry(1, "video"), entry(2), entry(3, "video"), entry(4)]
    made = lane(*entries)
    order = []
    while (found := made.next(0)) is not None:
        order.append(found.sequence)
        made.leave(found)
    assert order == [2, 4, 1, 3]
    assert made.earliest() is None


def test_the_dead_wait_for_nothing() -> None:
    made = lane(entry(1, state=DEAD))
    assert (made.next(0), made.earliest()) == (None, None)


def test_only_a_video_gives_way_and_only_to_a_photo() -> None:
    assert gives_way(entry(1, "video"), entry(2))
    assert not gives_way(entry(1, "video"), entry(2, "video"))
    assert not gives_way(entry(1), entry(2))


def test_a_suspect_steps_aside_when_another_gets_through() -> None:
    bad, good = entry(1, attempts=SUSPECT_ATTEMPTS), entry(2, "video")
    made = lane(bad, good)
    assert made.broke(bad, 0.0, 0)
    assert made.next(0) is good
    made.works(good, 1_000)
    made.leave(good)
    assert bad.due > 1_000
    assert made.earliest() == bad.due
    assert made.next(bad.due - 1) is None
    assert made.next(bad.due) is bad
    made.leave(bad)
    assert made.earliest() is None


def test_a_suspect_stays_when_the_other_breaks_too() -> None:
    bad, other = entry(1, attempts=SUSPECT_ATTEMPTS), entry(2, attempts=1)
    made = lane(bad, other)
    assert made.broke(bad, 0.0, 0)
    assert not made.broke(other, 0.0, 0)
    assert made.next(0) is bad


def test_alone_or_seldom_tried_nobody_is_suspected() -> None:
    assert not lane(entry(1, attempts=SUSPECT_ATTEMPTS)).broke(entry(1, attempts=SUSPECT_ATTEMPTS), 0.0, 0)
    made = lane(entry(1, attempts=1), entry(2))
    assert not made.broke(entry(1, attempts=1), 0.0, 0)


def test_what_was_unclear_clears_nobody() -> None:
    bad, other = entry(1, attempts=SUSPECT_ATTEMPTS), entry(2)
    made = lane(bad, other)
    assert made.broke(bad, 0.0, 0)
    made.unclear()
    made.works(other, 5)
    assert made.next(0) is bad
