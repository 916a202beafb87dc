"""Cloud: the parts of one running cloud, joined. Routes reach it as `TheCloud`; it lives from `opened` to the end."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Protocol, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from trifocal_cloud.io import rows
from trifocal_cloud.io.app_desk import AppDesk
from trifocal_cloud.io.app_event_lines import AppEvents
from trifocal_cloud.io.app_photos import AppPhotos
from trifocal_cloud.io.app_results import AppResults
from trifocal_cloud.io.app_storage import AppStorage
from trifocal_cloud.io.app_streams import AppStreams
from trifocal_cloud.io.blobs import Blobs, thumbnail_key, video_key
from trifocal_cloud.io.buttons import Buttons
from trifocal_cloud.io.callbacks import Callers
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.deliveries import Courier
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.errands import Runner
from trifocal_cloud.io.expiry import Expiry
from trifocal_cloud.io.feed import Feed
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.identity import Identity
from trifocal_cloud.io.intake import Intake
from trifocal_cloud.io.live_streams import LiveStreams
from trifocal_cloud.io.outbound import Outbound
from trifocal_cloud.io.partial_uploads import Partials
from trifocal_cloud.io.phone_apps import PhoneApps
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.io.returning import Returning
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.io.secret import load_or_create
from trifocal_cloud.io.simulators import Simulators
from trifocal_cloud.io.tables import PhotoRow
from trifocal_cloud.io.thumbnails import Thumbnails
from trifocal_cloud.io.uploads import Limits
from trifocal_cloud.io.videos import Videos
from trifocal_cloud.live.io.ingest import Ingest
from trifocal_cloud.settings import CloudSettings
from trifocal_cloud.switchboard import Switchboard
from trifocal_shared.clock import Clock


class _Runs(Protocol):
    async def run(self) -> None: ...


class Cloud:
    """Nothing but the parts, in the order in which they need each other."""

    def __init__(self, settings: CloudSettings, clock: Clock, new_id: Callable[[], str], database: Database) -> None:
        self.settings = settings
        self.clock = clock
        self.new_id = new_id
        self.database = database
        secret = load_or_create(settings.data_dir)
        self.identity = Identity(secret, clock)
        self.registry = Registry(clock, database)
        self.app_storage = AppStorage(clock, database, self.registry)
        self.blobs = Blobs(settings.data_dir / "blobs")
        self.thumbnails = Thumbnails()
        self.videos = Videos(self.blobs, settings.data_dir / "videos")
        self.feed = Feed(clock)
        self.desk = Desk(clock, database, self.feed)
        self.switchboard = Switchboard()
        self.buttons = Buttons(
            clock=clock,
            new_id=new_id,
            database=database,
            desk=self.desk,
            feed=self.feed,
            switchboard=self.switchboard,
            limit=settings.presses_per_window,
        )
        self.simulators = Simulators(clock, new_id, self.feed)
        self.gateways = Gateways(
            clock=clock,
            new_id=new_id,
            desk=self.desk,
            buttons=self.buttons,
            feed=self.feed,
            simulators=self.simulators,
        )
        self.errands = Runner(clock, new_id, self.gateways)
        self.ingest = Ingest(clock, secret, settings.app_networks, settings.data_dir / "films")
        self._join_apps(secret)
        limits = Limits(settings.photo_limit_bytes, settings.video_limit_bytes, settings.upload_stall_s)
        staging = settings.data_dir / "staging"
        self.intake = Intake(
            clock=clock,
            new_id=new_id,
            database=database,
            blobs=self.blobs,
            desk=self.desk,
            thumbnails=self.thumbnails,
            staging=staging,
            limits=limits,
        )
        self.partials = Partials(clock, new_id, self.intake, settings.data_dir / "partial", limits)
        self.expiry = Expiry(clock, database, self.desk.turns, self.erase, self.partials.look_for_expired)

    def _join_apps(self, secret: str) -> None:
        """The side of the house where apps are."""
        self.outbound = Outbound(self.settings.app_networks)
        self.apps = RunningApps(
            clock=self.clock,
            chance=random.random,
            secret=secret,
            database=self.database,
            registry=self.registry,
            outbound=self.outbound,
            gateways=self.gateways,
            switchboard=self.switchboard,
            feed=self.feed,
        )
        self.buttons.returning = Returning(self.clock, self.apps).anybody
        self.phone_apps = PhoneApps(self.registry, self.apps, self.gateways)
        self.courier = Courier(
            clock=self.clock,
            chance=random.random,
            database=self.database,
            blobs=self.blobs,
            registry=self.registry,
            outbound=self.outbound,
            feed=self.feed,
            failed=self.apps.fault,
        )
        self.desk.settled.append(self.courier.settled)
        self.app_photos = AppPhotos(self.clock, self.database, self.desk, self.gateways, self.courier)
        self.live_streams = LiveStreams(
            clock=self.clock,
            new_id=self.new_id,
            database=self.database,
            gateways=self.gateways,
            apps=self.apps,
            switchboard=self.switchboard,
            ingest=self.ingest,
            networks=self.settings.app_networks,
            interval_ms=self.settings.keep_alive_ms,
        )
        self.app_desk = AppDesk(self.registry, self.apps, self.app_photos, self.live_streams)
        self._join_http_apps()

    def _join_http_apps(self) -> None:
        """What apps have beside the socket of their session."""
        self.app_streams = AppStreams(self.registry, self.switchboard, self.apps.view)
        self.apps.changed.append(self.app_streams.refresh)
        self.live_streams.told.append(self.app_streams.private)
        self.app_events = AppEvents(self.clock, self.new_id, self.registry, self.app_streams)
        self.callbacks = Callers(
            clock=self.clock,
            chance=random.random,
            new_id=self.new_id,
            database=self.database,
            registry=self.registry,
            outbound=self.outbound,
            streams=self.app_streams,
            failed=self.apps.fault,
        )
        self.app_results = AppResults(
            clock=self.clock,
            database=self.database,
            feed=self.feed,
            identity=self.identity,
            streams=self.app_streams,
            base_url=lambda: self.apps.posts.base_url,
        )
        self.desk.settled.append(self.app_results.settled)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: CloudSettings, clock: Clock, new_id: Callable[[], str]) -> AsyncIterator["Cloud"]:
        """A running cloud, taken up where the last one on this data directory stopped."""
        database = await Database.open(settings.data_dir)
        try:
            cloud = cls(settings, clock, new_id, database)
            await cloud.registry.load()
            await cloud.courier.restore()
            await cloud.desk.restore()
            await cloud.buttons.restore()
            await cloud.apps.restore()
            await cloud.live_streams.restore()
            await cloud.callbacks.restore()
            await cloud._sweep()
            # A part that dies takes the cloud down with it, aloud: one that is half alive would keep people waiting.
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(part.run()) for part in cloud._parts()]
                try:
                    yield cloud
                finally:
                    cloud.feed.close()
                    for task in tasks:
                        task.cancel()
        finally:
            await cloud.phone_apps.close()
            await cloud.live_streams.close()
            await cloud.app_results.close()
            await cloud.outbound.close()
            await database.close()

    async def erase(self, photo: PhotoRow) -> None:
        """Remove the bytes of a photo whose row says that it is deleted."""
        for key in (thumbnail_key(photo.photo_id), video_key(photo.photo_id)):
            await self.blobs.delete(key)
        await self.blobs.delete(photo.blob_key)
        async with self.database.writing() as session:
            (await session.merge(photo)).blob_key = ""

    def _parts(self) -> tuple[_Runs, ...]:
        return (
            self.desk,
            self.simulators,
            self.gateways,
            self.errands,
            self.apps,
            self.live_streams,
            self.courier,
            self.callbacks,
            self.expiry,
            self.ingest,
        )

    async def _sweep(self) -> None:
        """Finish the deletions that the end of the last run cut short."""
        async with self.database.reading() as session:
            photos = await rows.deleted_with_bytes(session)
        for photo in photos:
            await self.erase(photo)


def _cloud(connection: HTTPConnection) -> Cloud:
    return cast("Cloud", connection.app.state.cloud)


TheCloud = Annotated[Cloud, Depends(_cloud)]
