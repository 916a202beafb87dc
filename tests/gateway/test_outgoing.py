"""The order in which things are said to the glasses, and what is not said any more."""

import pytest

from trifocal_gateway import outgoing
from trifocal_gateway.outgoing import MOST_WAITING, PAUSE_MS, Outgoing
from trifocal_shared import messages
from trifocal_shared.control_messages import Control
from trifocal_shared.pack import Have

ANSWER = messages.ButtonPressResponse(press_id="p", success=True)


def opened(most: int = 0, modern: bool = True) -> Outgoing:
    """A link that is writing: what is said next waits."""
    queue = Outgoing()
    queue.opened(most, 0)
    if modern:
        queue.modern(0)
    queue.say(messages.GlassesReady(), [b"1st"], 0)
    assert queue.events() == [b"1st"]
    return queue


def rest(queue: Outgoing, now: int = 0) -> list[bytes]:
    """What comes out when each write ends at once."""
    said: list[bytes] = []
    queue.wrote(now)
    while events := queue.events():
        assert len(events) == 1, "one write at a time"
        said += events
        queue.wrote(now)
    return said


def test_an_answer_to_a_press_overtakes_settings_and_transfers() -> None:
    queue = opened()
    queue.say(messages.AuthToken(core_token="t"), [b"token"], 0)
    queue.say(Have(number=1, offset=0), [b"have"], 0)
    queue.say(messages.TransferComplete(file_name="f", success=True), [b"complete"], 0)
    queue.say(ANSWER, [b"answer"], 0)
    assert rest(queue) == [b"answer", b"have", b"complete", b"token"]


def test_what_has_the_same_rank_goes_in_the_order_it_was_said() -> None:
    queue = opened()
    for press in (b"1", b"2", b"3"):
        queue.say(ANSWER, [press], 0)
    assert rest(queue) == [b"1", b"2", b"3"]


def test_a_poll_that_waits_is_not_said_twice_and_the_newer_word_about_a_photo_goes() -> None:
    queue = opened()
    for number in range(3):
        queue.say(messages.RequestBatteryState(), [b"battery%d" % number], 0)
        queue.say(Have(number=7, offset=number), [b"have%d" % number], 0)
        queue.say(Have(number=8, offset=0), [b"other"], 0)
    assert rest(queue) == [b"have2", b"other", b"battery2"]
    assert queue.counts["replaced"] == 6


def test_what_is_late_is_dropped_and_counted() -> None:
    queue = opened()
    queue.say(ANSWER, [b"answer"], 0)
    queue.say(messages.SetSystemTime(timestamp_ms=1), [b"clock"], 0)
    queue.say(messages.TransferComplete(file_name="f", success=True), [b"complete"], 0)
    assert rest(queue, messages.PRESS_ANSWER_MS + 1) == [b"complete"]
    assert queue.counts["expired"] == 2


def test_in_time_to_the_millisecond_it_goes() -> None:
    queue = opened()
    queue.say(ANSWER, [b"answer"], 0)
    assert rest(queue, messages.PRESS_ANSWER_MS) == [b"answer"]


def test_a_link_that_takes_nothing_keeps_the_urgent_and_counts_the_rest() -> None:
    queue = opened()
    for number in range(MOST_WAITING):
        queue.say(messages.TokenStatus(success=True), [b"%d" % number], 0)
    for _ in range(3):
        queue.say(ANSWER, [b"answer"], 0)
    said = rest(queue)
    assert len(said) == MOST_WAITING
    assert said[:4] == [b"answer"] * 3 + [b"3"]
    assert queue.counts["crowded_out"] == 3


def test_a_long_frame_goes_in_pieces_that_nothing_comes_between() -> None:
    queue = opened(most=4)
    queue.say(messages.AuthToken(core_token="t"), [b"0123456789", b"ab"], 0)
    queue.wrote(0)
    said = queue.events()
    queue.say(ANSWER, [b"answ"], 0)
    assert said + rest(queue) == [b"0123", b"4567", b"89", b"ab", b"answ"]


def test_old_glasses_are_given_time_between_two_writes() -> None:
    queue = opened(most=4, modern=False)
    queue.say(ANSWER, [b"01234567"], 0)
    queue.wrote(10)
    assert queue.events() == []
    assert queue.deadline() == 10 + PAUSE_MS
    queue.timeout(10 + PAUSE_MS - 1)
    assert queue.events() == []
    queue.timeout(10 + PAUSE_MS)
    assert queue.events() == [b"0123"]
    assert queue.deadline() is None, "a write is under way"
    queue.wrote(200)
    queue.modern(210)
    assert queue.events() == [b"4567"], "they are not old, after all"


def test_another_link_is_to_strangers_again_and_nothing_old_goes_there() -> None:
    queue = opened()
    queue.say(ANSWER, [b"answer"], 0)
    queue.closed()
    queue.say(ANSWER, [b"into the air"], 0)
    assert (rest(queue), queue.deadline()) == ([], None)
    queue.opened(0, 5)
    queue.wrote(5)  # of the link before
    queue.say(ANSWER, [b"new"], 6)
    assert queue.events() == [b"new"]
    queue.wrote(6)
    queue.say(ANSWER, [b"next"], 7)
    assert (queue.events(), queue.deadline()) == ([], 6 + PAUSE_MS)


def test_a_repeat_takes_the_rank_and_the_time_of_what_it_repeats() -> None:
    queue = opened()
    token = messages.AuthToken(core_token="t")
    queue.say(messages.TransferComplete(file_name="f", success=True), [b"complete"], 2_000)
    assert queue.again(token, [b"token"], 0, 2_000)
    assert queue.again(ANSWER, [b"answer"], 0, 2_000)
    assert not queue.again(ANSWER, [b"late"], 0, messages.PRESS_ANSWER_MS + 1)
    assert rest(queue, 2_000) == [b"answer", b"complete", b"token"]
    assert queue.counts["expired"] == 1


def test_what_still_waits_for_its_turn_is_not_repeated() -> None:
    queue = opened()
    frames = [b"answer"]
    queue.say(ANSWER, frames, 0)
    assert queue.again(ANSWER, frames, 0, 2_000)
    assert rest(queue, 2_000) == [b"answer"]


def test_nothing_is_repeated_into_a_link_that_is_gone() -> None:
    queue = opened()
    queue.closed()
    assert queue.again(ANSWER, [b"answer"], 0, 10)
    assert rest(queue, 10) == []


def test_waiting_for_nothing_needs_no_clock() -> None:
    queue = Outgoing()
    assert queue.deadline() is None
    queue.opened(0, 0)
    queue.timeout(10)
    assert (queue.events(), queue.deadline()) == ([], None)


KINDS = {kind for kind in messages.TO_GLASSES.values() if isinstance(kind, type)} | {Control}


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda kind: kind.__name__))
def test_every_message_to_the_glasses_has_its_rule(kind: type) -> None:
    assert kind in outgoing.RULES


def test_what_the_link_says_of_itself_is_urgent_and_needs_a_link() -> None:
    queue = opened()
    queue.say(messages.AuthToken(core_token="t"), [b"token"], 0)
    queue.answer(b"ack", 0)
    assert rest(queue) == [b"ack", b"token"]
    queue.closed()
    queue.answer(b"ack", 0)
    assert queue.events() == []
