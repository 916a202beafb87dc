import unittest

from trifocal_firmware.camera import (
    CAPTURE_MS,
    CAPTURING,
    LINE_LENGTH,
    OFF,
    READY,
    READY_MS,
    WARMING,
    Camera,
)
from trifocal_shared import reasons


def kinds(camera):
    return [event[0] for event in camera.events()]


class TestOnePhoto(unittest.TestCase):
    def setUp(self):
        self.camera = Camera()
        self.camera.wanted("a", "large", "heavy", 0)

    def test_the_light_changes_before_the_capture_begins(self):
        self.assertEqual(self.camera.events(), [("changed", WARMING, "photo"), ("capture", 1, "a", "large", "heavy")])

    def test_it_goes_through_its_states_and_back_to_off(self):
        self.assertEqual(self.camera.state, WARMING)
        self.camera.warmed(1, 100)
        self.assertEqual(self.camera.state, CAPTURING)
        self.assertEqual(self.camera.captured(1, 200), "a")
        self.assertEqual(self.camera.state, READY)
        self.camera.events()
        self.assertEqual(self.camera.deadline(), 200 + READY_MS)
        self.camera.timeout(200 + READY_MS - 1)
        self.assertEqual(self.camera.events(), [])
        self.camera.timeout(200 + READY_MS)
        self.assertEqual(self.camera.events(), [("cool",), ("changed", OFF, "")])
        self.assertIsNone(self.camera.deadline())

    def test_a_board_that_does_not_say_when_it_is_warm_is_believed(self):
        self.assertEqual(self.camera.captured(1, 50), "a")
        self.assertEqual(self.camera.state, READY)

    def test_a_failure_takes_the_power_off(self):
        self.camera.events()
        self.camera.capture_failed(1, "no sensor", 100)
        self.assertEqual(self.camera.events(), [("cool",), ("changed", OFF, ""), ("failed", "a", "no sensor")])

    def test_a_capture_that_takes_too_long_is_aborted(self):
        self.camera.events()
        self.camera.timeout(CAPTURE_MS - 1)
        self.assertEqual(self.camera.events(), [])
        self.camera.timeout(CAPTURE_MS)
        self.assertEqual(kinds(self.camera), ["abort", "cool", "changed", "failed"])

    def test_a_picture_after_the_abort_belongs_to_nobody(self):
        self.camera.timeout(CAPTURE_MS)
        self.camera.wanted("b", "small", "none", CAPTURE_MS)
        self.assertIsNone(self.camera.captured(1, CAPTURE_MS + 1))
        self.assertEqual(self.camera.captured(2, CAPTURE_MS + 2), "b")

    def test_a_picture_told_twice_counts_once(self):
        self.assertEqual(self.camera.captured(1, 1), "a")
        self.assertIsNone(self.camera.captured(1, 2))
        self.camera.events()
        self.camera.capture_failed(1, "late", 3)
        self.assertEqual(self.camera.events(), [])

    def test_warmth_of_another_capture_is_ignored(self):
        self.camera.warmed(7, 1)
        self.assertEqual(self.camera.state, WARMING)
        self.camera.warmed(1, 1)
        self.camera.warmed(1, 2)
        self.assertEqual(self.camera.state, CAPTURING)


class TestTheLine(unittest.TestCase):
    def setUp(self):
        self.camera = Camera()
        self.camera.wanted("first", "medium", "none", 0)
        for number in range(LINE_LENGTH):
            self.camera.wanted(str(number), "medium", "none", 0)
        self.camera.events()

    def finish(self, now):
        request_id = self.camera.captured(self.camera.number, now)
        self.camera.conditions("", now)
        return request_id

    def test_a_burst_loses_no_photo_and_keeps_its_order(self):
        self.assertEqual([self.finish(now) for now in range(9)], ["first", "0", "1", "2", "3", "4", "5", "6", "7"])

    def test_one_more_is_refused_and_told_who_holds_the_camera(self):
        self.camera.wanted("more", "medium", "none", 1)
        self.assertEqual(
            self.camera.events(), [("refused", "more", reasons.CAMERA_BUSY, "the camera is in use by photo")]
        )

    def test_the_next_one_waits_for_the_word_on_conditions(self):
        self.camera.captured(1, 5)
        self.assertNotIn("capture", kinds(self.camera))
        self.camera.conditions("", 5)
        self.assertEqual(kinds(self.camera), ["changed", "capture"])

    def test_who_waited_is_refused_when_conditions_have_changed(self):
        self.camera.captured(1, 5)
        self.camera.conditions(reasons.STORAGE_FULL, 5)
        refused = [event for event in self.camera.events() if event[0] == "refused"]
        self.assertEqual([event[1] for event in refused], [str(n) for n in range(LINE_LENGTH)])
        self.assertEqual(refused[0][2], reasons.STORAGE_FULL)

    def test_the_line_moves_on_after_a_failure_and_after_an_abort(self):
        self.camera.capture_failed(1, "broken", 5)
        self.assertEqual(kinds(self.camera), ["cool", "changed", "failed", "changed", "capture"])
        self.camera.timeout(5 + CAPTURE_MS)
        self.assertEqual(kinds(self.camera), ["abort", "cool", "changed", "failed", "changed", "capture"])
        self.assertEqual(self.camera.number, 3)

    def test_a_warm_sensor_takes_the_next_without_warming(self):
        self.camera.captured(1, 5)
        self.camera.conditions("", 5)
        self.assertEqual(self.camera.state, CAPTURING)


class TestForgetting(unittest.TestCase):
    def setUp(self):
        self.camera = Camera()
        for request_id in ("a", "b"):
            self.camera.wanted(request_id, "small", "none", 0)

    def test_what_is_taken_is_aborted_and_all_that_wait_have_failed(self):
        self.camera.events()
        self.camera.forget("why", 100)
        said = self.camera.events()
        self.assertEqual(said[:3], [("abort", 1), ("cool",), ("changed", OFF, "")])
        self.assertEqual(said[3:], [("failed", "a", "why"), ("failed", "b", "why")])
        self.assertIsNone(self.camera.captured(1, 200))
        self.assertIsNone(self.camera.deadline())

    def test_a_capture_that_has_not_been_said_yet_is_never_said(self):
        self.camera.forget("why", 0)
        self.assertEqual(kinds(self.camera), ["changed", "abort", "cool", "changed", "failed", "failed"])

    def test_an_idle_sensor_loses_its_power(self):
        for number in (1, 2):
            self.camera.captured(number, 100)
            self.camera.conditions("", 100)
        self.camera.events()
        self.camera.forget("why", 200)
        self.assertEqual(self.camera.events(), [("cool",), ("changed", OFF, "")])
        self.assertIsNone(self.camera.deadline())

    def test_with_nothing_to_forget_nothing_happens(self):
        camera = Camera()
        camera.forget("why", 0)
        self.assertEqual(camera.events(), [])


class TestRefusals(unittest.TestCase):
    def test_each_condition_refuses_with_its_reason_and_leaves_the_camera_off(self):
        for reason in (reasons.BATTERY_LOW, reasons.GLASSES_FOLDED, reasons.STORAGE_FULL):
            camera = Camera()
            camera.conditions(reason, 0)
            camera.wanted("a", "medium", "none", 0)
            self.assertEqual(camera.events(), [("refused", "a", reason, "")])
            self.assertEqual(camera.state, OFF)

    def test_a_refusal_ends_when_the_condition_does(self):
        camera = Camera()
        camera.conditions(reasons.GLASSES_FOLDED, 0)
        camera.conditions("", 1)
        camera.wanted("a", "medium", "none", 2)
        self.assertEqual(camera.state, WARMING)

    def test_every_wanted_photo_gets_exactly_one_capture_or_refusal(self):
        camera = Camera()
        answered = []
        for number in range(40):
            camera.conditions(reasons.BATTERY_LOW if number % 7 == 3 else "", number)
            camera.wanted(str(number), "medium", "none", number)
            if number % 2:
                camera.captured(camera.number, number)
            elif number % 6 == 4:
                camera.capture_failed(camera.number, "x", number)
            answered += [e[1] if e[0] == "refused" else e[2] for e in camera.events() if e[0] in ("refused", "capture")]
        for now in range(40, 60):
            camera.captured(camera.number, now)
            camera.conditions("", now)
            answered += [e[1] if e[0] == "refused" else e[2] for e in camera.events() if e[0] in ("refused", "capture")]
        self.assertEqual(sorted(answered), sorted([str(n) for n in range(40)]))


if __name__ == "__main__":
    unittest.main()
