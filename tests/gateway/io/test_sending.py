import socket
import sys
from typing import Any

import pytest

from trifocal_gateway.io.sending import SILENCE_MS, socket_options


def set_on(options: list[Any]) -> socket.socket:
    found = socket.socket()
    for level, name, value in options:
        found.setsockopt(level, name, value)
    return found


def test_what_is_said_can_be_set() -> None:
    with set_on(socket_options(1_000_000)) as found:
        if sys.platform == "linux":
            assert found.getsockopt(socket.SOL_SOCKET, 47) == 1_000_000
    with set_on(socket_options()) as found:
        if sys.platform == "linux":
            assert found.getsockopt(socket.SOL_SOCKET, 47) in (-1, 2**32 - 1)


def test_what_a_kernel_does_not_have_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(socket.socket):
        def setsockopt(self, *option: Any) -> None:
            raise OSError(92, "Protocol not available")

    monkeypatch.setattr(socket, "socket", Old)
    assert socket_options(1_000_000) == []


def test_a_dead_connection_is_noticed_while_sending_and_while_waiting() -> None:
    with set_on(socket_options()) as found:
        if sys.platform == "linux":
            assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SILENCE_MS
            assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) * 1000 == SILENCE_MS
            assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
