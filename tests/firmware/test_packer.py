import unittest

from trifocal_firmware.memory_flash import MemoryFlash
from trifocal_firmware.note import Photo
from trifocal_firmware.packer import PACKET, Packer
from trifocal_firmware.store import PhotoStore
from trifocal_firmware.testing import picture
from trifocal_shared import pack
from trifocal_shared.frame import PACK_BYTES, FilePacket, FrameDecoder

try:
    from micropython import heap_lock, heap_unlock  # CPython has no heap to lock
except ImportError:

    def heap_lock():
        return None

    heap_unlock = heap_lock

BOOT = "0123abcd"
SIZE = 10_000
JPEG = picture(1, SIZE)


class Case(unittest.TestCase):
    def setUp(self):
        self.flash = MemoryFlash()
        self.store = PhotoStore(self.flash, BOOT)
        self.photo = Photo("r", "p", 0, 0, BOOT)
        self.store.add(self.photo, JPEG)
        self.room = 1_000_000
        self.frames = []
        self.packer = Packer(self.store, self.write)

    def write(self, frame):
        if self.room <= 0:
            return False
        self.room -= 1
        self.frames.append(bytes(frame))
        return True

    def send(self, begin, end, packs):
        self.packer.aim(self.photo, begin, end, packs)
        return self.packer.pump()

    def said(self):
        decoder = FrameDecoder()
        decoder.receive(b"".join(self.frames), 0)
        self.frames = []
        self.assertEqual(sum(decoder.discarded.values()), 0)
        found = decoder.events()
        return [one if isinstance(one, FilePacket) else pack.parse(one.payload) for one in found]


class TestFilePackets(Case):
    def test_they_carry_the_photo(self):
        self.assertEqual(self.send(0, SIZE, False), 0)
        got = self.said()
        self.assertEqual(
            [(p.index, p.file_size, p.name, p.flags) for p in got],
            [(index, SIZE, "P000000001.jpg", 0) for index in range(SIZE // PACKET)],
        )
        self.assertEqual(b"".join([p.data for p in got]), JPEG)

    def test_the_last_one_is_shorter_and_the_next_first_one_is_not(self):
        photo = Photo("s", "p", 0, 0, BOOT)
        self.store.add(photo, picture(2, 1_000))
        for _ in range(2):
            self.packer.aim(photo, 0, 1_000, False)
            self.assertEqual(self.packer.pump(), 0)
        self.assertEqual([len(p.data) for p in self.said()], [400, 400, 200] * 2)


class TestPieces(Case):
    def test_each_full_one_is_one_notification(self):
        self.packer = Packer(self.store, self.write, bare=True)
        self.send(0, SIZE, True)
        self.assertEqual([len(frame) for frame in self.frames[:-1]], [PACK_BYTES] * (SIZE // pack.DATA_BYTES))
        got = [pack.parse(frame) for frame in self.frames]
        self.assertEqual([(p.number, p.offset) for p in got], [(1, at) for at in range(0, SIZE, pack.DATA_BYTES)])
        self.assertEqual(b"".join([p.data for p in got]), JPEG)

    def test_from_every_byte_the_same_photo(self):
        for begin in range(0, SIZE, 97):
            self.send(begin, SIZE, True)
            self.assertEqual(b"".join([p.data for p in self.said()]), JPEG[begin:])

    def test_a_link_that_is_full_gets_the_same_piece_when_it_has_room(self):
        self.room = 0
        self.send(0, SIZE, True)
        for _ in range(21):  # pieces in this photo
            self.room = 1
            self.assertEqual(self.packer.pump(), 0)
            self.assertEqual(self.packer.pump(), 0)
        self.assertEqual(b"".join([p.data for p in self.said()]), JPEG)

    def test_a_range_that_goes_on_waits_its_turn(self):
        self.room = 1
        self.send(0, 972, True)
        self.room = 100
        self.send(972, 1_944, True)
        self.assertEqual([p.offset for p in self.said()], [0, 486, 972, 1_458])

    def test_another_range_takes_the_place_of_what_waits(self):
        self.room = 0
        self.send(0, 4_860, True)
        self.room = 100
        self.send(1_000, 1_486, True)
        self.assertEqual([(p.offset, p.data) for p in self.said()], [(1_000, JPEG[1_000:1_486])])

    def test_another_profile_and_another_photo_change_the_shape(self):
        other = Photo("s", "p", 0, 0, BOOT)
        self.store.add(other, picture(2, 600))
        self.send(0, 800, False)
        self.send(800, 1_286, True)
        self.packer.aim(other, 0, 600, True)
        self.packer.pump()
        got = self.said()
        self.assertEqual([len(p.data) for p in got], [400, 400, 486, 486, 114])
        self.assertEqual([p.number for p in got[2:]], [1, 2, 2])

    def test_stopped_it_sends_nothing_more(self):
        self.room = 0
        self.send(0, SIZE, True)
        self.packer.stop()
        self.room = 10
        self.assertEqual(self.packer.pump(), 0)
        self.assertEqual(self.frames, [])


class TestTheFlash(Case):
    def test_a_file_that_has_become_shorter_is_told_and_not_sent(self):
        self.flash.files["000000001.photo"] = self.flash.files["000000001.photo"][:-1]
        self.assertEqual(self.send(SIZE - 100, SIZE, True), 1)
        self.assertEqual(self.frames, [])

    def test_one_that_cannot_be_read_is_told_once(self):
        self.flash.broken.add("000000001.photo")
        self.assertEqual(self.send(0, SIZE, False), 1)
        self.assertEqual(self.packer.pump(), 0)

    def test_the_loop_takes_no_memory(self):
        """On MicroPython whatever takes memory raises MemoryError while the heap is locked."""
        count = [0]

        def swallow(frame):
            count[0] += 1
            return count[0] < 20

        for packs in (True, False):
            for bare in (True, False):
                packer = Packer(self.store, swallow, bare)
                packer.aim(self.photo, 0, SIZE // 400 * 400 - 400, packs)
                count[0] = 19
                packer.pump()  # opens the file
                count[0] = 0
                heap_lock()
                try:
                    lost = packer.pump()
                finally:
                    heap_unlock()
                self.assertEqual((lost, count[0]), (0, 20))


if __name__ == "__main__":
    unittest.main()
