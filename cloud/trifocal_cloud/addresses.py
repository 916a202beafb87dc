"""Where the cloud may be sent by others: an app's server, a webhook, a callback.

Whoever registers a URL makes the cloud connect to it, from inside the operator's network. So an address is looked at
after its name has been resolved, and the connection goes to the very address that was looked at (`io/outbound.py`).

Three widths, each with all of the one before: `public` is the Internet; `loopback` also this machine; `private` also
the networks that people have at home and at work, carrier-grade NAT among them. Never, in any of them: link-local,
multicast, unspecified and reserved addresses, the places where a data centre tells its machines their secrets, and any
of those wrapped into another notation. What is neither known to be the Internet nor named here is refused.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

PUBLIC, LOOPBACK, PRIVATE = "public", "loopback", "private"

LONGEST_URL = 2048

_LOOPBACK_4 = IPv4Network("127.0.0.0/8")
_PRIVATE_4 = tuple(
    IPv4Network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_NOBODYS_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""Protocol assignments and the old 6to4 relays, which Python partly takes for the Internet."""
_PRIVATE_6 = IPv6Network("fc00::/7")
_INTERNET_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_METADATA = frozenset(
    ip_address(address) for address in ("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)
"""Beside 169.254.169.254, which is link-local: Alibaba, Azure, AWS and Google answer here."""


def allowed(ip: str, networks: str) -> bool:
    """Whether a connection may go to this address (text) when `networks` are open. What is no address is not."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _allowed_4(address, networks)
    return _allowed_6(address, networks)


def target(url: str) -> str:
    """`url` if the cloud can post to it: http or https, a host, nothing secret in it. Raises ValueError (sentence)."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("a URL is printable, without spaces, and not longer than 2048 letters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("this is not a URL") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("a URL begins with http:// or https:// and names a host")
    if port == 0:
        raise ValueError("no server has port 0")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("a URL has no user, password or fragment here")
    return url


def _allowed_4(address: IPv4Address, networks: str) -> bool:
    if address in _METADATA or any(address in network for network in _NOBODYS_4):
        return False
    if address in _LOOPBACK_4:
        return networks in (LOOPBACK, PRIVATE)
    if any(address in network for network in _PRIVATE_4):
        return networks == PRIVATE
    return address.is_global and not address.is_multicast and not address.is_reserved


def _allowed_6(address: IPv6Address, networks: str) -> bool:
    if address.scope_id is not None or address in _METADATA:
        return False
    if address.ipv4_mapped is not None:
        return _allowed_4(address.ipv4_mapped, networks)
    if address in _NAT64:
        return _allowed_4(IPv4Address(int(address) & 0xFFFF_FFFF), PUBLIC)
    if address.is_loopback:
        return networks in (LOOPBACK, PRIVATE)
    if address in _PRIVATE_6:
        return networks == PRIVATE
    # 6to4 and Teredo carry an address of IPv4 inside, and nobody has a server there any more.
    tunnelled = address.sixtofour is not None or address.teredo is not None
    return address in _INTERNET_6 and address.is_global and not tunnelled
