"""Callbacks in virtual time: in order, one at a time, tried again, bounded, and each failure said once."""

from hypothesis import given
from hypothesis import strategies as st

from trifocal_cloud.callbacks import (
    AGAIN,
    QUEUE_LIMIT,
    REFUSED,
    RETRY_BASE_MS,
    RETRY_CAP_MS,
    TAKEN,
    TRIES,
    Callbacks,
    Failing,
    Said,
    Send,
)


def thing(number: int) -> Said:
    return Said(f"d{number}", b"%d" % number)


def made(*said: int) -> Callbacks:
    callbacks = Callbacks(lambda: 0.5)
    callbacks.added("c", 0)
    for number in said:
        callbacks.said("c", thing(number), 0)
    return callbacks


def sent(callbacks: Callbacks) -> list[str]:
    return [event.said.delivery_id for event in callbacks.events() if isinstance(event, Send)]


def run_out(callbacks: Callbacks, delivery_id: str) -> tuple[int, int]:
    """Let every try fail; how many there were, and when the last one ended."""
    tries, now = 0, 0
    while True:
        tries += len(sent(callbacks))
        callbacks.tried("c", delivery_id, AGAIN, "gone", now)
        deadline = callbacks.deadline()
        if deadline is None:
            return tries, now
        now = deadline
        callbacks.timeout(now)


def test_the_first_thing_goes_at_once_and_the_next_when_it_was_taken() -> None:
    callbacks = made(1, 2, 3)
    assert sent(callbacks) == ["d1"]
    callbacks.tried("c", "d1", TAKEN, "", 5)
    assert sent(callbacks) == ["d2"]
    callbacks.tried("c", "d2", TAKEN, "", 5)
    callbacks.tried("c", "d3", TAKEN, "", 5)
    assert sent(callbacks) == ["d3"]
    assert callbacks.deadline() is None
    callbacks.said("c", thing(4), 6)
    assert sent(callbacks) == ["d4"]


def test_what_failed_is_tried_again_after_a_wait_and_nothing_overtakes_it() -> None:
    callbacks = made(1)
    sent(callbacks)
    callbacks.tried("c", "d1", AGAIN, "gone", 100)
    callbacks.said("c", thing(2), 100)
    assert callbacks.events() == []
    deadline = callbacks.deadline()
    assert deadline is not None
    assert RETRY_BASE_MS // 2 <= deadline - 100 <= RETRY_BASE_MS
    callbacks.timeout(deadline - 1)
    assert sent(callbacks) == []
    callbacks.timeout(deadline)
    assert sent(callbacks) == ["d1"]
    callbacks.tried("c", "d1", TAKEN, "", deadline)
    assert sent(callbacks) == ["d2"]


def test_after_so_many_tries_it_is_the_next_ones_turn() -> None:
    callbacks = made(1)
    tries, ended = run_out(callbacks, "d1")
    assert tries == TRIES
    assert ended <= TRIES * RETRY_CAP_MS
    callbacks.said("c", thing(2), ended)
    assert sent(callbacks) == ["d2"]


def test_what_was_refused_is_not_tried_again() -> None:
    callbacks = made(1, 2)
    sent(callbacks)
    callbacks.tried("c", "d1", REFUSED, "its server answered 404", 0)
    failing, send = callbacks.events()
    assert failing == Failing("c", "its server answered 404", 1)
    assert isinstance(send, Send)
    assert send.said == thing(2)


def test_a_failure_is_said_once_until_something_was_taken() -> None:
    callbacks = made(1, 2, 3, 4)
    said = []
    for number, outcome in ((1, REFUSED), (2, REFUSED), (3, TAKEN), (4, REFUSED)):
        callbacks.tried("c", f"d{number}", outcome, "no", 0)
        said += [event.lost for event in callbacks.events() if isinstance(event, Failing)]
    assert said == [1, 1]


def test_a_full_queue_loses_the_oldest_but_not_what_is_under_way() -> None:
    callbacks = made(*range(QUEUE_LIMIT + 5))
    assert callbacks.lost("c") == 5
    order = []
    while ids := sent(callbacks):
        order += ids
        callbacks.tried("c", ids[0], TAKEN, "", 0)
    assert order == ["d0", *[f"d{number}" for number in range(6, QUEUE_LIMIT + 5)]]
    assert callbacks.lost("c") == 0


def test_news_of_what_is_not_under_way_mean_nothing() -> None:
    callbacks = made(1)
    sent(callbacks)
    callbacks.tried("c", "d0", REFUSED, "", 0)
    callbacks.tried("x", "d1", REFUSED, "", 0)
    callbacks.tried("c", "d1", AGAIN, "", 0)
    callbacks.tried("c", "d1", REFUSED, "", 0)
    assert callbacks.events() == []


def test_a_callback_that_was_removed_is_sent_nothing() -> None:
    callbacks = made(1, 2)
    sent(callbacks)
    callbacks.tried("c", "d1", AGAIN, "", 0)
    callbacks.removed("c", 0)
    callbacks.removed("c", 0)
    callbacks.said("c", thing(3), 0)
    callbacks.tried("c", "d1", TAKEN, "", 0)
    callbacks.timeout(10**9)
    assert (callbacks.deadline(), callbacks.events(), callbacks.lost("c")) == (None, [], 0)


def test_to_add_one_again_changes_nothing() -> None:
    callbacks = made(1, 2)
    sent(callbacks)
    callbacks.added("c", 0)
    callbacks.tried("c", "d1", TAKEN, "", 0)
    assert sent(callbacks) == ["d2"]


def test_no_callback_waits_for_another() -> None:
    callbacks = made(1)
    callbacks.added("other", 0)
    callbacks.said("other", thing(9), 0)
    assert sent(callbacks) == ["d1", "d9"]


@given(st.lists(st.sampled_from(["say", TAKEN, REFUSED, AGAIN, "time"]), max_size=60))
def test_whatever_happens_one_thing_is_under_way_and_the_order_holds(walk: list[str]) -> None:
    callbacks, now, said = made(), 0, 0
    under_way: list[str] = []
    order: list[int] = []
    for step in walk:
        now += 400
        if step == "say":
            said += 1
            callbacks.said("c", thing(said), now)
        elif step == "time":
            callbacks.timeout(now)
        elif under_way:
            callbacks.tried("c", under_way.pop(), step, "", now)
        under_way += sent(callbacks)
        assert len(under_way) <= 1
        order += [int(name[1:]) for name in under_way]
    assert order == sorted(order)
