"""What apps are told unasked: their acknowledgement, how the glasses are, what the person has set."""

import json

from trifocal_cloud.app_settings import valued
from trifocal_cloud.apps import App
from trifocal_cloud.capabilities import capabilities
from trifocal_cloud.device_state import DeviceState, connection_event, difference, snapshot
from trifocal_cloud.io.app_line import AppLine
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.sessions import Glasses, Session
from trifocal_shared import app_messages as said
from trifocal_shared.clock import Clock

CONNECTION_STATE = "glasses_connection_state"

TELLING = {"connected", "modelName", "wifiConnected", "wifiSsid"}
"""What that stream tells: the client reads Wi-Fi from nowhere else."""


class AppNews:
    """Knows the last state of every user's glasses, so that only what is new is told."""

    def __init__(self, clock: Clock, registry: Registry) -> None:
        self._clock = clock
        self._registry = registry
        self._states: dict[str, DeviceState] = {}

    def changed(self, user: str, session: Session | None, lines: list[AppLine]) -> None:
        """Gateway or glasses changed: tell these lines of the user's apps what is new."""
        old, new = self._state(user), _seen(session)
        if session is None:
            self._states.pop(user, None)
        else:
            self._states[user] = new
        news = difference(old, new)
        if not news:
            return
        for line in lines:
            line.say(said.DeviceStateUpdate(state=news))
            if TELLING & news.keys():
                self._tell_connection(line, new)
            if "modelName" in news:
                model = str(new["modelName"] or "")
                line.say(said.CapabilitiesUpdate(capabilities=capabilities(model), model_name=model))

    async def acknowledge(self, line: AppLine, app: App) -> None:
        """The session stands: the ack, and everything that an app begins with (PROTOCOL-apps §1.3, §6.4)."""
        values = await self._registry.settings_of(line.user, app.package)
        mentraos = await self._registry.mentraos(line.user)
        state = self._state(line.user)
        line.say(
            said.AppConnectionAck(
                session_id=line.session_id,
                settings=[*valued(app.settings, values)],
                mentraos_settings=mentraos,
                capabilities=capabilities(str(state["modelName"] or "")),
            )
        )
        line.say(said.DeviceStateUpdate(state=state, full_snapshot=True))
        self._tell_connection(line, state)

    async def settings(self, line: AppLine, app: App) -> None:
        """The person set something in this app. The client forgets the system's settings over it (§2.2)."""
        values = await self._registry.settings_of(line.user, app.package)
        line.say(said.SettingsUpdate(package_name=app.package, settings=[*valued(app.settings, values)]))
        await self.mentraos(line)

    async def mentraos(self, line: AppLine) -> None:
        """The person set something in the whole system."""
        line.say(said.AugmentosSettingsUpdate(settings=await self._registry.mentraos(line.user)))

    def _state(self, user: str) -> DeviceState:
        return self._states.get(user) or _seen(None)

    def _tell_connection(self, line: AppLine, state: DeviceState) -> None:
        raw = json.dumps(connection_event(state), separators=(",", ":")).encode()
        line.hear(CONNECTION_STATE, raw, self._clock.epoch_ms())


def _seen(session: Session | None) -> DeviceState:
    if session is None:
        return snapshot(False, Glasses())
    glasses = session.glasses
    return snapshot(session.connected and glasses.status == "CONNECTED", glasses)
