import json
import unittest

from trifocal_firmware.boards import sim as module
from trifocal_firmware.boards.sim import SimBoard


class Event:
    """An event that hands control out until it is set."""

    def __init__(self):
        self.is_set = False

    def set(self):
        self.is_set = True

    def clear(self):
        self.is_set = False

    def __iter__(self):
        while not self.is_set:
            yield

    __await__ = __iter__

    def wait(self):
        return self


class Paper:
    """The one name that the board takes from asyncio."""

    Event = Event


class Host:
    """Notes what it is asked for. Places are what they are on CPython: the buffers themselves."""

    def __init__(self):
        self.asked = []
        self.full = False
        self.written = b""
        self.light = ""
        self.reports = []
        self.networks = '{"house": ["secret", -48], "open": ["", -71]}'

    def boot_id(self):
        return "0123abcd"

    def device_id(self):
        return "device"

    def flash_folder(self):
        return "/flash"

    def link_write(self, place, count):
        self.written += module.bytearray_at(place, count)

    def link_pack(self, place, count):
        if self.full:
            return False
        self.link_write(place, count)
        return True

    def capture(self, number, size, compress):
        self.asked.append((number, size, compress))

    def picture(self, number):
        self.buffer = b"\xff\xd8 picture %d" % number
        return module.addressof(self.buffer)

    def set_light(self, state):
        self.light = state

    def battery(self):
        return 42

    def charging(self):
        return True

    def folded(self):
        return True

    def seed(self):
        return "ab" * 32

    def air(self):
        return self.networks

    def temperature(self):
        return 61

    def report(self, step, fields):
        self.reports.append((step, json.loads(fields)))


class TestSimBoard(unittest.TestCase):
    def setUp(self):
        self.real, module.asyncio = module.asyncio, Paper
        self.host = Host()
        self.board = SimBoard(self.host)

    def tearDown(self):
        module.asyncio = self.real

    def result(self, coroutine):
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
        return None

    def test_identity_and_senses_are_the_hosts(self):
        board = self.board
        self.assertEqual((board.boot_id, board.device_id, board.flash_folder), ("0123abcd", "device", "/flash"))
        self.assertEqual((board.battery(), board.charging(), board.folded()), (42, True, True))
        self.assertEqual(board.temperature(), 61)

    def test_it_knows_the_time(self):
        self.assertGreater(self.board.clock.epoch_ms(), 1_600_000_000_000)

    def test_bytes_light_and_reports_go_out(self):
        self.board.link_write(b"fra")
        self.assertTrue(self.board.link_pack(memoryview(b"me")))
        self.host.full = True
        self.assertFalse(self.board.link_pack(memoryview(b"more")))
        self.board.set_light("photo")
        self.board.report("stored", {"photos": 1})
        self.assertEqual((self.host.written, self.host.light), (b"frame", "photo"))
        self.assertEqual(self.host.reports, [("stored", {"photos": 1})])

    def test_a_picture_is_asked_for_and_read_where_it_lies(self):
        taking = self.board.capture("large", "heavy")
        taking.send(None)
        self.assertEqual(self.host.asked, [(1, "large", "heavy")])
        self.board.captured(1, 12)
        self.assertEqual(bytes(self.result(taking)), b"\xff\xd8 picture 1"[:12])

    def test_an_empty_answer_is_a_failure(self):
        taking = self.board.capture("small", "none")
        taking.send(None)
        self.board.captured(1, 0)
        with self.assertRaises(OSError):
            taking.send(None)

    def test_a_late_answer_to_an_earlier_picture_changes_nothing(self):
        self.board.capture("small", "none").send(None)
        taking = self.board.capture("small", "none")
        taking.send(None)
        self.board.captured(1, 5)
        self.assertIsNone(self.result(taking))
        self.board.captured(2, 12)
        self.assertEqual(bytes(self.result(taking)), b"\xff\xd8 picture 2"[:12])


class TestAir(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.board = SimBoard(self.host)

    def do(self, command, **values):
        try:
            self.board.control(command, values).send(None)
        except StopIteration as end:
            return end.value
        return "it waits"

    def test_a_network_is_joined_with_its_password_only(self):
        self.assertEqual(self.do("set_wifi_credentials", ssid="lab", password="x"), "no_network")
        self.assertEqual(self.do("set_wifi_credentials", ssid="house", password="x"), "wrong_password")
        self.assertEqual(self.board.wifi(), (False, "", ""))
        self.assertEqual(self.do("set_wifi_credentials", ssid="house", password="secret"), {})
        self.assertEqual(self.board.wifi(), (True, "house", module.ADDRESS))
        self.assertEqual(self.host.reports, [("wifi", {"ssid": "house"})])

    def test_the_network_is_lost_with_the_air_and_found_again(self):
        self.do("set_wifi_credentials", ssid="open")
        networks, self.host.networks = self.host.networks, ""
        self.assertEqual(self.board.wifi(), (False, "", ""))
        self.host.networks = networks
        self.assertEqual(self.board.wifi()[1], "open")

    def test_it_is_left_and_forgotten(self):
        for command in ("disconnect_wifi", "forget_wifi"):
            self.do("set_wifi_credentials", ssid="open")
            self.assertEqual(self.do("forget_wifi", ssid="house"), {})
            self.assertTrue(self.board.wifi()[0])
            self.assertEqual(self.do(command, ssid="open"), {})
            self.assertFalse(self.board.wifi()[0])

    def test_a_scan_finds_what_is_there(self):
        self.assertEqual(sorted(self.do("request_wifi_scan")), [("house", -48, "WPA2"), ("open", -71, "open")])

    def test_lamps_are_shown_and_what_it_lacks_is_said(self):
        self.assertEqual(self.do("rgb_led_control_on", led=2), {})
        self.assertEqual(self.host.reports, [("lamp", {"command": "rgb_led_control_on", "led": 2})])
        for command in ("set_hotspot_state", "reboot", "shutdown"):
            self.assertIsNone(self.do(command))

    def test_its_chance_is_the_hosts(self):
        self.assertEqual(self.board.seed(), bytes([0xAB] * 32))


if __name__ == "__main__":
    unittest.main()
