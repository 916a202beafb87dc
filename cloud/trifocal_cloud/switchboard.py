"""Switchboard: who hears what happens to a user: the apps' sockets, and the callbacks that apps have asked for.

A subscriber joins under a key with the streams it wants and a function that says something to it; joining again
replaces what it wanted. What happens is handed on as the bytes of its JSON: whoever relays does not read them.

A stream is heard under the exact name that was asked for, `touch_event:long_press` or `touch_event`, once for each
name; `*` and `all` hear everything that the subscriber may hear, under its plain name (PROTOCOL-apps §3).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from trifocal_cloud.subscriptions import WILDCARDS, permission_for

Hear = Callable[[str, bytes, int], None]
"""Told the stream's name, as asked for, the JSON of what happened, and when we heard of it, in epoch ms."""
Allows = Callable[[str], bool]
"""Whether a subscriber has a permission."""


class _Wish(NamedTuple):
    streams: tuple[str, ...]
    hear: Hear
    allows: Allows


class Audience:
    """What one user's subscribers want; the same object as long as the cloud runs."""

    def __init__(self) -> None:
        self.wishes: dict[str, _Wish] = {}
        self.by_stream: dict[str, list[Hear]] = {}
        self.everything: list[_Wish] = []

    def hearers(self, stream: str) -> Sequence[Hear]:
        """Everybody who would hear this under this name; each is to be told the name and the JSON."""
        hearers = self.by_stream.get(stream, ())
        if self.everything:
            wild = [wish.hear for wish in self.everything if stream not in wish.streams and _may(wish, stream)]
            return [*hearers, *wild]
        return hearers

    def arrange(self) -> None:
        """Bring the wishes into the order in which they are looked up."""
        self.by_stream = {}
        self.everything = []
        for wish in self.wishes.values():
            for stream in wish.streams:
                if stream not in WILDCARDS:
                    self.by_stream.setdefault(stream, []).append(wish.hear)
            if not WILDCARDS.isdisjoint(wish.streams):
                self.everything.append(wish)


class Switchboard:
    """See the top of the file."""

    def __init__(self) -> None:
        self._users: dict[str, Audience] = {}

    def audience(self, user: str) -> Audience:
        """Whoever listens to this user, now and later."""
        found = self._users.get(user)
        if found is None:
            found = self._users[user] = Audience()
        return found

    def join(self, user: str, key: str, streams: tuple[str, ...], hear: Hear, allows: Allows) -> None:
        """From now on this subscriber hears these streams, and no others; `allows` bounds what wildcards mean."""
        if not streams:
            self.leave(user, key)
            return
        found = self.audience(user)
        found.wishes[key] = _Wish(streams, hear, allows)
        found.arrange()

    def leave(self, user: str, key: str) -> None:
        """This subscriber hears nothing any more."""
        found = self._users.get(user)
        if found is not None and found.wishes.pop(key, None) is not None:
            found.arrange()

    def relay(self, user: str, names: tuple[str, ...], raw: bytes, at: int) -> int:
        """Tell what happened at `at` (epoch ms), under each of its names, the plainest first; how many heard it."""
        found = self._users.get(user)
        if found is None:
            return 0
        told = 0
        for name in names:
            for hear in found.by_stream.get(name, ()):
                hear(name, raw, at)
                told += 1
        for wish in found.everything:
            if not set(names).intersection(wish.streams) and _may(wish, names[0]):
                wish.hear(names[0], raw, at)
                told += 1
        return told


def _may(wish: _Wish, stream: str) -> bool:
    permission = permission_for(stream)
    return permission is None or wish.allows(permission)
