"""Makes pytest know the device under test: `--dut`, the fixtures `dut` and `peer`, the mark `needs`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trifocal_shared.messages import FileAnnounce, GlassesReady, Ping, Pong, TakePhoto
from trifocal_tools.hil.dut import NEEDS, Dut, open_dut
from trifocal_tools.hil.peer import PHOTO_S, Peer


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the command line may say."""
    group = parser.getgroup("hil", "hardware in the loop")
    group.addoption("--dut", default="sim", help="sim, micropython, or serial:PORT")
    group.addoption("--dut-baud", type=int, default=460_800, help="speed of the port")
    group.addoption("--dut-power", default="", help="a command that cuts the board's power and gives it back")
    group.addoption("--dut-hand", action="store_true", help="somebody sits beside the board and does as asked")
    group.addoption("--dut-photos", default="hil-photos", help="where photos go that lie on the board before")


def pytest_configure(config: pytest.Config) -> None:
    """The mark."""
    config.addinivalue_line("markers", "needs(what): a word of NEEDS, something that frames cannot do")


@pytest.fixture(scope="session")
def dut(request: pytest.FixtureRequest) -> Iterator[Dut]:
    """The device under test."""
    option = request.config.getoption
    found = open_dut(
        option("--dut"), option("--dut-baud"), option("--dut-power"), ask if option("--dut-hand") else None
    )
    yield found
    found.close()


@pytest.fixture(scope="session")
def line(dut: Dut) -> Iterator[Peer]:
    """The wire to it."""
    peer = Peer(dut.port, dut.baud)
    yield peer
    peer.close()


@pytest.fixture(autouse=True)
def _able(request: pytest.FixtureRequest, dut: Dut) -> None:
    """A case that needs what this device cannot do is passed over, and says so."""
    for mark in request.node.iter_markers("needs"):
        for what in mark.args:
            if what not in dut.can:
                pytest.skip(f"needs {NEEDS[what]}")


@pytest.fixture
def peer(line: Peer, request: pytest.FixtureRequest) -> Peer:
    """A gateway that has greeted the glasses. Photos from before are in the folder for them and on no board."""
    line.forget()
    line.hello()
    empty(line, Path(request.config.getoption("--dut-photos")))
    line.forget()
    return line


def empty(peer: Peer, folder: Path) -> None:
    """Bring what lies on the glasses into this folder, and only then let them forget it."""
    while True:
        peer.say(Ping())
        peer.hear(Pong)
        photo = peer.listen(FileAnnounce, 0)
        if photo is None:
            return
        data = peer.fetch(photo)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / Path(photo.file_name).name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        peer.confirm(photo)


@pytest.fixture
def take(peer: Peer) -> "Take":
    """Takes photos."""
    return Take(peer)


class Take:
    """Asks for photos, each under an id of its own."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def __call__(self, size: str = "small", compress: str = "none") -> FileAnnounce:
        """The announcement of a photo that was just asked for."""
        request_id = fresh_id()
        self._peer.say(TakePhoto(request_id=request_id, size=size, compress=compress))
        return self._peer.hear(FileAnnounce, PHOTO_S, lambda photo: photo.request_id == request_id)


def fresh_id() -> str:
    """A request id that was never used before."""
    return f"hil-{os.urandom(6).hex()}"


def restarted(peer: Peer, before: GlassesReady) -> GlassesReady:
    """The greeting of glasses that have lost their power since `before`. AssertionError when they have not."""
    peer.reopen()
    ready = peer.hello()
    assert ready.sid != before.sid, "the glasses say that they have not restarted"
    return ready


def ask(question: str) -> str:
    """The answer of the person beside the board."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()
