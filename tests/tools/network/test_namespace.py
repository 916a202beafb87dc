import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Interface

import pytest

from trifocal_tools import failure
from trifocal_tools.failure import Failure
from trifocal_tools.network import namespace
from trifocal_tools.network.namespace import Namespace


@pytest.fixture
def place() -> Iterator[Namespace]:
    """A namespace; it needs root."""
    made = Namespace("10.77.1.2/16")
    yield made
    made.close()


def own_address(where: Namespace) -> str:
    """From which address the namespace speaks to its network."""

    def ask() -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.connect(("10.77.0.1", 9))
            return str(asked.getsockname()[0])

    return where.run(ask)


def test_what_is_sent_to_its_network_comes_out_of_the_file(place: Namespace) -> None:
    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello", ("10.77.0.1", 9))

    place.run(send)
    packets = []
    for _ in range(10):  # the kernel sends a few of its own when a device comes up
        try:
            packets.append(os.read(place.tun, 2000))
        except BlockingIOError:
            break
    assert any(packet.endswith(b"hello") for packet in packets)


def test_it_speaks_from_its_new_address_after_a_change(place: Namespace) -> None:
    assert own_address(place) == "10.77.1.2"
    place.set_address(IPv4Interface("10.77.2.2/16"))
    assert own_address(place) == "10.77.2.2"


def test_a_process_is_in_it_and_others_are_not(place: Namespace) -> None:
    show = [sys.executable, "-c", "import socket; print(socket.if_nameindex())"]
    with place.popen(show, stdout=subprocess.PIPE) as process:
        assert namespace.DEVICE in process.communicate()[0]
    assert namespace.DEVICE not in str(socket.if_nameindex())


def test_what_an_action_raises_is_raised(place: Namespace) -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        place.run(fail)


def test_it_is_closed_once_or_more_often(place: Namespace) -> None:
    place.close()
    place.close()
    assert place.tun == -1


def test_without_root_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(namespace, "_call", refuse)
    with pytest.raises(Failure, match="not permitted") as caught:
        Namespace("10.77.1.2/16")
    assert caught.value.code == failure.MISSING
    assert "root" in caught.value.hint


def test_elsewhere_than_on_linux_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(Failure) as caught:
        Namespace("10.77.1.2/16")
    assert caught.value.code == failure.MISSING


@pytest.mark.parametrize("wrong", ["", "10.77.1.2/64", "ten", "fe80::1/64"])
def test_a_wrong_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - ipaddress has a sentence for each
        Namespace(wrong)
