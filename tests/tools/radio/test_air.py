"""The air's times against figures that were researched (FIRMWARE §2), its anchors, and its losses."""

import pytest

from trifocal_tools.radio.air import Air


def never():
    """A chance that spares every packet."""
    return 1.0


@pytest.mark.parametrize(
    ("phy", "payload", "kilobytes"),
    [(2, 495, 177.8), (2, 182, 159.1), (2, 244, 175.3), (2, 509, 157.7), (1, 495, 100.3), (1, 244, 98.9)],
)
def test_what_it_carries_at_best(phy, payload, kilobytes):
    assert Air(never, phy).most_per_second(payload) / 1_000 == pytest.approx(kilobytes, abs=0.06)


def test_silent_air_waits_for_the_next_anchor_and_busy_air_goes_on():
    air = Air(never, interval_us=15_000)
    took = air.packet_us(251)
    assert took == 1_392
    assert air.take(251, 1) == 15_000 + took
    assert air.take(251, 15_010) == 15_000 + 2 * took
    assert air.take(251, 15_000 + 2 * took) == 15_000 + 3 * took
    assert air.take(251, 29_999) == 30_000 + took
    assert air.used_us == 4 * took


def test_a_lost_packet_is_sent_again_and_both_are_counted():
    chances = iter([0.0, 0.04, 0.05, 1.0])
    air = Air(lambda: next(chances), loss=0.05)
    assert air.take(251, 0) == 3 * air.packet_us(251)
    assert (air.sent, air.lost) == (1, 2)
    assert air.take(0, 0) == 3 * air.packet_us(251) + air.packet_us(0)


def test_loss_takes_its_share_of_what_can_be_carried():
    assert Air(never, loss=0.05).most_per_second(495) == pytest.approx(0.95 * Air(never).most_per_second(495))


def test_no_more_than_the_best_phy_is_given():
    assert Air(never, 2).ask(1) == 1
    assert Air(never, 1).ask(2) == 1


@pytest.mark.parametrize("wrong", [{"phy": 3}, {"phy": 0}, {"interval_us": 0}, {"loss": 1.0}, {"loss": -0.1}])
def test_air_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="the air has"):
        Air(never, **wrong)
