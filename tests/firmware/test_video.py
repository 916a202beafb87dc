import unittest

from trifocal_firmware.camera import CAPTURE_MS
from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.reel import LEAST_ROOM
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture
from trifocal_firmware.video import INTERVAL_MS, LONGEST_MS, MOST_FAILURES, STOPPED, Video
from trifocal_shared import reasons

BOOT = "0123abcd"


class Bench:
    """A machine that records, and a camera that answers when it is told to."""

    def __init__(self, flash=None):
        self.flash = flash or MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.video = Video(self.store)
        self.now = 0
        self.asked = []  # when, and with what compression
        self.said = []
        self.delay = 0  # of the camera
        self.waiting = None  # when the next picture comes

    def begin(self, request_id="v"):
        self.photo = Photo(request_id, "", 0, 0, BOOT, INTERVAL_MS)
        self.video.begin(1, self.photo, self.now)
        self.drain()

    def drain(self):
        for event in self.video.events():
            if event[0] == "capture":
                self.asked.append((self.now, event[3]))
                self.waiting = self.now + self.delay
            else:
                self.said.append(event)

    def run(self, ms, answers=True):
        """Time passes; pictures come after the camera's delay."""
        end = self.now + ms
        while True:
            due = self.video.deadline()
            picture_due = self.waiting if answers else None
            nearest = [at for at in (due, picture_due) if at is not None]
            if not nearest or min(nearest) > end:
                break
            self.now = max(self.now, min(nearest))
            if picture_due is not None and picture_due <= self.now:
                self.waiting = None
                self.video.framed(picture(self.now, 200), self.now)
            else:
                self.video.timeout(self.now)
            self.drain()
        self.now = end

    def kinds(self):
        return [event[0] for event in self.said]

    def ends(self):
        return [event[2] for event in self.said if event[0] == "ended"]


class TestRecording(unittest.TestCase):
    def test_it_takes_ten_pictures_a_second_until_it_is_stopped(self):
        bench = Bench()
        bench.begin()
        bench.run(2_050)
        bench.video.stop(STOPPED, bench.now)
        bench.drain()
        self.assertEqual([at for at, _ in bench.asked], list(range(0, 2_050, 100)))
        bench.run(1_000)
        self.assertEqual(bench.kinds(), ["started", "ended", "kept"])
        self.assertEqual((bench.photo.frames, bench.ends()), (21, [STOPPED]))
        self.assertEqual(bench.store.numbers(), [bench.photo.number])
        self.assertIsNone(bench.video.deadline())

    def test_it_has_begun_when_its_first_frame_is_durable(self):
        bench = Bench()
        bench.delay = 300
        bench.begin()
        bench.run(299)
        self.assertEqual(bench.said, [])
        bench.run(1)
        self.assertEqual(bench.kinds(), ["started"])
        self.assertIn(picture(300, 200), bench.flash.files["000000001.reel"])

    def test_a_slow_camera_keeps_the_time(self):
        bench = Bench()
        bench.delay = 250
        bench.begin()
        bench.run(250 + 3_000)
        bench.video.stop(STOPPED, bench.now)
        self.assertEqual(bench.photo.frames, 28)  # it stands at 2.7 s, where the last picture came

    def test_what_came_is_flushed_each_second(self):
        bench = Bench()
        bench.begin()
        bench.run(5_500)
        kept = len(bench.flash.files["000000001.reel"])
        self.assertGreaterEqual(kept, 50 * 208)

    def test_warm_glasses_take_fewer_pictures_with_less_detail(self):
        bench = Bench()
        bench.begin()
        for pace, wait, compress in ((1, 200, "medium"), (2, 400, "heavy"), (3, 400, "heavy"), (0, 100, "none")):
            bench.video.eased(pace)
            bench.run(1_000)
            bench.asked.clear()
            bench.run(4_000)
            self.assertEqual(len(bench.asked), 4_000 // wait)
            self.assertEqual({said for _, said in bench.asked}, {compress})
        bench.video.stop(STOPPED, bench.now)
        self.assertEqual(bench.photo.frames, 201)

    def test_a_stop_before_the_first_frame_is_one_frame(self):
        bench = Bench()
        bench.delay = 300
        bench.begin()
        bench.video.stop(STOPPED, 0)
        bench.run(1_000)
        self.assertEqual((bench.kinds(), bench.photo.frames), (["started", "ended", "kept"], 1))

    def test_a_picture_that_is_under_way_at_the_stop_is_forgotten(self):
        bench = Bench()
        bench.begin()
        bench.run(0)
        bench.delay = 80
        bench.run(150)
        bench.video.stop(STOPPED, bench.now)
        bench.drain()
        self.assertEqual(bench.kinds(), ["started", "abort", "ended"])
        bench.video.framed(picture(1), bench.now)
        bench.video.failed("late", bench.now)
        bench.video.stop(STOPPED, bench.now)
        bench.drain()
        self.assertEqual(bench.kinds(), ["started", "abort", "ended"])

    def test_a_second_recording_begins_while_the_first_is_being_made(self):
        bench = Bench()
        bench.begin("first")
        bench.run(3_000)
        bench.video.stop(STOPPED, bench.now)
        bench.drain()
        bench.begin("second")
        bench.run(3_000)
        bench.video.stop(STOPPED, bench.now)
        bench.drain()
        bench.run(3_000)
        self.assertEqual([event[1].request_id for event in bench.said if event[0] == "kept"], ["first", "second"])
        self.assertEqual(len(bench.store.numbers()), 2)


class TestLimits(unittest.TestCase):
    def test_ten_minutes_are_the_longest(self):
        bench = Bench(MemoryFlash(100_000_000))
        bench.begin()
        bench.run(LONGEST_MS + 1_000)
        self.assertEqual(bench.ends(), [reasons.LENGTH_LIMIT])
        self.assertEqual(bench.photo.ending, reasons.LENGTH_LIMIT)
        self.assertEqual(bench.photo.frames, LONGEST_MS // INTERVAL_MS + 1)

    def test_a_flash_that_fills_up_ends_it_and_what_there_is_is_kept(self):
        bench = Bench(MemoryFlash(LEAST_ROOM + 200_000))
        bench.begin()
        bench.run(LONGEST_MS)
        self.assertEqual([event[2:] for event in bench.said if event[0] == "ended"], [(reasons.STORAGE_FULL, "")])
        self.assertEqual(bench.kinds()[-1], "kept")

    def test_without_room_it_ends_before_it_has_begun(self):
        bench = Bench(MemoryFlash(LEAST_ROOM))
        bench.begin()
        self.assertEqual(bench.kinds(), ["ended", "lost"])
        self.assertEqual(bench.ends(), [reasons.STORAGE_FULL])

    def test_a_flash_that_is_full_all_of_a_sudden(self):
        bench = Bench()
        bench.begin()
        bench.run(1_500)
        bench.flash.capacity = 0
        bench.run(3_000)
        self.assertEqual(bench.ends(), [reasons.STORAGE_FULL])

    def test_a_broken_flash_ends_it_with_a_reason(self):
        bench = Bench()
        bench.flash.broken.add("000000001.reel")
        bench.begin()
        bench.run(1_000)
        self.assertEqual(bench.kinds(), ["ended", "lost"])
        self.assertEqual(bench.said[-1][2], reasons.CAPTURE_FAILED)


class TestTrouble(unittest.TestCase):
    def test_one_bad_picture_is_no_end_three_are(self):
        bench = Bench()
        bench.begin()
        bench.run(500)
        for _ in range(MOST_FAILURES - 1):
            bench.run(100, answers=False)
            bench.video.framed(b"no JPEG", bench.now)
        self.assertEqual(bench.ends(), [])
        bench.run(500)
        for _ in range(MOST_FAILURES):
            bench.run(100, answers=False)
            bench.video.failed("the sensor is gone", bench.now)
        bench.drain()
        self.assertEqual(bench.said[-1], ("ended", bench.photo, reasons.CAPTURE_FAILED, "the sensor is gone"))
        bench.run(1_000)
        self.assertEqual(bench.kinds()[-1], "kept")

    def test_a_picture_that_never_comes_ends_it(self):
        bench = Bench()
        bench.begin()
        bench.run(500)
        bench.run(CAPTURE_MS + 200, answers=False)
        self.assertEqual(bench.kinds(), ["started", "abort", "ended", "kept"])
        self.assertEqual(bench.ends(), [reasons.CAPTURE_FAILED])

    def test_one_without_a_single_picture_is_lost_with_a_reason(self):
        bench = Bench()
        bench.begin()
        bench.run(2 * CAPTURE_MS, answers=False)
        self.assertEqual(bench.kinds(), ["abort", "ended", "lost"])
        self.assertEqual(bench.said[-1][2:], (reasons.CAPTURE_FAILED, "nothing was recorded"))

    def test_what_power_loss_cut_off_is_made_at_the_next_start(self):
        bench = Bench()
        bench.begin()
        bench.run(5_500)
        again = Bench(bench.flash)
        again.run(1_000)
        self.assertEqual(again.kinds(), ["kept"])
        kept = again.said[0][1]
        self.assertEqual(kept.request_id, "v")
        self.assertGreaterEqual(kept.frames, 50)

    def test_a_flash_that_fails_at_the_making_is_said(self):
        bench = Bench()
        bench.begin()
        bench.run(1_000)
        bench.video.stop(STOPPED, bench.now)
        bench.flash.broken.add("000000001.tmp")
        bench.drain()
        bench.run(1_000)
        self.assertEqual((bench.kinds()[-1], bench.said[-1][2]), ("lost", reasons.CAPTURE_FAILED))
