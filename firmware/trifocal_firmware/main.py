"""Joins a board to the glasses: the board's facts go in, the glasses' commands come out as calls on the board."""

import asyncio

from trifocal_firmware.board import Board
from trifocal_firmware.camera import OFF
from trifocal_firmware.indicator import light
from trifocal_firmware.io.flash import Flash
from trifocal_firmware.owner import Owner
from trifocal_firmware.packer import Packer
from trifocal_firmware.settings import Settings
from trifocal_firmware.store import PhotoStore
from trifocal_shared import reasons
from trifocal_shared.control_messages import Control
from trifocal_shared.driver import Driver

CONTROL_SECONDS = 35
"""Longer than a network takes to be joined: 15 looks at it, 2 s apart (PROTOCOL-device §3.2)."""

MOST_CONTROLLING = 4
"""Commands that a board has in hand."""


class Firmware:
    """The firmware of one pair of glasses. Construct, `await run()`, feed the inputs from the same loop."""

    def __init__(self, board: Board) -> None:
        """Reads the flash. Raises OSError when it cannot be used at all."""
        self._board = board
        self._clock = board.clock
        self._store = PhotoStore(Flash(board.flash_folder), board.boot_id)
        self._packer = Packer(self._store, board.link_pack, board.bare_packs)
        owner = Owner(Settings(Flash(board.flash_folder)), board.seed())
        self._glasses = board.glasses(self._store, owner, board.boot_id, board.device_id, board.model)
        self._driver = Driver(self._glasses, self._clock, self._drain)
        self._draining = False
        self._capturing: asyncio.Task[None] | None = None
        self._controlling: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Be the glasses until cancelled; then the sensor loses its power."""
        self.changed()
        self._glasses.controls.start()
        self._board.start(self)
        try:
            await self._driver.run()
        finally:
            self.switched_off()

    def switched_off(self) -> None:
        """The power is about to go: what was recorded is written down, the sensor loses its power, then the light."""
        self._abort()
        self._glasses.switched_off()
        if self._board.publisher is not None:
            self._board.publisher.stop()
        self._board.cool()
        self._board.set_light(light(OFF, ""))

    def link_opened(self) -> None:
        """Bytes pass to and from a gateway."""
        now = self._clock.now()
        self._glasses.session.epoch_known(self._clock.epoch_ms(), now)
        self._glasses.link_opened(now)
        self._driver.poke()

    def link_received(self, data: "bytes | bytearray") -> None:
        """Bytes from the gateway."""
        self._glasses.link_received(data, self._clock.now())
        self._driver.poke()

    def link_room(self) -> None:
        """The link takes packs again, after `Board.link_pack` said that it is full."""
        number = self._packer.pump()
        if number:
            self._glasses.unreadable(number, self._clock.now())
            self._driver.poke()

    def link_closed(self) -> None:
        """No bytes pass any more."""
        self._packer.stop()
        self._glasses.link_closed(self._clock.now())
        self._driver.poke()

    def mcu_received(self, data: "bytes | bytearray") -> None:
        """Bytes from the button controller."""
        self._glasses.mcu_received(data, self._clock.now())
        self._driver.poke()

    def level_changed(self, button: str, down: bool) -> None:
        """The raw level of the pin of button `photo`, `video` or `power`."""
        self._glasses.level_changed(button, down, self._clock.now())
        self._driver.poke()

    def published(self, word: str, number: int, what: object) -> None:
        """The word of `Board.publisher`."""
        self._glasses.published(word, number, what, self._clock.now())  # type: ignore[attr-defined]
        self._driver.poke()

    def changed(self) -> None:
        """Battery, charger, temples or Wi-Fi have changed."""
        board = self._board
        now = self._clock.now()
        self._glasses.session.epoch_known(self._clock.epoch_ms(), now)
        self._glasses.controls.wifi(*board.wifi())
        self._glasses.sensed(board.battery(), board.charging(), board.folded(), board.temperature(), now)
        self._driver.poke()

    def _drain(self) -> None:
        if self._draining:  # a board that answers within a call: the loop below takes up what its answer led to
            return
        self._draining = True
        try:
            events = self._glasses.events()
            while events:
                for event in events:
                    self._do(event[0], event[1:])
                events = self._glasses.events()
        finally:
            self._draining = False

    def _do(self, command, fields) -> None:  # type: ignore[no-untyped-def]
        if command == "send":
            self._board.link_write(fields[0])
        elif command == "packs":
            self._packer.aim(*fields)
            self.link_room()
        elif command == "report":
            self._board.report(*fields)
        elif command == "light":
            self._board.set_light(fields[0])
        elif command == "capture":
            self._capturing = asyncio.create_task(self._take(*fields))
        elif command == "abort":
            self._abort()
        elif command == "control":
            self._controlling = [task for task in self._controlling if not task.done()]
            self._controlling.append(asyncio.create_task(self._control(fields[0], len(self._controlling))))
        elif command == "cool":
            self._board.cool()
        elif command == "publish":
            self._board.publisher.start(*fields)
        elif command == "unpublish":
            self._board.publisher.stop()
        elif command == "ease":
            self._board.publisher.ease(fields[0])
        else:
            self._clock.set_epoch(fields[0])

    async def _control(self, said: Control, others: int) -> None:
        outcome: object = reasons.TOO_MANY
        if others < MOST_CONTROLLING:
            try:
                outcome = await asyncio.wait_for(self._board.control(said.TYPE, said.values), CONTROL_SECONDS)
            except asyncio.TimeoutError:
                outcome = reasons.TIMED_OUT
            except Exception:  # whatever a driver throws, and it may throw a password: the command must end
                outcome = reasons.FAILED
        self._glasses.controls.wifi(*self._board.wifi())
        self._glasses.controls.answered(said, outcome)
        self.changed()

    def _abort(self) -> None:
        if self._capturing is not None:
            self._capturing.cancel()
            self._capturing = None

    async def _take(self, number: int, size: str, compress: str) -> None:
        try:
            await self._board.warm()
            self._glasses.warmed(number, self._clock.now())
            self._driver.poke()
            picture = await self._board.capture(size, compress)
        except Exception as error:  # whatever a camera driver throws, the request must end
            self._glasses.capture_failed(number, str(error) or type(error).__name__, self._clock.now())
        else:
            self._glasses.captured(number, picture, self._clock.now())
        self._driver.poke()
