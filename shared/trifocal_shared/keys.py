"""How two ends come to one key, and how one proves that it has it. Bytes in, bytes out; no randomness of its own.

The key is agreed by X25519 (RFC 7748), so that it never goes over the link; a proof is HMAC-SHA256 (RFC 2104).
The ladder takes a quarter of a second on a microcontroller, once for each pairing.
"""

import hashlib

PRIME = 2**255 - 19
BASE = b"\x09" + bytes(31)
BLOCK = 64
KEY_BYTES = 32
NUMBER_BYTES = 16
"""Bytes of a key or a proof, and of the number that a proof is for."""


def digest(*parts: bytes) -> bytes:
    """SHA-256 of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def proof(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 of the parts; `key` has 64 bytes at most."""
    key += bytes(BLOCK - len(key))
    inner = digest(bytes([byte ^ 0x36 for byte in key]), *parts)
    return digest(bytes([byte ^ 0x5C for byte in key]), inner)


def same(one: bytes, other: bytes) -> bool:
    """Whether they are the same bytes, in a time that does not tell where they differ."""
    difference = len(one) ^ len(other)
    for left, right in zip(one, other):  # noqa: B905 - MicroPython's zip has no `strict`
        difference |= left ^ right
    return difference == 0


def x25519(secret: bytes, point: bytes = BASE) -> bytes:
    """The secret times the point; with the base point, the public half of the secret. Both have 32 bytes."""
    scalar = int.from_bytes(secret, "little") & (1 << 255) - 8 | 1 << 254
    x1 = (int.from_bytes(point, "little") & (1 << 255) - 1) % PRIME
    x2, z2, x3, z3, swapped = 1, 0, x1, 1, 0
    for place in range(254, -1, -1):
        bit = scalar >> place & 1
        if bit != swapped:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swapped = bit
        a, b = x2 + z2, x2 - z2
        left, right = (x3 - z3) * a, (x3 + z3) * b
        a, b = a * a % PRIME, b * b % PRIME
        x3 = (left + right) ** 2 % PRIME
        z3 = x1 * (left - right) ** 2 % PRIME
        x2 = a * b % PRIME
        z2 = (a - b) * (a + 121665 * (a - b)) % PRIME
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def unhex(text: object, count: int) -> bytes:
    """The bytes that a hexadecimal text means; empty for whatever is not `count` bytes in that spelling."""
    if not isinstance(text, str) or len(text) != 2 * count:
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
