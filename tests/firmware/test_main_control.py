"""What `Firmware` asks its board to do for the control plane, and what becomes of the board's word."""

import asyncio
import os
import unittest

from trifocal_firmware import main as module
from trifocal_firmware.board import Board
from trifocal_firmware.main import MOST_CONTROLLING, Firmware
from trifocal_firmware.testing import GatewayStub
from trifocal_shared import reasons
from trifocal_shared.control_messages import Control

FOLDER = ("" if os.getcwd() == "/" else "/tmp") + "/trifocal-main-control-test"
JOIN = Control("set_wifi_credentials", ssid="house", password="correct horse")


class Task:
    """A task that is stepped by hand."""

    def __init__(self, coroutine):
        self.coroutine, self.over = coroutine, False

    def step(self):
        try:
            self.coroutine.send(None)
        except StopIteration:
            self.over = True

    def done(self):
        return self.over


class Paper:
    """What the firmware takes from asyncio; time stands still."""

    Event = asyncio.Event
    TimeoutError = asyncio.TimeoutError
    tasks = []

    @staticmethod
    def create_task(coroutine):
        Paper.tasks.append(Task(coroutine))
        return Paper.tasks[-1]

    @staticmethod
    def wait_for(coroutine, seconds):
        return coroutine


class Pause:
    def __iter__(self):
        yield

    __await__ = __iter__


class WifiBoard(Board):
    """Joins whatever network it is asked to, unless there is trouble."""

    model = "paper"
    trouble = None
    network = ""

    def __init__(self):
        super().__init__("0123abcd", "device", FOLDER)
        self.gateway = GatewayStub()
        self.asked = []

    def link_write(self, data):
        self.gateway.receive(data, 0)

    def set_light(self, state):
        pass

    def wifi(self):
        return self.network != "", self.network, ""

    async def control(self, command, values):
        self.asked.append((command, values))
        await Pause()
        if self.trouble is not None:
            raise self.trouble
        self.network = values["ssid"]
        return {}


class TestControl(unittest.TestCase):
    def setUp(self):
        try:
            os.mkdir(FOLDER)
        except OSError:
            for name in os.listdir(FOLDER):
                os.remove(FOLDER + "/" + name)
        self.real, module.asyncio = module.asyncio, Paper
        Paper.tasks = []
        self.board = WifiBoard()
        self.firmware = Firmware(self.board)
        self.firmware.link_opened()
        self.board.gateway.greet()
        self.tell()

    def tearDown(self):
        module.asyncio = self.real
        for task in Paper.tasks:  # what was never stepped ends here, not in another test
            task.coroutine.close()

    def tell(self, *said):
        for message in said:
            self.board.gateway.say(message)
        for frame in self.board.gateway.data_to_send():
            self.firmware.link_received(frame)

    def told(self):
        """The last word about Wi-Fi."""
        return [said for said in self.board.gateway.heard if isinstance(said, Control)][-1].values

    def test_the_boards_word_is_the_answer(self):
        self.tell(JOIN)
        Paper.tasks[-1].step()
        self.assertEqual(self.board.asked, [("set_wifi_credentials", {"ssid": "house", "password": "correct horse"})])
        Paper.tasks[-1].step()
        self.assertEqual(self.told(), {"connected": True, "ssid": "house"})

    def test_what_a_driver_throws_is_a_failure_and_not_repeated(self):
        for trouble, reason in (
            (OSError("correct horse"), reasons.FAILED),
            (asyncio.TimeoutError(), reasons.TIMED_OUT),
        ):
            self.board.trouble = trouble
            self.tell(JOIN)
            Paper.tasks[-1].step()
            Paper.tasks[-1].step()
            self.assertEqual(self.told(), {"connected": False, "error": reason})
        self.assertNotIn("correct horse", repr(self.board.gateway.heard))

    def test_more_than_a_board_can_do_at_once_is_refused(self):
        for _ in range(MOST_CONTROLLING):
            self.tell(JOIN)
            Paper.tasks[-1].step()
        self.tell(JOIN)
        Paper.tasks[-1].step()
        self.assertEqual(self.told()["error"], reasons.TOO_MANY)
        self.assertEqual(len(self.board.asked), MOST_CONTROLLING)
        for task in Paper.tasks[:MOST_CONTROLLING]:
            task.step()
        self.tell(JOIN)
        Paper.tasks[-1].step()
        self.assertEqual(len(self.board.asked), MOST_CONTROLLING + 1)


if __name__ == "__main__":
    unittest.main()
