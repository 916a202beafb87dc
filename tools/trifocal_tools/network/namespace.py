"""A network namespace of Linux with one TUN device in it: what is sent to its network comes out of a file.

It has no name in the system and ends with its last file and process, so that nothing is ever left over. Needs root.
"""

import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from trifocal_tools import failure
from trifocal_tools.failure import Failure

# linux/sched.h, linux/if_tun.h, linux/sockios.h, linux/if.h
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU = 0x8914, 0x8916, 0x891C, 0x8922
IFF_UP = 0x1

DEVICE, LOOPBACK = "line0", "lo"
MTU = 1500

T = TypeVar("T")


class Namespace:
    """One end of a line. `tun` is the file of its device: one packet a read, one a write. Close it."""

    def __init__(self, interface: str) -> None:
        """`interface` is its address and network, as `10.77.0.1/16`.

        Raises Failure(MISSING) where namespaces or TUN devices are not to be had, ValueError for a wrong address.
        """
        address = ipaddress.IPv4Interface(interface)
        if sys.platform != "linux":
            raise Failure("network namespaces are Linux's", failure.MISSING, "no_namespaces")
        try:
            self._namespace, self.tun = _in_thread(_made)
        except OSError as error:
            raise Failure(
                f"no network namespace with a TUN device: {error.strerror}",
                failure.MISSING,
                "no_namespaces",
                "it needs root and /dev/net/tun",
            ) from None
        self.set_address(address)

    def run(self, action: Callable[[], T]) -> T:
        """What the action gives. Sockets it makes and processes it starts are in this namespace. It runs in a thread
        of its own; what it raises is raised.
        """

        def inside() -> T:
            _call("setns", self._namespace, CLONE_NEWNET)
            return action()

        return _in_thread(inside)

    def popen(self, command: list[str], **options: Any) -> "subprocess.Popen[str]":
        """A process in this namespace, with text for its pipes; the options are Popen's."""
        # A process inherits the namespace of the thread that starts it.
        return self.run(lambda: subprocess.Popen(command, text=True, **options))

    def set_address(self, interface: ipaddress.IPv4Interface) -> None:
        """Its one address from now on. Connections of the former one have none any more, as after a change of Wi-Fi."""
        address = struct.pack("=HH4s8x", socket.AF_INET, 0, interface.ip.packed)
        mask = struct.pack("=HH4s8x", socket.AF_INET, 0, interface.netmask.packed)

        def change() -> None:
            _configure(DEVICE, SIOCSIFADDR, address)
            _configure(DEVICE, SIOCSIFNETMASK, mask)

        self.run(change)

    def close(self) -> None:
        """Let go of the namespace and its device, once or more often."""
        tun, namespace, self.tun, self._namespace = self.tun, self._namespace, -1, -1
        for file in (tun, namespace):
            if file >= 0:
                os.close(file)


def _made() -> tuple[int, int]:
    """The files of a new namespace and of the device in it. The calling thread is in it afterwards."""
    _call("unshare", CLONE_NEWNET)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        for device in (LOOPBACK, DEVICE):
            _configure(device, SIOCSIFFLAGS, struct.pack("=H", IFF_UP))
        _configure(DEVICE, SIOCSIFMTU, struct.pack("=i", MTU))
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC), tun
    except OSError:
        os.close(tun)
        raise


def _configure(device: str, request: int, value: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, request, struct.pack("16s24s", device.encode(), value))


def _call(name: str, *arguments: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _in_thread(action: Callable[[], T]) -> T:
    """A namespace belongs to a thread: one that ends takes the change with it."""
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(action())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return found[0]
