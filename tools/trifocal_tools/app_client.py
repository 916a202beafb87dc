"""The cloud as `trifocal app` sees it: the apps that are registered there, and how each of them fares."""

from urllib.parse import quote

from trifocal_tools.client import Client, Json

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
        return self._ask("GET", _path(package))

    def put_app(self, package: str, body: Json) -> Json:
        """Register an app, or describe it anew. The answer carries `apiKey` when the cloud made one."""
        return self._ask("PUT", _path(package), json=body)

    def remove_app(self, package: str) -> Json:
        """Take an app out of the registry; it stops for everybody."""
        return self._ask("DELETE", _path(package))

    def start_app(self, package: str) -> Json:
        """Start an app and return when it runs."""
        return self._ask("POST", _path(package, "start"), timeout=START_S)

    def stop_app(self, package: str) -> Json:
        """Stop an app and return when it has stopped."""
        return self._ask("POST", _path(package, "stop"), timeout=START_S)

    def app_settings(self, package: str) -> list[Json]:
        """What this user can set about an app, each item with its `value`."""
        return _items(self._ask("GET", _path(package, "settings")))

    def set_app_settings(self, package: str, values: Json) -> list[Json]:
        """Set some of it; a running app hears it at once."""
        return _items(self._ask("PUT", _path(package, "settings"), json={"values": values}))


def _path(package: str, *below: str) -> str:
    return "/".join(("/api/apps", quote(package, safe=""), *below))


def _items(said: Json) -> list[Json]:
    items = said.get("settings")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
