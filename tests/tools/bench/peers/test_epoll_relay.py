import threading
from collections.abc import Iterator

import pytest

from trifocal_tools.bench.peers import epoll_relay
from trifocal_tools.bench.peers.epoll_relay import Relay, frame, framed, unmasked
from trifocal_tools.bench.route_load import Load, Target

MASK = b"\x01\x02\x03\x04"


def from_client(text: bytes, opcode: int = 1) -> bytes:
    size = len(text)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
    return head + MASK + unmasked(MASK, text)


@pytest.fixture
def url() -> Iterator[str]:
    """A relay that runs until the test is over."""
    relay = Relay()
    port = relay.listener.getsockname()[1]
    turning = threading.Event()
    turning.set()

    def run() -> None:
        while turning.is_set():
            relay.turn(0.01)
        relay.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    turning.clear()
    thread.join()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 300, 65_535])
def test_a_clients_frame_is_read_back(size: int) -> None:
    text = bytes(number % 251 for number in range(size))
    assert frame(from_client(text) + b"more") == (1, text, b"more")


def test_a_frame_in_pieces_is_waited_for() -> None:
    whole = from_client(b"x" * 300)
    assert all(frame(whole[:count]) is None for count in range(len(whole)))


@pytest.mark.parametrize("head", [b"\x81\xff", b"\x81\x05"])
def test_what_is_too_long_or_not_masked_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match="too long"):
        frame(head)


def test_a_servers_frame_tells_its_length() -> None:
    assert framed(b"ab") == b"\x81\x02ab"
    assert framed(b"x" * 300)[:4] == b"\x81\x7e\x01\x2c"


def test_what_the_app_hears_is_what_the_gateway_said() -> None:
    text = b'{"type":"button_press"}'
    assert epoll_relay.said(b"<", text) == framed(b"<" + text + epoll_relay.AFTER)


async def test_presses_of_every_pair_arrive(url: str) -> None:
    load = Load(Target(url))
    try:
        assert await load.open(3) == {"opened": 3}
        heard = await load.run(0.02)
        await load.drop()
        await load.open(4)
        again = await load.run(0.02)
    finally:
        await load.close()
    assert heard["messages"] >= 3
    assert again["messages"] >= 4
