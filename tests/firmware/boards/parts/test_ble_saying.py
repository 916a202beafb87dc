import unittest

from trifocal_firmware.boards.paper_radio import CONNECT, DATA, DISCONNECT, EVENTS, MTU, Radio
from trifocal_firmware.boards.parts import ble as module
from trifocal_firmware.boards.parts.ble import GattLink
from trifocal_shared.frame import PACK, encode_frame

PIECE = b"\x01" + bytes(494)


class Firmware:
    def __init__(self):
        self.told = []
        self.link_received = self.told.append
        self.link_opened = lambda: self.told.append("opened")
        self.link_closed = lambda: self.told.append("closed")
        self.link_room = lambda: self.told.append("room")


class Case(unittest.TestCase):
    def setUp(self):
        self.radio, self.firmware = Radio(), Firmware()
        self.link = GattLink(self.radio, "XyBLE_1234", self.firmware)
        self.told = self.firmware.told

    def connect(self, mtu=498):
        self.radio.tell(CONNECT, (7, 1, b"address"))
        self.radio.tell(MTU, (7, mtu))
        self.link.step()


class TestSaying(Case):
    def test_without_a_gateway_words_go_nowhere_and_packs_are_taken(self):
        self.link.write(b"word")
        self.assertTrue(self.link.write_pack(memoryview(PIECE)))
        self.link.step()
        self.assertEqual((self.radio.sent, self.link.dropped), ([], 4))

    def test_words_are_cut_to_what_a_notification_carries(self):
        self.connect(mtu=23)
        self.link.write(bytes(range(45)))
        self.assertEqual(
            self.radio.sent,
            [(EVENTS, bytes(range(20))), (EVENTS, bytes(range(20, 40))), (EVENTS, bytes(range(40, 45)))],
        )

    def test_before_an_mtu_is_agreed_on_it_is_the_least(self):
        self.radio.tell(CONNECT, (7, 1, b"address"))
        self.link.step()
        self.link.write(bytes(21))
        self.assertEqual([len(data) for _, data in self.radio.sent], [20, 1])

    def test_a_new_gateway_does_not_inherit_the_mtu(self):
        self.connect()
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.radio.tell(CONNECT, (9, 1, b"address"))
        self.link.step()
        self.link.write(bytes(21))
        self.assertEqual(len(self.radio.sent), 2)

    def test_a_pack_is_one_notification_of_its_own_characteristic(self):
        self.connect()
        self.assertTrue(self.link.write_pack(memoryview(PIECE)))
        self.assertEqual(self.radio.sent, [(DATA, PIECE)])

    def test_a_file_packet_goes_with_the_words(self):
        self.connect()
        self.assertTrue(self.link.write_pack(memoryview(b"##1" + bytes(429))))
        self.assertEqual(self.radio.sent, [(EVENTS, b"##1" + bytes(429))])

    def test_what_is_longer_than_a_notification_goes_framed_and_cut(self):
        self.connect(mtu=185)
        for frame, whole in ((PIECE, encode_frame(PACK, PIECE, False)), (b"##1" + bytes(429), b"##1" + bytes(429))):
            self.radio.sent = []
            self.assertTrue(self.link.write_pack(memoryview(frame)))
            self.assertEqual({handle for handle, _ in self.radio.sent}, {EVENTS})
            self.assertEqual([len(data) for _, data in self.radio.sent][:-1], [182, 182])
            self.assertEqual(b"".join([data for _, data in self.radio.sent]), whole)


class TestAFullStack(Case):
    def setUp(self):
        Case.setUp(self)
        self.connect()
        self.told.clear()
        self.radio.room = 0

    def test_a_pack_is_refused_and_asked_for_when_it_may_go(self):
        self.assertFalse(self.link.write_pack(memoryview(PIECE)))
        self.assertEqual(self.told, [])
        self.radio.room = 1
        self.link.step()
        self.link.step()
        self.assertEqual(self.told, ["room"])

    def test_words_wait_in_their_order_and_packs_let_them_go_first(self):
        self.link.write(b"one")
        self.link.write(b"two")
        self.radio.room = 1
        self.assertFalse(self.link.write_pack(memoryview(PIECE)))
        self.link.step()
        self.assertEqual((self.radio.sent, self.told), ([(EVENTS, b"one")], []))
        self.radio.room = 5
        self.link.step()
        self.assertEqual((self.radio.sent[1:], self.told), ([(EVENTS, b"two")], ["room"]))

    def test_a_word_goes_on_where_the_stack_was_full(self):
        self.radio.room = 1
        self.link.write(bytes(495) + b"rest")
        self.radio.room = 1
        self.link.step()
        self.assertEqual([len(data) for _, data in self.radio.sent], [495, 4])

    def test_the_queue_of_words_is_bounded_and_what_is_lost_counted(self):
        for _ in range(80):
            self.link.write(bytes(500))
        self.assertEqual(self.link.dropped, 500 * (80 - module.MOST_QUEUED // 500))

    def test_other_trouble_is_not_waited_for(self):
        self.radio.trouble = 128
        self.link.write(b"word")
        self.assertTrue(self.link.write_pack(memoryview(PIECE)))
        self.assertEqual(self.link.dropped, 4 + len(PIECE))

    def test_what_waited_for_a_gateway_that_left_is_not_sent_to_the_next(self):
        self.link.write(b"old")
        self.link.write_pack(memoryview(PIECE))
        self.radio.tell(DISCONNECT, (7, 1, b"address"))
        self.radio.tell(CONNECT, (9, 1, b"address"))
        self.radio.room = 9
        self.link.step()
        self.assertEqual((self.radio.sent, self.told), ([], ["closed", "opened"]))

    def test_a_pack_is_sent_without_taking_memory(self):
        heap = __import__("micropython") if hasattr(__import__("sys").implementation, "_mpy") else None
        self.radio.room = 1
        self.radio.gatts_notify = lambda peer, handle, data: None
        frame = memoryview(bytearray(PIECE))
        if heap is not None:
            heap.heap_lock()
        try:
            taken = self.link.write_pack(frame)
        finally:
            if heap is not None:
                heap.heap_unlock()
        self.assertTrue(taken)


class TestRun(Case):
    def test_it_turns_when_the_flag_is_raised_and_looks_again_while_something_waits(self):
        slept = []

        class Pause:
            def __iter__(self):
                yield

            __await__ = __iter__

        class Paper:
            @staticmethod
            def sleep(seconds):
                slept.append(seconds)
                return Pause()

        class Flag:
            def set(self):
                slept.append("raised")

            def wait(self):
                slept.append("waits")
                return Pause()

        real, module.asyncio = module.asyncio, Paper
        try:
            self.link._flag = Flag()
            self.radio.quiet = True
            run = self.link.run()
            run.send(None)
            self.radio.quiet = False
            run.send(None)
            self.connect()
            self.radio.room = 0
            self.link.write(b"word")
            run.send(None)
            self.radio.room = 1
            run.send(None)
            run.close()
        finally:
            module.asyncio = real
        waits = [one for one in slept if one != "raised"]
        self.assertEqual(waits, [module.ADVERTISE_SECONDS, "waits", module.RETRY_SECONDS, "waits"])
        self.assertEqual(self.radio.sent, [(EVENTS, b"word")])


if __name__ == "__main__":
    unittest.main()
