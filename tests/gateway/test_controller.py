"""What a controller of Mentra's glasses says to a gateway by itself."""

import pytest

from trifocal_gateway.controller import meaning
from trifocal_shared.control_messages import Control
from trifocal_shared.envelope import Native
from trifocal_shared.message import Message
from trifocal_shared.messages import BatteryStatus


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (Native("sr_batv", {"pt": 67, "vt": 3_912}), BatteryStatus(level=67)),
        (Native("sr_batv", {"pt": 67, "vt": 4_001}), BatteryStatus(level=67, charging=True)),
        (Native("sr_batv", {"pt": 67}), BatteryStatus(level=67)),
        (Native("sr_tpevt", {"type": 1}), Control("touch_event", gesture_name="double_tap")),
    ],
)
def test_it_is_put_in_our_words(said: Native, meant: Message) -> None:
    assert meaning(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        Native("sr_batv", "full"),
        Native("sr_batv", {"pt": "67"}),
        Native("sr_batv", {"pt": True}),
        Native("sr_tpevt", {"type": 8}),
        Native("sr_tpevt", {"type": -1}),
        Native("sr_tpevt", {"type": "0"}),
        Native("sr_syvr", {"version": "1"}),
        Native("sr_hrt"),
    ],
)
def test_nonsense_and_other_business_mean_nothing(said: Native) -> None:
    assert meaning(said) is None
