"""Buttons on pins: edges carried from the interrupt into the loop.

The interrupt only raises a flag, since machines are not re-entrant; the loop then reads the levels. Edges that come
faster than the loop looks are bounces, and `Button` wants none of them.
"""

import asyncio


class PinWatch:
    """Watches `pins` (name -> `machine.Pin`, pressed is low) and tells their levels to `level_changed(name, down)`."""

    def __init__(self, pins, level_changed) -> None:  # type: ignore[no-untyped-def]
        self._pins = pins
        self._level_changed = level_changed
        self._edge = asyncio.ThreadSafeFlag()  # type: ignore[attr-defined]
        for pin in pins.values():
            pin.irq(self._interrupted, pin.IRQ_FALLING | pin.IRQ_RISING)

    async def run(self) -> None:
        """Tell levels until cancelled; first those that stand at the start."""
        while True:
            for name, pin in self._pins.items():
                self._level_changed(name, pin.value() == 0)
            await self._edge.wait()

    def _interrupted(self, pin: object) -> None:
        self._edge.set()
