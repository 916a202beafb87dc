"""The hand that does things to simulated glasses: one command, one answer, from wherever the command came."""

import asyncio
import math

from trifocal_firmware.button import HOLDS
from trifocal_firmware.control import POWER, RESET
from trifocal_firmware.mcu import REPEAT_MS
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import LONGEST_SSID
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.sim_messages import SimCommand, SimResult
from trifocal_tools.failure import Failure
from trifocal_tools.sim.camera import BrokenCamera, PatternCamera, open_camera
from trifocal_tools.sim.firmware_host import FirmwareHost
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.link import Link

PRESS_SECONDS = (REPEAT_MS + 50) / 1000
"""From one press to the next; what comes sooner the firmware takes for an echo of the same press."""

ANSWER_SECONDS = 3.0
"""Longer than the firmware ever needs to notice a press."""

HOTTEST_C = 120

WORDS = {("photo", False): "cs_pho", ("photo", True): "cs_vdo", ("video", False): "cs_vdo", ("video", True): "cs_vdo"}
"""What the button controller says of a press (PROTOCOL-device §3.1)."""


MOST_LOSS = 90
MOST_LATENCY_MS = 5_000
"""Beyond these nothing works at all, and out of reach is said more plainly."""


LONGEST_NUMBER = 9


MOST_NETWORKS = 20
HOLD_SECONDS = (next(ms for ms, word in HOLDS if word == "pair") + 200) / 1000


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The command cannot be carried out; `code` is a word from `reasons`."""

    def __init__(self, code: str, sentence: str = "") -> None:
        super().__init__(sentence or reasons.SENTENCES[code])
        self.code = code


class Hand:
    """Carries out commands on one pair of glasses."""

    def __init__(self, glasses: SimulatedGlasses, firmware: FirmwareHost, link: Link) -> None:
        self._glasses = glasses
        self._firmware = firmware
        self._link = link
        self._pressing = asyncio.Lock()
        self._pressed_at = -math.inf
        self._cameras = {PatternCamera.name, BrokenCamera.name, glasses.camera.name}

    async def carry_out(self, command: SimCommand, from_here: bool = False) -> SimResult:
        """Do it and say what came of it. Only a command `from_here`, this machine, may name any file as the camera."""
        try:
            press_id = await self._do(command, from_here)
        except Refused as refused:
            return SimResult(
                command_id=command.command_id, success=False, error_code=refused.code, error_message=str(refused)
            )
        return SimResult(command_id=command.command_id, success=True, press_id=press_id)

    async def press(self, button: str, long: bool = False) -> str:
        """Press a button; the id the firmware gave the press. Raises Refused."""
        if (button, long) not in WORDS:
            raise Refused(reasons.UNSUPPORTED, f"there is no button '{button[:20]}'")
        async with self._pressing:
            await self._lift_finger()
            noticed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            def reported(step: str, fields: dict[str, object]) -> None:
                if step == "pressed" and not noticed.done():
                    noticed.set_result(str(fields["pressId"]))

            end = self._glasses.listen(reported)
            try:
                self._firmware.mcu_received(encode_frame(STRING, wrap_native(WORDS[button, long]), False))
                return await asyncio.wait_for(noticed, ANSWER_SECONDS)
            except TimeoutError as error:
                raise Refused(reasons.GLASSES_SILENT) from error
            finally:
                end()

    async def set_online(self, online: bool) -> None:
        """Bring the glasses into the gateway's reach or out of it. Raises Refused."""
        if not online:
            self._link.go_away()
        else:
            try:
                await self._link.come_back()
            except OSError as error:
                raise Refused(reasons.GLASSES_OFFLINE, f"the port is taken: {error.strerror}") from error
        self._glasses.online = online
        self._glasses.changed()

    def set_radio(self, loss: int | None = None, latency_ms: int | None = None) -> None:
        """Weaken the radio, or make it good again: percent of packets lost, ms of latency. None leaves as it is.

        Raises Refused where there is none.
        """
        glasses = self._glasses
        wanted = glasses.loss if loss is None else loss, glasses.latency_ms if latency_ms is None else latency_ms
        if not self._link.weaken(*wanted):
            raise Refused(reasons.UNSUPPORTED, "these glasses are on a wire, which is never weak")
        glasses.loss, glasses.latency_ms = wanted
        glasses.changed()

    def drop(self) -> None:
        """Break the link, once: it comes back by itself."""
        self._link.interrupt()

    def set_wifi(self, on: bool | None = None, networks: dict[str, tuple[str, int]] | None = None) -> None:
        """Switch the air on or off, or exchange its networks: name -> password and dBm. None leaves as it is."""
        glasses = self._glasses
        glasses.wifi_on = glasses.wifi_on if on is None else on
        glasses.networks = glasses.networks if networks is None else networks
        self._firmware.changed()
        glasses.changed()

    async def hold(self) -> None:
        """Keep a finger on the power key until the glasses can be taken into possession."""
        async with self._pressing:
            self._firmware.level_changed(POWER, True)
            try:
                await asyncio.sleep(HOLD_SECONDS)
            finally:
                self._firmware.level_changed(POWER, False)

    def reset(self) -> None:
        """What the controller says when its button was held: everything on the glasses is to be forgotten."""
        self._firmware.mcu_received(encode_frame(STRING, wrap_native(RESET), False))

    def set_body(
        self,
        battery: int | None = None,
        charging: bool | None = None,
        folded: bool | None = None,
        temperature: int | None = None,
    ) -> None:
        """Change how the glasses are, and let the firmware feel it. None leaves as it is."""
        glasses = self._glasses
        glasses.battery = glasses.battery if battery is None else battery
        glasses.charging = glasses.charging if charging is None else charging
        glasses.folded = glasses.folded if folded is None else folded
        glasses.temperature = glasses.temperature if temperature is None else temperature
        self._firmware.changed()
        glasses.changed()

    async def set_camera(self, source: str, from_here: bool) -> None:
        """Exchange the camera. Raises Refused."""
        if not from_here and source not in self._cameras:
            raise Refused(reasons.UNSUPPORTED, "another folder or film can be chosen only on the machine itself")
        try:
            self._glasses.camera = await asyncio.to_thread(open_camera, source)
        except (Failure, OSError) as error:
            raise Refused(reasons.UNSUPPORTED, str(error)) from error
        self._glasses.changed()

    async def _lift_finger(self) -> None:
        """Wait as long as a finger needs between two presses."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._pressed_at + PRESS_SECONDS - loop.time()))
        self._pressed_at = loop.time()

    async def _do(self, command: SimCommand, from_here: bool) -> str:
        what, value = command.command, command.value
        if what == "press":
            return await self.press(value or "photo", command.long)
        if what in {"online", "offline"}:
            await self.set_online(what == "online")
        elif what == "battery":
            self.set_body(battery=_number(value, 100, "a battery has 0 to 100 percent"))
        elif what == "temperature":
            self.set_body(temperature=_number(value, HOTTEST_C, f"give a temperature of 0 to {HOTTEST_C} °C"))
        elif what == "loss":
            self.set_radio(loss=_number(value, MOST_LOSS, f"a radio loses 0 to {MOST_LOSS} percent"))
        elif what == "latency":
            self.set_radio(latency_ms=_number(value, MOST_LATENCY_MS, f"latency is 0 to {MOST_LATENCY_MS} ms"))
        elif what == "drop":
            self.drop()
        elif what in {"charge", "unplug"}:
            self.set_body(charging=what == "charge")
        elif what in {"fold", "unfold"}:
            self.set_body(folded=what == "fold")
        elif what == "camera":
            await self.set_camera(value, from_here)
        else:
            await self._do_more(what, value)
        return ""

    async def _do_more(self, what: str, value: str) -> None:
        if what == "networks":
            self.set_wifi(networks=_networks(value))
        elif what == "wifi" and value in {"on", "off"}:
            self.set_wifi(on=value == "on")
        elif what == "pair":
            await self.hold()
        elif what == "reset":
            self.reset()
        else:
            raise Refused(reasons.MALFORMED, "wifi is on or off")


def _networks(value: str) -> dict[str, tuple[str, int]]:
    """`house:password,café` as networks, one weaker than the other. Raises Refused."""
    pairs = [part.partition(":") for part in value.split(",") if part]
    if len(pairs) > MOST_NETWORKS or not all(0 < len(name.encode()) <= LONGEST_SSID for name, _, _ in pairs):
        raise Refused(reasons.MALFORMED, f"{MOST_NETWORKS} networks at most, with names of 1 to {LONGEST_SSID} bytes")
    return {name: (password, -40 - 2 * place) for place, (name, _, password) in enumerate(pairs)}


def _number(value: str, most: int, rule: str) -> int:
    """A whole number from 0 to `most`. Raises Refused with the rule."""
    if not (value.isascii() and value.isdecimal()) or len(value) > LONGEST_NUMBER or int(value) > most:
        raise Refused(reasons.MALFORMED, rule)
    return int(value)
