"""Errands in virtual time: one answer each, only from the gateway of whoever asked."""

from trifocal_cloud.errands import ANSWER_MS, MOST_WAITING, Ended, Errands
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ControlResult

ANN, BOB = "ann@example.com", "bob@example.com"
RESULT = ControlResult(command_id="c-1", success=True, values={"connected": True})


def sent() -> Errands:
    errands = Errands()
    assert errands.sent(ANN, "c-1", 0)
    return errands


def test_the_gateways_answer_is_the_answer_and_counts_once() -> None:
    errands = sent()
    for _ in range(2):
        errands.answered(ANN, RESULT)
    assert errands.events() == [Ended("c-1", RESULT)]
    assert errands.deadline() is None


def test_nobody_answers_for_somebody_else_or_to_nothing() -> None:
    errands = sent()
    errands.answered(BOB, RESULT)
    errands.answered(ANN, ControlResult(command_id="c-2", success=True))
    assert errands.events() == []


def test_a_gateway_that_says_nothing_is_waited_for_so_long_and_no_longer() -> None:
    errands = sent()
    assert errands.deadline() == ANSWER_MS
    errands.timeout(ANSWER_MS - 1)
    assert errands.events() == []
    errands.timeout(ANSWER_MS)
    errands.answered(ANN, RESULT)
    assert errands.events() == [Ended("c-1", None, reasons.GLASSES_SILENT)]


def test_with_the_gateway_go_its_answers_and_nobody_elses() -> None:
    errands = sent()
    errands.sent(BOB, "c-2", 0)
    errands.gateway_lost(ANN)
    errands.gateway_lost(ANN)
    assert errands.events() == [Ended("c-1", None, reasons.GATEWAY_OFFLINE)]
    assert errands.deadline() == ANSWER_MS


def test_one_user_can_have_so_many_and_takes_no_place_of_another() -> None:
    errands = Errands()
    taken = [errands.sent(ANN, f"c-{number}", 0) for number in range(MOST_WAITING + 1)]
    assert taken == [True] * MOST_WAITING + [False]
    assert errands.sent(BOB, "b-1", 0)
