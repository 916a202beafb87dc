"""RTCP (RFC 3550 §6, RFC 4585): the few packets that are said here, and what is understood of those that come."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

SENDER, RECEIVER, SOURCE, BYE, TRANSPORT, PAYLOAD = 200, 201, 202, 203, 205, 206
NACK, PLI, FIR = 1, 1, 4
CNAME = 1
MOST_MISSING = 256
"""Packets that one message may ask for again."""


class Missing(NamedTuple):
    """The peer asks for these packets of this source again."""

    source: int
    numbers: list[int]


class KeyWanted(NamedTuple):
    """The peer cannot go on without a key frame."""

    source: int


class Sent(NamedTuple):
    """A sender's report: what its clock says, in 1/65536 s, at which timestamp."""

    source: int
    middle: int
    stamp: int


class Over(NamedTuple):
    """The peer takes its leave."""


Said = Missing | KeyWanted | Sent | Over


def heard(data: bytes) -> Iterator[Said]:
    """What a packet says; what is unknown, or does not fit, is passed over."""
    at = 0
    while at + 8 <= len(data):
        first, kind, length = struct.unpack_from("!BBH", data, at)
        body = data[at + 4 : at + 4 + 4 * length]
        if first >> 6 != 2 or len(body) != 4 * length:
            return
        at += 4 + 4 * length
        if kind == BYE:
            yield Over()
        elif kind == SENDER and len(body) >= 24:
            source, middle, stamp = struct.unpack_from("!I2xI2xI", body)
            yield Sent(source, middle, stamp)
        elif kind == TRANSPORT and first & 31 == NACK and len(body) >= 12:
            yield Missing(int.from_bytes(body[4:8], "big"), _numbers(body[8:]))
        elif kind == PAYLOAD and first & 31 in (PLI, FIR) and len(body) >= 8:
            yield KeyWanted(int.from_bytes(body[4:8], "big"))


def _numbers(body: bytes) -> list[int]:
    found: list[int] = []
    for first, more in struct.iter_unpack("!HH", body[: len(body) // 4 * 4]):
        found.append(first)
        found += [first + 1 + bit & 0xFFFF for bit in range(16) if more >> bit & 1]
        if len(found) >= MOST_MISSING:
            break
    return found[:MOST_MISSING]


def sender_report(source: int, now: int, stamp: int, sent: tuple[int, int], name: str) -> bytes:
    """That `stamp` is `now` (ms), and how many packets and bytes were sent; tracks belong together by `name`."""
    clock = (now // 1000 << 32) | (now % 1000 << 32) // 1000
    counts = (count & 0xFFFFFFFF for count in sent)
    return struct.pack("!BBHIQIII", 0x80, SENDER, 6, source, clock, stamp & 0xFFFFFFFF, *counts) + _named(source, name)


def receiver_report(source: int, of: int, highest: int, name: str) -> bytes:
    """What has come of a source up to now."""
    body = struct.pack("!BBHIIIIIII", 0x81, RECEIVER, 7, source, of, 0, highest & 0xFFFFFFFF, 0, 0, 0)
    return body + _named(source, name)


def missing(source: int, of: int, numbers: list[int]) -> bytes:
    """Ask for packets again."""
    pairs = b"".join(struct.pack("!HH", number, 0) for number in numbers)
    return struct.pack("!BBHII", 0x80 | NACK, TRANSPORT, 2 + len(numbers), source, of) + pairs


def key_wanted(source: int, of: int) -> bytes:
    """Ask for a key frame."""
    return struct.pack("!BBHII", 0x80 | PLI, PAYLOAD, 2, source, of)


def goodbye(source: int) -> bytes:
    """Take leave."""
    return struct.pack("!BBHI", 0x81, BYE, 1, source)


def _named(source: int, name: str) -> bytes:
    item = bytes([CNAME, len(name)]) + name.encode()
    item += bytes(4 - len(item) % 4)
    return struct.pack("!BBHI", 0x81, SOURCE, 1 + len(item) // 4, source) + item
