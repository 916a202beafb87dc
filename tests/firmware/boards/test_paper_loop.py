import unittest

from trifocal_firmware.boards.paper_loop import Loop, run


class TestLoop(unittest.TestCase):
    def test_tasks_go_from_pause_to_pause(self):
        loop, seen = Loop(), []

        async def work():
            seen.append("begun")
            await loop.sleep(0)
            seen.append("slept")
            await loop.ThreadSafeFlag().wait()
            seen.append("woken")

        task = loop.create_task(work())
        self.assertEqual((seen, task.done()), ([], False))
        for _ in range(3):
            task.step()
        self.assertEqual((seen, task.done()), (["begun", "slept", "woken"], True))

    def test_a_coroutine_is_run_to_its_end_at_once(self):
        loop = Loop()

        async def work():
            await loop.sleep(0)
            return "answer"

        self.assertEqual(run(work()), "answer")

    def test_what_is_closed_ends_where_it_waits(self):
        loop, seen = Loop(), []

        async def work():
            try:
                await loop.sleep(0)
            finally:
                seen.append("closed")

        loop.create_task(work()).step()
        loop.close()
        self.assertEqual(seen, ["closed"])


if __name__ == "__main__":
    unittest.main()
