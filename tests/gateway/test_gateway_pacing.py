"""Which glasses the gateway gives time between two writes."""

import pytest

from trifocal_gateway import gateway
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared import messages
from trifocal_shared.wire import Wire


def writes(machine: Gateway, now: int) -> int:
    """How many writes are made when each ends at once."""
    count = 0
    while any(isinstance(event, gateway.WriteGlasses) for event in machine.events()):
        count += 1
        machine.outgoing.wrote(now)
        machine.carry(now)
    return count


@pytest.mark.parametrize(
    ("ready", "version", "paced"),
    [
        (messages.GlassesReady(), None, True),
        (messages.GlassesReady(), messages.VersionInfo(build_number="4"), True),
        (messages.GlassesReady(), messages.VersionInfo(build_number="x"), True),
        (messages.GlassesReady(), messages.VersionInfo(build_number="5"), False),
        (messages.GlassesReady(sid="0123abcd"), None, False),
        (messages.GlassesReady(protocol=1), None, False),
    ],
)
def test_only_old_glasses_are_given_time_between_writes(
    ready: messages.GlassesReady, version: messages.VersionInfo | None, paced: bool
) -> None:
    machine, glasses = Gateway("t", UploadQueue()), Wire(messages.TO_GLASSES, glasses_side=True)
    machine.start(0)
    machine.glasses_connected(0, 0)
    assert writes(machine, 0) == 1
    for said in (ready, version):
        if said is not None:
            machine.glasses_received(glasses.encode(said), 10)
    if not paced:
        assert writes(machine, 10) >= 3
        return
    assert writes(machine, 10) == 0
    for now in (160, 320):
        machine.timeout(now)
        assert writes(machine, now) == 1
