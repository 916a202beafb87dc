import unittest

from trifocal_firmware.boards.linux_line import Line
from trifocal_shared import reasons
from trifocal_shared.rtmp.push import Push
from trifocal_shared.rtmp.target import Target
from trifocal_shared.testing import VirtualClock


class Transport:
    """Takes what is written, and sends as much of it as it is told to."""

    def __init__(self):
        self.written = b""
        self.waiting = 0
        self.ended = ""

    def set_write_buffer_limits(self, high):
        self.high = high

    def write(self, data):
        self.written += data

    def get_write_buffer_size(self):
        return self.waiting

    def get_extra_info(self, name):
        return None

    def close(self):
        self.ended = "closed"

    def abort(self):
        self.ended = "aborted"


class TestLine(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.clock = VirtualClock()
        self.push = Push(Target("rtmp://server/live/key"), 0)
        self.line = Line(self.push, self.clock)
        self.transport = Transport()

    async def test_the_handshake_goes_out_at_once(self):
        self.line.connection_made(self.transport)
        self.assertEqual(len(self.transport.written), 1 + 1536)
        self.assertFalse(self.line.live)

    async def test_what_waits_is_counted(self):
        self.line.connection_made(self.transport)
        self.transport.waiting = 700
        self.assertEqual(self.line.flush(), 700)

    async def test_a_server_that_hangs_up_ends_it(self):
        self.line.connection_made(self.transport)
        self.line.connection_lost(None)
        await self.line.moved(60)
        self.assertEqual(self.line.reason, reasons.PEER_CLOSED)
        self.assertEqual(self.line.flush(), 0)

    async def test_a_server_that_says_nothing_is_given_up(self):
        self.line.connection_made(self.transport)
        self.clock.advance(10_000)
        self.line.flush()
        self.assertEqual(self.line.reason, reasons.TIMED_OUT)

    async def test_something_else_than_a_server_ends_it(self):
        self.line.connection_made(self.transport)
        self.line.data_received(b"HTTP/1.1 400 Bad Request")
        self.assertEqual(self.line.reason, reasons.MALFORMED)

    async def test_an_end_of_this_side_lets_the_last_bytes_out_unless_the_network_is_stuck(self):
        for waiting, ended in ((0, "closed"), (10, "aborted")):
            await self.asyncSetUp()
            self.line.connection_made(self.transport)
            self.transport.waiting = waiting
            self.line.close()
            self.line.close()
            self.assertEqual(self.transport.ended, ended)
