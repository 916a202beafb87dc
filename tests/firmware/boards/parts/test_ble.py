import unittest

from trifocal_firmware.boards.paper_radio import (
    COMMANDS,
    CONNECT,
    DISCONNECT,
    EVENTS,
    GET,
    MORE,
    MTU,
    SET,
    WRITE,
    Radio,
)
from trifocal_firmware.boards.parts import ble as module
from trifocal_firmware.boards.parts.ble import GattLink, advertisement


class Firmware:
    def __init__(self):
        self.told = []
        self.link_received = self.told.append
        self.link_opened = lambda: self.told.append("opened")
        self.link_closed = lambda: self.told.append("closed")
        self.link_room = lambda: self.told.append("room")


class Memory:
    """A flash with no bonds on it."""

    def __init__(self):
        self.files = {}

    def read(self, name, offset, count):
        raise OSError(2)

    def write(self, name, parts):
        self.files[name] = b"".join(parts)

    def rename(self, old, new):
        self.files[new] = self.files.pop(old)


class Case(unittest.TestCase):
    def setUp(self):
        self.radio, self.firmware, self.flash = Radio(), Firmware(), Memory()
        self.link = GattLink(self.radio, "XyBLE_1234", self.firmware, self.flash)
        self.told = self.firmware.told

    def connect(self, mtu=498):
        self.radio.tell(CONNECT, (7, 1, b"address"))
        self.radio.tell(MTU, (7, mtu))
        self.link.step()

    def command(self, data, handle=COMMANDS, peer=7):
        self.radio.written[handle] = data
        self.radio.tell(WRITE, (peer, handle))


class TestService(Case):
    def test_the_service_has_the_characteristics_of_the_protocol(self):
        self.assertEqual(self.radio.service, 0x4860)
        self.assertEqual(self.radio.shape, ((0x70FF, 0x12), (0x71FF, 0x0C), (0x72FF, 0x12), (0x73FF, 0x0C)))
        self.assertEqual(self.radio.buffers, {COMMANDS: (996, True), MORE: (996, True)})
        self.assertEqual((self.radio.settings["mtu"], self.radio.settings["gap_name"]), (498, "XyBLE_1234"))

    def test_it_can_be_paired_with_by_whoever_has_no_keys_to_type(self):
        settings = self.radio.settings
        self.assertEqual([settings[name] for name in ("bond", "le_secure", "mitm", "io")], [True, True, False, 3])

    def test_without_a_place_for_keys_nothing_is_said_of_bonds(self):
        radio = Radio()
        GattLink(radio, "x", self.firmware)
        self.assertEqual(sorted(radio.settings), ["gap_name", "mtu"])
        self.assertEqual(radio.tell(GET, (1, 0, None)), None)
        self.assertFalse(radio.tell(SET, (1, b"k", b"v")))

    def test_commands_may_demand_encryption(self):
        radio = Radio()
        GattLink(radio, "x", self.firmware, self.flash, encrypted=True)
        self.assertEqual([flags for _, flags in radio.shape], [0x12, 0x100C, 0x12, 0x100C])

    def test_keys_are_answered_at_once_and_written_by_the_loop(self):
        self.assertTrue(self.radio.tell(SET, (2, memoryview(b"k"), memoryview(b"v"))))
        self.assertEqual((self.radio.tell(GET, (2, 0, memoryview(b"k"))), self.flash.files), (b"v", {}))
        self.link.step()
        self.assertEqual(list(self.flash.files), ["bonds"])


class TestAdvertising(Case):
    def test_the_advertisement_names_service_and_glasses(self):
        self.assertEqual(advertisement("Xy_A"), b"\x02\x01\x06\x03\x02\x60\x48\x05\x09Xy_A")

    def test_a_long_name_is_shortened_to_31_bytes_and_never_within_a_letter(self):
        for name in ("x" * 22, "x" * 23, "x" * 300, "é" * 11, "x" + "é" * 11, "\U0001f453" * 6):
            data = advertisement(name)
            self.assertLess(len(data), 32)
            said = data[9:].decode()
            self.assertTrue(name.startswith(said) and len(said) >= 5)
            self.assertEqual(data[7:9], bytes((len(said.encode()) + 1, 9 if said == name else 8)))

    def test_it_advertises_from_the_start_and_again_when_the_gateway_is_gone(self):
        self.link.step()
        self.connect()
        self.link.step()
        self.assertEqual(len(self.radio.advertised), 1)
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.link.step()
        self.assertEqual(self.radio.advertised, [(100_000, advertisement("XyBLE_1234"))] * 2)

    def test_a_radio_that_is_not_ready_to_advertise_is_asked_again(self):
        self.radio.quiet = True
        self.link.step()
        self.radio.quiet = False
        self.link.step()
        self.link.step()
        self.assertEqual(len(self.radio.advertised), 1)


class TestHearing(Case):
    def test_nothing_is_told_from_within_the_interrupt(self):
        self.radio.tell(CONNECT, (7, 1, b"address"))
        self.command(b"hello")
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.assertEqual(self.told, [])
        self.link.step()
        self.assertEqual(self.told, ["opened", b"hello", "closed"])

    def test_both_characteristics_for_writing_take_commands_and_no_other_does(self):
        self.connect()
        self.command(b"one")
        self.command(b"two", MORE)
        self.command(b"no", EVENTS)
        self.command(b"no", 99)
        self.link.step()
        self.assertEqual(self.told, ["opened", b"one", b"two"])

    def test_events_that_mean_nothing_here_change_nothing(self):
        self.connect()
        for event in (0, 4, 20, 27, 28, 31, 77):
            self.assertEqual(self.radio.tell(event, (7, 0, 0)), None)
        self.link.step()
        self.assertEqual(self.told, ["opened"])

    def test_a_second_gateway_is_sent_away_and_not_listened_to(self):
        self.connect()
        self.radio.tell(CONNECT, (8, 1, b"other"))
        self.command(b"from the other", peer=8)
        self.radio.tell(DISCONNECT, (8, 1, b"other"))
        self.command(b"from the first")
        self.link.step()
        self.assertEqual((self.radio.ended, self.told), ([8], ["opened", b"from the first"]))
        self.assertTrue(self.link.in_touch)

    def test_the_end_of_a_connection_that_is_long_gone_changes_nothing(self):
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.connect()
        self.radio.tell(DISCONNECT, (6, 1, b"address"))
        self.link.step()
        self.assertEqual(self.told, ["opened"])

    def test_a_flood_of_writes_is_bounded_and_counted_and_the_end_is_heard(self):
        self.connect()
        for _ in range(1_000):
            self.command(b"flood")
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.link.step()
        self.assertEqual(self.told.count(b"flood"), module.MOST_HEARD)
        self.assertEqual(self.link.dropped, 5 * (1_000 - module.MOST_HEARD))
        self.assertEqual(self.told[-1], "closed")


if __name__ == "__main__":
    unittest.main()
