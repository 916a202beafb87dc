"""Registry: which apps there are, and what each user has set in them. Apps are in memory, and durable once put."""

from collections.abc import Callable
from typing import Any

from trifocal_cloud.app_settings import MENTRAOS_DEFAULTS
from trifocal_cloud.apps import App
from trifocal_cloud.io import app_rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock

APP_LIMIT = 2_000
"""How many apps one owner may register."""

SYSTEM = ""
"""The package under which a user's settings of the whole system are kept."""

AppChanged = Callable[[str], None]
"""Called with the package of an app that was put or removed, once that is durable."""
SetByUser = Callable[[str, str], None]
"""Called with user and package when settings were set; the package is SYSTEM for those of the system."""


class Registry:
    """Every registered app. Who wants to know what changes is entered in `changed` and `set_by_user`."""

    def __init__(self, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database
        self._apps: dict[str, App] = {}
        self.changed: list[AppChanged] = []
        self.set_by_user: list[SetByUser] = []

    async def load(self) -> None:
        """Read every app; before that there is none."""
        async with self._database.reading() as session:
            self._apps = {app.package: app for app in await app_rows.apps(session)}

    def app(self, package: str) -> App | None:
        """The app of this name."""
        return self._apps.get(package)

    def apps(self) -> list[App]:
        """All apps, by package name."""
        return [self._apps[package] for package in sorted(self._apps)]

    async def put(self, app: App) -> None:
        """Register this app, or what is new about it. Raises RefusedError when the name is somebody else's: 409."""
        async with self._database.writing() as session:
            self._check_room(app)
            await app_rows.put_app(session, app, self._clock.epoch_ms())
        self._apps[app.package] = app  # nobody else writes before this: nothing is awaited in between
        self._tell(app.package)

    async def remove(self, package: str) -> None:
        """Forget this app and all that is kept for it."""
        async with self._database.writing() as session:
            await app_rows.remove_app(session, package)
        self._apps.pop(package, None)
        self._tell(package)

    async def settings_of(self, user: str, package: str) -> dict[str, Any]:
        """What this user has set in this app, by key."""
        async with self._database.reading() as session:
            return await app_rows.settings(session, user, package)

    async def set_settings(self, user: str, package: str, values: dict[str, Any]) -> None:
        """Set these keys and leave the others; None takes back what was set. Raises RefusedError: no such app."""
        async with self._database.writing() as session:
            if package != SYSTEM and package not in self._apps:
                raise not_found()
            await app_rows.set_settings(session, user, package, values)
        for hears in self.set_by_user:
            hears(user, package)

    async def mentraos(self, user: str) -> dict[str, Any]:
        """This user's settings of the whole system, all of them."""
        return MENTRAOS_DEFAULTS | await self.settings_of(user, SYSTEM)

    async def set_mentraos(self, user: str, values: dict[str, Any]) -> None:
        """Set these of the system's settings; None takes back what was set."""
        await self.set_settings(user, SYSTEM, values)

    def _check_room(self, app: App) -> None:
        there = self._apps.get(app.package)
        if there is None and sum([other.owner == app.owner for other in self._apps.values()]) >= APP_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY, f"one owner may register {APP_LIMIT} apps")
        if there is not None and there.owner != app.owner:
            raise RefusedError(409, app_words.PACKAGE_TAKEN)

    def _tell(self, package: str) -> None:
        for hears in self.changed:
            hears(package)
