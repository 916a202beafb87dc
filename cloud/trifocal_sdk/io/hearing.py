"""What a session hears: listeners to streams, of which the cloud is told, and to news of the session itself."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, overload

from trifocal_sdk.io.calls import Calls
from trifocal_sdk.listeners import Listeners
from trifocal_sdk.stream_type import Stream, named

E = TypeVar("E")

Listener = Callable[[E], Awaitable[None] | None]
"""Takes an event; plain or asynchronous."""

Cleanup = Callable[[], None]
"""Ends what it was returned for; harmless when called again."""


class Hearing:
    """The listeners of one session; `wanted` is told each time another list of streams is wanted."""

    def __init__(self, calls: Calls, wanted: Callable[[tuple[str, ...]], None]) -> None:
        self._calls = calls
        self._wanted = wanted
        self._streams = Listeners()
        self._news = Listeners()

    @overload
    def on(self, stream: Stream[E], listener: Listener[E]) -> Cleanup: ...
    @overload
    def on(self, stream: str, listener: Listener[Any]) -> Cleanup: ...
    def on(self, stream: str, listener: Listener[Any]) -> Cleanup:
        """Hear a stream from now on."""
        self._streams.add(stream, listener)
        self._wanted(self.streams)

        def stop() -> None:
            self._streams.remove(stream, listener)
            self._wanted(self.streams)

        return once(stop)

    def subscribe(self, stream: str) -> None:
        """Have the cloud send a stream."""
        self._streams.subscribe(stream)
        self._wanted(self.streams)

    def unsubscribe(self, stream: str) -> None:
        """Have it sent only as long as somebody listens."""
        self._streams.unsubscribe(stream)
        self._wanted(self.streams)

    @property
    def streams(self) -> tuple[str, ...]:
        """What the cloud is to send."""
        return self._streams.streams()

    def heard(self, stream: str, data: Mapping[str, object]) -> None:
        """Something came on a stream."""
        listeners = self._streams.of(stream)
        if listeners:
            event = named(stream).read(data)
            for listener in listeners:
                self._calls.call(listener, event)

    def on_news(self, topic: str, listener: Listener[Any]) -> Cleanup:
        """Be told of a topic of the session itself; the cloud does not know of this."""
        self._news.add(topic, listener)
        return once(lambda: self._news.remove(topic, listener))

    def tell(self, topic: str, news: object) -> None:
        """Something happened with the session itself."""
        for listener in self._news.of(topic):
            self._calls.call(listener, news)


def once(end: Cleanup) -> Cleanup:
    """A clean-up that does its work the first time only."""
    done = False

    def stop() -> None:
        nonlocal done
        if not done:
            done = True
            end()

    return stop
