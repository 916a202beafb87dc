"""Deliveries: every photo that an app asked for, or its error, on its way to the app (PROTOCOL-apps §4).

A parcel is `expected` from the moment the app asks. It becomes ready when its photo is stored or is known never to
come, and is then brought to the app again and again until the app has taken it, has refused it, or has stopped waiting.

Promises
 * Exactly one `Done` for every parcel, `error` empty when the app has it.
 * The first `Bring` comes at once when a parcel is ready; further ones after a wait that grows from RETRY_BASE_MS to
   RETRY_CAP_MS, at most one at a time.
 * A parcel for the app's own server is given up WAIT_MS after it was asked for, for the real client forgets its request
   after 30 s; one for an address that the app named, which forgets nothing, after HOOK_WAIT_MS.

Refusals: a parcel that is expected already is not expected twice; what is ready or was tried without being expected
means nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trifocal_shared import app_words
from trifocal_shared.backoff import Backoff

WAIT_MS = 30_000
HOOK_WAIT_MS = 300_000
RETRY_BASE_MS, RETRY_CAP_MS = 500, 5_000

TAKEN, REFUSED, AGAIN = "taken", "refused", "again"
"""What came of bringing it: the app has it, does not want it, or might take it later."""


Key = tuple[str, str, str]
"""User, package and request id: apps make their ids themselves, and two may make the same."""


@dataclass(frozen=True)
class Parcel:
    """What an app waits for; `webhook_url` is empty for its own server."""

    user: str
    package: str
    request_id: str
    webhook_url: str = ""
    auth_token: str = ""

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.user, self.package, self.request_id


@dataclass(frozen=True)
class Bring:
    """Bring the photo, or the error that `reason` says, with what there is to say about it; then call `tried`."""

    parcel: Parcel
    reason: str
    detail: str


@dataclass(frozen=True)
class Done:
    """It is over: the app has it, or (`error`, `detail`) will never have it."""

    parcel: Parcel
    error: str = ""
    detail: str = ""


@dataclass
class _Waiting:
    parcel: Parcel
    ends_at: int
    backoff: Backoff
    ready: bool = False
    reason: str = ""
    detail: str = ""
    at: int | None = None


class Deliveries:
    """See the top of the file. Times in ms; `chance` gives a number in [0, 1) for each wait."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._waiting: dict[Key, _Waiting] = {}
        self._events: list[Bring | Done] = []

    def expected(self, parcel: Parcel, age_ms: int, now: int) -> None:
        """An app asked for this `age_ms` ago."""
        wait_ms = HOOK_WAIT_MS if parcel.webhook_url else WAIT_MS
        waiting = _Waiting(parcel, now + wait_ms - age_ms, Backoff(RETRY_BASE_MS, 200, RETRY_CAP_MS))
        self._waiting.setdefault(parcel.key, waiting)

    def ready(self, key: Key, reason: str, detail: str, now: int) -> None:
        """Its photo is stored, or (`reason`) there will be none."""
        waiting = self._waiting.get(key)
        if waiting is not None and not waiting.ready:
            waiting.ready, waiting.reason, waiting.detail = True, reason, detail
            self._events.append(Bring(waiting.parcel, reason, detail))

    def tried(self, key: Key, outcome: str, detail: str, now: int) -> None:
        """It was brought: `outcome` is TAKEN, REFUSED or AGAIN."""
        waiting = self._waiting.get(key)
        if waiting is None or not waiting.ready or waiting.at is not None:
            return
        if outcome == TAKEN:
            self._finish(waiting, "", "")
            return
        again_at = now + waiting.backoff.next(self._chance())
        if outcome == REFUSED or again_at >= waiting.ends_at:
            self._finish(waiting, app_words.DELIVERY_FAILED, detail)
        else:
            waiting.at = again_at

    def deadline(self) -> int | None:
        return min((waiting.at for waiting in self._waiting.values() if waiting.at is not None), default=None)

    def timeout(self, now: int) -> None:
        for waiting in self._waiting.values():
            if waiting.at is not None and waiting.at <= now:
                waiting.at = None
                self._events.append(Bring(waiting.parcel, waiting.reason, waiting.detail))

    def events(self) -> list[Bring | Done]:
        drained, self._events = self._events, []
        return drained

    def _finish(self, waiting: _Waiting, error: str, detail: str) -> None:
        del self._waiting[waiting.parcel.key]
        self._events.append(Done(waiting.parcel, error, detail))
