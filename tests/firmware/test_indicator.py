import unittest

from trifocal_firmware.camera import _NEXT, CAPTURING, OFF, READY, WARMING
from trifocal_firmware.indicator import light


class TestLight(unittest.TestCase):
    def test_it_is_dark_exactly_when_the_sensor_has_no_power(self):
        for state in (OFF, WARMING, READY, CAPTURING):
            for owner in ("photo", "video", "stream"):
                self.assertEqual(light(state, owner) == "off", state == OFF)

    def test_it_names_the_owner(self):
        for owner in ("photo", "video", "stream"):
            self.assertEqual(light(CAPTURING, owner), owner)

    def test_it_knows_every_state_that_the_camera_has(self):
        states = {state for state, _ in _NEXT} | set(_NEXT.values())
        self.assertEqual(states, {OFF, WARMING, READY, CAPTURING})


if __name__ == "__main__":
    unittest.main()
