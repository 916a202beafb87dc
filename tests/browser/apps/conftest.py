"""A registry that stands in for the cloud's, so that every state is there at will; and a real app for the real one."""

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

from trifocal_cloud.io.testing import RawApp, raw_app

PATIENCE_S = 15

NEW_APP: dict[str, Any] = {
    "publicUrl": "http://127.0.0.1:7010",
    "type": "background",
    "permissions": [],
    "hardware": [],
    "settings": [],
    "mine": True,
    "state": "stopped",
    "since": 0,
    "reason": "",
    "message": "",
    "nextTryAt": None,
    "subscriptions": [],
    "lastErrors": [],
}


class Registry:
    """The apps of a cloud, as a test wants them: it answers for the cloud whatever the page asks about apps."""

    def __init__(self) -> None:
        self.apps: dict[str, dict[str, Any]] = {}
        self.values: dict[str, Any] = {}
        self.refusals: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        self._pages: list[WebSocketRoute] = []
        # Ahead of the cloud's own events, and in their order.
        self._ids = itertools.count(time.time_ns() // 1_000_000 + 10**9)

    def add(self, package: str, **said: Any) -> dict[str, Any]:
        """Register an app; what is not said is as for one that was never started."""
        self.apps[package] = NEW_APP | {"package": package, "name": package} | said
        return self.apps[package]

    def tell(self, package: str, **said: Any) -> None:
        """Something changes about an app, and every page hears it; nothing said means that it was removed."""
        app = self.apps[package] | said if said else None
        if app:
            self.apps[package] = app
        else:
            del self.apps[package]
        event = {"id": next(self._ids), "at": 0, "kind": "app", "package": package, "app": app}
        for page in self._pages:
            page.send(json.dumps(event))

    def refuse(self, method: str, path: str, status: int, error: str, message: str) -> None:
        """Answer so from now on."""
        self.refusals[method, path] = status, {"error": error, "message": message}

    def prepare(self, context: BrowserContext) -> None:
        """Stand between a browser and the cloud."""
        context.route(re.compile("/api/apps"), self._answer)
        context.route_web_socket(re.compile("/console-ws"), self._join)

    def _join(self, page: WebSocketRoute) -> None:
        page.connect_to_server()
        self._pages.append(page)

    def _answer(self, route: Route) -> None:
        method, path = route.request.method, urlsplit(route.request.url).path.removeprefix("/api/apps").strip("/")
        self.asked.append((method, path, route.request.post_data_json))
        status, said = self.refusals.get((method, path)) or self._said(method, *path.split("/"))
        route.fulfill(status=status, json=said)

    def _said(self, method: str, package: str, wish: str = "") -> tuple[int, Any]:
        if not package:
            return 200, {"apps": list(self.apps.values())}
        body = self.asked[-1][2]
        if method == "PUT" and not wish:
            made = {} if package in self.apps or "apiKey" in body else {"apiKey": "made-by-the-cloud"}
            described = {name: said for name, said in body.items() if name != "apiKey"}
            return 200, self.add(package, **described | {"name": body["name"] or package}) | made
        if wish == "settings":
            self.values |= (body or {}).get("values", {})
            items = self.apps[package]["settings"]
            return 200, {
                "settings": [
                    item | {"value": self.values.get(item["key"])} if "key" in item else item for item in items
                ]
            }
        if method == "DELETE":
            del self.apps[package]
        elif wish:
            state = {"start": "running", "stop": "stopped"}[wish]
            self.apps[package] |= {"state": state, "reason": "", "message": "", "nextTryAt": None}
        return 200, self.apps.get(package, {"success": True})


@pytest.fixture
def registry() -> Registry:
    """No apps yet."""
    return Registry()


@pytest.fixture
def apps_page(visit: Callable[..., Page], registry: Registry) -> Callable[..., Page]:
    """Opens the page of apps before the registry."""
    return lambda **options: visit("#apps", prepare=registry.prepare, **options)


@pytest.fixture
def real_app(house: Any) -> Iterator[RawApp]:
    """An app whose server runs in a thread of its own; the cloud has none before and none after."""
    ready: Future[RawApp] = Future()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with raw_app() as app:
            ready.set_result(app)
            await done.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield ready.result(PATIENCE_S)
        for app in house.get("/api/apps")["apps"]:
            house.http.delete(f"/api/apps/{app['package']}").raise_for_status()
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(PATIENCE_S)
        loop.close()
