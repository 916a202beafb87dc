"""Random lives of some users and apps: every start is answered once, and nothing is left over."""

import random

import pytest

from trifocal_cloud.app_events import (
    RUNNING,
    SESSION_REQUEST,
    STOPPING,
    Acknowledge,
    AppEvent,
    Changed,
    Close,
    Failed,
    Post,
    Say,
    Started,
    Stopped,
    Wanted,
)
from trifocal_cloud.app_sessions import AppSessions
from trifocal_shared import app_words

USERS = ("ann@example.com", "bob@example.com")
PACKAGES = ("com.example.cam", "com.example.notes")
ENDINGS = ("", app_words.APP_UNREACHABLE, app_words.APP_REFUSED, app_words.APP_SILENT)
STEPS = 400


class World:
    """Users, gateways and app servers that do what chance says, and an eye on everything the machine does."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.apps = AppSessions(self.chance.random)
        self.now = 0
        self.connections = 0
        self.open: set[int] = set()
        self.waiting: set[tuple[str, str]] = set()
        self.wanted: set[tuple[str, str]] = set()
        self.posts: list[Post] = []
        self.attempts: list[int] = []

    def step(self) -> None:
        user, package = self.chance.choice(USERS), self.chance.choice(PACKAGES)
        deeds = (
            self.start,
            self.start,
            self.stop,
            self.connect,
            self.connect,
            self.connect,
            self.drop,
            self.release,
            self.end_post,
            self.end_post,
            self.wait,
            self.wait,
            self.come,
            self.come,
            self.go,
            self.forget,
            self.restore,
        )
        self.chance.choice(deeds)(user, package)
        self.look(self.apps.events())

    def start(self, user: str, package: str) -> None:
        if self.apps.start(user, package, self.now) == "":
            self.waiting.add((user, package))

    def stop(self, user: str, package: str) -> None:
        there = self.apps.state(user, package) is not None
        assert self.apps.stop(user, package, self.now) == there

    def connect(self, user: str, package: str) -> None:
        self.connections += 1
        found = self.apps.state(user, package)
        taken = self.apps.opened(user, package, self.connections, self.now)
        assert taken == (found is not None and found.state != STOPPING)
        if taken:
            self.open.add(self.connections)

    def drop(self, user: str, package: str) -> None:
        number = self.some_connection()
        self.open.discard(number)
        self.apps.closed(number, self.now)

    def release(self, user: str, package: str) -> None:
        self.apps.released(self.some_connection(), self.now)

    def end_post(self, user: str, package: str) -> None:
        if self.posts:
            post = self.posts[self.chance.randrange(len(self.posts))]
            self.apps.post_ended(post, self.chance.choice(ENDINGS), "", self.now)

    def wait(self, user: str, package: str) -> None:
        self.now += self.chance.choice((1, 500, 5_000, 20_000, 100_000))
        self.apps.timeout(self.now)
        deadline = self.apps.deadline()
        assert deadline is None or deadline > self.now

    def come(self, user: str, package: str) -> None:
        self.apps.user_came(user, self.now)

    def go(self, user: str, package: str) -> None:
        self.apps.user_went(user, self.now)

    def forget(self, user: str, package: str) -> None:
        if self.chance.random() < 0.2:
            self.apps.forgotten(package, self.now)
            assert all(self.apps.state(user, package) is None for user in USERS)

    def restore(self, user: str, package: str) -> None:
        if (user, package) in self.wanted:
            self.apps.restored(user, package, self.now)

    def some_connection(self) -> int:
        """One that lives, once lived, or never did."""
        return self.chance.choice([*self.open, self.chance.randint(0, self.connections + 1)])

    def look(self, events: list[AppEvent]) -> None:
        """What may be said, and what follows from it."""
        for event in events:
            if isinstance(event, Post):
                self.attempts.append(event.attempt)
                self.posts = [*self.posts[-20:], event]
                assert event.reason == ("" if event.kind == SESSION_REQUEST else "user_disabled")
            elif isinstance(event, Started | Failed):
                self.waiting.remove((event.user, event.package))
            elif isinstance(event, Say | Acknowledge):
                assert event.connection in self.open
            elif isinstance(event, Close):
                self.open.remove(event.connection)
            elif isinstance(event, Wanted):
                assert ((event.user, event.package) in self.wanted) != event.wanted
                (self.wanted.add if event.wanted else self.wanted.remove)((event.user, event.package))
            else:
                assert isinstance(event, Changed | Stopped)
        assert self.attempts == sorted(set(self.attempts))
        self.look_at_states()

    def look_at_states(self) -> None:
        mine = [state for user in USERS for state in self.apps.states(user)]
        connections = [state.connection for state in mine if state.connection is not None]
        assert set(connections) == self.open
        assert len(connections) == len(self.open)
        for state in mine:
            key = (state.user, state.package)
            assert state.connection is None or state.state in (RUNNING, STOPPING)
            assert (state.state == RUNNING) == (state.connection is not None) or state.state == STOPPING
            assert key not in self.waiting or state.state != RUNNING
            assert state.since_ms <= self.now
        assert self.waiting <= {(state.user, state.package) for state in mine}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_start_is_answered_and_nothing_is_left_over(seed: int) -> None:
    world = World(seed)
    for _ in range(STEPS):
        world.step()
    for user in USERS:
        world.apps.user_went(user, world.now)
    world.apps.timeout(world.now + 10**6)
    world.look(world.apps.events())
    assert not world.waiting
    assert not world.open
    assert world.apps.deadline() is None
    left = [value for name, value in vars(world.apps).items() if name not in ("_chance", "_attempts", "_wanted")]
    assert not any(left)
    for package in PACKAGES:
        world.apps.forgotten(package, world.now)
    world.look(world.apps.events())
    assert not world.wanted
    assert not vars(world.apps)["_wanted"]
