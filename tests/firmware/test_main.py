import asyncio
import os
import unittest

from trifocal_firmware import main as module
from trifocal_firmware.board import Board
from trifocal_firmware.main import Firmware
from trifocal_firmware.testing import GatewayStub, picture
from trifocal_shared.envelope import wrap_native
from trifocal_shared.frame import STRING, encode_frame
from trifocal_shared.messages import FileHave, SetSystemTime, TakePhoto

FOLDER = ("" if os.getcwd() == "/" else "/tmp") + "/trifocal-main-test"
PRESS = encode_frame(STRING, wrap_native("cs_pho"), False)


class Pause:
    def __iter__(self):
        yield

    __await__ = __iter__


class Task:
    """A task that is stepped by hand."""

    def __init__(self, coroutine):
        self.coroutine, self.cancelled, self.done = coroutine, False, False

    def step(self):
        try:
            self.coroutine.send(None)
        except StopIteration:
            self.done = True

    def cancel(self):
        self.cancelled = True
        self.coroutine.close()


class Paper:
    """The one name that the firmware takes from asyncio, and the driver's: on a device both are in one file."""

    Event = asyncio.Event
    tasks = []

    @staticmethod
    def create_task(coroutine):
        Paper.tasks.append(Task(coroutine))
        return Paper.tasks[-1]


class PaperBoard(Board):
    """Notes every call; its link leads to a gateway stub, its camera gives what is set."""

    model = "paper"

    def __init__(self, boot_id="0123abcd"):
        super().__init__(boot_id, "device", FOLDER)
        self.gateway = GatewayStub()
        self.calls = []
        self.level = 100
        self.trouble = None

    def start(self, firmware):
        self.calls.append("start")

    def link_write(self, data):
        self.gateway.receive(data, 0)

    async def warm(self):
        self.calls.append("warm")

    def cool(self):
        self.calls.append("cool")

    async def capture(self, size, compress):
        self.calls.append("capture " + size + " " + compress)
        await Pause()
        if self.trouble is not None:
            raise self.trouble
        return picture(1)

    def set_light(self, state):
        self.calls.append("light " + state)

    def battery(self):
        return self.level


class Case(unittest.TestCase):
    def setUp(self):
        try:
            os.mkdir(FOLDER)
        except OSError:
            for name in os.listdir(FOLDER):
                os.remove(FOLDER + "/" + name)
        self.real, module.asyncio = module.asyncio, Paper
        Paper.tasks = []
        self.board = PaperBoard()
        self.firmware = Firmware(self.board)

    def tearDown(self):
        module.asyncio = self.real

    def connect(self):
        self.firmware.link_opened()
        self.board.gateway.greet()
        self.pump()

    def pump(self):
        frames = self.board.gateway.data_to_send()
        while frames:
            for frame in frames:
                self.firmware.link_received(frame)
            frames = self.board.gateway.data_to_send()

    def press(self):
        self.firmware.mcu_received(PRESS)
        self.pump()

    def finish(self):
        """Let the running capture come to its end."""
        task = Paper.tasks[-1]
        while not task.done:
            task.step()
        self.pump()


class TestFirmware(Case):
    def test_a_press_becomes_a_photo_at_the_gateway(self):
        self.connect()
        self.press()
        self.finish()
        self.assertEqual(list(self.board.gateway.photos.values()), [picture(1)])
        self.assertEqual(self.board.gateway.statuses("request-0123abcd-1"), ["capturing", "captured", "transferring"])
        self.assertEqual(os.listdir(FOLDER), ["counter"])

    def test_a_link_that_is_full_goes_on_when_it_has_room(self):
        whole, turns = self.board.link_pack, []

        def sometimes(frame):
            turns.append(len(frame))
            return bool(len(turns) % 2 == 0 and whole(frame))

        self.board.link_pack = sometimes
        self.firmware = Firmware(self.board)
        self.connect()
        self.press()
        self.finish()
        for _ in range(3):  # a photo of 1,000 bytes
            self.assertEqual(self.board.gateway.photos, {})
            self.firmware.link_room()
            self.pump()
        self.assertEqual(list(self.board.gateway.photos.values()), [picture(1)])
        self.assertEqual(turns, [503, 503, 503, 503, 45, 45])

    def test_a_lost_link_leaves_nothing_to_send(self):
        self.board.link_pack = lambda frame: False
        self.firmware = Firmware(self.board)
        self.connect()
        self.press()
        self.finish()
        self.firmware.link_closed()
        self.firmware.link_room()
        self.assertEqual(self.board.gateway.photos, {})
        self.assertEqual(os.listdir(FOLDER).count("000000001.photo"), 1)

    def test_the_light_is_on_before_the_sensor_warms(self):
        self.connect()
        self.press()
        self.finish()
        self.assertEqual(
            self.board.calls, ["light off", "light photo", "warm", "light photo", "capture medium none", "light photo"]
        )

    def test_a_photo_outlives_the_boot_that_took_it(self):
        self.press()
        self.finish()
        self.board = PaperBoard("feedbeef")
        self.firmware = Firmware(self.board)
        self.connect()
        self.assertEqual(self.board.gateway.photos, {"local_0123abcd_1": picture(1)})

    def test_whatever_the_camera_throws_the_request_ends_and_the_next_one_works(self):
        self.connect()
        for trouble in (OSError("no sensor"), ValueError("driver"), MemoryError(), KeyError("size")):
            self.board.trouble = trouble
            before = len(self.board.gateway.heard)
            self.firmware.level_changed("photo", False)
            self.board.gateway.say(take("r%d" % before))
            self.pump()
            self.finish()
            self.assertEqual(
                self.board.gateway.statuses("r%d" % before), ["capturing", "failed capture_failed"], repr(trouble)
            )
        self.board.trouble = None
        self.press()
        self.finish()
        self.assertEqual(len(self.board.gateway.photos), 1)

    def test_a_changed_battery_is_told(self):
        self.connect()
        self.board.level = 9
        self.firmware.changed()
        self.board.gateway.say(take("r"))
        self.pump()
        self.assertEqual(self.board.gateway.statuses("r"), ["failed battery_low"])

    def test_the_gateway_sets_the_clock(self):
        self.connect()
        self.board.gateway.say(SetSystemTime(timestamp_ms=1_900_000_000_000))
        self.pump()
        self.assertGreaterEqual(self.board.clock.epoch_ms(), 1_900_000_000_000)

    def test_a_lost_link_pauses_and_a_new_one_goes_on(self):
        self.connect()
        self.board.gateway.takes = False
        self.press()
        self.finish()
        self.firmware.link_closed()
        self.board.gateway.takes = True
        self.connect()
        self.assertEqual(len(self.board.gateway.photos), 1)

    def test_a_board_that_answers_within_the_call_is_heard_in_order(self):
        board = self.board

        def write(data):
            board.gateway.receive(data, 0)
            for frame in board.gateway.data_to_send():
                self.firmware.link_received(frame)

        board.link_write = write
        self.connect()
        self.press()
        self.finish()
        self.assertEqual(list(board.gateway.photos.values()), [picture(1)])

    def test_a_photo_that_cannot_be_read_waits_without_harm(self):
        self.connect()
        self.board.gateway.takes = False
        self.press()
        self.finish()
        os.remove(FOLDER + "/000000001.photo")
        self.board.gateway.say(FileHave(file_name="P000000001.jpg", offset=0))
        self.pump()
        self.press()
        self.assertEqual(self.board.gateway.photos, {})


class TestRun(Case):
    def test_it_starts_the_board_and_when_it_ends_takes_the_power_off_the_sensor(self):
        self.firmware._driver.run = endless
        run = self.firmware.run()
        run.send(None)
        self.assertEqual(self.board.calls, ["light off", "start"])
        self.press()
        Paper.tasks[-1].step()
        run.close()
        self.assertTrue(Paper.tasks[-1].cancelled)
        self.assertEqual(self.board.calls[-2:], ["cool", "light off"])

    def test_a_capture_that_is_overdue_is_cancelled(self):
        self.press()
        Paper.tasks[-1].step()
        glasses = self.firmware._glasses
        glasses.timeout(self.board.clock.now() + 10_000)
        self.firmware.changed()
        self.assertTrue(Paper.tasks[-1].cancelled)
        self.assertEqual(self.board.calls[-2:], ["cool", "light off"])


async def endless():
    """Stands for the driver, which is tested elsewhere."""
    while True:
        await Pause()


def take(request_id):
    return TakePhoto(request_id=request_id)


if __name__ == "__main__":
    unittest.main()
