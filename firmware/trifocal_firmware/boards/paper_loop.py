"""What boards take from asyncio, stepped by hand: for tests on both Pythons. Never flashed."""


class Pause:
    """Awaiting this hands control to whoever steps the coroutine."""

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield

    __await__ = __iter__


class Task:
    """A task that is stepped by hand."""

    def __init__(self, coroutine) -> None:  # type: ignore[no-untyped-def]
        self.coroutine = coroutine
        self.over = False

    def step(self) -> None:
        """To its next pause, or its end."""
        try:
            self.coroutine.send(None)
        except StopIteration:
            self.over = True

    def done(self) -> bool:
        """Whether it has ended."""
        return self.over


class Loop:
    """What boards take from asyncio: tasks are stepped by hand, every sleep is one pause."""

    class ThreadSafeFlag:
        """Seen at the next step, whether it was set or not."""

        def set(self) -> None:
            """Somebody is to look."""

        def wait(self) -> Pause:
            """One pause."""
            return Pause()

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    async def sleep(self, seconds: float) -> None:
        """One pause."""
        await Pause()

    def create_task(self, coroutine) -> Task:  # type: ignore[no-untyped-def]
        """It waits to be stepped."""
        self.tasks.append(Task(coroutine))
        return self.tasks[-1]

    def close(self) -> None:
        """End all of them."""
        for task in self.tasks:
            task.coroutine.close()


def run(coroutine) -> object:  # type: ignore[no-untyped-def]
    """Step a coroutine to its end without waiting; what it returns."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        answer: object = end.value
        return answer
