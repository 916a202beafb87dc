import os
import socket
import time
from collections.abc import Iterator

import pytest

from trifocal_tools.failure import Failure
from trifocal_tools.network import emulator
from trifocal_tools.network.emulator import FAR_ADDRESS, NEAR_ADDRESSES, Emulator
from trifocal_tools.network.namespace import Namespace
from trifocal_tools.network.pipe import Shape

PORT = 7000


def bound(where: Namespace, address: str, port: int = 0) -> socket.socket:
    """A UDP socket at this end that waits a second at most."""

    def make() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, port))
        made.settimeout(1)
        return made

    return where.run(make)


@pytest.fixture
def line() -> Iterator[Emulator]:
    """A line of 10 ms each way; it needs root."""
    with Emulator(Shape(delay_us=10_000)) as made:
        yield made


@pytest.fixture
def far(line: Emulator) -> Iterator[socket.socket]:
    with bound(line.far, FAR_ADDRESS, PORT) as made:
        yield made


@pytest.fixture
def near(line: Emulator) -> Iterator[socket.socket]:
    with bound(line.near, NEAR_ADDRESSES[0]) as made:
        yield made


def test_there_and_back_takes_both_delays(near: socket.socket, far: socket.socket) -> None:
    started = time.monotonic()
    near.sendto(b"ping", (FAR_ADDRESS, PORT))
    data, address = far.recvfrom(100)
    far.sendto(data, address)
    assert near.recv(100) == b"ping"
    assert address[0] == NEAR_ADDRESSES[0]
    assert time.monotonic() - started >= 0.02


def test_a_line_that_is_down_carries_nothing_until_it_is_up(
    line: Emulator, near: socket.socket, far: socket.socket
) -> None:
    line.set_down(True)
    near.sendto(b"lost", (FAR_ADDRESS, PORT))
    far.settimeout(0.05)
    with pytest.raises(TimeoutError):
        far.recv(100)
    assert line.counts[0]["cut"] >= 1
    far.settimeout(1)
    line.set_down(False)
    near.sendto(b"found", (FAR_ADDRESS, PORT))
    assert far.recv(100) == b"found"


def test_a_line_that_loses_everything_carries_nothing(line: Emulator, near: socket.socket, far: socket.socket) -> None:
    line.reshape(Shape(loss=1))
    near.sendto(b"lost", (FAR_ADDRESS, PORT))
    far.settimeout(0.05)
    with pytest.raises(TimeoutError):
        far.recv(100)
    assert line.counts[0]["lost"] >= 1


def test_after_a_handover_the_gateway_speaks_from_its_new_address(line: Emulator, far: socket.socket) -> None:
    line.hand_over()
    with bound(line.near, NEAR_ADDRESSES[1]) as moved:
        moved.sendto(b"here", (FAR_ADDRESS, PORT))
        assert far.recvfrom(100)[1][0] == NEAR_ADDRESSES[1]


def test_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it counts
    with Emulator(Shape()):
        pass
    real, made = Namespace, []

    def one_only(interface: str) -> Namespace:
        if made:
            raise Failure("none left")
        made.append(interface)
        return real(interface)

    monkeypatch.setattr(emulator, "Namespace", one_only)
    with pytest.raises(Failure):
        Emulator(Shape())
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
