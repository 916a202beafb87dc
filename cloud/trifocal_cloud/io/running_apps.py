"""Drives the app sessions: joins them with the apps' servers and sockets, and with whoever starts and stops them."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from trifocal_cloud.app_events import (
    LOST,
    RUNNING,
    SESSION_REQUEST,
    Acknowledge,
    Changed,
    Close,
    Failed,
    Post,
    Say,
    Started,
    Wanted,
)
from trifocal_cloud.app_sessions import AppSessions
from trifocal_cloud.apps import App, AppView
from trifocal_cloud.capabilities import missing
from trifocal_cloud.io.app_line import AppLine, Stamp
from trifocal_cloud.io.app_lines import AppLines
from trifocal_cloud.io.app_news import AppNews
from trifocal_cloud.io.app_posts import AppPosts
from trifocal_cloud.io.app_views import AppViews
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.outbound import Outbound
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_cloud.io.registry import SYSTEM, Registry
from trifocal_cloud.io.wanted_apps import WantedApps
from trifocal_cloud.session_ids import SessionIds
from trifocal_cloud.sessions import Session
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver

SETTLE_S = 2.0
"""How long a start waits, once the app is connected, for it to say what it listens for."""
STATUSES = {app_words.APP_UNREACHABLE: 502, app_words.APP_REFUSED: 502, app_words.APP_SILENT: 504}
STANDARD = "standard"

Key = tuple[str, str]  # user and package

log = structlog.get_logger()


class RunningApps:
    """Every app that runs, or is to run, for every user."""

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Callable[[], float],
        secret: str,
        database: Database,
        registry: Registry,
        outbound: Outbound,
        gateways: Gateways,
        switchboard: Switchboard,
        feed: Feed,
    ) -> None:
        self._clock = clock
        self._registry = registry
        self._gateways = gateways
        self._feed = feed
        self._machine = AppSessions(chance)
        self._driver = Driver(self._machine, clock, self._drain)
        self.stamp = Stamp(clock)
        self.posts = AppPosts(outbound, SessionIds(secret), self.stamp)
        self._news = AppNews(clock, registry)
        self.lines = AppLines(switchboard)
        self._views = AppViews(clock, registry, feed, self.lines, self._machine.state)
        self.wanted = WantedApps(clock, database)
        self._starts: dict[Key, list[asyncio.Future[None]]] = {}
        self.changed: list[Callable[[str, str], None]] = []
        """Called with user and package whenever an app's state has changed."""
        gateways.changed.append(self._glasses_changed)
        registry.changed.append(self._app_changed)
        registry.set_by_user.append(self._set_by_user)

    async def restore(self) -> None:
        """Take up the apps that were running when the cloud went down; their servers come back by themselves."""
        for user, package in await self.wanted.load():
            if self._registry.app(package) is not None:
                self._machine.restored(user, package, self._clock.now())
        self._driver.poke()

    async def run(self) -> None:
        """Keep time and write down until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._driver.run())
                group.create_task(self.wanted.run())
        finally:
            self.posts.close()

    async def start(self, user: str, package: str) -> None:
        """Have an app run for a user; returns when it does, and has said what it listens for. Raises RefusedError."""
        app = self._registry.app(package)
        if app is None:
            raise not_found()
        self._check_hardware(user, app)
        if app.kind == STANDARD:
            await self._make_room(user, package)
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._starts.setdefault((user, package), []).append(started)
        reason = self._machine.start(user, package, self._clock.now())
        if reason:
            self._answer((user, package), RefusedError(409, reason))
        self._driver.poke()
        await started
        await self._settle(user, package)

    async def stop(self, user: str, package: str) -> None:
        """Have it run no more; returns when it is over."""
        if self._registry.app(package) is None:
            raise not_found()
        self._machine.stop(user, package, self._clock.now())
        self._driver.poke()
        await self._feed.until(user, lambda: self._machine.state(user, package) is None, 2 * SETTLE_S + 5)

    def view(self, user: str, package: str) -> AppView | None:
        """How an app stands for a user; None when it does not run and nothing went wrong."""
        return self._views.view(user, package)

    def session(self, session_id: str) -> Key | None:
        """User and package of a session id of ours."""
        return self.posts.ids.read(session_id)

    def users_of(self, package: str) -> list[str]:
        """For whom this app runs now."""
        return [line.user for line in self.lines.of_app(package)]

    def fault(self, user: str, package: str, reason: str, message: str) -> None:
        """Something went wrong with an app, for its page in the console."""
        self._views.fault(user, package, reason, message)

    # What an app's connection calls

    def opened(self, line: AppLine) -> bool:
        """An app has proved on this line who it is; False when it was not asked to come."""
        taken = self._machine.opened(line.user, line.package, self.lines.add(line), self._clock.now())
        self._driver.poke()
        if not taken:
            self.lines.drop(line)
        return taken

    def refused(self, user: str, package: str, reason: str) -> None:
        """An app came as it was asked to, and was turned away: so this start fails."""
        state = self._machine.state(user, package)
        if state is not None and state.asking is not None:
            self._ended(Post(user, package, state.asking, SESSION_REQUEST), reason, "")

    def closed(self, line: AppLine) -> None:
        """The line is gone."""
        number = self.lines.drop(line)
        if number is not None:
            self._machine.closed(number, self._clock.now())
            self._driver.poke()

    def released(self, line: AppLine) -> None:
        """The app said that its going is meant."""
        number = self.lines.number(line)
        if number is not None:
            self._machine.released(number, self._clock.now())

    def subscribe(self, line: AppLine, entries: list[object]) -> None:
        """From now on the app hears these streams, as far as it may."""
        app, state = self._registry.app(line.package), self._machine.state(line.user, line.package)
        if app is None or state is None or self.lines.number(line) != state.connection:
            return
        before = self.lines.streams(line.user, line.package)
        denied = self.lines.subscribe(line, app, entries)
        if denied:
            streams = ", ".join([one.stream for one in denied])
            self.fault(line.user, line.package, app_words.PERMISSION_DENIED, f"not heard without permission: {streams}")
        elif before != self.lines.streams(line.user, line.package):
            self._views.publish(line.user, line.package)

    # What others tell

    def _glasses_changed(self, user: str, session: Session | None) -> None:
        if session is None:
            self._machine.user_went(user, self._clock.now())
        else:
            self._machine.user_came(user, self._clock.now())
        self._news.changed(user, session, self.lines.of_user(user))
        self._driver.poke()

    def _app_changed(self, package: str) -> None:
        if self._registry.app(package) is None:
            self._machine.forgotten(package, self._clock.now())
            self._driver.poke()
            self._views.forget(package)
        for line in self.lines.of_app(package):
            self.subscribe(line, list(self.lines.streams(line.user, package)))
        self._views.registered(package)

    def _set_by_user(self, user: str, package: str) -> None:
        for line in self.lines.of_user(user):
            app = self._registry.app(line.package)
            if app is not None and package == SYSTEM:
                line.later(self._news.mentraos(line))
            elif app is not None and package == line.package:
                line.later(self._news.settings(line, app))
        if package != SYSTEM:
            self._views.publish(user, package)

    # What the machine says

    def _drain(self) -> None:
        for event in self._machine.events():
            if isinstance(event, Post):
                self.posts.begin(self._registry.app(event.package), event, self._ended)
            elif isinstance(event, Acknowledge):
                self._acknowledge(event)
            elif isinstance(event, Say):
                self.lines[event.connection].say(event.message)
            elif isinstance(event, Close):
                self.lines[event.connection].close(event.code, event.reason)
            elif isinstance(event, Started):
                self._answer((event.user, event.package), None)
            elif isinstance(event, Failed):
                self._failed(event)
            elif isinstance(event, Wanted):
                self.wanted.note(event)
            elif isinstance(event, Changed):
                self._changed(event.user, event.package)

    def _acknowledge(self, event: Acknowledge) -> None:
        line, app = self.lines[event.connection], self._registry.app(event.package)
        if app is not None:
            self.lines.connect(line, app)
            line.later(self._news.acknowledge(line, app))

    def _changed(self, user: str, package: str) -> None:
        state = self._machine.state(user, package)
        log.info("app", user=user, package=package, state=state.state if state else "stopped")
        if state is None:
            self.lines.forget(user, package)
        elif state.state != RUNNING:
            self.lines.disconnect(user, package)
        for hears in self.changed:
            hears(user, package)
        if state is not None and state.state == LOST:
            self.fault(user, package, state.reason, state.detail)
        else:
            self._views.publish(user, package)

    def _failed(self, event: Failed) -> None:
        self.fault(event.user, event.package, event.reason, event.detail)
        app = self._registry.app(event.package)
        sentence = reasons.SENTENCES[event.reason]
        if event.detail and app is not None and app.owner == event.user:
            sentence = f"{sentence}: {event.detail}"
        self._answer((event.user, event.package), RefusedError(STATUSES.get(event.reason, 409), event.reason, sentence))

    def _answer(self, key: Key, refusal: RefusedError | None) -> None:
        for started in self._starts.pop(key, []):
            if not started.done():
                if refusal is None:
                    started.set_result(None)
                else:
                    started.set_exception(refusal)

    def _ended(self, post: Post, reason: str, detail: str) -> None:
        self._machine.post_ended(post, reason, detail, self._clock.now())
        self._driver.poke()

    def _check_hardware(self, user: str, app: App) -> None:
        session = self._gateways.session(user)
        lacks = missing(session.glasses.model if session else "", app.required_hardware)
        if lacks:
            sentence = f"{reasons.SENTENCES[app_words.HARDWARE_MISSING]}: {', '.join(lacks)}"
            raise RefusedError(409, app_words.HARDWARE_MISSING, sentence)

    async def _make_room(self, user: str, package: str) -> None:
        """Of the standard apps one is in the foreground: the others stop (PROTOCOL-apps §9)."""
        for state in self._machine.states(user):
            other = self._registry.app(state.package)
            if other is not None and other.kind == STANDARD and other.package != package:
                await self.stop(user, other.package)

    async def _settle(self, user: str, package: str) -> None:
        """Wait until the app's own start is through and what it said by then was heard: a press now is its press."""
        state = self._machine.state(user, package)
        number = state.connection if state else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self.posts.answered(user, package)
                if number is not None:
                    await self.lines[number].settled()
