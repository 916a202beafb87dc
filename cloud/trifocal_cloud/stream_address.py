"""Where an app may have its stream sent.

The glasses, or their gateway, connect to it from the network of whoever wears them, not from the cloud's. A name is
looked up there; an address that is written as a number is held against the operator's rule already here, so that an app
cannot point somebody's glasses at the router at home. What ends in a number and is no address is none that is needed:
resolvers take `127.1` and `0x7f.1` for one.
"""

from trifocal_cloud.addresses import LOOPBACK, PRIVATE, allowed
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.target import Target


def checked(url: str, networks: str) -> str:
    """`url` if a stream may go there. Raises ProtocolError(`bad_url`)."""
    if not _allowed(Target(url).host.rstrip(".").lower(), networks):
        raise ProtocolError("the address lies where this cloud sends nobody", reasons.BAD_URL)
    return url


def _allowed(host: str, networks: str) -> bool:
    last = host.rpartition(".")[2]
    if last == "localhost":
        return networks in (LOOPBACK, PRIVATE)
    return allowed(host, networks) if ":" in host or last[:1].isdigit() else True
