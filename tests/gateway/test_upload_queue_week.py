"""A week in virtual time, with everything going wrong that can."""

from random import Random

import pytest

from trifocal_gateway.queue_entry import QueuedPhoto
from trifocal_gateway.upload_queue import Forget, Progress, Save, Upload, UploadQueue

HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS


class World:
    """A gateway that is restarted, a database that sometimes refuses, a cloud that sometimes fails or is away."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now = 0
        self.queue = UploadQueue()
        self.rows: dict[int, dict[str, object]] = {}
        self.wanted: list[str] = []
        self.stored: list[str] = []
        self.finals: list[tuple[str, str]] = []
        self.begun: list[str] = []
        self.calm = False

    def photo(self) -> None:
        number = len(self.wanted) + 1
        name = f"local_{number}"
        if self.queue.add(QueuedPhoto(name, f"{number:064x}", 1000), self.now) == "":
            self.drain()
            if any(row["request_id"] == name for row in self.rows.values()) or name in self.stored:
                self.wanted.append(name)

    def restart(self) -> None:
        self.queue = UploadQueue()
        self.queue.restore(list(self.rows.items()), self.now)
        self.drain()

    def drain(self) -> None:
        while events := self.queue.events():
            for event in events:
                if isinstance(event, Save):
                    self.save(event)
                elif isinstance(event, Forget):
                    if self.calm or self.chance.random() > 0.02:
                        self.rows.pop(event.sequence)
                elif isinstance(event, Progress) and event.status in ("uploaded", "failed"):
                    self.finals.append((event.photo.request_id, event.status))
                elif isinstance(event, Upload):
                    self.begun.append(event.photo.request_id)

    def save(self, save: Save) -> None:
        works = self.calm or self.chance.random() > 0.05
        if works:
            self.rows[save.sequence] = save.row
        if save.is_new:
            self.queue.saved(save.request_id, works, self.now)

    def answer(self, name: str) -> None:
        luck = 1.0 if self.calm else self.chance.random()
        fraction = self.chance.random()
        if luck < 0.25:
            self.queue.unavailable(name, self.chance.choice([0, 0, 30_000]), fraction, self.now)
        elif luck < 0.4:
            self.queue.server_failed(name, fraction, self.now)
        elif luck < 0.45:
            self.queue.token_rejected(name, self.now)
        else:
            if name not in self.stored:
                self.stored.append(name)
            if luck < 0.55:  # the answer got lost
                self.queue.unavailable(name, 0, fraction, self.now)
            else:
                self.queue.uploaded(name, self.now)
        self.drain()

    def step(self) -> None:
        uploading = [entry.photo.request_id for entry in self.queue.entries() if entry.state == "uploading"]
        if uploading:
            self.now += self.chance.randrange(50, 5_000)
            self.answer(uploading[0])
            return
        deadline = self.queue.deadline()
        self.now = max(self.now + 1, min(deadline, self.now + HOUR_MS) if deadline is not None else self.now + HOUR_MS)
        self.queue.timeout(self.now)
        self.drain()
        luck = self.chance.random()
        if luck < 0.2:
            self.queue.token_changed(self.now)
        elif luck < 0.3:
            self.queue.link_restored(self.now)
        elif luck < 0.4 and not self.calm:
            self.restart()
        self.drain()


@pytest.mark.parametrize("seed", range(4))
def test_a_week_of_faults_ends_with_an_empty_queue_and_nothing_lost(seed: int) -> None:
    world = World(seed)
    next_photo = 0
    while world.now < WEEK_MS:
        if world.now >= next_photo:
            world.photo()
            next_photo = world.now + world.chance.randrange(HOUR_MS)
        world.step()
    world.calm = True
    world.restart()
    while world.queue.entries():
        world.queue.token_changed(world.now)
        world.step()
    assert len(world.wanted) > 100
    assert set(world.wanted) <= set(world.stored)
    assert world.rows == {}
    assert {status for _, status in world.finals} == {"uploaded"}
