import unittest

from trifocal_firmware.boards.parts import uart as module
from trifocal_firmware.boards.parts.uart import (
    BUSY_SECONDS,
    IDLE_SECONDS,
    MOST_PACKS,
    MOST_QUEUED,
    PIECE,
    SILENCE_MS,
    UartLink,
)
from trifocal_shared.testing import VirtualClock


class Uart:
    """A wire with a small hardware buffer."""

    def __init__(self):
        self.arrived = b""
        self.written = b""
        self.room = 100_000

    def any(self):
        return len(self.arrived)

    def read(self, count):
        data, self.arrived = self.arrived[:count], self.arrived[count:]
        return data

    def write(self, data):
        taken = data[: self.room]
        self.room -= len(taken)
        self.written += taken
        return len(taken) or None


class Firmware:
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def link_opened(self):
        self.told.append("opened")

    def link_received(self, data):
        self.told.append(data)

    def link_closed(self):
        self.told.append("closed")

    def link_room(self):
        self.told.append("room")


class TestUartLink(unittest.TestCase):
    def setUp(self):
        self.uart, self.clock, self.firmware = Uart(), VirtualClock(), Firmware()
        self.link = UartLink(self.uart, self.clock, self.firmware)

    def arrive(self, data):
        self.uart.arrived += data
        return self.link.step()

    def test_the_first_byte_opens_the_link(self):
        self.assertFalse(self.link.step())
        self.assertTrue(self.arrive(b"x"))
        self.arrive(b"yz")
        self.assertEqual(self.firmware.told, ["opened", b"x", b"yz"])

    def test_silence_closes_it_and_the_next_byte_opens_it_again(self):
        self.arrive(b"x")
        self.clock.advance(SILENCE_MS - 1)
        self.link.step()
        self.clock.advance(1)
        self.link.step()
        self.clock.advance(SILENCE_MS)
        self.link.step()
        self.arrive(b"y")
        self.assertEqual(self.firmware.told, ["opened", b"x", "closed", "opened", b"y"])

    def test_what_is_written_leaves_in_pieces_and_in_order(self):
        self.arrive(b"x")
        sent = bytes(range(256)) * 3
        self.link.write(sent[:700])
        self.link.write(sent[700:])
        steps = 0
        while self.link.step():
            steps += 1
        self.assertEqual(self.uart.written, sent)
        self.assertEqual(steps, (700 + PIECE - 1) // PIECE + 1)

    def test_a_full_hardware_buffer_loses_nothing(self):
        self.arrive(b"x")
        self.uart.room = 5
        self.link.write(b"0123456789")
        self.link.step()
        self.link.step()
        self.uart.room = 100
        self.link.step()
        self.assertEqual(self.uart.written, b"0123456789")

    def test_packs_wait_for_room_and_words_do_not(self):
        self.arrive(b"x")
        self.uart.room = 0
        pack = memoryview(bytearray(b"p" * 500))
        taken = 0
        while self.link.write_pack(pack):
            taken += 1
        pack[0] = 0  # the buffer is used again
        self.assertEqual(taken, MOST_PACKS // 500)
        self.link.write(b"word")
        self.link.step()
        self.assertEqual((self.firmware.told[2:], self.link.dropped), ([], 0))
        self.uart.room = 1_000_000
        while self.link.step():
            pass
        self.assertEqual(self.firmware.told[2:], ["room"])
        self.assertEqual(self.uart.written, b"p" * 500 * taken + b"word")
        self.assertTrue(self.link.write_pack(pack))

    def test_a_pack_for_nobody_is_dropped_and_nobody_waits(self):
        self.assertTrue(self.link.write_pack(memoryview(b"lost")))
        self.assertEqual(self.link.dropped, 4)
        self.arrive(b"x")
        self.uart.room = 0
        while self.link.write_pack(memoryview(bytes(500))):
            pass
        self.clock.advance(SILENCE_MS)
        self.link.step()
        self.link.step()
        self.assertEqual(self.firmware.told, ["opened", b"x", "closed"])

    def test_with_nobody_there_it_is_dropped(self):
        self.link.write(b"lost")
        self.arrive(b"x")
        self.link.step()
        self.assertEqual((self.uart.written, self.link.dropped), (b"", 4))

    def test_what_waited_when_the_link_closed_is_not_for_the_next(self):
        self.arrive(b"x")
        self.uart.room = 0
        self.link.write(b"old")
        self.clock.advance(SILENCE_MS)
        self.link.step()
        self.uart.room = 100
        self.arrive(b"y")
        self.link.write(b"new")
        self.link.step()
        self.assertEqual(self.uart.written, b"new")

    def test_the_queue_is_bounded_and_counts(self):
        self.arrive(b"x")
        self.uart.room = 0
        self.link.write(bytes(MOST_QUEUED))
        self.link.write(b"1")
        self.assertEqual(self.link.dropped, 1)

    def test_it_looks_often_while_busy_and_seldom_while_idle(self):
        real, module.asyncio = module.asyncio, Paper
        run = self.link.run()
        self.uart.arrived = b"x"
        waits = [run.send(None) for _ in range(3)]
        run.close()
        module.asyncio = real
        self.assertEqual(waits, [BUSY_SECONDS, IDLE_SECONDS, IDLE_SECONDS])


class Pause:
    """Awaiting this hands the seconds to whoever steps the coroutine."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __iter__(self):
        yield self.seconds

    __await__ = __iter__


class Paper:
    """The one name that the link takes from asyncio."""

    @staticmethod
    async def sleep(seconds):
        await Pause(seconds)


if __name__ == "__main__":
    unittest.main()
