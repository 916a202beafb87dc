"""Runs the Gateway: carries out what the machine asks for, and tells it what came of that.

Everything happens on one event loop; the machine is fed by whoever learns something, and drained at once. What takes
time is a task: the two connections, uploads, posts, rows on their way to the disk. Only transitions are logged.
"""

import asyncio
from collections.abc import Callable, Coroutine
from random import SystemRandom
from typing import Any

import httpx
import structlog

from trifocal_gateway import courier, gateway, incoming, owner, relay, upload_queue
from trifocal_gateway.errors import CorruptPhoto, LinkDown, StorageError, TokenRejected
from trifocal_gateway.gateway import Gateway
from trifocal_gateway.io.ble import Backends
from trifocal_gateway.io.cloud import CloudLink, Displaced
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.links import Link, Links
from trifocal_gateway.io.owner_key import OwnerKey
from trifocal_gateway.io.presses import PressPoster
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.io.uploads import Uploads
from trifocal_gateway.queue_entry import UNAVAILABLE
from trifocal_gateway.settings import GatewaySettings
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.driver import Driver

log = structlog.get_logger()
_chance = SystemRandom().random


class Actor:
    """One gateway at work. `serve` until it is told to stop."""

    def __init__(
        self,
        settings: GatewaySettings,
        machine: Gateway,
        database: Database,
        spool: Spool,
        client: httpx.AsyncClient,
        *,
        backends: Backends | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`backends` are those of `ble.Central`; a `clock` instead of the machine's."""
        self._settings = settings
        self._token = settings.token.get_secret_value()
        self._machine = machine
        self._links = Links(settings.glasses, backends)
        self._key = OwnerKey(settings.data_dir)
        self._database = database
        self._spool = spool
        self._clock = clock or Clock()
        self._presses = PressPoster(settings.cloud_url)
        self._uploads = Uploads(client, settings.device_id)
        self._driver = Driver(machine, self._clock, self._drain)
        self._draining = False
        self._stopping = False
        self._group: asyncio.TaskGroup | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._glasses: Link | None = None
        self._cloud: CloudLink | None = None
        self._duties = self._all_duties()

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        """Recover what was left, connect to both sides and work until `stop`. A bug surfaces as ExceptionGroup."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._task(self._driver.run())
                self._begin()
                started()
                await stop.wait()
                # Rows and photos on their way to the disk are finished; the rest ends here.
                self._stopping = True
                for task in self._ending:
                    task.cancel()
        finally:
            await self._presses.close()

    def _begin(self) -> None:
        rows, results = self._database.rows(), self._database.results()
        orphans = self._spool.recover({str(row.get("request_id", "")) for _, row in rows})
        recovery = self._database.recovery
        for path in recovery.quarantined:
            log.warning("damaged journal kept aside", file=path.name)
        log.info("gateway starts", queued=len(rows), found_again=len(orphans), torn_bytes=recovery.torn_bytes)
        self._machine.epoch_known(self._clock.epoch_ms(), self._clock.now())
        self._machine.relay.restored(results)
        self._feed(self._machine.courier.restore, rows, orphans)
        self._feed(self._machine.start)

    # Feeding and draining

    def _feed(self, said: Callable[..., None], *what: Any) -> None:
        now = self._clock.now()
        self._machine.epoch_known(self._clock.epoch_ms(), now)
        said(*what, now)
        self._machine.carry(now)
        self._driver.poke()

    def _drain(self) -> None:
        if self._draining:
            return  # whoever is draining takes the new ones along, in their order
        self._draining = True
        try:
            while events := self._machine.events():
                for event in events:
                    self._duties[type(event)](event)
        finally:
            self._draining = False

    def _task(self, work: Coroutine[Any, Any, None], cancellable: bool = True) -> None:
        if cancellable and self._stopping:
            work.close()
            return
        assert self._group is not None
        task = self._group.create_task(work)
        if cancellable:
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _all_duties(self) -> dict[type, Callable[[Any], None]]:
        def task(work: Callable[[Any], Coroutine[Any, Any, None]], cancellable: bool) -> Callable[[Any], None]:
            return lambda event: self._task(work(event), cancellable)

        return {
            gateway.ConnectGlasses: task(self._be_at_glasses, True),
            gateway.ConnectCloud: task(self._be_at_cloud, True),
            gateway.CloseGlasses: task(self._close_glasses, True),
            gateway.WriteGlasses: task(self._write_glasses, True),
            gateway.SendCloud: lambda event: self._cloud.send(event.message) if self._cloud else None,
            relay.PostPress: task(self._post, True),
            relay.KeepResult: task(self._keep_result, False),
            relay.ForgetResult: task(self._forget_result, False),
            owner.KeepKey: lambda event: self._feed(self._machine.owner.key_kept, self._key.kept(event.key)),
            courier.OpenPart: self._open_part,
            incoming.WritePart: self._write_part,
            incoming.DropPart: lambda event: self._spool.drop(event.file_name),
            courier.StorePhoto: task(self._store, False),
            courier.RemovePhoto: lambda event: self._remove(event.request_id),
            upload_queue.Save: task(self._save, False),
            upload_queue.Forget: task(self._forget, False),
            upload_queue.Upload: task(self._upload, True),
            upload_queue.GiveWay: lambda event: self._uploads.give_way(event.photo.request_id),
            upload_queue.TokenNeeded: lambda event: log.warning("the cloud does not take the token"),
        }

    # The two connections

    async def _be_at_glasses(self, _: gateway.ConnectGlasses) -> None:
        try:
            link = await self._links.connect()
        except LinkDown:
            self._feed(self._machine.glasses_lost, _chance())
            return
        self._glasses = link
        log.info("glasses linked")
        self._feed(self._machine.glasses_connected, link.most)
        heard, packed = self._machine.glasses_received, self._machine.glasses_packed
        try:
            await link.run(lambda data: self._feed(heard, data), lambda data: self._feed(packed, data))
        except LinkDown as error:
            log.info("glasses lost", why=str(error))
        finally:
            self._glasses = None
            await link.close()
        self._feed(self._machine.glasses_lost, _chance())

    async def _write_glasses(self, event: gateway.WriteGlasses) -> None:
        link = self._glasses
        if link is not None:
            await link.write(event.data)
            if link is self._glasses:
                self._feed(self._machine.outgoing.wrote)

    async def _close_glasses(self, _: gateway.CloseGlasses) -> None:
        log.info("glasses are let go", why=self._machine.strange or "silent")
        if self._glasses is not None:
            await self._glasses.close()

    async def _be_at_cloud(self, _: gateway.ConnectCloud) -> None:
        try:
            line = await CloudLink.open(self._settings.cloud_url, self._token)
        except (LinkDown, TokenRejected) as error:
            if isinstance(error, TokenRejected):
                log.warning("the cloud does not take the token", cloud=self._settings.cloud_url)
            self._feed(self._machine.cloud_lost, _why(error), _chance())
            return
        self._cloud = line
        log.info("cloud connected")
        self._feed(self._machine.cloud_connected)
        why = gateway.LOST
        try:
            await line.run(lambda message: self._feed(self._machine.cloud_said, message))
        except (LinkDown, TokenRejected) as error:
            why = _why(error)
            log.info("cloud lost", why=str(error))
        finally:
            self._cloud = None
            await line.close()
        self._feed(self._machine.cloud_lost, why, _chance())

    # Requests to the cloud

    async def _post(self, event: relay.PostPress) -> None:
        answer = await self._presses.post(event.report, self._token)
        press_id = event.report.press_id
        self._feed(self._machine.relay.press_answered, press_id, answer)
        if isinstance(answer, str):
            log.info("press not answered", press=press_id, reason=answer)
        else:
            self._feed(self._machine.cloud_answers)

    async def _upload(self, event: upload_queue.Upload) -> None:
        photo = event.photo
        outcome = await self._uploads.upload(photo, self._spool.path(photo.request_id), self._token)
        log.info("upload ended", request=photo.request_id, outcome=outcome.kind, reason=outcome.reason)
        self._feed(self._machine.courier.upload_ended, photo.request_id, outcome, _chance())
        if outcome.kind != UNAVAILABLE:
            self._feed(self._machine.cloud_answers)

    # Spool and database

    def _open_part(self, event: courier.OpenPart) -> None:
        name = event.announce.file_name
        try:
            have_bytes = self._spool.part(event.announce)
        except StorageError as error:
            self._part_failed(name, error)
        else:
            self._feed(self._machine.courier.part_opened, name, have_bytes)

    def _write_part(self, event: incoming.WritePart) -> None:
        try:
            self._spool.write(event.file_name, event.offset, event.data)
        except StorageError as error:
            self._part_failed(event.file_name, error)

    async def _store(self, event: courier.StorePhoto) -> None:
        name = event.announce.file_name
        try:
            photo = await asyncio.to_thread(self._spool.finish, event.announce, event.taken_at)
        except StorageError as error:
            self._part_failed(name, error)
        else:
            self._feed(self._machine.courier.photo_stored, name, photo)

    def _part_failed(self, file_name: str, error: StorageError) -> None:
        log.warning("photo not taken in", file=file_name, why=str(error))
        reason = reasons.CORRUPT if isinstance(error, CorruptPhoto) else reasons.STORAGE_FULL
        self._feed(self._machine.courier.part_failed, file_name, reason)

    async def _save(self, event: upload_queue.Save) -> None:
        durable = True
        try:
            await self._database.save(event.sequence, event.row)
        except StorageError as error:
            durable = False
            log.warning("row not saved", request=event.request_id, why=str(error))
        if event.is_new:
            self._feed(self._machine.courier.row_saved, event.request_id, durable)

    async def _forget(self, event: upload_queue.Forget) -> None:
        try:
            await self._database.forget(event.sequence)
        except StorageError as error:
            # The photo stays and is sent once more after the next start; the cloud knows it then.
            log.warning("row not removed", request=event.photo.request_id, why=str(error))
        else:
            self._remove(event.photo.request_id)

    def _remove(self, request_id: str) -> None:
        try:
            self._spool.remove(request_id)
        except StorageError as error:
            log.warning("photo not removed", request=request_id, why=str(error))

    async def _keep_result(self, event: relay.KeepResult) -> None:
        try:
            await self._database.keep_result(event.result)
        except StorageError as error:
            log.warning("result not kept", request=event.result.request_id, why=str(error))

    async def _forget_result(self, event: relay.ForgetResult) -> None:
        try:
            await self._database.forget_result(event.request_id)
        except StorageError as error:
            log.warning("result not forgotten", request=event.request_id, why=str(error))


def _why(error: Exception) -> str:
    if isinstance(error, TokenRejected):
        return gateway.NO_TOKEN
    return gateway.DISPLACED if isinstance(error, Displaced) else gateway.LOST
