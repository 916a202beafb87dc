"""Presses, in virtual time."""

import pytest

from trifocal_gateway.presses import (
    ANSWER_MS,
    MOST_PENDING,
    MOST_REMEMBERED,
    REMEMBER_MS,
    Answer,
    Orphaned,
    Post,
    Presses,
)
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport
from trifocal_shared.messages import PRESS_ANSWER_MS, ButtonPress, ButtonPressResponse


def press(press_id: str = "p-1", button_id: str = "photo", press_type: str = "short") -> ButtonPress:
    return ButtonPress(press_id=press_id, button_id=button_id, press_type=press_type, device_id="dev", timestamp=9)


def take(request_id: str = "r-1") -> ButtonPressAnswer:
    return ButtonPressAnswer(success=True, action="take_photo", request_id=request_id)


def answers(presses: Presses) -> list[ButtonPressResponse]:
    """What is said to the glasses; drops the other events."""
    return [event.response for event in presses.events() if isinstance(event, Answer)]


def pending(press_id: str = "p-1") -> Presses:
    presses = Presses()
    presses.pressed(press(press_id), True, 0)
    presses.events()
    return presses


def test_a_press_is_posted_as_it_was_reported() -> None:
    presses = Presses()
    presses.pressed(press(), True, 0)
    report = ButtonPressReport(button_id="photo", press_type="short", device_id="dev", press_id="p-1", timestamp=9)
    assert presses.events() == [Post(report)]


def test_the_answer_is_handed_on() -> None:
    presses = pending()
    presses.answered("p-1", take(), 100)
    assert answers(presses) == [
        ButtonPressResponse(press_id="p-1", success=True, action="take_photo", request_id="r-1")
    ]
    assert presses.deadline() is None


def test_nothing_to_do_is_an_answer_too() -> None:
    presses = pending()
    presses.answered("p-1", ButtonPressAnswer(success=True), 100)
    assert answers(presses) == [ButtonPressResponse(press_id="p-1", success=True, action="none")]


@pytest.mark.parametrize(
    "answer",
    [
        ButtonPressAnswer(success=False),
        ButtonPressAnswer(success=False, action="take_photo", request_id="r-1"),
        ButtonPressAnswer(success=True, action="dance"),
        ButtonPressAnswer(success=True, action="take_photo"),
        ButtonPressAnswer(success=True, action="take_photo", request_id="../../r"),
        ButtonPressAnswer(success=True, action="take_photo", request_id="r" * 121),
    ],
)
def test_an_answer_that_cannot_be_carried_out_is_a_failure(answer: ButtonPressAnswer) -> None:
    presses = pending()
    presses.answered("p-1", answer, 100)
    assert answers(presses) == [ButtonPressResponse(press_id="p-1", success=False, error_code=reasons.CLOUD_ERROR)]


def test_without_a_token_the_answer_comes_at_once() -> None:
    presses = Presses()
    presses.pressed(press(), False, 0)
    assert answers(presses) == [ButtonPressResponse(press_id="p-1", success=False, error_code=reasons.NO_TOKEN)]


def test_a_failure_is_handed_on_with_its_reason() -> None:
    presses = pending()
    presses.failed("p-1", reasons.TOKEN_REJECTED, 100)
    assert answers(presses)[0].error_code == reasons.TOKEN_REJECTED


def test_silence_ends_well_within_the_patience_of_the_glasses() -> None:
    presses = pending()
    assert presses.deadline() == ANSWER_MS < PRESS_ANSWER_MS
    presses.timeout(ANSWER_MS - 1)
    assert presses.events() == []
    presses.timeout(ANSWER_MS)
    assert answers(presses)[0].error_code == reasons.CLOUD_UNREACHABLE


def test_a_press_that_is_said_twice_is_one() -> None:
    presses = pending()
    presses.pressed(press(), True, 50)
    assert presses.events() == []
    presses.answered("p-1", take(), 100)
    presses.answered("p-1", take(), 110)
    assert len(presses.events()) == 1


def test_a_press_that_is_said_again_has_the_same_answer_for_a_while() -> None:
    presses = pending()
    presses.answered("p-1", take(), 100)
    first = answers(presses)
    presses.pressed(press(), True, 100 + REMEMBER_MS - 1)
    assert answers(presses) == first
    presses.pressed(press(), True, 100 + REMEMBER_MS)
    assert [type(event) for event in presses.events()] == [Post]


@pytest.mark.parametrize("answer_at", [ANSWER_MS, ANSWER_MS + 1, 60_000])
def test_a_photo_asked_for_too_late_has_no_owner(answer_at: int) -> None:
    presses = pending()
    presses.answered("p-1", take(), answer_at)
    events = presses.events()
    assert events[0] == Answer(ButtonPressResponse(press_id="p-1", success=False, error_code="cloud_unreachable"))
    assert events[1:] == [Orphaned("r-1", "p-1")]


def test_late_words_that_ask_for_nothing_are_nothing() -> None:
    presses = pending()
    presses.timeout(ANSWER_MS)
    presses.events()
    presses.answered("p-1", ButtonPressAnswer(success=True), 5_000)
    presses.answered("never-heard-of", ButtonPressAnswer(success=True), 5_000)
    presses.failed("p-1", reasons.CLOUD_ERROR, 5_000)
    assert presses.events() == []


def test_presses_without_an_id_are_one_while_pending_and_never_remembered() -> None:
    presses = pending("")
    presses.pressed(press(""), True, 10)
    assert presses.events() == []
    presses.answered("", take(), 100)
    assert len(answers(presses)) == 1
    presses.pressed(press(""), True, 200)
    assert [type(event) for event in presses.events()] == [Post]


@pytest.mark.parametrize("press_id", ["p" * 121, "../p", "p 1", "p\n"])
def test_an_id_that_is_none_is_refused(press_id: str) -> None:
    presses = Presses()
    presses.pressed(press(press_id), True, 0)
    assert answers(presses)[0].error_code == reasons.MALFORMED
    assert presses.deadline() is None


def test_a_flood_is_bounded() -> None:
    presses = Presses()
    for number in range(1_000):
        presses.pressed(press(f"p-{number}"), True, 0)
    events = presses.events()
    assert sum(isinstance(event, Post) for event in events) == MOST_PENDING
    refused = [event.response.error_code for event in events if isinstance(event, Answer)]
    assert refused == [reasons.TOO_MANY] * (1_000 - MOST_PENDING)
    presses.pressed(press("p-999"), True, 1)
    assert len(answers(presses)) == 1
    presses.pressed(press(f"p-{999 - MOST_REMEMBERED}"), True, 1)
    assert answers(presses)[0].error_code == reasons.TOO_MANY


def test_each_press_is_answered_exactly_once_whatever_the_cloud_does() -> None:
    presses = Presses()
    told: dict[str, int] = {}
    for number in range(40):
        now = number * 400
        press_id = f"p-{number}"
        presses.pressed(press(press_id), True, now)
        if number % 3 == 0:
            presses.answered(press_id, take(f"r-{number}"), now + 5)
        if number % 3 == 1:
            presses.failed(press_id, reasons.CLOUD_ERROR, now + 5)
        presses.timeout(now + 10)
        for response in answers(presses):
            told[response.press_id] = told.get(response.press_id, 0) + 1
    presses.timeout(100_000)
    for response in answers(presses):
        told[response.press_id] = told.get(response.press_id, 0) + 1
    assert told == {f"p-{number}": 1 for number in range(40)}
