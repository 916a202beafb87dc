"""Drives what managed streams are sent on to: joins the places that apps want with the outputs of the media plane."""

from collections.abc import Callable

from trifocal_cloud.live.io.ingest import Ingest
from trifocal_cloud.live.output import Output, OutputChanged
from trifocal_cloud.restreams import Begin, End, Restreams
from trifocal_cloud.stream import Stream
from trifocal_shared.message import ProtocolError


class Restreaming:
    """`changed` is called with a stream's id and an app that can be told something new."""

    def __init__(self, ingest: Ingest, changed: Callable[[str, str], None]) -> None:
        self._ingest = ingest
        self._changed = changed
        self._machine = Restreams()
        self._outputs: dict[tuple[str, str], Output] = {}
        ingest.outputs.changed.append(self._moved)

    def wanted(self, stream: Stream, package: str, given: list[object]) -> None:
        """An app wants the stream, which has its place, sent on there too."""
        self._machine.wanted(stream.stream_id, package, given)
        stream.destinations = self._machine.kept(stream.stream_id)
        self._drain()

    def restored(self, stream: Stream) -> None:
        """The stream has its place again after a restart."""
        self._machine.restored(stream.stream_id, stream.destinations)
        self._drain()

    def left(self, stream_id: str, package: str) -> None:
        """The app has left the stream."""
        self._machine.left(stream_id, package)
        self._drain()

    def over(self, stream_id: str) -> None:
        """The stream has ended."""
        self._machine.over(stream_id)
        for known in [known for known in self._outputs if known[0] == stream_id]:
            self._ingest.outputs.remove(self._outputs.pop(known))

    def outputs(self, stream_id: str, package: str) -> list[dict[str, str]]:
        """What this app is told of its places."""
        return self._machine.outputs(stream_id, package)

    def _drain(self) -> None:
        while events := self._machine.events():  # an address that is refused leads to more
            for event in events:
                if isinstance(event, Begin):
                    self._begin(event)
                elif isinstance(event, End):
                    output = self._outputs.pop((event.stream_id, event.url), None)
                    if output is not None:
                        self._ingest.outputs.remove(output)
                else:
                    self._changed(event.stream_id, event.package)

    def _begin(self, event: Begin) -> None:
        try:
            self._outputs[event.stream_id, event.url] = self._ingest.send_on(event.stream_id, event.url)
        except ProtocolError as error:
            self._machine.moved(event.stream_id, event.url, "error", error.code)

    def _moved(self, stream_id: str, output: Output, event: OutputChanged) -> None:
        url = next((url for (of, url), known in self._outputs.items() if of == stream_id and known is output), None)
        if url is not None:
            self._machine.moved(stream_id, url, event.state, event.reason)
            self._drain()
