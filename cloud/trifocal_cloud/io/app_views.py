"""How apps stand, for people: their state, what they listen for, and the last things that went wrong with them."""

from collections import deque
from collections.abc import Callable

from trifocal_cloud.app_events import AppState
from trifocal_cloud.apps import AppFault, AppView
from trifocal_cloud.io.app_answers import STOPPED, app_body
from trifocal_cloud.io.app_lines import AppLines
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.registry import Registry
from trifocal_shared.clock import Clock

FAULT_LIMIT = 10
"""Errors remembered for each app of each user."""

State = Callable[[str, str], AppState | None]
"""The state of an app for a user."""


class AppViews:
    """Shows, and tells the console of every change."""

    def __init__(self, clock: Clock, registry: Registry, feed: Feed, lines: AppLines, state: State) -> None:
        self._clock = clock
        self._registry = registry
        self._feed = feed
        self._lines = lines
        self._state = state
        self._faults: dict[tuple[str, str], deque[AppFault]] = {}

    def view(self, user: str, package: str) -> AppView | None:
        """How an app stands for a user; None when it does not run and nothing went wrong."""
        errors = tuple(self._faults.get((user, package), ()))
        state = self._state(user, package)
        if state is None:
            return AppView(STOPPED, 0, errors=errors) if errors else None
        ago = self._clock.epoch_ms() - self._clock.now()
        next_try = state.next_try_at + ago if state.next_try_at is not None else None
        streams = self._lines.streams(user, package)
        return AppView(state.state, state.since_ms + ago, state.reason, state.detail, next_try, streams, errors)

    def fault(self, user: str, package: str, reason: str, message: str) -> None:
        """Something went wrong with an app."""
        faults = self._faults.setdefault((user, package), deque(maxlen=FAULT_LIMIT))
        faults.append(AppFault(self._clock.epoch_ms(), reason, message))
        self.publish(user, package)

    def forget(self, package: str) -> None:
        """The app is registered no more."""
        for key in [key for key in self._faults if key[1] == package]:
            del self._faults[key]

    def publish(self, user: str, package: str) -> None:
        """Tell the console how it stands now; null for one that is registered no more."""
        app = self._registry.app(package)
        body = app_body(app, user, self.view(user, package)).model_dump(by_alias=True) if app else None
        self._feed.publish(user, "app", package=package, app=body)

    def registered(self, package: str) -> None:
        """What is registered about an app has changed: tell every console that is open. Others ask when they open."""
        for user in self._feed.hearers():
            self.publish(user, package)
