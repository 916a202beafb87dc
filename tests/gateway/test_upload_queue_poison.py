"""Photos that break the server, and servers that are broken."""

from typing import Any

from trifocal_gateway.queue_entry import UPLOADING
from trifocal_gateway.upload_queue import PAUSE_CAP_MS


def fail(bench: Any, sick: set[str], rounds: int) -> None:
    """Let the server break over the photos in `sick` and take all others."""
    for _ in range(rounds):
        if bench.counts()[UPLOADING] == 0:
            if bench.queue.deadline() is None:
                return
            bench.wait()
        if bench.uploading in sick:
            bench.say("server_failed", 0.5)
        else:
            bench.say("uploaded")


def test_a_photo_that_alone_breaks_the_server_steps_aside(at_work: Any) -> None:
    bench = at_work(1, 2, 3, 4)
    fail(bench, {"local_1"}, 12)
    assert [name for name in bench.uploads if name != "local_1"] == ["local_2", "local_3", "local_4"]
    assert bench.queue.entries()[0].attempts >= 5
    fail(bench, set(), 2)
    assert bench.queue.entries() == []


def test_two_bad_photos_in_a_row_cannot_hold_up_the_rest(at_work: Any) -> None:
    bench = at_work(*range(1, 8))
    fail(bench, {"local_1", "local_2"}, 60)
    good = [name for name in bench.uploads if name not in ("local_1", "local_2")]
    assert sorted(good) == [f"local_{number}" for number in range(3, 8)]
    fail(bench, set(), 4)
    assert bench.queue.entries() == []


def test_photos_that_stepped_aside_and_new_ones_take_turns(at_work: Any) -> None:
    bench = at_work(1, 2, 3, 4, 5, 6)
    fail(bench, {"local_1", "local_2"}, 60)
    for number in range(10, 20):
        bench.add(number)
        bench.drain()
    bench.now += PAUSE_CAP_MS
    fail(bench, {"local_1", "local_2"}, 14)
    assert [name for name in bench.uploads if name >= "local_1" and len(name) == 8] == [
        f"local_{number}" for number in range(10, 20)
    ]


def test_a_server_that_is_ill_as_a_whole_does_not_upset_the_order(at_work: Any) -> None:
    bench = at_work(1, 2, 3)
    everything = {"local_1", "local_2", "local_3"}
    fail(bench, everything, 40)
    begun = len(bench.uploads)
    bench.wait()
    fail(bench, set(), 5)
    assert bench.uploads[begun:] == ["local_1", "local_2", "local_3"]


def test_an_outage_while_a_photo_is_suspected_blames_nobody(at_work: Any) -> None:
    for answer in (("unavailable", 0, 0.5), ("token_rejected",)):
        bench = at_work(1, 2)
        for _ in range(5):
            if bench.counts()[UPLOADING] == 0:
                bench.wait()
            bench.say("server_failed", 0.5)
        assert bench.uploading == "local_2"
        bench.say(*answer)
        bench.queue.token_changed(bench.now)
        bench.drain()
        if bench.counts()[UPLOADING] == 0:
            bench.wait()
        assert bench.uploading == "local_1"


def test_the_last_photo_of_all_is_tried_for_ever(at_work: Any) -> None:
    bench = at_work(1)
    fail(bench, {"local_1"}, 30)
    assert bench.queue.deadline() is not None
    bench.wait()
    bench.say("uploaded")
    assert bench.queue.entries() == []
