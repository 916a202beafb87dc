"""The sim door in virtual time: one pair of simulated glasses for each user, one answer for each command."""

from trifocal_cloud.simulation import (
    ANSWER_MS,
    COMMAND_LIMIT,
    SimAnswered,
    SimChanged,
    SimDisplaced,
    SimDoor,
    SimOutgoing,
)
from trifocal_shared.sim_messages import SimCommand, SimResult, SimState

ANN = "ann@example.com"
BOB = "bob@example.com"
STATE = SimState(
    python="cpython",
    online=True,
    linked=True,
    folded=False,
    battery=90,
    charging=False,
    light="off",
    camera="pattern",
)


def command(number: int = 1) -> SimCommand:
    return SimCommand(command_id=f"c{number}", command="fold")


def attached() -> tuple[SimDoor, int]:
    door = SimDoor()
    return door, door.opened(ANN, 0)


def test_a_state_is_kept_and_announced() -> None:
    door, epoch = attached()
    assert door.state(ANN) is None
    door.received(ANN, epoch, STATE, 1)
    assert door.state(ANN) == STATE
    assert door.state(BOB) is None
    assert door.events() == [SimChanged(ANN, STATE)]


def test_a_command_is_sent_and_answered() -> None:
    door, epoch = attached()
    assert door.commanded(ANN, command(), 0) == ""
    result = SimResult(command_id="c1", success=True, press_id="boot-1")
    door.received(ANN, epoch, result, 5)
    assert door.events() == [SimOutgoing(ANN, epoch, command()), SimAnswered(ANN, "c1", result)]
    assert door.deadline() is None


def test_a_second_answer_and_an_answer_to_nothing_are_ignored() -> None:
    door, epoch = attached()
    door.commanded(ANN, command(), 0)
    for command_id in ("c1", "c1", "c9"):
        door.received(ANN, epoch, SimResult(command_id=command_id, success=True), 5)
    assert len([event for event in door.events() if isinstance(event, SimAnswered)]) == 1


def test_nobody_there_is_said_at_once() -> None:
    assert SimDoor().commanded(ANN, command(), 0) == "no_simulator"


def test_silence_is_an_answer() -> None:
    door, _ = attached()
    door.commanded(ANN, command(), 7)
    door.events()
    assert door.deadline() == 7 + ANSWER_MS
    door.timeout(7 + ANSWER_MS - 1)
    assert door.events() == []
    door.timeout(7 + ANSWER_MS)
    assert door.events() == [SimAnswered(ANN, "c1", None, "glasses_silent")]
    assert door.deadline() is None


def test_only_so_many_commands_wait() -> None:
    door, _ = attached()
    for number in range(COMMAND_LIMIT):
        assert door.commanded(ANN, command(number), 0) == ""
    assert door.commanded(ANN, command(99), 0) == "too_many"


def test_glasses_that_go_answer_everything_and_look_gone() -> None:
    door, epoch = attached()
    door.received(ANN, epoch, STATE, 0)
    door.commanded(ANN, command(), 0)
    door.events()
    door.closed(ANN, epoch, 1)
    assert door.events() == [SimAnswered(ANN, "c1", None, "glasses_offline"), SimChanged(ANN, None)]
    assert door.state(ANN) is None


def test_newer_glasses_displace_the_older() -> None:
    door, old = attached()
    door.commanded(ANN, command(), 0)
    door.events()
    new = door.opened(ANN, 1)
    assert door.events() == [SimDisplaced(ANN, old), SimAnswered(ANN, "c1", None, "glasses_offline")]
    door.received(ANN, old, STATE, 2)
    door.closed(ANN, old, 3)
    assert door.events() == []
    door.received(ANN, new, STATE, 4)
    assert door.state(ANN) == STATE


def test_commands_are_not_states() -> None:
    door, epoch = attached()
    door.received(ANN, epoch, command(), 0)
    assert door.events() == []
