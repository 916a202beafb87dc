import unittest

from trifocal_firmware.boards.parts.watch import Watch


class Task:
    def __init__(self):
        self.over = False

    def done(self):
        return self.over


class Dog:
    fed = 0

    def feed(self):
        self.fed += 1


class TestWatch(unittest.TestCase):
    def test_it_is_fed_while_every_task_lives_and_never_again_after_one_has_died(self):
        dog, tasks = Dog(), [Task(), Task()]
        watch = Watch(dog)
        self.assertTrue(watch.feed(tasks))
        self.assertTrue(watch.feed(tasks))
        tasks[1].over = True
        self.assertFalse(watch.feed(tasks))
        self.assertFalse(watch.feed(tasks))
        self.assertEqual(dog.fed, 2)


if __name__ == "__main__":
    unittest.main()
