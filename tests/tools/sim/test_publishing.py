import asyncio
from array import array
from types import SimpleNamespace

import pytest

from trifocal_shared import reasons
from trifocal_shared.stream_messages import StartRtmpStream
from trifocal_tools.sim.camera import BrokenCamera, PatternCamera
from trifocal_tools.sim.cpython_host import Hardware
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.marks import read
from trifocal_tools.sim.publishing import BEEP_MS, MovingCamera

WISH = {"width": 320, "height": 240}


class TestMovingCamera:
    async def test_its_pictures_move_and_bear_the_time(self):
        camera = MovingCamera(SimpleNamespace(camera=PatternCamera()))
        await camera.warm()
        shown = [await camera.moving(640, 360) for _ in range(3)]
        assert [(frame.width, frame.height, frame.format.name) for frame in shown] == [(640, 360, "yuv420p")] * 3
        times = [read(frame.to_image()) for frame in shown]
        assert None not in times
        assert times == sorted(times)

    async def test_without_power_there_is_no_picture(self):
        camera = MovingCamera(SimpleNamespace(camera=PatternCamera()))
        with pytest.raises(OSError, match="no power"):
            await camera.moving(640, 360)
        await camera.warm()
        camera.cool()
        camera.cool()
        with pytest.raises(OSError, match="no power"):
            await camera.moving(640, 360)

    async def test_another_camera_from_the_next_stream_on(self):
        owner = SimpleNamespace(camera=PatternCamera())
        camera = MovingCamera(owner)
        await camera.warm()
        owner.camera = BrokenCamera()
        await camera.warm()
        assert (await camera.moving(320, 240)).width == 320
        camera.cool()
        with pytest.raises(OSError, match="broken"):
            await camera.warm()

    @pytest.mark.parametrize("channels", [1, 2])
    def test_a_beep_each_second_and_silence_between(self, channels):
        camera = MovingCamera(SimpleNamespace(camera=PatternCamera()))
        rate, beep = 16_000, 16_000 * BEEP_MS // 1000

        def loudest(begin, count):
            heard = camera.sound(begin, count, rate, channels)
            assert len(heard) == 2 * count * channels
            return max(map(abs, array("h", heard)))

        for second in (0, 1, 100):
            assert loudest(second * rate, beep) > 5_000
            assert loudest(second * rate + beep, rate - beep) == 0
        assert loudest(rate - 10, 1_024) > 5_000, "over the border of a second"


class TestPublishingBoard:
    def board(self, tmp_path, world):
        told = asyncio.Queue()
        board = Hardware(world, tmp_path, "0123abcd", "device").board
        firmware = SimpleNamespace(published=lambda *said: told.put_nowait(said))
        board.start(firmware)
        return board, told

    async def test_without_wifi_in_reach_it_says_so(self, tmp_path):
        world = SimulatedGlasses(PatternCamera(), "cpython")
        world.wifi_on = False
        board, told = self.board(tmp_path, world)
        board.publisher.start(3, StartRtmpStream(rtmp_url="rtmp://127.0.0.1:1/live/key", video=WISH))
        async with asyncio.timeout(20):
            assert await told.get() == ("lost", 3, reasons.NO_WIFI)
        board.cool()

    async def test_a_broken_camera_is_no_network_trouble(self, tmp_path):
        board, told = self.board(tmp_path, SimulatedGlasses(BrokenCamera(), "cpython"))
        board.publisher.start(1, StartRtmpStream(rtmp_url="rtmp://127.0.0.1:1/live/key", video=WISH))
        async with asyncio.timeout(20):
            assert await told.get() == ("lost", 1, reasons.CAPTURE_FAILED)

    async def test_photos_come_without_a_stream_as_ever(self, tmp_path):
        board, _ = self.board(tmp_path, SimulatedGlasses(PatternCamera(), "cpython"))
        assert bytes(await board.capture("small", "none"))[:2] == b"\xff\xd8"
        board.publisher.stop()
        board.publisher.ease(1)

    def test_before_it_runs_there_is_nothing_to_end(self, tmp_path):
        board = Hardware(SimulatedGlasses(PatternCamera(), "cpython"), tmp_path, "0123abcd", "device").board
        assert board.publisher is None
        board.cool()
