"""The board's own logic on paper hardware: `machine` and `camera` are put in place before it is imported."""

import sys
import unittest


class Pin:
    OUT, IN, PULL_UP, IRQ_FALLING, IRQ_RISING = range(5)
    made = {}

    def __init__(self, number, mode=None, pull=None, value=None):
        self.number, self.mode, self.pull, self.level = number, mode, pull, 1 if value is None else value
        Pin.made[number] = self

    def irq(self, interrupted, trigger):
        self.interrupted = interrupted

    def value(self, level=None):
        if level is not None:
            self.level = level
        return self.level


class ADC:
    ATTN_11DB = 3
    microvolts = 2_075_000

    def __init__(self, *_, **__): ...

    def read_uv(self):
        return ADC.microvolts


class UART:
    def __init__(self, number, **settings):
        UART.settings = settings
        self.arrived, self.written = b"", b""

    def any(self):
        return len(self.arrived)

    def read(self, count):
        data, self.arrived = self.arrived, b""
        return data

    def write(self, data):
        self.written += data
        return len(data)


class WDT:
    def __init__(self, timeout):
        WDT.timeout, WDT.fed = timeout, 0

    def feed(self):
        WDT.fed += 1


class Machine:
    Pin, ADC, UART, WDT = Pin, ADC, UART, WDT

    @staticmethod
    def unique_id():
        return b"\x12\x34"


class Sensor:
    """Gives numbered frames, each after one look in vain; holds on to what was captured until it is freed."""

    made = []

    def __init__(self, **settings):
        self.settings, self.frame_size, self.quality = settings, settings["frame_size"], settings["jpeg_quality"]
        self.frames, self.looks, self.powered, self.broken = 0, 0, True, False
        self.get_frame_size, self.get_quality = lambda: self.frame_size, lambda: self.quality
        Sensor.made.append(self)

    def frame_available(self):
        self.looks += 1
        return self.looks % 2 == 0

    def capture(self):
        self.frames += 1
        return None if self.broken else memoryview(b"\xff\xd8 frame %d size %d" % (self.frames, self.frame_size))

    def free_buffer(self):
        self.freed_at = self.frames

    def reconfigure(self, frame_size):
        self.frame_size = frame_size

    def set_quality(self, quality):
        self.quality = quality

    def deinit(self):
        self.powered = False


class CameraModule:
    class Names:
        JPEG, WHEN_EMPTY, VGA, XGA, SXGA, UXGA = 4, 0, 10, 12, 14, 15

    Camera, PixelFormat, GrabMode, FrameSize = Sensor, Names, Names, Names


class Pause:
    """Awaiting this hands control to whoever steps the coroutine."""

    def __iter__(self):
        yield

    __await__ = __iter__


class Paper:
    """What the board takes from asyncio."""

    tasks = []

    class ThreadSafeFlag:
        def wait(self):
            return Pause()

    @staticmethod
    async def sleep(seconds):
        await Pause()

    @staticmethod
    def create_task(coroutine):
        Paper.tasks.append(coroutine)


class Os:
    """What the board takes from os: a flash with nothing on it."""

    made = []

    @staticmethod
    def listdir(folder):
        return [name[1:] for name in Os.made]

    @staticmethod
    def mkdir(folder):
        Os.made.append(folder)


class Firmware:
    def __init__(self):
        self.told = []
        self.link_received = self.told.append
        self.link_opened = lambda: self.told.append("opened")
        self.changed = lambda: self.told.append("changed")

    def level_changed(self, name, down):
        self.told.append((name, down))


def board_module():
    """The module under test, imported with the paper hardware in place of what no computer has."""
    sys.modules["machine"], sys.modules["camera"] = Machine, CameraModule
    try:
        from trifocal_firmware.boards import esp32s3
        from trifocal_firmware.io import pin, uart
    finally:
        del sys.modules["machine"], sys.modules["camera"]
    return esp32s3, pin, uart


def run(coroutine):
    """Step a coroutine to its end without waiting; what it returns."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


class Case(unittest.TestCase):
    def setUp(self):
        self.modules = board_module()
        self.real = [(module, module.asyncio) for module in self.modules]
        for module in self.modules:
            module.asyncio = Paper
        self.real_os, self.modules[0].os = self.modules[0].os, Os
        Paper.tasks, Sensor.made, Os.made, ADC.microvolts = [], [], [], 2_075_000
        self.board = self.modules[0].XiaoSense()

    def tearDown(self):
        for task in Paper.tasks:
            task.close()
        for module, real in self.real:
            module.asyncio = real
        self.modules[0].os = self.real_os


class TestIdentity(Case):
    def test_it_has_a_fresh_boot_id_its_own_device_id_and_a_folder(self):
        self.assertEqual(len(self.board.boot_id), 8)
        int(self.board.boot_id, 16)
        self.assertEqual(self.board.device_id, "xiao_1234")
        self.assertEqual((self.board.flash_folder, Os.made), ("/photos", ["/photos"]))
        self.modules[0].XiaoSense()
        self.assertEqual(Os.made, ["/photos"])


class TestLightAndBattery(Case):
    def test_the_light_is_dark_from_the_start_and_lit_for_everything_but_off(self):
        lamp = Pin.made[21]
        self.assertEqual(lamp.level, 1)
        for state, level in (("photo", 0), ("off", 1), ("video", 0), ("stream", 0)):
            self.board.set_light(state)
            self.assertEqual(lamp.level, level)

    def test_the_cell_is_measured_through_the_divider(self):
        cases = ((2_075_000, 100), (2_200_000, 100), (1_650_000, 0), (1_600_000, 0), (1_862_500, 50), (100_000, 100))
        for microvolts, percent in cases:
            ADC.microvolts = microvolts
            self.assertEqual(self.modules[0].XiaoSense().battery(), percent)


class TestCamera(Case):
    def test_warming_throws_the_dark_frames_away_once(self):
        run(self.board.warm())
        run(self.board.warm())
        self.assertEqual(len(Sensor.made), 1)
        self.assertEqual(Sensor.made[0].frames, self.modules[0].SETTLING_FRAMES)
        self.assertEqual(Sensor.made[0].settings["data_pins"], [15, 17, 18, 16, 14, 12, 11, 48])
        self.assertEqual(Sensor.made[0].settings["pixel_format"], 4)

    def test_a_picture_is_a_copy_of_a_frame_newer_than_the_request(self):
        run(self.board.warm())
        picture = run(self.board.capture("medium", "none"))
        self.assertEqual((type(picture), picture), (bytes, b"\xff\xd8 frame 5 size 12"))
        self.assertEqual(Sensor.made[0].freed_at, 4)

    def test_each_size_is_set_and_the_first_frame_of_it_thrown_away(self):
        run(self.board.warm())
        ends = [run(self.board.capture(size, "none")) for size in ("full", "full", "small", "large")]
        self.assertEqual([end.split()[-1] for end in ends], [b"15", b"15", b"10", b"14"])
        self.assertEqual([end.split()[2] for end in ends], [b"6", b"7", b"9", b"11"])

    def test_each_compression_is_set_and_a_frame_begun_before_it_thrown_away(self):
        run(self.board.warm())
        asked = (("medium", "none"), ("medium", "heavy"), ("medium", "heavy"), ("full", "medium"), ("full", "?"))
        taken = [(run(self.board.capture(*what)).split()[2], Sensor.made[0].quality) for what in asked]
        self.assertEqual(taken, [(b"5", 85), (b"7", 45), (b"8", 45), (b"10", 70), (b"12", 85)])

    def test_cooling_takes_the_power_and_warming_gives_it_back(self):
        self.board.cool()
        run(self.board.warm())
        self.board.cool()
        self.board.cool()
        self.assertFalse(Sensor.made[0].powered)
        run(self.board.warm())
        self.assertEqual(len(Sensor.made), 2)

    def test_no_power_and_no_frame_are_errors(self):
        with self.assertRaises(OSError):
            run(self.board.capture("medium", "none"))
        run(self.board.warm())
        Sensor.made[0].broken = True
        with self.assertRaises(OSError):
            run(self.board.capture("medium", "none"))


class TestTheOutside(Case):
    def setUp(self):
        Case.setUp(self)
        self.firmware = Firmware()
        self.board.link_write(b"before there is a link")
        self.board.start(self.firmware)
        self.link, self.buttons, self.look = Paper.tasks

    def test_the_link_is_a_uart_at_the_rate_of_the_protocol(self):
        self.assertEqual((UART.settings["baudrate"], UART.settings["tx"], UART.settings["rx"]), (460_800, 43, 44))
        uart = self.board._link._uart
        uart.arrived = b"hello"
        self.link.send(None)
        self.board.link_write(b"answer")
        self.link.send(None)
        self.assertEqual(self.firmware.told, ["opened", b"hello"])
        self.assertEqual(uart.written, b"answer")

    def test_buttons_pull_to_ground(self):
        Pin.made[2].level = 0
        self.buttons.send(None)
        self.assertEqual(sorted(self.firmware.told), [("photo", True), ("video", False)])
        self.assertEqual((Pin.made[2].pull, Pin.made[4].pull), (Pin.PULL_UP, Pin.PULL_UP))

    def test_the_loop_proves_itself_alive_and_tells_a_changed_battery(self):
        self.look.send(None)
        self.assertEqual((WDT.timeout, WDT.fed, self.firmware.told), (self.modules[0].WATCHDOG_MS, 1, []))
        ADC.microvolts = 1_862_500
        self.look.send(None)
        self.look.send(None)
        self.assertEqual((WDT.fed, self.firmware.told, self.board.battery()), (3, ["changed"], 50))


if __name__ == "__main__":
    unittest.main()
