"""Apps that are started and stopped on the phone (PROTOCOL-device §5.3): as over HTTP; each wish is answered."""

import asyncio

import structlog

from trifocal_cloud.app_events import RESTARTING, RUNNING, STARTING
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.sessions import session_view
from trifocal_shared.cloud_messages import AppStateChange, StartApp, StopApp

AT_ONCE = 8
"""So many wishes of one user may be under way; what is beyond that is not heard."""

log = structlog.get_logger()


class PhoneApps:
    """See the top of the file."""

    def __init__(self, registry: Registry, apps: RunningApps, gateways: Gateways) -> None:
        self._registry = registry
        self._apps = apps
        self._gateways = gateways
        self._under_way: dict[str, set[asyncio.Task[None]]] = {}
        gateways.wishes.append(self._wish)

    async def close(self) -> None:
        """Wait for nothing any more."""
        tasks = [task for mine in self._under_way.values() for task in mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wish(self, user: str, wish: StartApp | StopApp) -> None:
        mine = self._under_way.setdefault(user, set())
        if len(mine) >= AT_ONCE:
            log.info("too many wishes of one phone", user=user, package=wish.package_name)
            return
        task = asyncio.create_task(self._fulfil(user, wish))
        mine.add(task)
        task.add_done_callback(lambda done: self._done(user, done))

    def _done(self, user: str, task: asyncio.Task[None]) -> None:
        mine = self._under_way[user]
        mine.discard(task)
        if not mine:
            del self._under_way[user]

    async def _fulfil(self, user: str, wish: StartApp | StopApp) -> None:
        change = self._apps.start if isinstance(wish, StartApp) else self._apps.stop
        try:
            await change(user, wish.package_name)
        except RefusedError as refusal:
            log.info("a phone's wish was refused", user=user, package=wish.package_name, reason=refusal.reason)
        session = self._gateways.session(user)
        if session is not None:
            view = session_view(session, *self._standing(user))
            self._gateways.tell(user, AppStateChange(session_id=session.session_id, user_session=view))

    def _standing(self, user: str) -> tuple[list[str], list[str], dict[str, list[str]]]:
        """The packages that run, those that are on their way, and what each listens for."""
        views = {app.package: self._apps.view(user, app.package) for app in self._registry.apps()}
        there = {package: view for package, view in views.items() if view is not None}
        running = [package for package, view in there.items() if view.state == RUNNING]
        loading = [package for package, view in there.items() if view.state in (STARTING, RESTARTING)]
        return running, loading, {package: list(there[package].subscriptions) for package in running}
