"""Where an app may have its stream sent.

The glasses, or their gateway, connect to it from the network of whoever wears them, not from the cloud's. A name is
looked up there; an address that is written as a number is held against the operator's rule already here, so that an app
cannot point somebody's glasses at the router at home.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from trifocal_cloud.addresses import LONGEST_URL, LOOPBACK, PRIVATE, allowed

SCHEMES = ("rtmp", "rtmps")


def checked(url: str, networks: str) -> str:
    """`url` if a stream may go there. Raises ValueError (sentence)."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("a URL is printable, without spaces, and not longer than 2048 letters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("this is not a URL") from error
    if parts.scheme not in SCHEMES or not host or port == 0:
        raise ValueError("a stream goes to rtmp:// or rtmps:// and a host")
    if not parts.path.strip("/"):
        raise ValueError("the URL names an application and a stream key")
    if not _allowed(host, networks):
        raise ValueError("the address lies where this cloud sends nobody")
    return url


def _allowed(host: str, networks: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return networks in (LOOPBACK, PRIVATE)
    try:
        ip_address(host)
    except ValueError:
        return True
    return allowed(host, networks)
