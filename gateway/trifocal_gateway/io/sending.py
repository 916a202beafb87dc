"""How sockets send uploads: by BBR where the kernel has it, which loss does not slow down, and not above a cap."""

import socket

Option = tuple[int, int, int] | tuple[int, int, bytes | bytearray]

_MAX_PACING_RATE = getattr(socket, "SO_MAX_PACING_RATE", 47)
"""Linux only; Python learned its name late."""


def socket_options(most_bytes_per_second: int = 0) -> list[Option]:
    """What to set on a socket before an upload, as far as this kernel has it; 0 is as fast as it goes."""
    wanted: list[Option] = []
    if hasattr(socket, "TCP_CONGESTION"):
        wanted.append((socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"bbr"))
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
