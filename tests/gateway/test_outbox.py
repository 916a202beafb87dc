"""What is kept for an absent cloud."""

from trifocal_gateway.outbox import MOST_KEPT, RECENT_MS, Forget, Keep, Outbox, Send
from trifocal_shared.cloud_messages import GlassesBatteryUpdate
from trifocal_shared.messages import PhotoStatus

BATTERY = GlassesBatteryUpdate(level=50)


def result(request_id: str = "r-1", word: str = "failed") -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status=word)


def opened() -> Outbox:
    outbox = Outbox()
    outbox.opened(0)
    return outbox


def test_what_is_said_while_the_cloud_listens_goes_out_at_once() -> None:
    outbox = opened()
    outbox.say(BATTERY)
    outbox.say_finally(result(), 5)
    assert outbox.events() == [Send(BATTERY), Send(result())]


def test_what_nobody_hears_is_counted() -> None:
    outbox = Outbox()
    outbox.say(BATTERY)
    assert outbox.events() == []
    assert outbox.counts["unsaid"] == 1


def test_last_words_wait_and_go_out_in_their_order() -> None:
    outbox = Outbox()
    outbox.say_finally(result("r-2"), 0)
    outbox.say_finally(result("r-1", "uploaded"), 1)
    assert outbox.events() == [Keep(result("r-2")), Keep(result("r-1", "uploaded"))]
    outbox.opened(100)
    assert outbox.events() == [
        Send(result("r-2")),
        Forget("r-2"),
        Send(result("r-1", "uploaded")),
        Forget("r-1"),
    ]
    outbox.opened(101)
    assert outbox.events() == []


def test_what_was_kept_before_a_restart_goes_out_too() -> None:
    outbox = Outbox()
    outbox.restored([result("r-1"), result("r-2")])
    assert outbox.events() == []
    outbox.opened(0)
    assert [event for event in outbox.events() if isinstance(event, Send)] == [
        Send(result("r-1")),
        Send(result("r-2")),
    ]


def test_a_last_word_of_the_last_moments_is_said_again() -> None:
    outbox = opened()
    outbox.say_finally(result("old"), 0)
    outbox.say_finally(result("new"), RECENT_MS)
    outbox.events()
    outbox.closed(RECENT_MS + 1)
    assert outbox.events() == [Keep(result("new"))]
    outbox.opened(RECENT_MS + 2)
    assert Send(result("new")) in outbox.events()


def test_a_connection_that_breaks_again_and_again_loses_nothing() -> None:
    outbox = Outbox()
    outbox.say_finally(result(), 0)
    for now in range(0, 5_000, 1_000):
        outbox.opened(now)
        assert Send(result()) in outbox.events()
        outbox.closed(now + 10)
        assert outbox.events() == [Keep(result())]


def test_a_closed_connection_closes_once() -> None:
    outbox = opened()
    outbox.say_finally(result(), 0)
    outbox.closed(1)
    outbox.events()
    outbox.closed(2)
    assert outbox.events() == []


def test_the_oldest_gives_way_is_forgotten_and_counted() -> None:
    outbox = Outbox()
    for number in range(MOST_KEPT + 2):
        outbox.say_finally(result(f"r-{number}"), 0)
    forgotten = [event for event in outbox.events() if isinstance(event, Forget)]
    assert forgotten == [Forget("r-0"), Forget("r-1")]
    assert outbox.counts["results_dropped"] == 2
    outbox.opened(1)
    assert len([event for event in outbox.events() if isinstance(event, Send)]) == MOST_KEPT


def test_too_much_from_before_a_restart_is_bounded_too() -> None:
    outbox = Outbox()
    outbox.restored([result(f"r-{number}") for number in range(MOST_KEPT + 1)])
    assert outbox.events() == [Forget("r-0")]


def test_what_an_open_connection_remembers_is_bounded() -> None:
    outbox = opened()
    for number in range(10 * MOST_KEPT):
        outbox.say_finally(result(f"r-{number}"), 0)
    outbox.events()
    outbox.closed(1)
    assert len([event for event in outbox.events() if isinstance(event, Keep)]) <= MOST_KEPT + 1
