"""Whatever the cloud says of streams and in whatever order, every call ends exactly once."""

from collections import Counter

import pytest

from trifocal_sdk.errors import StreamError
from trifocal_sdk.events import ManagedStreamStatus, StreamStatus
from trifocal_sdk.streams import IDLE, MANAGED, RTMP, Existing, Settled, Streams
from trifocal_shared.testing import Chance

STATUSES = ("initializing", "connecting", "active", "streaming", "stopping", "stopped", "error", "timeout", "busy", "?")


def status(kind: str, chance: Chance) -> StreamStatus | ManagedStreamStatus:
    """Some status of some stream."""
    word, stream_id = STATUSES[chance.below(len(STATUSES))], ("", "s1", "s2")[chance.below(3)]
    if kind == RTMP:
        return StreamStatus(status=word, stream_id=stream_id, error_details=("", "why")[chance.below(2)])
    return ManagedStreamStatus(status=word, stream_id=stream_id, hls_url=("", "https://m.example")[chance.below(2)])


@pytest.mark.parametrize("seed", range(40))
def test_every_call_ends_once(seed: int) -> None:
    chance, made, now = Chance(seed), Streams(), 0
    calls: list[int] = []
    ends: Counter[int] = Counter()
    for _ in range(500):
        kind = (RTMP, MANAGED)[chance.below(2)]
        happening = chance.below(9)
        if happening == 0:
            if made.state(kind) == IDLE:
                calls.append(made.start(kind, 1 + chance.below(500), now))
            else:
                with pytest.raises(StreamError, match="ALREADY_STREAMING"):
                    made.start(kind, 1, now)
        elif happening == 1:
            calls.append(made.stop(kind, 1 + chance.below(500), now))
        elif happening == 2:
            calls.append(made.check(1 + chance.below(500), now))
        elif happening == 3:
            made.checked((None, Existing(RTMP, "s1", "active"))[chance.below(2)])
        elif happening == 4:
            made.came_back(100, now)
        elif happening == 5:
            now += chance.below(200)
            made.timeout(now)
        else:
            made.told(kind, status(kind, chance))
        ends.update(event.call for event in made.events() if isinstance(event, Settled))
    made.ended()
    ends.update(event.call for event in made.events() if isinstance(event, Settled))
    assert ends == Counter(calls)
    assert made.deadline() is None
