"""AppStreams: who hears what for an app beside the socket of its session: callbacks and sockets for events.

They hear while the app runs for the user, and what the app may hear then: when the user stops it, or its permissions
change, that counts at once. Final answers of photo requests go only to the app whose requests they were.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from trifocal_cloud.app_events import GRACE, RUNNING
from trifocal_cloud.apps import App, AppView
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.subscriptions import Understood, understood
from trifocal_cloud.switchboard import Hear, Switchboard

PHOTO_RESULT = "photo_result"
"""The stream of final answers. It is no stream of the switchboard, where all apps of a user hear the same."""

HEARING = (RUNNING, GRACE)
"""States of an app in which it hears."""

View = Callable[[str, str], AppView | None]
"""How an app stands for a user."""


@dataclass(frozen=True)
class Listener:
    """Somebody who hears for an app; `key` is nobody else's."""

    key: str
    user: str
    package: str
    streams: tuple[str, ...]
    hear: Hear


class AppStreams:
    """See the top of the file. `view` says how an app stands for a user."""

    def __init__(self, registry: Registry, switchboard: Switchboard, view: View) -> None:
        self._registry = registry
        self._switchboard = switchboard
        self._view = view
        self._of_user: dict[str, dict[str, Listener]] = {}
        registry.changed.append(self._changed)

    def join(self, listener: Listener) -> None:
        """From now on it hears, whenever the app runs."""
        self._of_user.setdefault(listener.user, {})[listener.key] = listener
        self._arrange(listener)

    def leave(self, listener: Listener) -> None:
        """It hears nothing any more."""
        found = self._of_user.get(listener.user, {})
        if found.pop(listener.key, None) is not None:
            self._switchboard.leave(listener.user, listener.key)
        if not found:
            self._of_user.pop(listener.user, None)

    def refresh(self, user: str, package: str) -> None:
        """The app has begun or ceased to run for this user."""
        for listener in self._of_user.get(user, {}).values():
            if listener.package == package:
                self._arrange(listener)

    def wants_results(self, user: str) -> bool:
        """Whether any app would hear of the final answers of its requests for this user."""
        return any(PHOTO_RESULT in listener.streams for listener in self._of_user.get(user, {}).values())

    def result(self, user: str, package: str, raw: bytes, at: int) -> None:
        """Tell this app a final answer, the JSON of it, at `at` (epoch ms)."""
        self.private(user, package, PHOTO_RESULT, raw, at)

    def private(self, user: str, package: str, stream: str, raw: bytes, at: int) -> None:
        """Tell this app, and no other of the user, something on a stream that it listens to."""
        if self._runs(user, package):
            for listener in list(self._of_user.get(user, {}).values()):
                if listener.package == package and stream in listener.streams:
                    listener.hear(stream, raw, at)

    def _changed(self, package: str) -> None:
        for user in list(self._of_user):
            self.refresh(user, package)

    def _runs(self, user: str, package: str) -> bool:
        view = self._view(user, package)
        return view is not None and view.state in HEARING

    def _arrange(self, listener: Listener) -> None:
        app = self._registry.app(listener.package)
        if app is None or not self._runs(listener.user, listener.package):
            self._switchboard.leave(listener.user, listener.key)
            return
        streams = understood(list(listener.streams), app.allows).streams
        self._switchboard.join(listener.user, listener.key, streams, listener.hear, app.allows)


def told(subscription_id: str, user: str, stream: str, raw: bytes, tail: bytes) -> bytes:
    """What a listener is sent; `raw`, the JSON of what happened, goes out as it came in; `tail` is a `Stamp`'s."""
    said = {"type": "data_stream", "subscriptionId": subscription_id, "userId": user, "streamType": stream}
    head = json.dumps(said, separators=(",", ":"))[:-1].encode()
    return head + b',"data":' + raw + tail


def streams_of(entries: list[str], app: App) -> Understood:
    """What an app may hear of what it asks for, final answers included."""
    found = understood(list(entries), app.allows)
    results = (PHOTO_RESULT,) if PHOTO_RESULT in entries else ()
    return Understood(found.streams + results, found.denied)
