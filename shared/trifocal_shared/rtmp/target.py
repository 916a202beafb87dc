"""Target: where a stream is published, as its address says."""

from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError

MOST_URL = 2048
_PORTS = {"rtmp": 1935, "rtmps": 443}


class Target:
    """Where to publish: an RTMP URL, taken apart."""

    def __init__(self, url: str) -> None:
        """Raises ProtocolError(`bad_url`)."""
        scheme, mark, rest = url.partition("://")
        place, _, path = rest.partition("/")
        app, _, name = path.partition("?")[0].rpartition("/")
        query = path.partition("?")[2]
        if not mark or scheme.lower() not in _PORTS or not app or not name or "@" in place or len(url) > MOST_URL:
            raise ProtocolError("the address is not rtmp://HOST/APP/NAME", reasons.BAD_URL)
        if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
            raise ProtocolError("the address holds a space or worse", reasons.BAD_URL)
        self.secure = scheme.lower() == "rtmps"
        self.host, self.port = _host_and_port(place, _PORTS[scheme.lower()])
        self.app = app
        self.name = name + ("?" + query if query else "")
        self.tc_url = scheme + "://" + place + "/" + app


def _host_and_port(place: str, usual: int) -> tuple[str, int]:
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        if port[:1] == ":":
            port = port[1:]
    else:
        host, _, port = place.partition(":")
    if port and not (port.isdigit() and 0 < int(port) < 65_536):
        raise ProtocolError("that is no port", reasons.BAD_URL)
    if not host:
        raise ProtocolError("the address names no server", reasons.BAD_URL)
    return host, int(port) if port else usual
