import json
from typing import Any

from picows import WSMsgType

from trifocal_tools.bench.route_ends import SIZE, Pair, press_text


class Transport:
    """A connection that keeps what is sent on it."""

    def __init__(self) -> None:
        self.is_disconnected = False
        self.sent: list[bytes] = []

    def send(self, kind: WSMsgType, text: bytes) -> None:
        assert kind == WSMsgType.TEXT
        self.sent.append(text)

    def disconnect(self, graceful: bool = True) -> None:
        self.is_disconnected = not graceful


def joined() -> tuple[Pair, Transport]:
    pair, gateway = Pair(7, "ann"), Transport()
    ends: Any = pair
    ends._gateway, ends._app = gateway, Transport()
    return pair, gateway


def test_a_press_is_as_long_as_it_is_said_to_be() -> None:
    pair, gateway = joined()
    pair.press()
    for text in (press_text("1"), press_text("#" * 24), gateway.sent[0]):
        assert len(text) == SIZE
        assert json.loads(text)["type"] == "button_press"


def test_every_press_has_an_id_of_its_own_and_follows_the_last_one() -> None:
    pair, gateway = joined()
    pair.pressing = True
    pair.press()
    for _ in range(3):
        pair.told(b'{"type":"data_stream","data":' + gateway.sent[-1] + b"}")
    assert len({json.loads(text)["pressId"] for text in gateway.sent}) == len(gateway.sent) == 4
    assert len(pair.latencies_ns) == 3
    assert not pair.idle.is_set()


def test_a_press_counts_once_and_another_ones_does_not_count() -> None:
    pair, gateway = joined()
    pair.press()
    pair.told(b'{"type":"data_stream","data":' + press_text("other") + b"}")
    assert not pair.idle.is_set()
    heard = b'{"type":"data_stream","data":' + gateway.sent[0] + b"}"
    pair.told(heard)
    assert pair.idle.is_set()
    pair.told(heard)
    assert len(pair.latencies_ns) == 1
    assert len(gateway.sent) == 1


def test_a_pair_that_lost_an_end_is_not_connected() -> None:
    pair, gateway = joined()
    assert pair.connected
    gateway.is_disconnected = True
    assert not pair.connected
    gateway.is_disconnected = False
    pair.drop()
    assert gateway.is_disconnected
    assert not pair.connected
    pair.drop()
