"""Presses: decided once, whatever is repeated."""

import pytest

from trifocal_cloud.presses import HTTP, PRESS_LIMIT, REMEMBERED, SOCKET, TWIN_MS, WINDOW_MS, Decision, Press, Presses

ANN = "ann@example.com"


def press(press_id: str = "boot-1", button: str = "photo", kind: str = "short", user: str = ANN) -> Press:
    return Press(user, press_id, button, kind)


@pytest.mark.parametrize("button", ["photo", "camera", "action"])
def test_a_short_press_of_the_photo_button_takes_a_photo(button: str) -> None:
    assert Presses().pressed(press(button=button), False, "r1", 0) == Decision("boot-1", "take_photo", "r1", True)


VIDEO_PRESSES = [("photo", "long"), ("camera", "long"), ("video", "short"), ("video", "long")]


@pytest.mark.parametrize(("button", "kind"), VIDEO_PRESSES)
def test_a_long_press_and_the_video_button_begin_a_video(button: str, kind: str) -> None:
    said = press(button=button, kind=kind)
    assert Presses().pressed(said, False, "r1", 0) == Decision("boot-1", "start_video", "r1", True)


@pytest.mark.parametrize(("button", "kind"), VIDEO_PRESSES)
def test_while_one_is_recorded_they_end_it(button: str, kind: str) -> None:
    said = press(button=button, kind=kind)._replace(recording=True)
    assert Presses().pressed(said, False, "r1", 0) == Decision("boot-1", "stop_video", "", True)


def test_a_photo_press_while_recording_takes_a_photo() -> None:
    said = press()._replace(recording=True)
    assert Presses().pressed(said, False, "r1", 0) == Decision("boot-1", "take_photo", "r1", True)


@pytest.mark.parametrize(("button", "kind"), [("photo", "double"), ("", "short"), ("", "long"), ("power", "long")])
def test_other_presses_are_only_acknowledged(button: str, kind: str) -> None:
    assert Presses().pressed(press(button=button, kind=kind), False, "r1", 0) == Decision("boot-1")


def test_a_press_that_apps_listen_for_takes_no_photo_of_its_own() -> None:
    assert Presses().pressed(press(), True, "r1", 0) == Decision("boot-1")


def test_the_same_press_has_the_same_answer_for_ten_seconds() -> None:
    presses = Presses()
    presses.pressed(press(), False, "r1", 0)
    assert presses.pressed(press(), False, "r2", WINDOW_MS - 1) == Decision("boot-1", "take_photo", "r1", first=False)
    assert presses.pressed(press(), False, "r3", WINDOW_MS) == Decision("boot-1", "take_photo", "r3", first=True)


def test_another_user_has_another_press() -> None:
    presses = Presses()
    presses.pressed(press(), False, "r1", 0)
    decision = presses.pressed(press(user="bob@example.com"), False, "r2", 0)
    assert decision is not None
    assert decision.request_id == "r2"


def test_presses_without_an_id_are_all_different() -> None:
    presses = Presses()
    answers = [presses.pressed(press(""), False, f"r{number}", 0) for number in range(2)]
    assert [answer.request_id for answer in answers if answer] == ["r0", "r1"]


def test_too_many_presses_are_refused_until_some_are_old() -> None:
    presses = Presses()
    for number in range(PRESS_LIMIT):
        assert presses.pressed(press(f"p{number}"), False, "r", number)
    assert presses.pressed(press("one-more"), False, "r", PRESS_LIMIT) is None
    assert presses.pressed(press("p5"), False, "r", PRESS_LIMIT)
    assert presses.pressed(press("one-more"), False, "r", WINDOW_MS)


def test_a_press_answered_before_the_restart_keeps_its_answer() -> None:
    presses = Presses()
    presses.restored(ANN, "boot-1", "take_photo", "r1", 4_000, 0)
    assert presses.pressed(press(), False, "r2", 5_999) == Decision("boot-1", "take_photo", "r1", first=False)
    later = presses.pressed(press(), False, "r2", 6_000)
    assert later is not None
    assert later.first


def test_a_decision_that_could_not_be_carried_out_is_made_anew() -> None:
    presses = Presses()
    presses.pressed(press(), False, "r1", 0)
    presses.pressed(press("boot-2"), False, "r2", 0)
    presses.forgotten(ANN, "boot-1")
    assert presses.pressed(press(), False, "r3", 2) == Decision("boot-1", "take_photo", "r3", first=True)
    assert presses.pressed(press("boot-2"), False, "r4", 2) == Decision("boot-2", "take_photo", "r2", first=False)


def nameless(road: str, button: str = "photo") -> Press:
    return Press(ANN, "", button, "short", road)


def test_a_nameless_press_by_both_roads_is_one_press() -> None:
    presses = Presses()
    assert presses.pressed(nameless(HTTP), False, "r1", 0) == Decision("", "take_photo", "r1")
    assert presses.pressed(nameless(SOCKET), False, "r2", TWIN_MS - 1) == Decision("", "take_photo", "r1", first=False)


def test_each_report_by_the_other_road_is_used_up_once() -> None:
    presses = Presses()
    presses.pressed(nameless(HTTP), True, "", 0)
    firsts = [presses.pressed(nameless(SOCKET), True, "", 1) for _ in range(2)]
    assert [decision.first for decision in firsts if decision] == [False, True]


@pytest.mark.parametrize(("button", "at"), [("video", 1), ("photo", TWIN_MS)])
def test_another_button_or_a_later_press_is_another_press(button: str, at: int) -> None:
    presses = Presses()
    presses.pressed(nameless(HTTP), False, "r1", 0)
    decision = presses.pressed(nameless(SOCKET, button), False, "r2", at)
    assert decision is not None
    assert decision.first


def test_a_named_press_is_one_whatever_the_roads() -> None:
    presses = Presses()
    presses.pressed(Press(ANN, "boot-1", "photo", "short", SOCKET), True, "", 0)
    assert presses.pressed(press(), True, "", 1) == Decision("boot-1", first=False)


def test_the_limit_is_what_it_is_told() -> None:
    presses = Presses(2)
    answers = [presses.pressed(press(f"b-{number}"), True, "", number) for number in range(3)]
    assert [answer is not None for answer in answers] == [True, True, False]


def test_a_press_that_apps_hear_is_theirs_once_in_ten_seconds() -> None:
    mine = Presses().of(ANN)
    answers = [mine.heard("boot-1", now) for now in (0, 1, WINDOW_MS - 1, WINDOW_MS, WINDOW_MS + 1)]
    assert answers == [True, False, False, True, False]


def test_what_apps_have_heard_and_what_was_decided_is_one_memory() -> None:
    presses = Presses()
    assert presses.of(ANN).heard("boot-1", 0)
    assert presses.pressed(press(), False, "r1", 1) == Decision("boot-1", first=False)
    presses.pressed(press("boot-2"), False, "r2", 2)
    assert not presses.of(ANN).heard("boot-2", 3)
    assert presses.of("bob@example.com").heard("boot-1", 3)


def test_too_many_that_apps_would_hear_are_not_told_until_some_are_old() -> None:
    mine = Presses(2).of(ANN)
    assert [mine.heard(f"p{at}", at) for at in range(3)] == [True, True, False]
    assert mine.heard("p2", WINDOW_MS)
    assert not mine.heard("p3", WINDOW_MS)


def test_however_many_come_only_so_many_are_remembered() -> None:
    mine = Presses(10**9).of(ANN)
    count = 10 * REMEMBERED
    assert all(mine.heard(f"p{number}", 0) for number in range(count))
    assert not any(mine.heard(f"p{count - 1 - number}", 1) for number in range(REMEMBERED))
    assert mine.heard("p0", 1)


def test_a_press_is_remembered_for_its_whole_window_whenever_it_came() -> None:
    for start in range(0, 3 * WINDOW_MS, 777):
        mine = Presses().of(ANN)
        mine.heard("before", max(0, start - 1))
        assert mine.heard("p", start)
        assert not mine.heard("p", start + WINDOW_MS - 1), start


def test_presses_without_an_id_are_forgotten_too_though_no_other_comes() -> None:
    presses = Presses()
    for number in range(500):
        decision = presses.pressed(nameless(SOCKET), True, "", number * 1_000)
        assert decision is not None
        assert decision.first
    assert len(presses.of(ANN).nameless) <= WINDOW_MS // 1_000 + 1


def test_however_many_come_without_an_id_only_so_many_are_remembered() -> None:
    presses = Presses(10**9)
    for _ in range(10 * REMEMBERED):
        presses.pressed(nameless(SOCKET), True, "", 0)
    assert len(presses.of(ANN).nameless) == REMEMBERED


def test_a_nameless_decision_that_could_not_be_carried_out_is_made_anew_for_its_twin() -> None:
    presses = Presses()
    presses.pressed(nameless(HTTP), False, "r1", 0)
    presses.forgotten(ANN, "")
    assert presses.pressed(nameless(SOCKET), False, "r2", 1) == Decision("", "take_photo", "r2", first=True)
