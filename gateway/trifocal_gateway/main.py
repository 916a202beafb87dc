"""The gateway's composition root: `run` joins machines, disk and connections."""

import asyncio
from collections.abc import Callable
from functools import partial
from random import SystemRandom
from secrets import token_bytes

from trifocal_gateway.gateway import Gateway
from trifocal_gateway.io.actor import Actor
from trifocal_gateway.io.ble import Backends
from trifocal_gateway.io.database import Database
from trifocal_gateway.io.owner_key import OwnerKey
from trifocal_gateway.io.spool import Spool
from trifocal_gateway.io.uploads import http_client
from trifocal_gateway.owner import Owner
from trifocal_gateway.queue_entry import summary
from trifocal_gateway.settings import GatewaySettings
from trifocal_gateway.upload_queue import UploadQueue
from trifocal_shared.keys import KEY_BYTES


class GatewayStatus:
    """What a running gateway looks like from outside, for whoever passed it to `run`."""

    def __init__(self) -> None:
        self._machine: Gateway | None = None

    def watch(self, machine: Gateway | None) -> None:
        """Show this one; None: no gateway runs."""
        self._machine = machine

    def snapshot(self) -> dict[str, object]:
        """State of link and line (words of Reconnector), and how many photos the queue has in which state.

        `link` says how far the one to the glasses has come (words of GlassesConnectionState), `refused` why the glasses
        that are there are not ours.
        """
        if self._machine is None:
            return {"running": False}
        machine = self._machine
        queue = summary(machine.courier.queue.entries())
        found = {"running": True, "glasses": machine.glasses.state, "cloud": machine.cloud.state, "queue": queue}
        found["link"] = machine.relay.session.link
        return found | ({"refused": machine.strange} if machine.strange else {})


async def run(
    settings: GatewaySettings,
    stop: asyncio.Event,
    started: Callable[[], None],
    status: GatewayStatus | None = None,
    backends: Backends | None = None,
) -> None:
    """Run a gateway until `stop`; `started` is called when it has recovered its queue and begins to connect. Bluetooth
    is the platform's, or `backends` (see `ble.Central`).

    Raises StorageLocked when another gateway uses the folder, StorageError when the folder cannot be used.
    """
    status = status or GatewayStatus()
    spool = Spool(settings.data_dir / "spool")
    database = Database(settings.data_dir / "queue.json")
    key = OwnerKey(settings.data_dir)
    try:
        async with http_client(settings.cloud_url, settings.upload_bytes_per_second) as client:
            queue = UploadQueue(settings.most_photos, settings.most_bytes)
            first_id = SystemRandom().getrandbits(32) << 20 | 1
            owner = Owner(partial(token_bytes, KEY_BYTES), key.read(), settings.pair)
            machine = Gateway(settings.token.get_secret_value(), queue, first_id=first_id, its_owner=owner)
            status.watch(machine)
            await Actor(settings, machine, database, spool, client, backends=backends).serve(started, stop)
    finally:
        status.watch(None)
        spool.close()
        database.close()
