"""Frames as notifications: cut, bare, in order, however the bytes came."""

from trifocal_shared.frame import PACK, PHOTO, encode_file_packet, encode_frame
from trifocal_shared.messages import TO_GATEWAY, TO_GLASSES, AuthToken, Ping, Pong
from trifocal_shared.wire import Wire
from trifocal_tools.bench.notifications import Notifications


def test_from_the_glasses() -> None:
    pong = Wire(TO_GLASSES, True).encode(Pong())
    piece, packet = encode_frame(PACK, bytes(495), False), encode_file_packet(PHOTO, 0, 400, "a", bytes(400))
    ours = Notifications(little_endian=False)
    data = pong + piece + packet + pong
    found = [one for at in range(len(data)) for one in ours.receive(data[at : at + 1])]
    assert found == [(len(pong), pong), (495, piece), (432, packet), (len(pong), pong)]


def test_from_a_gateway_long_words_are_cut() -> None:
    wire = Wire(TO_GATEWAY, False)
    long = wire.encode(AuthToken(core_token="t" * 600))
    found = Notifications(little_endian=True).receive(wire.encode(Ping()) + long)
    assert [size for size, _ in found] == [40, 495, len(long) - 495]
    assert b"".join(item for _, item in found[1:]) == long
