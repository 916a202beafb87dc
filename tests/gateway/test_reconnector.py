"""Reconnecting, in virtual time."""

import pytest

from trifocal_gateway.reconnector import (
    CLOUD_BASE_MS,
    CLOUD_CAP_MS,
    CONNECTING,
    DOWN,
    GLASSES_BASE_MS,
    GLASSES_CAP_MS,
    HURRY_MS,
    SLOW_MS,
    STEADY_MS,
    UP,
    WAITING,
    Connect,
    Reconnector,
)


def cloud() -> Reconnector:
    reconnector = Reconnector(CLOUD_BASE_MS, CLOUD_CAP_MS)
    reconnector.start(0)
    reconnector.events()
    return reconnector


def up(now: int = 0) -> Reconnector:
    reconnector = cloud()
    reconnector.connected(now)
    return reconnector


def waits(reconnector: Reconnector, now: int, count: int, random: float) -> list[int]:
    """The waits between so many tries that all fail."""
    found = []
    for _ in range(count):
        reconnector.failed(random, now)
        deadline = reconnector.deadline()
        assert deadline is not None
        found.append(deadline - now)
        now = deadline
        reconnector.timeout(now)
        assert reconnector.events() == [Connect()]
    return found


def test_it_begins_when_told_and_only_once() -> None:
    reconnector = Reconnector(CLOUD_BASE_MS, CLOUD_CAP_MS)
    reconnector.timeout(1_000)
    reconnector.hurry(1_000)
    assert (reconnector.events(), reconnector.state) == ([], DOWN)
    reconnector.start(2_000)
    reconnector.start(2_001)
    assert (reconnector.events(), reconnector.state) == ([Connect()], CONNECTING)
    assert reconnector.deadline() is None


def test_waits_grow_to_the_cap_and_it_never_gives_up() -> None:
    found = waits(cloud(), 0, 1_000, 0.999)
    assert found[:6] == [999, 1_999, 3_998, 7_996, 15_992, 29_985]
    assert set(found[6:]) == {29_985}


def test_glasses_within_reach_are_tried_often() -> None:
    reconnector = Reconnector(GLASSES_BASE_MS, GLASSES_CAP_MS)
    reconnector.start(0)
    reconnector.events()
    found = waits(reconnector, 0, 20, 0.999)
    assert found[0] < 250
    assert max(found) <= 2_000


def test_chance_shortens_a_wait_to_half_at_most() -> None:
    assert waits(cloud(), 0, 1, 0.0) == [500]


def test_a_try_is_said_once_however_often_it_is_woken() -> None:
    reconnector = cloud()
    reconnector.failed(0.5, 0)
    for now in (0, 100, 5_000, 5_001, 6_000):
        reconnector.timeout(now)
    assert reconnector.events() == [Connect()]


def test_a_connection_that_lasted_is_soon_tried_again() -> None:
    reconnector = cloud()
    waits(reconnector, 0, 8, 0.999)
    reconnector.connected(200_000)
    reconnector.lost(0.999, 200_000 + STEADY_MS)
    assert reconnector.deadline() == 200_000 + STEADY_MS + 999


def test_a_peer_that_accepts_and_closes_is_not_hammered() -> None:
    reconnector = cloud()
    now, tries = 0, 0
    while now < 600_000:
        reconnector.connected(now)
        reconnector.lost(0.5, now + 1)
        deadline = reconnector.deadline()
        assert deadline is not None
        now = deadline
        reconnector.timeout(now)
        tries += 1
    assert tries < 40


@pytest.mark.parametrize("was_up", [True, False])
def test_a_refused_token_waits_for_another_one(was_up: bool) -> None:
    reconnector = up() if was_up else cloud()
    reconnector.refused_token(100)
    assert (reconnector.state, reconnector.wants_token) == (WAITING, True)
    assert reconnector.deadline() == 100 + SLOW_MS
    reconnector.token_changed(5_000)
    assert reconnector.events() == [Connect()]
    reconnector.connected(5_100)
    assert (reconnector.state, reconnector.wants_token) == (UP, False)


def test_a_refused_token_is_shown_again_at_a_slow_pace_for_ever() -> None:
    reconnector = cloud()
    now = 0
    for _ in range(100):
        reconnector.refused_token(now)
        deadline = reconnector.deadline()
        assert deadline == now + SLOW_MS
        now = deadline
        reconnector.timeout(now)
        assert reconnector.events() == [Connect()]


def test_another_token_changes_nothing_for_who_does_not_wait_for_one() -> None:
    reconnector = up()
    reconnector.token_changed(5)
    assert (reconnector.events(), reconnector.state) == ([], UP)
    reconnector.lost(0.5, 10)
    reconnector.token_changed(20)
    assert (reconnector.events(), reconnector.state) == ([], WAITING)


def test_a_failure_after_a_refused_token_no_longer_wants_one() -> None:
    reconnector = cloud()
    reconnector.refused_token(0)
    reconnector.timeout(SLOW_MS)
    reconnector.failed(0.5, SLOW_MS + 5)
    assert not reconnector.wants_token


def test_who_was_displaced_does_not_come_back_at_once() -> None:
    reconnector = up()
    reconnector.displaced(1_000)
    assert reconnector.deadline() == 1_000 + SLOW_MS


def test_hurry_ends_a_wait_but_not_too_often() -> None:
    reconnector = cloud()
    reconnector.hurry(0)
    assert reconnector.events() == []
    reconnector.failed(0.5, 10)
    reconnector.hurry(20)
    assert reconnector.events() == [Connect()]
    reconnector.failed(0.5, 30)
    reconnector.hurry(40)
    assert reconnector.events() == []
    reconnector.hurry(20 + HURRY_MS)
    assert reconnector.events() == [Connect()]


def test_hurry_does_not_make_a_refused_token_right() -> None:
    reconnector = cloud()
    reconnector.refused_token(0)
    reconnector.hurry(5_000)
    assert reconnector.events() == []


def test_facts_out_of_turn_change_nothing() -> None:
    reconnector = Reconnector(CLOUD_BASE_MS, CLOUD_CAP_MS)
    reconnector.connected(0)
    reconnector.lost(0.5, 0)
    reconnector.failed(0.5, 0)
    reconnector.displaced(0)
    reconnector.refused_token(0)
    assert (reconnector.state, reconnector.events()) == (DOWN, [])
    reconnector = up()
    reconnector.failed(0.5, 5)
    reconnector.connected(6)
    assert reconnector.state == UP
    reconnector.lost(0.5, 7)
    reconnector.lost(0.5, 900)
    assert reconnector.deadline() == 7 + 750


def test_a_peer_that_has_shown_what_it_is_is_called_again_soon() -> None:
    reconnector = up()
    for now in range(0, 5_000, 1_000):
        reconnector.lost(0.5, now)
        reconnector.timeout(now + 40_000)
        reconnector.connected(now + 40_000)
        reconnector.steady()
    reconnector.lost(0.5, 50_000)
    assert reconnector.deadline() == 50_000 + CLOUD_BASE_MS * 3 // 4
    reconnector.steady()
    reconnector.timeout(60_000)
    reconnector.connected(60_000)
    reconnector.lost(0.5, 60_001)
    assert reconnector.deadline() == 60_001 + CLOUD_BASE_MS * 3 // 2, "said while it was down, it means nothing"
