"""A board that publishes, with the firmware: what the glasses want of it, and what it says."""

from trifocal_firmware.stream_glasses import StreamGlasses
from trifocal_shared.messages import TO_GATEWAY
from trifocal_shared.stream_messages import FROM_GLASSES, GlassesStreamStatus, StartRtmpStream, StopRtmpStream

from . import test_main

START = StartRtmpStream(rtmp_url="rtmp://server/live/key", stream_id="s")


class PaperPublisher:
    """Notes what it is told."""

    def __init__(self, calls):
        self.calls = calls

    def start(self, number, start):
        self.calls.append("publish %d %s" % (number, start.stream_id))

    def stop(self):
        self.calls.append("unpublish")

    def ease(self, pace):
        self.calls.append("ease %d" % pace)


class PublishingBoard(test_main.PaperBoard):
    glasses = StreamGlasses

    def __init__(self):
        super().__init__()
        self.degrees = 25
        self.publisher = PaperPublisher(self.calls)

    def temperature(self):
        return self.degrees


class TestStreams(test_main.Case):
    def setUp(self):
        super().setUp()
        self.board = PublishingBoard()
        catalogue = dict(TO_GATEWAY)
        catalogue.update(FROM_GLASSES)
        self.board.gateway = test_main.GatewayStub(catalogue)
        self.firmware = test_main.Firmware(self.board)
        self.connect()

    def tearDown(self):
        super().tearDown()
        for task in test_main.Paper.tasks:
            task.cancel()

    def say(self, message):
        self.board.gateway.say(message)
        self.pump()

    def test_the_board_publishes_between_light_and_power(self):
        self.say(START)
        self.firmware.published("opened", 1, {"width": 640})
        self.board.degrees = 66
        self.firmware.changed()
        self.say(StopRtmpStream(stream_id="s"))
        lit = ["light off", "light stream", "light stream", "publish 1 s"]
        self.assertEqual(self.board.calls, [*lit, "ease 1", "unpublish", "cool", "light off"])
        said = self.board.gateway.all_of(GlassesStreamStatus)
        self.assertEqual([word.status for word in said], ["initializing", "streaming", "stopped"])

    def test_a_board_that_answers_within_the_call_is_heard(self):
        self.board.publisher.start = lambda number, start: self.firmware.published("lost", number, "no_wifi")
        self.say(START)
        said = self.board.gateway.all_of(GlassesStreamStatus)
        self.assertEqual(said[-1].error_details, "no_wifi")
        self.assertEqual(self.board.calls[-1], "light off")

    def test_when_the_power_goes_it_ends(self):
        self.say(START)
        self.firmware.switched_off()
        self.assertEqual(self.board.calls[-3:], ["unpublish", "cool", "light off"])
