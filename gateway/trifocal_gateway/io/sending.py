"""How sockets send uploads: by BBR where the kernel has it, which loss does not slow down, and not above a cap; and how
soon they notice that nobody is there any more, as after a change of Wi-Fi.
"""

import socket

Option = tuple[int, int, int] | tuple[int, int, bytes | bytearray]

_MAX_PACING_RATE = getattr(socket, "SO_MAX_PACING_RATE", 47)
"""Linux only; Python learned its name late."""

SILENCE_MS = 5_000
"""Without a word of the other end, and then it is gone: an upload goes on where it was, over another connection. The
kernel's own patience is many minutes.
"""


def socket_options(most_bytes_per_second: int = 0) -> list[Option]:
    """What to set on a socket before an upload, as far as this kernel has it; 0 is as fast as it goes."""
    wanted: list[Option] = []
    if hasattr(socket, "TCP_CONGESTION"):
        wanted.append((socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"bbr"))
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # The probes are for the end of an upload, when everything is acknowledged and the answer is waited for.
        wanted += [
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MS),
            (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENCE_MS // 1000),
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        ]
    if most_bytes_per_second:
        wanted.append((socket.SOL_SOCKET, _MAX_PACING_RATE, most_bytes_per_second))
    with socket.socket() as probe:
        return [option for option in wanted if _takes(probe, option)]


def _takes(probe: socket.socket, option: Option) -> bool:
    try:
        probe.setsockopt(*option)
    except OSError:
        return False
    return True
