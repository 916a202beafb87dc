"""The boards' own logic on paper hardware: what no computer has is put in place before they are imported."""

import unittest

from trifocal_firmware.boards.paper import Chip
from trifocal_firmware.boards.paper_loop import Loop, run


class Firmware:
    def __init__(self):
        self.told = []
        self.link_received = self.told.append
        self.link_opened = lambda: self.told.append("opened")
        self.link_closed = lambda: self.told.append("closed")
        self.changed = lambda: self.told.append("changed")
        self.switched_off = lambda: self.told.append("switched off")

    def level_changed(self, name, down):
        self.told.append((name, down))


def modules():
    """Board files, and those that need the loop, imported with paper hardware in place of what no computer has."""
    chip = Chip()
    chip.put()
    try:
        from trifocal_firmware.boards import atoms3r_m12, esp32_cam, espressif, freenove_s3, xiao_sense
        from trifocal_firmware.boards.parts import ble, esp_camera, flag, pin, uart
    finally:
        chip.take()
    boards = xiao_sense.XiaoSense, freenove_s3.FreenoveS3, atoms3r_m12.AtomS3RM12, esp32_cam.Esp32Cam
    return boards, espressif, (espressif, ble, esp_camera, flag, pin, uart)


class Case(unittest.TestCase):
    wired = False

    def setUp(self):
        self.boards, self.module, waiting = modules()
        self.loop, self.chip, self.firmware = Loop(), Chip(), Firmware()
        self.real = [(module, module.asyncio) for module in waiting]
        for module in waiting:
            module.asyncio = self.loop
        self.names = self.chip.modules()
        self.names["os"] = self.chip
        self.others = [(name, getattr(self.module, name)) for name in self.names]
        for name, thing in self.names.items():
            setattr(self.module, name, thing)
        self.board = self.boards[0](self.wired)

    def tearDown(self):
        self.loop.close()
        for module, real in self.real:
            module.asyncio = real
        for name, thing in self.others:
            setattr(self.module, name, thing)

    def start(self):
        self.board.start(self.firmware)
        self.link, self.buttons, self.look = self.loop.tasks


class TestIdentity(Case):
    def test_it_has_a_fresh_boot_id_its_own_device_id_and_a_folder(self):
        self.assertEqual(len(self.board.boot_id), 8)
        int(self.board.boot_id, 16)
        self.assertEqual(self.board.device_id, "xiao_1234")
        self.assertEqual((self.board.flash_folder, self.chip.folders), ("/photos", ["/photos"]))
        self.boards[0]()
        self.assertEqual(self.chip.folders, ["/photos"])

    def test_the_watchdog_runs_from_the_first_moment(self):
        self.assertEqual((self.chip.watchdog_ms, self.chip.fed), (self.module.WATCHDOG_MS, 0))

    def test_no_pin_of_any_board_has_two_duties_and_those_that_wake_can(self):
        for board in self.boards:
            cam = board.CAMERA
            pins = cam["data_pins"] + [cam[name] for name in cam if name.endswith("_pin")]
            pins += list(board.BUTTONS.values())
            pins += board.WIRE
            pins += [board.LIGHT[0], board.CELL[0], board.POWER[0]]
            used = [pin for pin in pins if pin >= 0]
            self.assertEqual(len(used), len(set(used)), board.model)
            low_power = range(22) if board.WAKES_BY_ANY else (0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33)
            for pin in board.BUTTONS.values():
                self.assertIn(pin, low_power, board.model)
            self.assertEqual(len(cam["data_pins"]), 8)
            made = board()
            self.assertEqual((made.model, made.device_id), (board.model, board.PREFIX + "_1234"))


class TestHardware(Case):
    def test_the_light_is_dark_from_the_start_and_lit_for_everything_but_off(self):
        for board, pin, lit in ((self.boards[0], 21, 0), (self.boards[1], 2, 1)):
            made = board()
            self.assertEqual(self.chip.pins[pin].level, 1 - lit)
            for state, level in (("photo", lit), ("off", 1 - lit), ("video", lit), ("stream", lit)):
                made.set_light(state)
                self.assertEqual(self.chip.pins[pin].level, level)

    def test_the_cell_is_measured_through_the_divider_of_its_pin(self):
        self.chip.microvolts = 1_895_000
        self.assertEqual((self.boards[0]().battery(), self.chip.measured[-1]), (42, 1))
        self.assertEqual(self.boards[3]().battery(), 100)

    def test_a_charger_is_known_where_a_pin_tells_of_it(self):
        self.assertFalse(self.board.charging())

        class Wired(self.boards[0]):
            CHARGER = (7, 0)

        board = Wired()
        self.assertFalse(board.charging())
        self.chip.pins[7].level = 0
        self.assertTrue(board.charging())

    def test_the_camera_has_power_only_between_warming_and_cooling(self):
        board = self.boards[2]()
        self.assertEqual(self.chip.pins[18].level, 1)
        run(board.warm())
        self.assertEqual((self.chip.pins[18].level, self.chip.camera.powered), (0, True))
        self.assertEqual(self.chip.camera.settings["xclk_pin"], 21)
        self.assertEqual(run(board.capture("medium", "none")), b"\xff\xd8")
        board.cool()
        self.assertEqual((self.chip.pins[18].level, self.chip.camera.powered), (1, False))


class TestCommands(Case):
    def setUp(self):
        Case.setUp(self)
        self.start()

    def test_the_power_goes_when_all_is_written_down_and_the_time_is_known_afterwards(self):
        self.board.clock.set_epoch(1_780_000_000_000)
        slept = []
        self.chip.deepsleep = lambda: slept.append(list(self.firmware.told))
        run(self.board.control("shutdown", {}))
        self.assertEqual(slept, [["switched off"]])
        self.assertLess(abs(self.board._deep.remembered_ms() - 1_780_000_000_000), 2_000)
        run(self.board.control("reboot", {}))
        self.assertEqual((self.firmware.told, self.chip.resets), (["switched off"] * 2, 1))

    def test_it_starts_anew_or_goes_off_until_a_button_and_can_nothing_else(self):
        self.assertEqual(run(self.board.control("set_wifi_credentials", {"ssid": "home"})), None)
        self.assertEqual((self.chip.resets, self.chip.slept), (0, []))
        run(self.board.control("reboot", {}))
        self.assertEqual((self.chip.resets, self.chip.slept), (1, []))
        run(self.board.control("shutdown", {}))
        self.assertEqual((self.chip.resets, self.chip.slept), (1, [()]))

    def test_with_a_finger_on_a_button_it_cannot_go_off_and_starts_anew(self):
        self.board._pins["photo"].level = 0
        run(self.board.control("shutdown", {}))
        self.assertEqual((self.chip.resets, self.chip.slept), (1, []))

    def test_its_seed_is_the_chips(self):
        self.assertEqual(self.board.seed(), bytes(32))


class TestTheAir(Case):
    def setUp(self):
        Case.setUp(self)
        self.board.link_write(b"before there is a link")
        self.assertTrue(self.board.link_pack(memoryview(b"\x01")))
        self.start()

    def test_the_gateway_comes_by_bluetooth_and_finds_a_name_that_phones_know(self):
        self.assertEqual((self.chip.radio.settings["gap_name"], self.board.bare_packs), ("XyBLE_1234", True))
        self.assertEqual(self.chip.folders, ["/photos", "/keys"])
        self.link.step()
        self.chip.radio.tell(1, (7, 0, b""))
        self.link.step()
        self.board.link_write(b"word")
        self.assertTrue(self.board.link_pack(memoryview(b"\x01pack")))
        self.assertEqual((self.firmware.told, self.chip.radio.sent), (["opened"], [(16, b"word"), (20, b"\x01pack")]))

    def test_buttons_pull_to_ground(self):
        self.chip.pins[2].level = 0
        self.buttons.step()
        self.assertEqual(sorted(self.firmware.told), [("photo", True), ("video", False)])
        self.assertEqual((self.chip.pins[2].pull, self.chip.pins[4].pull), (2, 2))

    def test_the_loop_feeds_the_watchdog_and_tells_a_changed_battery(self):
        self.look.step()
        self.assertEqual((self.chip.fed, self.firmware.told), (1, []))
        self.chip.microvolts = 1_895_000
        self.look.step()
        self.look.step()
        self.assertEqual((self.chip.fed, self.firmware.told, self.board.battery()), (3, ["changed"], 42))

    def test_a_board_that_has_lost_a_task_is_not_fed_any_more(self):
        self.look.step()
        self.link.over = True
        self.look.step()
        self.assertEqual((self.chip.fed, self.look.over), (1, True))


class TestTheWire(Case):
    wired = True

    def test_the_link_is_a_uart_at_the_rate_of_the_protocol(self):
        self.start()
        self.assertEqual(
            (self.chip.settings["baudrate"], self.chip.settings["tx"], self.chip.settings["rx"]), (460_800, 43, 44)
        )
        self.assertFalse(self.board.bare_packs)
        uart = self.board._link._uart
        uart.arrived = b"hello"
        self.link.step()
        self.board.link_write(b"answer")
        self.link.step()
        self.assertEqual((self.firmware.told, uart.written), (["opened", b"hello"], b"answer"))

    def test_on_a_wire_it_never_sleeps(self):
        self.start()
        self.board.clock.now = lambda: 9_999_999
        self.look.step()
        self.assertEqual(self.chip.slept, [])


if __name__ == "__main__":
    unittest.main()
