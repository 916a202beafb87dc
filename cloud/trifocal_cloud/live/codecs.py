"""What a decoder configuration says of H.264 and AAC: size, rate, and the names that browsers know them by.

The configurations come from a publisher: whatever they hold, either a description comes out or a ProtocolError.
"""

from dataclasses import dataclass

from trifocal_shared.message import ProtocolError

_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_WITH_CHROMA = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
"""Profiles whose parameter set says more (H.264 §7.3.2.1.1)."""
_MOST_SIDE = 8192


@dataclass(frozen=True)
class Video:
    """H.264 as its configuration describes it."""

    config: bytes
    """The avcC box's content (ISO 14496-15 §5.3.3.1)."""
    width: int
    height: int

    @property
    def name(self) -> str:
        """Like `avc1.42c01f`."""
        return f"avc1.{self.config[1:4].hex()}"


@dataclass(frozen=True)
class Audio:
    """AAC as its configuration describes it."""

    config: bytes
    """The AudioSpecificConfig (ISO 14496-3 §1.6.2.1)."""
    kind: int
    rate: int
    channels: int

    @property
    def name(self) -> str:
        """Like `mp4a.40.2`."""
        return f"mp4a.40.{self.kind}"


class _Bits:
    """Reads bits and Exp-Golomb numbers; past the end is a ProtocolError."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def bits(self, count: int) -> int:
        if count > self._left:
            raise ProtocolError("a decoder configuration is cut short")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while not self.bits(1):
            zeros += 1
        if zeros > 32:
            raise ProtocolError("a number in a decoder configuration is too large")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        value = self.golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def video(config: bytes) -> Video:
    """What an avcC says. Raises ProtocolError."""
    if len(config) < 9 or config[0] != 1 or not config[5] & 31:
        raise ProtocolError("the video's configuration has no parameter set")
    if config[4] & 3 != 3:
        raise ProtocolError("NAL units must have lengths of four bytes")
    size = int.from_bytes(config[6:8], "big")
    unit = config[8 : 8 + size]
    if len(unit) < size or size < 4:
        raise ProtocolError("a parameter set is cut short")
    width, height = _size(unit)
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
        raise ProtocolError("the picture has no possible size")
    return Video(bytes(config), width, height)


def audio(config: bytes) -> Audio:
    """What an AudioSpecificConfig says. Raises ProtocolError."""
    bits = _Bits(config[:16])
    kind = bits.bits(5)
    if kind == 31:
        kind = 32 + bits.bits(6)
    place = bits.bits(4)
    rate = bits.bits(24) if place == 15 else (_RATES[place] if place < len(_RATES) else 0)
    channels = bits.bits(4)
    if kind not in (1, 2, 5, 29) or not 7_000 <= rate <= 96_000 or channels > 7:
        raise ProtocolError("the sound's configuration is no AAC that can be passed on")
    return Audio(bytes(config), kind, rate, channels)


def _size(unit: bytes) -> tuple[int, int]:
    """Width and height from a sequence parameter set (H.264 §7.3.2.1.1)."""
    bits = _Bits(unit.replace(b"\0\0\3", b"\0\0")[:512])
    bits.bits(8)
    profile = bits.bits(8)
    bits.bits(16)
    bits.golomb()
    chroma = _chroma(bits) if profile in _WITH_CHROMA else 1
    bits.golomb()
    _picture_order(bits)
    bits.golomb()
    bits.bits(1)
    wide, high = bits.golomb() + 1, bits.golomb() + 1
    fields = 1 - bits.bits(1)
    if fields:
        bits.bits(1)
    bits.bits(1)
    width, height = 16 * wide, 16 * high * (1 + fields)
    if bits.bits(1):
        across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * (1 + fields)
        width -= across * (bits.golomb() + bits.golomb())
        height -= down * (bits.golomb() + bits.golomb())
    return width, height


def _chroma(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.bits(1)
    bits.golomb()
    bits.golomb()
    bits.bits(1)
    if bits.bits(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.bits(1):
                _scaling_list(bits, 16 if number < 6 else 64)
    return chroma


def _scaling_list(bits: _Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _picture_order(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.bits(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.golomb(), 255)):
            bits.signed()
