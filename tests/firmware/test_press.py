import unittest

from trifocal_firmware.press import MOST_REMEMBERED, MOST_WAITING, Presses, question
from trifocal_shared import reasons
from trifocal_shared.messages import PRESS_ANSWER_MS, ButtonPressResponse


def answer(press_id, success=True, action="take_photo", request_id="r", **fields):
    return ButtonPressResponse(press_id=press_id, success=success, action=action, request_id=request_id, **fields)


class TestAnswers(unittest.TestCase):
    def setUp(self):
        self.presses = Presses("0123abcd")
        self.press_id = self.presses.pressed("photo", "short", "", 0)

    def outcome(self, *answers, now=100):
        self.presses.events()
        for each in answers:
            self.presses.answered(each, now)
        return self.presses.events()

    def test_a_press_is_asked_about_under_an_id_of_this_boot(self):
        self.assertEqual(self.press_id, "0123abcd-1")
        self.assertEqual(self.presses.events(), [("ask", "0123abcd-1", "photo", "short", "")])
        self.assertEqual(self.presses.deadline(), PRESS_ANSWER_MS)

    def test_take_photo_is_taken_under_the_clouds_id(self):
        self.assertEqual(self.outcome(answer(self.press_id)), [("photo", self.press_id, "r", "")])
        self.assertIsNone(self.presses.deadline())

    def test_none_means_that_an_app_has_it(self):
        self.assertEqual(
            self.outcome(answer(self.press_id, action="none", request_id="")), [("nothing", self.press_id, "", "")]
        )

    def test_a_failure_is_captured_locally_with_its_reason(self):
        said = answer(self.press_id, success=False, action="none", request_id="", error_code=reasons.TOKEN_REJECTED)
        self.assertEqual(self.outcome(said), [("photo", self.press_id, "local_0123abcd_1", reasons.TOKEN_REJECTED)])

    def test_a_failure_without_a_reason_still_has_one(self):
        said = answer(self.press_id, success=False, action="none", request_id="")
        self.assertEqual(self.outcome(said)[0][3], reasons.CLOUD_ERROR)

    def test_take_photo_without_a_request_is_captured_locally(self):
        said = answer(self.press_id, request_id="")
        self.assertEqual(self.outcome(said), [("photo", self.press_id, "local_0123abcd_1", reasons.MALFORMED)])

    def test_a_video_begins_under_the_clouds_id_and_is_stopped_at_its_word(self):
        said = answer(self.press_id, action="start_video", request_id="v")
        self.assertEqual(self.outcome(said), [("video", self.press_id, "v", "")])
        second = self.presses.pressed("video", "long", "", 0)
        said = answer(second, action="stop_video", request_id="")
        self.assertEqual(self.outcome(said), [("stop", second, "", "")])

    def test_a_video_without_an_id_is_decided_here(self):
        press_id = self.presses.pressed("video", "long", "", 0)
        said = answer(press_id, action="start_video", request_id="")
        self.assertEqual(self.outcome(said), [("video", press_id, "local_video_0123abcd_2", reasons.MALFORMED)])

    def test_a_press_while_recording_is_told_and_stops_without_an_answer(self):
        self.presses.events()
        press_id = self.presses.pressed("video", "long", "", 0, recording=True)
        self.assertEqual(
            self.presses.events(), [("ask", press_id, "video", "long", "recording"), ("stop", press_id, "", "")]
        )
        self.assertEqual(self.outcome(answer(press_id, action="stop_video", request_id="")), [])

    def test_a_press_while_recording_stops_with_nobody_there_too(self):
        self.presses.events()
        press_id = self.presses.pressed("photo", "long", reasons.GATEWAY_OFFLINE, 0, recording=True)
        self.assertEqual(self.presses.events(), [("stop", press_id, "", "")])

    def test_a_hold_that_goes_on_was_not_meant_for_a_video(self):
        press_id = self.presses.pressed("photo", "long", "", 0)
        self.presses.events()
        self.assertEqual(self.presses.called_off(), 1)
        self.assertEqual(self.presses.events(), [("nothing", press_id, "", "")])
        self.assertEqual(self.presses.called_off(), 0)
        late = answer(press_id, action="start_video", request_id="v")
        self.assertEqual(self.outcome(late), [("late", press_id, "v", reasons.STALE)])

    def test_a_photo_press_while_recording_is_asked_about_as_ever(self):
        self.presses.events()
        press_id = self.presses.pressed("photo", "short", "", 0, recording=True)
        self.assertEqual(self.presses.events(), [("ask", press_id, "photo", "short", "recording")])

    def test_a_second_answer_does_not_end_the_press_again(self):
        events = self.outcome(answer(self.press_id), answer(self.press_id), answer(self.press_id, request_id="other"))
        self.assertEqual([event[0] for event in events], ["photo", "late", "late"])
        self.assertEqual(events[2], ("late", self.press_id, "other", reasons.STALE))

    def test_ids_that_look_like_ours_but_are_not_are_stale(self):
        self.presses.timeout(PRESS_ANSWER_MS)
        for press_id in (
            "",
            "-1",
            "0123abcd",
            "0123abcd-",
            "0123abcd-x",
            "0123abcd--1",
            "0123abcd-²",
            "0123abcd-01",
            "feedbeef-1",
        ):
            self.assertEqual(self.outcome(answer(press_id)), [("late", press_id, "r", reasons.STALE)])

    def test_silence_for_five_seconds_is_captured_locally(self):
        self.presses.events()
        self.presses.timeout(PRESS_ANSWER_MS - 1)
        self.assertEqual(self.presses.events(), [])
        self.presses.timeout(PRESS_ANSWER_MS)
        self.assertEqual(self.presses.events(), [("photo", self.press_id, "local_0123abcd_1", reasons.TIMED_OUT)])

    def test_an_answer_after_that_is_late(self):
        events = self.outcome(answer(self.press_id), answer(self.press_id), now=PRESS_ANSWER_MS)
        self.assertEqual(events[0][:3], ("photo", self.press_id, "local_0123abcd_1"))
        self.assertEqual(events[1], ("late", self.press_id, "r", reasons.CAPTURED_LOCALLY))

    def test_a_late_word_without_a_request_needs_no_answer(self):
        self.presses.timeout(PRESS_ANSWER_MS)
        self.assertEqual(self.outcome(answer(self.press_id, action="none", request_id="")), [])
        self.assertEqual(self.outcome(answer(self.press_id, success=False, action="none", request_id="")), [])

    def test_a_request_for_a_press_of_another_boot_is_stale(self):
        self.assertEqual(self.outcome(answer("feedbeef-9")), [("late", "feedbeef-9", "r", reasons.STALE)])

    def test_a_press_that_was_long_forgotten_is_stale(self):
        self.presses.timeout(PRESS_ANSWER_MS)
        for _ in range(MOST_REMEMBERED):
            self.presses.pressed("photo", "short", reasons.NO_TOKEN, PRESS_ANSWER_MS)
        self.assertEqual(self.outcome(answer(self.press_id)), [("late", self.press_id, "r", reasons.STALE)])

    def test_the_question_carries_everything(self):
        asked = question(self.presses.events()[0], "device", 5)
        self.assertEqual((asked.press_id, asked.button_id, asked.press_type), (self.press_id, "photo", "short"))
        self.assertEqual((asked.device_id, asked.timestamp), ("device", 5))


class TestForgetting(unittest.TestCase):
    def test_nothing_becomes_of_what_was_pressed(self):
        presses = Presses("0123abcd")
        waiting, here = presses.pressed("photo", "short", "", 0), presses.pressed("photo", "short", reasons.NO_TOKEN, 0)
        presses.forget()
        presses.timeout(PRESS_ANSWER_MS)
        self.assertEqual((presses.events(), presses.deadline()), ([], None))
        for press_id in (waiting, here):
            presses.answered(answer(press_id), PRESS_ANSWER_MS)
        late = [("late", press_id, "r", reasons.STALE) for press_id in (waiting, here)]
        self.assertEqual(presses.events(), late)
        self.assertEqual(presses.pressed("photo", "short", "", 0), "0123abcd-3")


class TestNobodyToAsk(unittest.TestCase):
    def setUp(self):
        self.presses = Presses("0123abcd")

    def test_a_photo_press_is_captured_at_once(self):
        self.presses.pressed("photo", "short", reasons.NO_TOKEN, 0)
        self.assertEqual(self.presses.events(), [("photo", "0123abcd-1", "local_0123abcd_1", reasons.NO_TOKEN)])

    def test_the_video_button_and_a_long_press_record(self):
        for button, press_type in (("video", "long"), ("video", "short"), ("photo", "long")):
            press_id = self.presses.pressed(button, press_type, reasons.GATEWAY_OFFLINE, 0)
            local = "local_video_" + press_id.replace("-", "_")
            self.assertEqual(self.presses.events(), [("video", press_id, local, reasons.GATEWAY_OFFLINE)])

    def test_anything_else_is_refused(self):
        for button, press_type in (("other", "short"), ("other", "long")):
            self.presses.pressed(button, press_type, reasons.GATEWAY_OFFLINE, 0)
            self.assertEqual([(e[0], e[3]) for e in self.presses.events()], [("refused", reasons.UNSUPPORTED)])

    def test_a_lost_link_decides_all_that_wait_in_their_order(self):
        ids = [self.presses.pressed("photo", "short", "", now) for now in (0, 0, 5, 5, 7)]
        self.presses.events()
        self.presses.link_lost()
        events = self.presses.events()
        self.assertEqual([event[1] for event in events], ids)
        self.assertEqual({event[3] for event in events}, {reasons.GATEWAY_OFFLINE})
        self.presses.link_lost()
        self.assertEqual(self.presses.events(), [])

    def test_presses_in_flight_are_bounded_and_the_next_is_not_lost(self):
        for _ in range(MOST_WAITING):
            self.presses.pressed("photo", "short", "", 0)
        self.presses.events()
        self.presses.pressed("photo", "short", "", 0)
        event = self.presses.events()[0]
        self.assertEqual((event[0], event[3]), ("photo", reasons.CAMERA_BUSY))

    def test_each_of_several_in_flight_gets_its_own_answer(self):
        first = self.presses.pressed("photo", "short", "", 0)
        second = self.presses.pressed("photo", "short", "", 1000)
        self.presses.events()
        self.presses.answered(answer(second, request_id="two"), 1500)
        self.presses.timeout(PRESS_ANSWER_MS)
        self.assertEqual([e[1:3] for e in self.presses.events()], [(second, "two"), (first, "local_0123abcd_1")])


if __name__ == "__main__":
    unittest.main()
