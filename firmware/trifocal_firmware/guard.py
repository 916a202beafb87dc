"""Whether the camera may work, and how hard: battery, temples and heat in, reasons and a pace out.

    pace   0 ── 65 °C ──▶ 1 ── 70 °C ──▶ 2 ── 75 °C ──▶ 3: too hot
             ◀── 62 °C ──   ◀── 67 °C ──   ◀── 72 °C ──

A recording goes slower and with less detail as the glasses get warm, and ends only when that did not help; each step
back needs 3 °C less, so that it does not swing. Below 10 % of the battery nothing is begun, below 5 % a recording ends,
so that it can still be finished; a charger lifts both (PROTOCOL-device §11, glasses 6).
"""

from trifocal_shared import reasons
from trifocal_shared.messages import LOW_BATTERY_PERCENT

ENDING_BATTERY_PERCENT = 5

WARMER_C = (65, 70, 75)
COOLER_C = 3

TOO_HOT = 3


class Guard:
    """Of one pair of glasses. `refusal` says why nothing may be begun, `ending` why nothing may go on; else empty."""

    def __init__(self) -> None:
        self.pace = 0
        self.refusal = ""
        self.ending = ""

    def sensed(self, battery: int, charging: bool, folded: bool, temperature: int) -> None:
        """How the glasses are: battery in percent, charger plugged in, temples folded, °C at the warmest place."""
        while self.pace < TOO_HOT and temperature >= WARMER_C[self.pace]:
            self.pace += 1
        while self.pace and temperature <= WARMER_C[self.pace - 1] - COOLER_C:
            self.pace -= 1
        other = reasons.GLASSES_FOLDED if folded else reasons.TOO_HOT if self.pace == TOO_HOT else ""
        low = reasons.BATTERY_LOW if not charging else other
        self.refusal = low if battery < LOW_BATTERY_PERCENT else other
        self.ending = low if battery < ENDING_BATTERY_PERCENT else other
