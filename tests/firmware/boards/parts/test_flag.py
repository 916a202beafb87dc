import asyncio
import unittest

from trifocal_firmware.boards.parts import flag as module
from trifocal_firmware.boards.parts.flag import LoopFlag, make_flag


def waits(flag):
    """Whether one who waits now would still wait."""
    try:
        flag.wait().send(None)
    except StopIteration:
        return False
    return True


class TestFlag(unittest.TestCase):
    def test_what_was_set_before_anybody_waited_is_seen_once(self):
        flag = LoopFlag()
        flag.set()
        flag.set()
        self.assertFalse(waits(flag))
        self.assertFalse(flag._event.is_set())

    def test_where_there_are_interrupts_the_flag_is_that_of_the_interpreter(self):
        class Paper:
            Event = asyncio.Event

            class ThreadSafeFlag:
                pass

        real, module.asyncio = module.asyncio, Paper
        try:
            self.assertIsInstance(make_flag(), Paper.ThreadSafeFlag)
            del Paper.ThreadSafeFlag
            self.assertIsInstance(make_flag(), LoopFlag)
        finally:
            module.asyncio = real


if __name__ == "__main__":
    unittest.main()
