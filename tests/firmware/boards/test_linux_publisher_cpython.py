import asyncio
import unittest

import av

from trifocal_cloud.live.io.testing import open_doors
from trifocal_firmware.boards.linux_publisher import Publisher
from trifocal_shared import reasons
from trifocal_shared.clock import Clock
from trifocal_shared.stream_messages import StartRtmpStream

WISH = {"width": 320, "height": 240, "fps": 30}
PATIENCE_S = 20


class Camera:
    """Grey pictures, one after the other; fails when it is told to."""

    def __init__(self):
        self.warmed = self.taken = 0
        self.fails_at = None

    async def warm(self):
        self.warmed += 1
        if self.fails_at == 0:
            raise OSError("no power")

    async def moving(self, width, height):
        self.taken += 1
        if self.taken == self.fails_at:
            raise OSError("gone")
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([self.taken & 255]) * plane.buffer_size)
        return frame


class Talking(Camera):
    """One with a microphone."""

    def sound(self, begin, count, rate, channels):
        return bytes(2 * count * channels)


class Case(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.told = asyncio.Queue()
        self.camera = Camera()
        self.online = True

    def publisher(self):
        return Publisher(self.camera, Clock(), lambda *said: self.told.put_nowait(said), lambda: self.online)

    async def hear(self, word):
        """The next such word about an attempt: its number and what was said; others before it are of no interest."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                said = await self.told.get()
                if said[0] == word:
                    return said[1:]

    async def lost(self, url, **fields):
        """Why it did not work."""
        self.publisher().start(7, StartRtmpStream(rtmp_url=url, video=WISH, **fields))
        return await self.hear("lost")


class TestFlow(Case):
    async def test_it_flows_tells_what_it_does_and_stops(self):
        self.camera = Talking()
        async with open_doors() as doors:
            publisher = self.publisher()
            url = doors.provision("cam").publish_url
            publisher.start(1, StartRtmpStream(rtmp_url=url, video=WISH, audio={"sampleRate": 48_000}))
            number, stats = await self.hear("opened")
            self.assertEqual((number, stats["width"], stats["height"], stats["sampleRate"]), (1, 320, 240, 48_000))
            number, stats = await self.hear("sent")
            self.assertEqual(number, 1)
            self.assertGreater(stats["bitrate"], 0)
            self.assertGreater(stats["fps"], 0)
            self.assertEqual((await publisher.picture("small", "none"))[:2], b"\xff\xd8")
            publisher.stop()
            self.assertEqual(await publisher.picture("small", "none"), b"")
            async with asyncio.timeout(PATIENCE_S):
                while doors.kinds()[-1] != "Gone":
                    doors.later(1_000)
                    await asyncio.sleep(0)
        self.assertTrue(self.told.empty(), "whoever stops it knows that it is over")

    async def test_another_one_takes_its_place(self):
        async with open_doors() as doors:
            publisher = self.publisher()
            publisher.start(1, StartRtmpStream(rtmp_url=doors.provision("a").publish_url, video=WISH))
            await self.hear("opened")
            publisher.start(2, StartRtmpStream(rtmp_url=doors.provision("b").publish_url, video=WISH))
            self.assertEqual((await self.hear("opened"))[0], 2)
            publisher.stop()

    async def test_a_server_that_goes_is_noticed(self):
        async with open_doors() as doors:
            self.publisher().start(1, StartRtmpStream(rtmp_url=doors.provision("cam").publish_url, video=WISH))
            await self.hear("opened")
            doors.ingest.release("cam")
            self.assertEqual(await self.hear("lost"), (1, reasons.PEER_CLOSED))


class TestTrouble(Case):
    async def test_nobody_listens(self):
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        self.assertEqual(await self.lost(f"rtmp://127.0.0.1:{port}/live/key"), (7, reasons.CONNECT_REFUSED))

    async def test_a_wrong_key(self):
        async with open_doors() as doors:
            url = doors.provision("cam").publish_url
            self.assertEqual(await self.lost(url[:-1] + ("a" if url[-1] != "a" else "b")), (7, reasons.AUTH_REJECTED))

    async def test_something_else_listens(self):
        async def serve(reader, writer):
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            self.assertEqual(await self.lost(f"rtmp://127.0.0.1:{port}/live/key"), (7, reasons.MALFORMED))

    async def test_no_network(self):
        self.online = False
        self.assertEqual(await self.lost("rtmp://127.0.0.1:1/live/key"), (7, reasons.NO_WIFI))

    async def test_a_network_that_goes_meanwhile(self):
        async with open_doors() as doors:
            self.publisher().start(1, StartRtmpStream(rtmp_url=doors.provision("cam").publish_url, video=WISH))
            await self.hear("opened")
            self.online = False
            self.assertEqual(await self.hear("lost"), (1, reasons.NO_WIFI))

    async def test_an_address_that_is_none(self):
        for url in ("rtmp://", "http://server/live/key", "rtmp://" + "a" * 70 + "\xad.example/live/key"):
            self.assertEqual(await self.lost(url), (7, reasons.BAD_URL))

    async def test_a_camera_that_does_not_begin(self):
        self.camera.fails_at = 0
        self.assertEqual(await self.lost("rtmp://127.0.0.1:1/live/key"), (7, reasons.CAPTURE_FAILED))

    async def test_a_camera_that_fails_meanwhile(self):
        self.camera.fails_at = 5
        async with open_doors() as doors:
            url = doors.provision("cam").publish_url
            self.assertEqual(await self.lost(url), (7, reasons.CAPTURE_FAILED))
            self.assertEqual(self.camera.taken, 5)
