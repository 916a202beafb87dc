"""Simulated glasses as one sees them: battery, temples, light, camera, reach. The rules are the firmware's.

Changes are told twice: `watch` gets each new state, `listen` what the firmware reports (`SimHost.report` lists it).
"""

import asyncio
import hashlib
import json
from collections.abc import Callable

import structlog

from trifocal_shared.sim_messages import SimState
from trifocal_tools.sim.camera import Camera

Watcher = Callable[[SimState], None]
Listener = Callable[[str, dict[str, object]], None]

NETWORKS: dict[str, tuple[str, int]] = {"house": ("correct horse", -48), "café": ("", -71)}
"""Wi-Fi that is there at the start: name -> password and dBm."""

log = structlog.get_logger("glasses")


class SimulatedGlasses:
    """The world around the firmware; a `World`."""

    def __init__(self, camera: Camera, python: str) -> None:
        self.battery = 100
        self.charging = False
        self.folded = False
        self.temperature = 25
        self.online = True
        self.wifi_on = True
        self.networks = dict(NETWORKS)
        self.wifi = ""
        """The network that the glasses are on."""
        self.linked = False
        self.loss = 0
        self.latency_ms = 0
        self.light = "off"
        self.camera = camera
        self.camera_state = "off"
        self.stored_photos = 0
        self.last_sha256 = ""
        """Of the last picture the camera took."""
        self.booted = asyncio.Event()
        self.link_write: Callable[[bytes], None] = lambda data: None
        """Where the firmware's bytes go; a `GlassesLink` puts itself there, and where its packs go."""
        self.link_pack: Callable[[bytes], None] = self.link_write
        self._python = python
        self._shooting = asyncio.Lock()
        self._watchers: list[Watcher] = []
        self._listeners: list[Listener] = []
        self._told: SimState | None = None

    @property
    def air(self) -> str:
        """The Wi-Fi networks within reach, as `SimHost.air` has them."""
        return json.dumps(self.networks) if self.wifi_on else ""

    def state(self) -> SimState:
        """What a person sees now."""
        return SimState(
            python=self._python,
            online=self.online,
            linked=self.linked,
            folded=self.folded,
            battery=self.battery,
            charging=self.charging,
            temperature=self.temperature,
            light=self.light,
            camera=self.camera.name,
            camera_state=self.camera_state,
            stored_photos=self.stored_photos,
            wifi=self.wifi,
            wifi_on=self.wifi_on,
            loss=self.loss,
            latency_ms=self.latency_ms,
        )

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell `watcher` the state now and at every change. The answer ends it."""
        self._watchers.append(watcher)
        watcher(self.state())
        return lambda: self._watchers.remove(watcher)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` each step the firmware reports. The answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Something was set from outside: tell the watchers, if it makes a difference."""
        state = self.state()
        if state != self._told:
            self._told = state
            for watcher in tuple(self._watchers):
                watcher(state)

    def link_changed(self, linked: bool) -> None:
        """A gateway came or went."""
        self.linked = linked
        log.info("gateway connected" if linked else "gateway gone")
        self.changed()

    def light_changed(self, state: str) -> None:
        """The privacy light."""
        self.light = state
        self.changed()

    def reported(self, step: str, fields: dict[str, object]) -> None:
        """A step of the firmware."""
        (log.warning if step == "printed" else log.debug)(step, **fields)
        if step == "ready":
            self.booted.set()
        elif step == "wifi":
            self.wifi = str(fields.get("ssid", ""))
        elif step == "camera":
            self.camera_state = str(fields.get("state", ""))
        elif step == "stored":
            photos = fields.get("photos")
            self.stored_photos = photos if isinstance(photos, int) else 0
        self.changed()
        for listener in tuple(self._listeners):
            listener(step, fields)

    async def shoot(self, size: str, compress: str) -> bytes:
        """A picture from the camera, one at a time. Raises OSError."""
        async with self._shooting:
            picture = await asyncio.to_thread(self.camera.shoot, size, compress)
        self.last_sha256 = hashlib.sha256(picture).hexdigest()
        return picture
