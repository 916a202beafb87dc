"""AppStorage: texts that apps keep for each of their users, bounded in size and pace (PROTOCOL-apps §7).

An app reaches its own texts only, whichever user it names. A value is as long as the SDK allows; how much an app may
keep for one user is counted in UTF-8, keys and all. What does not fit is refused and changes nothing.
"""

from trifocal_cloud.apps import App
from trifocal_cloud.io import app_rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.limits import Allowance
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock

VALUE_LENGTH = 100_000
"""In UTF-16 units, which is what JavaScript counts."""
TOTAL_BYTES = 2**20
KEY_LENGTH = 256
KEY_LIMIT = 5_000
"""How many texts an app may keep for one user."""

PER_SECOND, BURST = 20, 100
"""How often an app may ask about one user."""
APP_PER_SECOND, APP_BURST = 200, 2_000
"""How often an app may ask in all: when it goes down, it writes for all its users at once."""


class AppStorage:
    """Methods raise RefusedError: 429 for who asks too often, and what they say themselves."""

    def __init__(self, clock: Clock, database: Database, registry: Registry) -> None:
        self._clock = clock
        self._database = database
        self._registry = registry
        self._allowance = Allowance(PER_SECOND, BURST)
        self._app_allowance = Allowance(APP_PER_SECOND, APP_BURST)

    async def texts(self, app: App, user: str) -> dict[str, str]:
        """All that the app keeps for this user, by key."""
        self._count(app, user)
        async with self._database.reading() as session:
            return await app_rows.storage(session, user, app.package)

    async def keep(self, app: App, user: str, texts: dict[str, str]) -> None:
        """Keep these besides those that are there, all or none; 413 when there is no room for them."""
        self._count(app, user)
        for key, value in texts.items():
            if len(key) > KEY_LENGTH:
                raise _too_large(f"a key has at most {KEY_LENGTH} characters")
            if len(value.encode("utf-16-le")) > 2 * VALUE_LENGTH:
                raise _too_large(f"the value of {key[:40]!a} is longer than {VALUE_LENGTH} characters")
        async with self._database.writing() as session:
            self._check_registered(app)
            there = await app_rows.storage(session, user, app.package) | texts
            if len(there) > KEY_LIMIT:
                raise _too_large(f"an app may keep at most {KEY_LIMIT} texts for one user")
            if sum([len(text.encode()) for item in there.items() for text in item]) > TOTAL_BYTES:
                raise _too_large("an app may keep at most 1 MiB for one user")
            await app_rows.put_storage(session, user, app.package, texts)

    async def forget(self, app: App, user: str, key: str | None = None) -> None:
        """Forget this text, or all of this user's when no key is given; fine when there is none."""
        self._count(app, user)
        async with self._database.writing() as session:
            await app_rows.delete_storage(session, user, app.package, key)

    def _count(self, app: App, user: str) -> None:
        now = self._clock.now()
        if not (self._app_allowance.granted(app.package, now) and self._allowance.granted((app.package, user), now)):
            raise RefusedError(429, app_words.RATE_LIMITED)

    def _check_registered(self, app: App) -> None:
        """It may have been removed while this waited for its turn; what it kept would be found by its successor."""
        there = self._registry.app(app.package)
        if there is None or there.owner != app.owner:
            raise not_found()


def _too_large(message: str) -> RefusedError:
    return RefusedError(413, reasons.TOO_LARGE, message)
