"""The charge of one lithium cell, from its voltage behind a divider of two resistors at an analogue input."""

CURVE = (
    (3_300, 0),
    (3_500, 4),
    (3_600, 9),
    (3_680, 16),
    (3_740, 28),
    (3_790, 42),
    (3_850, 55),
    (3_930, 68),
    (4_020, 80),
    (4_110, 92),
    (4_180, 100),
)
"""Millivolts of a cell that carries little, and percent; straight between. Slow in the middle, and fast below."""

ABSENT_MV = 2_500
"""No cell that feeds a board stands this low: there is no divider on the pin."""

READINGS = 5
"""The middle one counts: a radio that begins to send pulls the cell down for a moment."""


class Cell:
    """`adc` has `read_uv` (a `machine.ADC`); what it sees is `times` less than what the cell has. None: no cell."""

    def __init__(self, adc, times: float, curve: "tuple[tuple[int, int], ...]" = CURVE) -> None:  # type: ignore[no-untyped-def]
        self._adc = adc
        self._times = times
        self._curve = curve
        self.level = 100
        self.look()

    def look(self) -> bool:
        """Measure; whether `level` has changed. A cell that is not there counts as full."""
        before = self.level
        if self._adc is not None:
            seen = sorted([self._adc.read_uv() for _ in range(READINGS)])[READINGS // 2]
            self.level = self._percent(int(seen * self._times) // 1000)
        return self.level != before

    def _percent(self, millivolts: int) -> int:
        if millivolts < ABSENT_MV:
            return 100
        low, percent = self._curve[0]
        for high, more in self._curve:
            if millivolts < high:
                return percent + max(0, millivolts - low) * (more - percent) // max(1, high - low)
            low, percent = high, more
        return percent
