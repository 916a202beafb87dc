"""The cloud's addresses, made from the one that was configured."""

import ipaddress
from urllib.parse import SplitResult, urlsplit, urlunsplit

_WEBSOCKET = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def websocket_url(cloud_url: str, path: str) -> str:
    """`path` below the cloud's address as ws or wss. ValueError for an address that is none."""
    return _joined(cloud_url, path, _WEBSOCKET)


def http_url(cloud_url: str, path: str) -> str:
    """`path` below the cloud's address as http or https. ValueError for an address that is none."""
    return _joined(cloud_url, path, _HTTP)


def is_loopback(url: str) -> bool:
    """Whether it is this machine, where no proxy from the environment is to be asked."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_token(text: str) -> bool:
    """Whether it could stand in a header at all."""
    return text != "" and text.isascii() and text.isprintable() and " " not in text


def _joined(cloud_url: str, path: str, schemes: dict[str, str]) -> str:
    parts = urlsplit(cloud_url)
    if parts.scheme not in schemes or not parts.hostname or _port_is_wrong(parts):
        raise ValueError("the cloud's address is http(s)://host[:port]")
    return urlunsplit((schemes[parts.scheme], parts.netloc, parts.path.rstrip("/") + path, "", ""))


def _port_is_wrong(parts: SplitResult) -> bool:
    try:
        return parts.port == 0
    except ValueError:
        return True
