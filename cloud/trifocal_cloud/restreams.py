"""Restreams: the places elsewhere that apps want a managed stream sent on to, and what each app is told of its own.

    connecting   being tried, for the first time
    active       media goes there
    error        it does not, and why; it is tried again while that makes sense
    stopped      it was

A place is sent to once however many apps want it, until the last of them has left. What is no address is an error of
that place alone: the stream and its other places go on. Of an address an app is told all but the last word, which is
its key.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from trifocal_cloud.stream_words import explained
from trifocal_shared import reasons
from trifocal_shared.message import ProtocolError
from trifocal_shared.rtmp.target import Target

MOST = 10
"""Places of one stream."""
LONGEST_NAME = 100

CONNECTING, ACTIVE, ERROR, STOPPED = "connecting", "active", "error", "stopped"
_SAID = {"waiting": CONNECTING, "connecting": CONNECTING, "active": ACTIVE, "error": ERROR, "stopped": STOPPED}
"""What an output says of itself -> what apps are told; with a reason beside it, it is an error."""


class Begin(NamedTuple):
    """Send the stream there."""

    stream_id: str
    url: str


class End(NamedTuple):
    """Send nothing more there."""

    stream_id: str
    url: str


class Changed(NamedTuple):
    """This app can be told something new of its places."""

    stream_id: str
    package: str


Event = Begin | End | Changed


class Wanted(NamedTuple):
    """A place, and the app that wants it; the address is a secret."""

    package: str
    url: str
    name: str


@dataclass
class _Place:
    url: str
    shown: str
    status: str = CONNECTING
    reason: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """By package, as each calls it."""


class Restreams:
    """The places of all streams."""

    def __init__(self) -> None:
        self._places: dict[str, list[_Place]] = {}
        self._events: list[Event] = []

    def wanted(self, stream_id: str, package: str, given: list[object]) -> None:
        """An app wants the stream sent there, as it said it: objects with `url` and `name`."""
        for item in given[: 2 * MOST]:
            said = item if isinstance(item, dict) else {}
            url, name = said.get("url"), said.get("name")
            self._add(stream_id, package, url if isinstance(url, str) else "", name if isinstance(name, str) else "")
        if given:
            self._events.append(Changed(stream_id, package))

    def restored(self, stream_id: str, wanted: list[Wanted]) -> None:
        """Before the restart the stream was sent there."""
        for package, url, name in wanted:
            self._add(stream_id, package, url, name)

    def moved(self, stream_id: str, url: str, state: str, reason: str) -> None:
        """What is sent there is in another state (see `live.output`), and why."""
        for place in self._places.get(stream_id, ()):
            status = ERROR if reason else _SAID.get(state, ERROR)
            if place.url == url and (status, reason) != (place.status, place.reason):
                place.status, place.reason = status, reason
                self._events += [Changed(stream_id, package) for package in place.names]

    def left(self, stream_id: str, package: str) -> None:
        """The app has left the stream: what only it wanted ends."""
        places = self._places.get(stream_id, [])
        for place in list(places):
            if place.names.pop(package, None) is not None and not place.names:
                places.remove(place)
                if place.url:
                    self._events.append(End(stream_id, place.url))

    def over(self, stream_id: str) -> None:
        """The stream has ended, and with it everything that was sent on."""
        self._places.pop(stream_id, None)

    def kept(self, stream_id: str) -> list[Wanted]:
        """What `restored` needs."""
        places = self._places.get(stream_id, ())
        return [Wanted(package, place.url, name) for place in places for package, name in place.names.items()]

    def outputs(self, stream_id: str, package: str) -> list[dict[str, str]]:
        """What this app is told of its places, in the order in which it named them."""
        places = [place for place in self._places.get(stream_id, ()) if package in place.names]
        return [_told(place, package) for place in places]

    def events(self) -> list[Event]:
        """Drain what is to be done."""
        found, self._events = self._events, []
        return found

    def _add(self, stream_id: str, package: str, url: str, name: str) -> None:
        places = self._places.setdefault(stream_id, [])
        name = name[:LONGEST_NAME]
        known = next((place for place in places if place.url == url and url), None)
        if known is not None:
            known.names[package] = name
            return
        if len(places) >= 2 * MOST:
            return
        place = _Place(url, "", names={package: name})
        places.append(place)
        try:
            place.shown = Target(url).tc_url + "/***"
        except ProtocolError as error:
            place.url, place.status, place.reason = "", ERROR, error.code
            return
        if sum(bool(other.url) for other in places) > MOST:
            place.url, place.status, place.reason = "", ERROR, reasons.TOO_MANY
            return
        self._events.append(Begin(stream_id, url))


def _told(place: _Place, package: str) -> dict[str, str]:
    found = {"url": place.shown, "name": place.names[package], "status": place.status}
    if place.reason:
        found["error"] = explained(place.reason)
    return found
