"""Apps on their way back after a restart of the cloud: a press in that moment is theirs, if they are in time."""

from trifocal_cloud.app_events import GRACE, RUNNING
from trifocal_cloud.app_session import GRACE_MS
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_shared.clock import Clock

SAYS_MS = 1_000
"""Within that an app that is back says what it listens for; the real client does at once."""


class Returning:
    """See the top of the file. Made when the cloud comes up: once its apps had their time to return, nobody does."""

    def __init__(self, clock: Clock, apps: RunningApps) -> None:
        self._clock = clock
        self._apps = apps
        self._over_at = clock.now() + GRACE_MS + SAYS_MS

    def anybody(self, user: str) -> bool:
        """Whether an app of this user is about to say what it listens for."""
        if self._clock.now() >= self._over_at:
            return False
        return any(self._returns(user, package) for package in self._apps.wanted.restored.get(user, ()))

    def _returns(self, user: str, package: str) -> bool:
        view = self._apps.view(user, package)
        if view is None or view.subscriptions:
            return False
        fresh = self._clock.epoch_ms() - view.since_ms < SAYS_MS
        return view.state == GRACE or (view.state == RUNNING and fresh)
