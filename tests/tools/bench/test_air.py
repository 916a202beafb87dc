"""The model of the air: its limit, its intervals, its losses, its order."""

import pytest

from trifocal_tools.bench.air import LIMIT, NOTIFICATION, Air, Arrived


def carried(air: Air, until_ms: int, ahead: int = 24) -> int:
    """Bytes that come to the central while so many notifications are always waiting."""
    now, came, waiting = 0, 0, 0
    while now < until_ms:
        while waiting < ahead:
            air.send(True, NOTIFICATION, b"n", now)
            waiting += 1
        deadline = air.deadline()
        assert deadline is not None
        now = max(now, deadline)
        air.timeout(now)
        events = air.events()
        came += len(events) * NOTIFICATION
        waiting -= len(events)
    return came


def test_the_limit_is_the_one_that_was_measured() -> None:
    assert pytest.approx(177_800, rel=0.001) == LIMIT


@pytest.mark.parametrize("interval", [15, 50])
@pytest.mark.parametrize("loss", [0, 1, 5])
def test_a_full_queue_comes_to_the_limit(interval: int, loss: int) -> None:
    rate = carried(Air(interval, loss), 20_000) / 20
    assert rate == pytest.approx(LIMIT * (1 - loss / 100), rel=0.01)


@pytest.mark.parametrize(("interval", "arrives"), [(15, 17), (50, 52)])
def test_what_comes_while_the_radio_sleeps_waits_for_an_anchor(interval: int, arrives: int) -> None:
    air = Air(interval)
    air.send(False, 20, "first", 1)
    assert air.deadline() is not None
    air.timeout(interval)
    assert air.events() == []
    air.timeout(arrives)
    assert air.events() == [Arrived(False, "first")]
    assert air.deadline() is None


def test_both_directions_share_the_air_and_each_keeps_its_order() -> None:
    air = Air(15, loss=30, seed=3)
    for number in range(100):
        air.send(True, NOTIFICATION, number, 0)
        air.send(False, 20, number, 0)
    air.timeout(10_000)
    events = air.events()
    for way in (True, False):
        assert [event.item for event in events if event.to_central is way] == list(range(100))


def test_what_is_under_way_when_the_link_is_cut_is_lost() -> None:
    air = Air(15)
    air.send(True, NOTIFICATION, "lost", 0)
    air.timeout(1)
    air.cut()
    air.send(True, NOTIFICATION, "lost too", 2)
    assert air.deadline() is None
    air.restore()
    air.send(True, NOTIFICATION, "comes", 3)
    air.timeout(100)
    assert air.events() == [Arrived(True, "comes")]
