import hashlib
import unittest

from trifocal_firmware import avi, reel
from trifocal_firmware.memory_flash import MemoryFlash, PowerCut
from trifocal_firmware.note import Photo
from trifocal_firmware.reel import Reels
from trifocal_firmware.store import PhotoStore, StorageFull
from trifocal_firmware.testing import picture

BOOT = "0123abcd"


def recording(request_id="v"):
    return Photo(request_id, "p", 7, 8, BOOT, 100)


def record(reels, frames, photo=None):
    """A recording of so many frames, each of them durable."""
    photo = photo or recording()
    reels.begin(photo)
    for number in range(frames):
        reels.add(photo, picture(number, 301 + number) if number % 3 else b"")
        reels.flush()
    reels.end(photo)
    return photo


def finish(reels):
    """What has become of everything that waits."""
    found = []
    while reels.waiting:
        done = reels.step()
        if done is not None:
            found.append(done)
    return found


def bytes_of(store, photo):
    found = bytearray(photo.size)
    assert store.read_into(photo, 0, memoryview(found)) == photo.size
    return bytes(found)


def frames_of(data):
    """The frames of an AVI, by its index; checked against its chunks."""
    at = data.find(b"movi") + 4
    size = int.from_bytes(data[at - 8 : at - 4], "little") - 4
    index = data[at + size :]
    assert index[:4] == b"idx1" and int.from_bytes(index[4:8], "little") == len(index) - 8
    found = []
    for entry in range(8, len(index), 16):
        offset = at - 4 + int.from_bytes(index[entry + 8 : entry + 12], "little")
        length = int.from_bytes(index[entry + 12 : entry + 16], "little")
        assert (
            data[offset : offset + 4] == b"00dc" and int.from_bytes(data[offset + 4 : offset + 8], "little") == length
        )
        found.append(data[offset + 8 : offset + 8 + length])
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    return found


def wanted(frames):
    return [picture(number, 301 + number) if number % 3 else b"" for number in range(frames)]


class TestOneRecording(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.reels = Reels(self.store)

    def test_it_becomes_a_video_with_every_frame(self):
        record(self.reels, 10)
        photo = finish(self.reels)[0]
        data = bytes_of(self.store, photo)
        self.assertEqual(frames_of(data), wanted(10))
        digest = hashlib.sha256(data)
        self.assertEqual(digest.digest().hex(), photo.sha256)
        self.assertTrue(self.store.sound(photo))

    def test_it_is_not_there_before_it_is_whole(self):
        record(self.reels, 3)
        self.assertEqual(self.store.numbers(), [])
        photo = finish(self.reels)[0]
        self.assertEqual(self.store.numbers(), [photo.number])
        self.assertTrue(self.store.is_video(photo.number))

    def test_it_comes_back_after_a_restart_and_goes_when_it_was_delivered(self):
        record(self.reels, 3)
        photo = finish(self.reels)[0]
        again = PhotoStore(self.flash, "feedbeef")
        found = again.load(photo.number)
        self.assertEqual((found.request_id, found.size, found.sha256), ("v", photo.size, photo.sha256))
        self.assertEqual(bytes_of(again, found), bytes_of(self.store, photo))
        again.delete(photo.number)
        self.assertEqual(list(self.flash.files), ["counter"])

    def test_it_can_be_read_in_pieces_of_any_size_from_anywhere(self):
        record(self.reels, 10)
        photo = finish(self.reels)[0]
        data = bytes_of(self.store, photo)
        for size in (1, 7, 223, 224, 225, 486, 4_000):
            buffer = memoryview(bytearray(size))
            for at in (
                0,
                1,
                220,
                224,
                photo.film,
                photo.film + 223,
                photo.film + 231,
                photo.film + 233,
                photo.size - 3,
            ):
                count = self.store.read_into(photo, at, buffer)
                self.assertEqual(bytes(buffer[:count]), data[at : at + size], (size, at))

    def test_a_long_one_is_made_in_small_steps(self):
        record(self.reels, 200)
        steps = 0
        while self.reels.waiting:
            self.reels.step()
            steps += 1
        self.assertGreater(steps, 200 // reel.ENTRIES + 5)

    def test_one_without_frames_leaves_nothing(self):
        record(self.reels, 0)
        self.assertEqual(finish(self.reels)[0].frames, 0)
        self.assertEqual(list(self.flash.files), ["counter"])

    def test_its_measures_are_those_of_its_first_picture(self):
        photo = recording()
        self.reels.begin(photo)
        self.reels.add(photo, b"\xff\xd8\xff\xc0\x00\x11\x08\x01\xe0\x02\x80\x03")
        self.reels.end(photo)
        found = finish(self.reels)[0]
        self.assertEqual((found.width, found.height), (640, 480))


class TestRoom(unittest.TestCase):
    def test_without_room_nothing_is_begun(self):
        flash = MemoryFlash(reel.LEAST_ROOM)
        with self.assertRaises(StorageFull):
            Reels(PhotoStore(flash, BOOT)).begin(recording())
        self.assertEqual(flash.files, {})

    def test_it_is_full_while_there_is_room_for_its_index(self):
        flash = MemoryFlash(2_000_000)
        store = PhotoStore(flash, BOOT)
        reels = Reels(store)
        photo = recording()
        reels.begin(photo)
        while not reels.full:
            reels.add(photo, picture(1, 5_000))
            reels.flush()
        reels.end(photo)
        self.assertGreater(photo.frames, 200)
        self.assertEqual(len(frames_of(bytes_of(store, finish(reels)[0]))), photo.frames)

    def test_a_flash_that_fails_while_it_is_made_leaves_it_for_the_next_start(self):
        flash = MemoryFlash()
        reels = Reels(PhotoStore(flash, BOOT))
        record(reels, 4)
        flash.broken.add("000000001.tmp")
        with self.assertRaises(OSError):
            finish(reels)
        flash.broken.clear()
        store = PhotoStore(flash, "feedbeef")
        found = finish(Reels(store))
        self.assertEqual(frames_of(bytes_of(store, found[0])), wanted(4))


class TestCutOff(unittest.TestCase):
    def test_what_is_torn_is_left_out(self):
        flash = MemoryFlash()
        photo = record(Reels(PhotoStore(flash, BOOT)), 5)
        name = "000000001.reel"
        whole = flash.files[name]
        for rest in (b"", b"00", avi.chunk(50), avi.chunk(50) + bytes(49), bytes(64), avi.chunk(2**31)):
            flash.files = {"counter": b"33", name: whole + rest}
            store = PhotoStore(flash, "feedbeef")
            self.assertEqual(store.unfinished, [1])
            found = finish(Reels(store))[0]
            self.assertEqual(frames_of(bytes_of(store, found)), wanted(5))
            self.assertEqual((found.request_id, found.boot_id), (photo.request_id, BOOT))

    def test_a_reel_that_says_nothing_of_itself_is_set_aside(self):
        flash = MemoryFlash()
        flash.files = {"counter": b"33", "000000001.reel": b"nonsense\n and more"}
        store = PhotoStore(flash, BOOT)
        self.assertEqual(Reels(store).waiting, [])
        self.assertEqual((store.bad, sorted(flash.files)), (1, ["000000001.bad", "counter"]))
        self.assertEqual(PhotoStore(flash, BOOT).bad, 1)

    def test_a_reel_that_had_not_begun_goes(self):
        flash = MemoryFlash()
        flash.files = {"counter": b"33", "000000001.reel": b"", "000000002.reel": b'{"file_na'}
        store = PhotoStore(flash, BOOT)
        self.assertEqual(Reels(store).waiting, [])
        self.assertEqual((store.bad, list(flash.files)), (0, ["counter"]))

    def test_power_cut_at_every_instant_loses_and_doubles_nothing(self):
        flash = MemoryFlash()
        self.life(flash)
        instants = flash.instants
        self.assertGreater(instants, 40)
        for cut_at in range(1, instants + 1):
            flash = MemoryFlash()
            flash.cut_at = cut_at
            durable, gone = [], []
            self.life_until_power_loss(flash, durable, gone)
            flash.cut_at = 0
            store = PhotoStore(flash, "feedbeef")
            finish(Reels(store))
            found = [frames_of(bytes_of(store, store.load(number))) for number in store.numbers()]
            self.assertLessEqual(len(found), 1, cut_at)
            if not gone:
                kept = found[0] if found else []
                self.assertGreaterEqual(len(kept), len(durable), cut_at)
                self.assertEqual(kept, wanted(len(kept)), cut_at)
            for number in store.numbers():
                store.delete(number)
            self.assertEqual(set(flash.files) - {"counter"}, set(), cut_at)

    def life_until_power_loss(self, flash, durable, gone):
        try:
            self.life(flash, durable, gone)
        except PowerCut:
            return

    def life(self, flash, durable=None, gone=None):
        """Record, make, deliver: what was durable is noted, and that the far end has it."""
        store = PhotoStore(flash, BOOT)
        reels = Reels(store)
        photo = recording()
        reels.begin(photo)
        for number, jpeg in enumerate(wanted(6)):
            reels.add(photo, jpeg)
            reels.flush()
            if durable is not None:
                durable.append(number)
        reels.end(photo)
        found = finish(reels)[0]
        if gone is not None:
            gone.append(found.number)
        store.delete(found.number)
