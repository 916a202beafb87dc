"""Drives the callbacks: apps' URLs that are told what happens, signed, also after a restart of the cloud.

Each post has `X-Trifocal-Delivery`, the same for every try, and `X-Trifocal-Signature: t=...,v1=...`: `v1` is the
HMAC-SHA256 in hex, under the callback's secret, of the Unix time `t` (seconds), a dot, and the body.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select

from trifocal_cloud.apps import App
from trifocal_cloud.callbacks import AGAIN, REFUSED, TAKEN, Callbacks, Said, Send
from trifocal_cloud.io.app_line import Stamp
from trifocal_cloud.io.app_streams import AppStreams, Listener, told
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.outbound import Outbound, OutboundError
from trifocal_cloud.io.refusals import RefusedError, not_found
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.io.tables import AppCallbackRow
from trifocal_shared import app_words, reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver

CALLBACK_LIMIT = 10
"""For each app and user."""
POST_S = 10.0
TRY_LATER = (408, 425, 429)

SIGNATURE, DELIVERY = "X-Trifocal-Signature", "X-Trifocal-Delivery"

Failed = Callable[[str, str, str, str], None]
"""Called with user, package, reason and detail of what an app did not take."""


@dataclass(frozen=True)
class _Callback:
    listener: Listener
    url: str
    secret: str


class Callers:
    """Every callback there is. `failed` hears of those that do not take what they are sent."""

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Callable[[], float],
        new_id: Callable[[], str],
        database: Database,
        registry: Registry,
        outbound: Outbound,
        streams: AppStreams,
        failed: Failed,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._stamp = Stamp(clock)
        self._database = database
        self._registry = registry
        self._outbound = outbound
        self._streams = streams
        self._failed = failed
        self._machine = Callbacks(chance)
        self._driver = Driver(self._machine, clock, self._drain)
        self._callbacks: dict[str, _Callback] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        registry.changed.append(self._changed)

    async def restore(self) -> None:
        """Take up those that were there when the cloud went down."""
        async with self._database.reading() as session:
            for row in await session.scalars(select(AppCallbackRow)):
                self._enter(row)

    async def run(self) -> None:
        """Keep time until cancelled."""
        try:
            await self._driver.run()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def add(self, app: App, user: str, streams: tuple[str, ...], url: str, secret: str) -> str:
        """Call this URL from now on; the id of the callback, which is durable. Raises RefusedError."""
        mine = [one for one in self._callbacks.values() if one.listener.user == user]
        if sum(one.listener.package == app.package for one in mine) >= CALLBACK_LIMIT:
            raise RefusedError(429, reasons.TOO_MANY, f"an app has at most {CALLBACK_LIMIT} callbacks for one user")
        row = AppCallbackRow(
            callback_id=self._new_id(),
            package=app.package,
            user=user,
            streams=list(streams),
            url=url,
            secret=secret,
            created_at=self._clock.epoch_ms(),
        )
        async with self._database.writing() as session:
            if self._registry.app(app.package) is None:
                raise not_found()
            session.add(row)
        self._enter(row)
        return row.callback_id

    async def remove(self, package: str, callback_id: str) -> bool:
        """Call it no more; False when this app has none of that id."""
        found = self._callbacks.get(callback_id)
        if found is None or found.listener.package != package:
            return False
        async with self._database.writing() as session:
            await session.execute(delete(AppCallbackRow).where(AppCallbackRow.callback_id == callback_id))
        self._drop(callback_id)
        return True

    def expire(self) -> None:
        """Look at the clock now, instead of when the next deadline was thought to be: it may have been moved."""
        self._machine.timeout(self._clock.now())
        self._driver.poke()

    def _enter(self, row: AppCallbackRow) -> None:
        callback_id, user = row.callback_id, row.user

        def hear(stream: str, raw: bytes, at: int) -> None:
            self._say(callback_id, told(callback_id, user, stream, raw, self._stamp.tail(at)))

        listener = Listener(f"callback {callback_id}", user, row.package, tuple(row.streams), hear)
        self._callbacks[callback_id] = _Callback(listener, row.url, row.secret)
        self._machine.added(callback_id, self._clock.now())
        self._streams.join(listener)

    def _drop(self, callback_id: str) -> None:
        found = self._callbacks.pop(callback_id, None)
        if found is not None:
            self._streams.leave(found.listener)
            self._machine.removed(callback_id, self._clock.now())

    def _changed(self, package: str) -> None:
        if self._registry.app(package) is None:  # its rows went with it
            for callback_id, callback in list(self._callbacks.items()):
                if callback.listener.package == package:
                    self._drop(callback_id)

    def _say(self, callback_id: str, content: bytes) -> None:
        self._machine.said(callback_id, Said(self._new_id(), content), self._clock.now())
        self._driver.poke()

    def _drain(self) -> None:
        for event in self._machine.events():
            callback = self._callbacks.get(event.callback_id)
            if callback is None:
                continue
            if isinstance(event, Send):
                task = asyncio.create_task(self._send(callback, event))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            else:
                detail = f"a callback was not taken: {event.detail}"
                listener = callback.listener
                self._failed(listener.user, listener.package, app_words.DELIVERY_FAILED, detail)

    async def _send(self, callback: _Callback, event: Send) -> None:
        headers = {
            DELIVERY: event.said.delivery_id,
            SIGNATURE: signature(callback.secret, self._clock.epoch_ms() // 1000, event.said.content),
        }
        try:
            answer = await self._outbound.post(callback.url, event.said.content, POST_S, headers)
        except OutboundError as error:
            outcome = REFUSED if error.reason == app_words.ADDRESS_FORBIDDEN else AGAIN
            detail = error.detail
        else:
            later = answer.status >= 500 or answer.status in TRY_LATER
            outcome = TAKEN if answer.ok else AGAIN if later else REFUSED
            detail = f"its server answered {answer.status}"
        self._machine.tried(event.callback_id, event.said.delivery_id, outcome, detail, self._clock.now())
        self._driver.poke()


def signature(secret: str, at_s: int, body: bytes) -> str:
    """What proves to an app that this cloud says `body` at `at_s` (Unix time, seconds)."""
    mac = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"
