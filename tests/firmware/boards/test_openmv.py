"""An OpenMV camera on paper hardware."""

import sys
import unittest

from trifocal_firmware.boards.paper import Chip
from trifocal_firmware.boards.paper_loop import Loop, run


class Frame:
    def __init__(self, number, size):
        self.number, self.size = number, size

    def to_jpeg(self, quality):
        self.quality = quality
        return self

    def bytearray(self):
        return bytearray(b"\xff\xd8 frame %d size %d quality %d" % (self.number, self.size, self.quality))


class Csi:
    """The module: a sensor that takes some sizes, and gives each frame after one look in vain."""

    RGB565, VGA, HD, UXGA, QVGA = 1, 640, 1_280, 1_600, 320

    def __init__(self):
        self.takes, self.told, self.frames, self.looks, self.broken = (640, 1_280), [], 0, 0, False
        self.reset = lambda: self.told.append("reset")
        self.pixformat, self.shutdown = self.told.append, lambda on: self.told.append("shutdown")

    def CSI(self):  # noqa: N802
        return self

    def framesize(self, size):
        if size not in self.takes:
            raise RuntimeError("Frame size is not supported")
        self.size = size

    def snapshot(self, blocking):
        if self.broken:
            raise RuntimeError("Capture failed: -5")
        self.looks += 1
        if self.looks % 2:
            return None
        self.frames += 1
        return Frame(self.frames, self.size)


class Led:
    """`machine.LED`."""

    def __init__(self, name):
        self.name, self.lit = name, None

    def on(self):
        self.lit = True

    def off(self):
        self.lit = False


class Os:
    """A file system with a flash, and perhaps a card."""

    def __init__(self, *mounted):
        self.mounted, self.made = list(mounted), []
        self.mkdir = self.made.append

    def listdir(self, folder):
        if folder == "/":
            return self.mounted
        return [name[len(folder) + 1 :] for name in self.made if name.startswith(folder + "/")]


def modules():
    """The board and what needs the loop, imported with paper hardware in place of what no computer has."""
    chip = Chip()
    chip.put()
    sys.modules["csi"] = Csi()
    try:
        from trifocal_firmware.boards import openmv
        from trifocal_firmware.boards.parts import ble, flag, pin
    finally:
        chip.take()
        del sys.modules["csi"]
    return openmv, (openmv, ble, flag, pin)


class Case(unittest.TestCase):
    def setUp(self):
        self.module, self.waiting = modules()
        self.loop, self.chip, self.csi, self.os, self.told = Loop(), Chip(), Csi(), Os("flash", "rom"), []
        self.chip.LED = self.led
        self.real = [(module, "asyncio", module.asyncio) for module in self.waiting]
        names = {"machine": self.chip, "bluetooth": self.chip.radio, "csi": self.csi, "os": self.os}
        self.real += [(self.module, name, getattr(self.module, name)) for name in names]
        for module in self.waiting:
            module.asyncio = self.loop
        for name, thing in names.items():
            setattr(self.module, name, thing)
        self.board = self.module.OpenMv()

    def tearDown(self):
        self.loop.close()
        for module, name, thing in self.real:
            setattr(module, name, thing)

    def led(self, name):
        self.lamp = Led(name)
        return self.lamp

    def level_changed(self, name, down):
        self.told.append((name, down))


class TestBoard(Case):
    def test_it_has_an_id_a_watchdog_and_folders_on_the_flash_or_the_card(self):
        self.assertEqual((self.board.device_id, self.chip.watchdog_ms), ("openmv_1234", 30_000))
        self.assertEqual(self.os.made, ["/flash/photos", "/flash/keys"])
        self.os.mounted.append("sdcard")
        self.assertEqual(self.module.OpenMv().flash_folder, "/sdcard/photos")
        self.module.OpenMv()
        self.assertEqual(self.os.made[2:], ["/sdcard/photos", "/sdcard/keys"])

    def test_the_light_is_dark_from_the_start_and_lit_for_everything_but_off(self):
        self.assertEqual((self.lamp.name, self.lamp.lit), ("LED_RED", False))
        for state, lit in (("photo", True), ("off", False), ("video", True)):
            self.board.set_light(state)
            self.assertEqual(self.lamp.lit, lit)

    def test_the_gateway_comes_by_bluetooth_and_the_loop_feeds_the_watchdog(self):
        self.board.link_write(b"before there is a link")
        self.assertTrue(self.board.link_pack(memoryview(b"\x01")))
        self.board.start(self)
        link, buttons, look = self.loop.tasks
        for task in (link, buttons, look, look):
            task.step()
        self.assertEqual((self.chip.radio.settings["gap_name"], self.chip.fed), ("XyBLE_1234", 2))
        self.assertEqual(sorted(self.told), [("photo", False), ("video", False)])
        buttons.over = True
        look.step()
        self.assertEqual((self.chip.fed, look.done()), (2, True))


class TestCamera(Case):
    def test_warming_throws_the_dark_frames_away_once(self):
        run(self.board.warm())
        run(self.board.warm())
        self.assertEqual((self.csi.told, self.csi.frames), (["reset", Csi.RGB565], self.module.SETTLING_FRAMES))

    def test_a_picture_is_newer_than_the_request_and_as_good_as_was_asked(self):
        run(self.board.warm())
        picture = run(self.board.capture("medium", "none"))
        self.assertEqual((type(picture), picture), (bytes, b"\xff\xd8 frame 10 size 1280 quality 85"))
        self.assertEqual(run(self.board.capture("medium", "heavy"))[-2:], b"45")

    def test_a_sensor_that_lacks_a_size_gives_the_next_best(self):
        run(self.board.warm())
        sizes = [run(self.board.capture(size, "none")).split()[4] for size in ("small", "large", "full")]
        self.assertEqual(sizes, [b"640", b"1280", b"1280"])
        self.csi.takes = (1_600,)
        self.assertEqual(run(self.board.capture("full", "none")).split()[4], b"1280", "the size is set when it changes")
        with self.assertRaises(OSError):
            run(self.board.capture("small", "none"))

    def test_no_power_and_no_frame_are_errors(self):
        with self.assertRaises(OSError):
            run(self.board.capture("medium", "none"))
        run(self.board.warm())
        self.csi.broken = True
        with self.assertRaises(OSError):
            run(self.board.capture("medium", "none"))

    def test_cooling_takes_the_power_once(self):
        self.board.cool()
        run(self.board.warm())
        self.board.cool()
        self.board.cool()
        self.assertEqual(self.csi.told.count("shutdown"), 1)
        run(self.board.warm())
        self.assertEqual(self.csi.told.count("reset"), 2)


if __name__ == "__main__":
    unittest.main()
