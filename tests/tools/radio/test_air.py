"""The air's times against figures that were researched (FIRMWARE §2), its anchors, its losses, its order."""

from random import Random

import pytest

from trifocal_tools.radio.air import NOTIFICATION, PACKET_BYTES, Air, Arrived

FULL_US = 1_392
"""A full packet, an empty one, and both gaps, at 2M."""


def never() -> float:
    """A chance that spares every packet."""
    return 1.0


def chance(seed: int = 1) -> "Random":
    """The same in every run."""
    return Random(seed)


def carried(air: Air, until_us: int, ahead: int = 24) -> int:
    """Bytes that come to the central while so many notifications are always waiting."""
    now, came, waiting = 0, 0, 0
    while now < until_us:
        while waiting < ahead:
            air.notify(True, NOTIFICATION, b"n", now)
            waiting += 1
        deadline = air.deadline()
        assert deadline is not None
        now = deadline
        air.timeout(now)
        events = air.events()
        came += len(events) * NOTIFICATION
        waiting -= len(events)
    return came


@pytest.mark.parametrize(
    ("phy", "payload", "kilobytes"),
    [(2, 495, 177.8), (2, 182, 159.1), (2, 244, 175.3), (2, 509, 157.7), (1, 495, 100.3), (1, 244, 98.9)],
)
def test_what_it_carries_at_best(phy: int, payload: int, kilobytes: float) -> None:
    assert Air(never, phy).most_per_second(payload) / 1_000 == pytest.approx(kilobytes, abs=0.06)


@pytest.mark.parametrize("interval", [15, 50])
@pytest.mark.parametrize("loss", [0, 0.01, 0.05])
def test_a_full_queue_comes_to_the_limit(interval: int, loss: float) -> None:
    air = Air(chance().random, interval_us=interval * 1_000, loss=loss)
    assert carried(air, 20_000_000) / 20 == pytest.approx(air.most_per_second(), rel=0.01)


def test_a_sender_that_lets_it_run_dry_loses_the_rest_of_each_interval() -> None:
    air = Air(never)
    assert carried(air, 20_000_000, ahead=1) / 20 < 0.2 * air.most_per_second()
    assert air.slept_us > 15_000_000


def test_silent_air_waits_for_the_next_anchor_and_busy_air_goes_on() -> None:
    air = Air(never)
    air.send(True, 251, "one", 1)
    assert air.deadline() == 15_000 + FULL_US
    air.send(True, 251, "two", 15_010)
    air.timeout(15_000 + FULL_US)
    assert air.events() == [Arrived(True, "one")]
    assert air.deadline() == 15_000 + 2 * FULL_US
    air.timeout(29_999)
    assert (air.events(), air.deadline()) == ([Arrived(True, "two")], None)
    air.send(True, 251, "three", 29_999)
    assert air.deadline() == 30_000 + FULL_US
    assert air.slept_us == 14_999 + 1


def test_one_that_looks_late_finds_everything_where_it_would_have_been() -> None:
    air = Air(never)
    for number in range(20):
        air.send(True, 251, number, 0)
    air.timeout(10 * FULL_US + 700)
    assert [arrived.item for arrived in air.events()] == list(range(10))
    assert air.deadline() == 11 * FULL_US


def test_both_ways_share_an_exchange_that_has_not_begun() -> None:
    air = Air(never)
    air.send(True, 251, "up", 0)
    air.send(False, 20, "down", 10)
    assert air.deadline() == FULL_US, "it had begun without that"
    air.timeout(FULL_US)
    assert air.events() == [Arrived(True, "up")]
    air.send(True, 251, "up again", FULL_US)
    air.timeout(2 * FULL_US)
    assert air.events() == [Arrived(False, "down")]
    assert air.exchange_us(20, 251) == FULL_US + 80


def test_a_lost_packet_is_sent_again_and_both_are_counted() -> None:
    chances = iter([0.0, 0.04, 0.05, 1.0])
    air = Air(lambda: next(chances), loss=0.05)
    air.send(True, 251, "at last", 0)
    air.timeout(2 * FULL_US)
    assert air.events() == []
    air.timeout(3 * FULL_US)
    assert air.events() == [Arrived(True, "at last")]
    assert (air.sent, air.lost) == (1, 2)


def test_each_way_keeps_its_order_whatever_is_lost() -> None:
    air = Air(chance(3).random, loss=0.3)
    for number in range(100):
        air.notify(True, NOTIFICATION, number, 0)
        air.notify(False, 20, number, 0)
    air.timeout(10_000_000)
    events = air.events()
    for way in (True, False):
        assert [event.item for event in events if event.to_central is way] == list(range(100))


def test_a_notification_arrives_with_its_last_packet() -> None:
    air = Air(never)
    air.notify(True, NOTIFICATION, "n", 0)
    air.timeout(FULL_US)
    assert air.events() == []
    air.timeout(2 * FULL_US)
    assert air.events() == [Arrived(True, "n")]
    assert 2 * PACKET_BYTES == NOTIFICATION + 7


def test_what_is_under_way_when_the_connection_ends_is_lost() -> None:
    air = Air(never)
    air.notify(True, NOTIFICATION, "lost", 0)
    air.cut()
    assert air.deadline() is None
    air.send(True, 20, "comes", 3)
    air.timeout(100_000)
    assert air.events() == [Arrived(True, "comes")]


def test_no_more_than_the_best_phy_is_given() -> None:
    assert Air(never, 2).ask(1) == 1
    assert Air(never, 1).ask(2) == 1


@pytest.mark.parametrize("wrong", [{"phy": 3}, {"phy": 0}, {"interval_us": 0}, {"loss": 1.0}, {"loss": -0.1}])
def test_air_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="the air has"):
        Air(never, **wrong)  # type: ignore[arg-type]
