import unittest

from trifocal_firmware.testing import EPOCH_MS, StreamRig
from trifocal_shared import reasons
from trifocal_shared import stream_messages as words


class Case(unittest.TestCase):
    def setUp(self):
        self.rig = StreamRig()


class TestLife(Case):
    def test_a_stream_begins_flows_and_ends_with_the_camera_off(self):
        rig = self.rig
        rig.live()
        self.assertEqual(rig.steps("light")[-1], ("stream",))
        rig.board("sent", {"fps": 30})
        rig.wait(5_000)
        self.assertEqual(rig.gateway.all_of(words.GlassesStreamStatus)[1].stats, {"width": 1280})
        self.assertEqual(rig.gateway.all_of(words.GlassesStreamStatus)[2].stats, {"fps": 30})
        rig.tell(words.StopRtmpStream(stream_id="s"))
        self.assertEqual(rig.said(), ["initializing", "streaming", "streaming", "stopped"])
        self.assertEqual(rig.steps("light")[-1], ("off",))
        order = rig.order("light", "publish", "unpublish", "cool")
        self.assertEqual(order, ["light off", "light stream", "publish", "unpublish", "cool", "light off"])
        self.assertIsNone(rig.glasses.deadline())

    def test_what_is_wished_for_goes_to_the_board(self):
        self.rig.start(video={"width": 640}, audio={"stereo": True})
        start = self.rig.steps("publish")[0][1]
        self.assertEqual(
            (start.rtmp_url, start.video, start.audio), ("rtmp://server/live/key", {"width": 640}, {"stereo": True})
        )

    def test_a_person_in_front_of_simulated_glasses_sees_each_step_once(self):
        rig = self.rig
        rig.live()
        rig.board("sent", {})
        rig.wait(6_000)
        rig.tell(words.StopRtmpStream())
        self.assertEqual([step["status"] for step in rig.reports("stream")], ["initializing", "streaming", "stopped"])
        self.assertNotIn("key", str(rig.reports("stream")))

    def test_keep_alives_are_answered_and_without_them_it_ends(self):
        rig = self.rig
        rig.live()
        for _ in range(8):
            rig.wait(15_000)
            rig.tell(words.KeepRtmpStreamAlive(stream_id="s", ack_id="a"))
            rig.board("sent", {})
        self.assertEqual(len(rig.gateway.all_of(words.KeepAliveAck)), 8)
        for _ in range(12):
            rig.wait(5_001)
            rig.board("sent", {})
        self.assertEqual(rig.said()[-1], "timeout not_kept_alive")
        self.assertEqual(rig.steps("light")[-1], ("off",))

    def test_a_gateway_that_comes_back_is_told_where_it_stands(self):
        rig = self.rig
        rig.live()
        rig.disconnect()
        rig.gateway.heard = []
        rig.connect()
        self.assertEqual(rig.said(), ["streaming"])

    def test_an_end_without_anybody_there_is_told_later(self):
        rig = self.rig
        rig.live()
        rig.disconnect()
        rig.sense(folded=True)
        self.assertEqual(rig.steps("light")[-1], ("off",))
        rig.connect()
        self.assertEqual(rig.said()[-1], "stopped glasses_folded")

    def test_asked_for_the_status_it_is_told(self):
        self.rig.tell(words.GetRtmpStatus())
        self.assertEqual(self.rig.said(), ["stopped unknown_stream"])
        self.rig.live()
        self.rig.tell(words.GetRtmpStatus())
        self.assertEqual(self.rig.said()[-1], "streaming")

    def test_a_reset_ends_it(self):
        self.rig.live()
        self.rig.press("cs_fcrst")
        self.assertEqual(self.rig.order("publish", "unpublish", "cool"), ["publish", "unpublish", "cool"])
        self.assertEqual(self.rig.steps("light")[-1], ("off",))


class TestTrouble(Case):
    def test_a_lost_connection_is_made_again_with_the_camera_on_all_the_time(self):
        rig = self.rig
        rig.live()
        rig.board("lost", reasons.PEER_CLOSED)
        self.assertEqual(rig.said()[-1], "reconnecting peer_closed")
        rig.wait(1_000)
        rig.board("opened", {})
        self.assertEqual(rig.said()[-1], "streaming")
        self.assertEqual(len(rig.steps("publish")), 2)
        self.assertEqual(rig.order("light", "unpublish", "cool"), ["light off", "light stream"])

    def test_what_an_older_attempt_says_counts_no_more(self):
        rig = self.rig
        rig.live()
        rig.board("lost", reasons.PEER_CLOSED)
        rig.wait(1_000)
        for word, what in (("opened", {}), ("sent", {}), ("lost", reasons.BAD_URL)):
            rig.board(word, what, 1)
        self.assertEqual(rig.said()[-1], "reconnecting peer_closed")

    def test_a_server_that_is_not_there_is_given_up_after_two_minutes(self):
        rig = self.rig
        rig.start()
        begun = rig.clock.now()
        while rig.steps("light")[-1] == ("stream",):
            rig.board("lost", reasons.CONNECT_REFUSED)
            rig.tell(words.KeepRtmpStreamAlive(stream_id="s", ack_id="a"))
            rig.wait(1_000)
        self.assertIn("error connect_refused", rig.said())
        self.assertTrue(100_000 < rig.clock.now() - begun < 150_000)

    def test_what_nobody_can_mend_ends_it_at_once(self):
        for reason in (reasons.AUTH_REJECTED, reasons.NO_WIFI, reasons.CAPTURE_FAILED):
            rig = StreamRig()
            rig.start()
            rig.board("lost", reason)
            self.assertEqual(rig.said(), ["initializing", "error " + reason])
            self.assertEqual(rig.steps("light")[-1], ("off",))

    def test_a_key_that_was_good_and_a_network_that_was_there_may_be_so_again(self):
        for reason in (reasons.AUTH_REJECTED, reasons.NO_WIFI):
            rig = StreamRig()
            rig.live()
            rig.board("lost", reasons.PEER_CLOSED)
            rig.wait(1_000)
            rig.board("lost", reason)
            self.assertEqual(rig.said()[-1], "reconnecting " + reason)

    def test_battery_heat_and_temples_end_it_with_the_reason(self):
        for reason, senses in (
            (reasons.BATTERY_LOW, {"battery": 4}),
            (reasons.TOO_HOT, {"temperature": 75}),
            (reasons.GLASSES_FOLDED, {"folded": True}),
        ):
            rig = StreamRig()
            rig.live()
            rig.sense(**senses)
            self.assertEqual(rig.said()[-1], "stopped " + reason)
            self.assertEqual(rig.steps("light")[-1], ("off",))
            rig.start("t")
            self.assertEqual(rig.said()[-1], "error " + reason)
            self.assertEqual(len(rig.steps("publish")), 1)

    def test_warm_glasses_publish_less_before_they_stop(self):
        self.rig.live()
        self.rig.sense(temperature=66)
        self.rig.sense(temperature=71)
        self.rig.sense(temperature=20)
        self.assertEqual(self.rig.steps("ease"), [(1,), (2,), (0,)])
        self.assertEqual(self.rig.said(), ["initializing", "streaming"])

    def test_the_time_that_was_asked_for_is_over(self):
        self.rig.start(stream={"durationLimit": 3})
        self.rig.board("opened", {})
        self.rig.wait(3_000)
        self.assertEqual(self.rig.said()[-1], "stopped duration_limit")

    def test_wrong_addresses_and_stale_wishes_never_reach_the_camera(self):
        for url in ("http://server/live/key", "rtmp://server", "rtmp://server/live/ key", "rtmp://a@server/live/key"):
            rig = StreamRig()
            rig.start(url=url)
            self.assertEqual(rig.said(), ["error bad_url"])
            self.assertEqual(rig.steps("publish"), [])
        self.rig.start(timestamp=EPOCH_MS - 3_600_000)
        self.assertEqual(self.rig.said(), ["error stale"])

    def test_twice_the_same_is_one_and_another_one_takes_its_place(self):
        rig = self.rig
        rig.live()
        rig.start()
        self.assertEqual(len(rig.steps("publish")), 1)
        rig.start("t")
        rig.board("opened", {})
        self.assertEqual(rig.said()[-3:], ["stopped replaced", "initializing", "streaming"])
        self.assertEqual(rig.order("publish", "unpublish"), ["publish", "unpublish", "publish"])
        self.assertEqual(rig.steps("light")[-1], ("stream",))
        rig.tell(words.StopRtmpStream(stream_id="s"))
        self.assertEqual(rig.said()[-1], "stopped unknown_stream")
        self.assertEqual(rig.steps("light")[-1], ("stream",))
