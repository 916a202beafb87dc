"""Who listens to which stream: the list that the cloud is told follows from this, and nothing else."""

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any], Any]
"""Takes an event; whether it is asynchronous is io's business."""


class Listeners:
    """Listeners and plain subscriptions of one session, in the order in which they came."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._subscribed: dict[str, None] = {}

    def add(self, stream: str, listener: Listener) -> None:
        """This one listens from now on; added twice, it hears twice."""
        self._listeners.setdefault(stream, []).append(listener)

    def remove(self, stream: str, listener: Listener) -> None:
        """It does not listen any more."""
        ours = self._listeners.get(stream, [])
        if listener in ours:
            ours.remove(listener)
        if not ours:
            self._listeners.pop(stream, None)

    def subscribe(self, stream: str) -> None:
        """Have the cloud send this stream, whoever listens."""
        self._subscribed[stream] = None

    def unsubscribe(self, stream: str) -> None:
        """The stream is wanted only as long as somebody listens to it."""
        self._subscribed.pop(stream, None)

    def of(self, stream: str) -> list[Listener]:
        """Who listens to it now."""
        return list(self._listeners.get(stream, ()))

    def streams(self) -> tuple[str, ...]:
        """What the cloud is to send: those listened to, then those subscribed to."""
        return (*self._listeners, *(stream for stream in self._subscribed if stream not in self._listeners))
