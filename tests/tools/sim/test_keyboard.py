"""Lines in, lines out."""

import io
import json

import pytest

from trifocal_shared.message import ProtocolError
from trifocal_shared.sim_messages import SimResult
from trifocal_tools.sim.keyboard import Keyboard, lines_of, understood


class PaperHand:
    """Notes commands; refuses to fold."""

    def __init__(self):
        self.did = []

    async def carry_out(self, command, from_here):
        assert from_here
        self.did.append((command.command, command.value, command.long))
        if command.command == "fold":
            return SimResult(command_id="x", success=False, error_code="timed_out", error_message="it is stuck")
        return SimResult(command_id="x", success=True, press_id="boot-1" if command.command == "press" else "")


async def typed(glasses, text, as_json=False):
    """What was done, what was answered, and whether it was the end."""
    hand, answers = PaperHand(), []
    ended = await Keyboard(glasses, hand, answers.append, as_json).run(lines_of(io.StringIO(text)))
    return hand.did, answers, ended


async def test_each_line_is_a_command_and_has_its_answer(glasses):
    did, answers, ended = await typed(glasses, "press photo\nlong\n\npress video\nbattery 5\nfold\noffline\n")
    assert did == [
        ("press", "photo", False),
        ("press", "photo", True),
        ("press", "video", False),
        ("battery", "5", False),
        ("fold", "", False),
        ("offline", "", False),
    ]
    assert answers == [
        "ok press photo boot-1",
        "ok long boot-1",
        "ok press video boot-1",
        "ok battery 5",
        "failed fold: timed_out, it is stuck",
        "ok offline",
    ]
    assert not ended


async def test_scripts_get_json(glasses):
    _, answers, _ = await typed(glasses, "press photo\nfold\nstate\n", as_json=True)
    pressed, folded, state = [json.loads(answer) for answer in answers]
    assert pressed == {"line": "press photo", "success": True, "pressId": "boot-1"}
    assert folded == {"line": "fold", "success": False, "errorCode": "timed_out", "errorMessage": "it is stuck"}
    assert state["battery"] == 100


async def test_state_can_be_read_by_people(glasses):
    _, answers, _ = await typed(glasses, "state\n")
    assert "battery=100" in answers[0].split()


async def test_quit_ends_and_nothing_after_it_is_done(glasses):
    did, _, ended = await typed(glasses, "unfold\nquit\nfold\n")
    assert (did, ended) == ([("unfold", "", False)], True)


@pytest.mark.parametrize(
    "line", ["dance", "press", "battery", "fold now", "long video", "camera", "press photo \x00 long x"]
)
async def test_what_is_no_command_is_answered_with_what_would_be(glasses, line):
    did, answers, _ = await typed(glasses, line + "\n")
    if did:
        assert did[0][0] == "press"  # its value is for the hand to judge
    else:
        assert answers[0].startswith(f"failed {' '.join(line.split())}: malformed, say one of: press photo")


def test_a_camera_may_have_blanks_in_its_name():
    assert understood(["camera", "my", "pictures"]).value == "my pictures"


def test_long_belongs_to_a_press():
    assert understood(["press", "video", "long"]).long
    with pytest.raises(ProtocolError):
        understood(["fold", "long"])


@pytest.mark.parametrize(("as_json", "begins"), [(True, '{"changed": {"'), (False, "changed python=paper ")])
async def test_whoever_watches_is_told_every_change_as_it_happens(glasses, as_json, begins):
    answers = []
    keyboard = Keyboard(glasses, PaperHand(), answers.append, as_json)
    await keyboard.obey(["watch"])
    await keyboard.obey(["watch"])
    for battery in (7, 7, 8):
        glasses.battery = battery
        glasses.changed()
    changes = [answer for answer in answers if answer.startswith(begins)]
    assert len(answers) == len(changes) + 2
    assert ["7" in changes[1], "8" in changes[2]] == [True, True]
    assert len(changes) == 3
