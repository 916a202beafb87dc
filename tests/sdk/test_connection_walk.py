"""Whatever happens to a session and in whatever order, it greets, speaks and ends by the rules."""

import pytest

from trifocal_sdk.connection import DIAL_MS, ENDED, GREET_MS, UP, Acknowledged, Connection, Dial, Ended, Say
from trifocal_sdk.wire import Received
from trifocal_shared.app_messages import (
    AppConnectionAck,
    AppConnectionError,
    AppConnectionInit,
    CustomMessage,
    StreamStatusCheck,
    SubscriptionUpdate,
)
from trifocal_shared.testing import Chance

ACKED = Received(AppConnectionAck(), {})
REFUSED = Received(AppConnectionError(message="no", code="APP_NOT_STARTED"), {})
WORD = Received(CustomMessage(action="hello"), {})
CODES = (1000, 1001, 1006, 1008, 1011, 1012)
STREAMS = ("button_press", "VAD", "touch_event")


class Walk:
    """A session to which something happens at each step, and what must hold of it."""

    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        self.made = Connection("s", "p", "k", self.chance.fraction)
        self.now = 0
        self.attempt = 0
        self.ends = 0
        self.greeted = 0
        self.wanted: tuple[str, ...] = ()
        self.told: tuple[str, ...] | None = None

    def step(self) -> None:
        """Something happens, perhaps to an older socket."""
        attempt = max(1, self.attempt - (self.chance.below(6) == 0))
        made, now = self.made, self.now
        happening = self.chance.below(11)
        if happening < 3:
            made.opened(attempt, now)
        elif happening < 6:
            made.received(attempt, (ACKED, ACKED, REFUSED, WORD)[self.chance.below(4)], now)
        elif happening == 6:
            made.closed(attempt, CODES[self.chance.below(len(CODES)) if self.chance.below(8) == 0 else 2], "", now)
        elif happening == 7:
            made.failed(attempt, "nobody there", now)
        elif happening == 8:
            self.wanted = STREAMS[: self.chance.below(4)]
            made.listens(self.wanted, now)
        elif happening == 9:
            assert made.say(StreamStatusCheck()) == made.up
        else:
            self.now += self.chance.below(2_000)
            made.timeout(self.now)
        self.look()

    def look(self) -> None:
        """What it wants to have done follows the rules."""
        for event in self.made.events():
            assert self.ends == 0, "nothing follows the end"
            if isinstance(event, Dial):
                assert event.attempt == self.attempt + 1
                self.attempt, self.told = event.attempt, None
            elif isinstance(event, Say):
                assert event.attempt == self.attempt, "only the newest socket is spoken over"
                if isinstance(event.message, AppConnectionInit):
                    assert self.greeted < event.attempt, "each socket is greeted once"
                    self.greeted = event.attempt
                assert self.greeted == event.attempt, "a greeting comes first"
                if isinstance(event.message, SubscriptionUpdate):
                    self.told = tuple(str(stream) for stream in event.message.subscriptions)
            elif isinstance(event, Acknowledged):
                assert self.told is not None, "the whole list follows each acknowledgement"
            elif isinstance(event, Ended):
                self.ends += 1
        deadline = self.made.deadline()
        assert (deadline is None) <= (self.made.state in (UP, ENDED)), "it always has something to do"
        assert deadline is None or deadline - self.now <= max(DIAL_MS, GREET_MS, 30_000)


@pytest.mark.parametrize("seed", range(60))
def test_a_session_keeps_the_rules(seed: int) -> None:
    walk = Walk(seed)
    walk.made.start(0)
    walk.look()
    for _ in range(400):
        walk.step()
    if walk.made.state == UP:
        walk.made.timeout(walk.now + 10)
        walk.look()
        assert walk.told == walk.wanted
    walk.made.release("clean_shutdown")
    walk.look()
    assert (walk.ends, walk.made.state, walk.made.deadline()) == (1, ENDED, None)
