"""The cloud as `trifocal app` sees it: the apps that are registered there, and how each of them fares."""

import re
from typing import Any
from urllib.parse import quote

from trifocal_cloud.apps import PACKAGE
from trifocal_shared import reasons
from trifocal_tools import failure
from trifocal_tools.client import Client, Json
from trifocal_tools.failure import Failure

START_S = 60.0
"""How long an app may take to start: its server is asked, tried again, and then has time to connect."""


class AppClient(Client):
    """Methods raise Failure as those of Client do."""

    def apps(self) -> list[Json]:
        """Every app, with its state for this user."""
        said = self._ask("GET", "/api/apps").get("apps")
        return [app for app in said if isinstance(app, dict)] if isinstance(said, list) else []

    def app(self, package: str) -> Json:
        """One app."""
        return self._about(package, "GET")

    def put_app(self, package: str, body: Json) -> Json:
        """Register an app, or describe it anew. The answer carries `apiKey` when the cloud made one."""
        return self._about(package, "PUT", json=body)

    def remove_app(self, package: str) -> Json:
        """Take an app out of the registry; it stops for everybody."""
        return self._about(package, "DELETE")

    def start_app(self, package: str) -> Json:
        """Start an app and return when it runs."""
        return self._about(package, "POST", "/start", timeout=START_S)

    def stop_app(self, package: str) -> Json:
        """Stop an app and return when it has stopped."""
        return self._about(package, "POST", "/stop", timeout=START_S)

    def app_settings(self, package: str) -> list[Json]:
        """What this user can set about an app, each item with its `value`."""
        return _items(self._about(package, "GET", "/settings"))

    def set_app_settings(self, package: str, values: Json) -> list[Json]:
        """Set some of it; a running app hears it at once."""
        return _items(self._about(package, "PUT", "/settings", json={"values": values}))

    def _about(self, package: str, method: str, below: str = "", **options: Any) -> Json:
        if not re.fullmatch(PACKAGE, package):
            hint = "up to 128 letters, digits, dots, dashes and underscores, such as org.example.notes"
            raise Failure(f"'{package}' is no package name", failure.USAGE, "usage", hint)
        try:
            return self._ask(method, f"/api/apps/{quote(package)}{below}", **options)
        except Failure as error:
            if error.word != reasons.NOT_FOUND:
                raise
            hint = "`trifocal app list` shows which there are"
            raise Failure(f"there is no app '{package}'", failure.FAILED, error.word, hint) from error


def _items(said: Json) -> list[Json]:
    items = said.get("settings")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
