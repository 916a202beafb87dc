import unittest

from trifocal_firmware.boards.sim_host import SimHost

CALLS = {
    "boot_id": (),
    "device_id": (),
    "flash_folder": (),
    "link_write": (b"frame", 5),
    "link_pack": (b"frame", 5),
    "capture": (1, "small", "none"),
    "picture": (1,),
    "set_light": ("off",),
    "battery": (),
    "charging": (),
    "folded": (),
    "seed": (),
    "air": (),
    "temperature": (),
    "report": ("ready", "{}"),
}
"""Everything that `SimBoard` asks of its host; nothing may be added on one side only."""


class TestSimHost(unittest.TestCase):
    def test_it_names_every_call_and_asks_for_each(self):
        self.assertEqual({name for name in dir(SimHost) if name[0] != "_"}, set(CALLS))
        for name, arguments in CALLS.items():
            with self.assertRaises(NotImplementedError):
                getattr(SimHost(), name)(*arguments)


if __name__ == "__main__":
    unittest.main()
