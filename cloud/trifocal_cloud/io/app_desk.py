"""What an app asks for over its socket, and its answer. Nothing is left unanswered that the real client waits for.

The identity is the line's, whatever ids a message has (PROTOCOL-apps §1.4). What these glasses cannot do is said at
once, by the message that settles the call in the app (§11).
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from trifocal_cloud.apps import CAMERA, App
from trifocal_cloud.io.app_line import MALFORMED_MESSAGE, SESSION_NOT_FOUND, AppLine, Refusal
from trifocal_cloud.io.registry import Registry
from trifocal_cloud.io.running_apps import RunningApps
from trifocal_cloud.stream import Stream
from trifocal_shared import app_messages as wire
from trifocal_shared import app_words, reasons
from trifocal_shared.message import Message

INVALID_API_KEY = "INVALID_API_KEY", "the package name or the API key is wrong"
APP_NOT_STARTED = "APP_NOT_STARTED", "the app has not been started for this user"
UNSUPPORTED = "UNSUPPORTED"

STREAM_CALLS: dict[str, type[Message]] = {
    cls.TYPE: cls
    for cls in (wire.RtmpStreamRequest, wire.RtmpStreamStop, wire.ManagedStreamRequest, wire.ManagedStreamStop)
}

Answers = Callable[[AppLine, Any], Awaitable[None]]


class Photos(Protocol):
    """Where photo requests go."""

    async def request(self, app: App, user: str, request: wire.AppPhotoRequest) -> str:
        """Have the photo taken and delivered, or its error; the reason of a refusal, empty when it is under way."""

    async def refuse(self, user: str, package: str, request_id: str, reason: str, detail: str) -> None:
        """Have this error delivered."""


class LiveStreams(Protocol):
    """Where the wishes for live streams go; how they fare an app is told from there."""

    def want_direct(self, app: App, user: str, request: wire.RtmpStreamRequest) -> None:
        """Have the glasses stream to an address of the app's own."""

    def want_managed(self, app: App, user: str, request: wire.ManagedStreamRequest) -> None:
        """Have them stream through this cloud, or let the app join the stream that runs."""

    def unwanted(self, user: str, package: str, managed: bool, stream_id: str) -> None:
        """The app is done with its stream; with an empty id, with whichever it has."""

    def of(self, user: str) -> Stream | None:
        """The stream of the user's glasses."""


class AppDesk:
    """Where an app's messages come in."""

    def __init__(self, registry: Registry, apps: RunningApps, photos: Photos, streams: LiveStreams) -> None:
        self._registry = registry
        self._apps = apps
        self._photos = photos
        self._streams = streams
        self._answers: dict[type[Message], Answers] = {
            wire.SubscriptionUpdate: self._subscribe,
            wire.OwnershipRelease: self._release,
            wire.AppPhotoRequest: self._photo,
            wire.RtmpStreamRequest: self._stream,
            wire.RtmpStreamStop: self._no_stream,
            wire.ManagedStreamRequest: self._managed,
            wire.ManagedStreamStop: self._no_managed,
            wire.StreamStatusCheck: self._check,
            wire.AudioPlayRequest: self._sound,
            wire.RgbLedControl: self._light,
            wire.AppDirectMessage: self._word,
            wire.RequestWifiSetup: self._cannot,
            wire.LocationPollRequest: self._cannot,
        }

    def admit(self, line: AppLine, init: wire.AppConnectionInit) -> Refusal | None:
        """Give the line its session, if this app has one under that id and proves that it is the app."""
        found = self._apps.session(init.session_id)
        if found is None:
            return SESSION_NOT_FOUND
        user, package = found
        app = self._registry.app(package)
        if app is None or package != init.package_name or not app.key_matches(init.api_key):
            # Whoever knows this id was sent it: a start need not wait for what will not come.
            self._apps.refused(user, package, app_words.APP_KEY_WRONG)
            return INVALID_API_KEY
        line.user, line.package, line.session_id = user, package, init.session_id
        return None if self._apps.opened(line) else APP_NOT_STARTED

    def closed(self, line: AppLine) -> None:
        """The app's connection is gone."""
        self._apps.closed(line)

    async def said(self, line: AppLine, message: Message) -> None:
        """An app's message; one that needs no answer has none."""
        answer = self._answers.get(type(message))
        if answer is not None:
            await answer(line, message)

    async def malformed(self, line: AppLine, text: bytes, fault: str) -> None:
        """A message that breaks the rules. The socket stays; a photo request is answered where the photo would be."""
        said = _object(text)
        request_id = _photo_request_of(said)
        if request_id:
            await self._photos.refuse(line.user, line.package, request_id, reasons.MALFORMED, fault)
        elif said.get("type") in STREAM_CALLS:
            # The answer that such a call has in any case: the real client would take itself to be streaming for ever.
            await self.said(line, STREAM_CALLS[said["type"]]())
        line.say(wire.AppConnectionError(code=MALFORMED_MESSAGE, message=fault))

    async def _subscribe(self, line: AppLine, message: wire.SubscriptionUpdate) -> None:
        self._apps.subscribe(line, message.subscriptions)

    async def _release(self, line: AppLine, message: wire.OwnershipRelease) -> None:
        self._apps.released(line)

    async def _photo(self, line: AppLine, message: wire.AppPhotoRequest) -> None:
        app = self._registry.app(line.package)
        if app is None:
            return
        reason = await self._photos.request(app, line.user, message)
        if reason == app_words.PERMISSION_DENIED:
            self._deny(line, message.TYPE)
        if reason:
            self._apps.fault(line.user, line.package, reason, "")

    async def _stream(self, line: AppLine, message: wire.RtmpStreamRequest) -> None:
        app = self._registry.app(line.package)
        if app is not None and app.allows(CAMERA):
            self._streams.want_direct(app, line.user, message)
        else:
            denied = self._denied(line, message.TYPE)
            line.say(wire.RtmpStreamStatus(status="error", error_details=denied, app_id=line.package))

    async def _no_stream(self, line: AppLine, message: wire.RtmpStreamStop) -> None:
        self._streams.unwanted(line.user, line.package, False, message.stream_id)

    async def _managed(self, line: AppLine, message: wire.ManagedStreamRequest) -> None:
        app = self._registry.app(line.package)
        if app is not None and app.allows(CAMERA):
            self._streams.want_managed(app, line.user, message)
        else:
            line.say(wire.ManagedStreamStatus(status="error", message=self._denied(line, message.TYPE)))

    async def _no_managed(self, line: AppLine, message: wire.ManagedStreamStop) -> None:
        self._streams.unwanted(line.user, line.package, True, "")

    async def _check(self, line: AppLine, message: wire.StreamStatusCheck) -> None:
        stream = self._streams.of(line.user)
        if stream is None:
            line.say(wire.StreamStatusCheckResponse(has_active_stream=False))
            return
        info: dict[str, object] = {
            "type": "managed" if stream.managed else "unmanaged",
            "streamId": stream.stream_id,
            "status": stream.status,
            "createdAt": datetime.fromtimestamp(stream.created_ms / 1000, UTC).isoformat(timespec="milliseconds"),
            "requestingAppId": stream.owner or line.package,
            "activeViewers": len(stream.viewers),
        }
        if stream.owner == line.package:
            info["rtmpUrl"] = stream.url
        line.say(wire.StreamStatusCheckResponse(has_active_stream=True), streamInfo=info)

    async def _sound(self, line: AppLine, message: wire.AudioPlayRequest) -> None:
        line.say(wire.AudioPlayResponse(request_id=message.request_id, success=False, error=_sentence()))

    async def _light(self, line: AppLine, message: wire.RgbLedControl) -> None:
        line.say(wire.RgbLedControlResponse(request_id=message.request_id, success=False, error=_sentence()))

    async def _word(self, line: AppLine, message: wire.AppDirectMessage) -> None:
        line.say(wire.AppDirectMessageResponse(message_id=message.message_id, success=False))

    async def _cannot(self, line: AppLine, message: Message) -> None:
        line.say(wire.AppConnectionError(code=UNSUPPORTED, message=f"{message.TYPE}: {_sentence()}"))

    def _denied(self, line: AppLine, asked: str) -> str:
        self._deny(line, asked)
        return f"{app_words.PERMISSION_DENIED}: {_sentence(app_words.PERMISSION_DENIED)}"

    def _deny(self, line: AppLine, asked: str) -> None:
        detail = {"stream": asked, "requiredPermission": CAMERA, "message": f"declare {CAMERA} for this app"}
        line.say(wire.AppPermissionError(message=f"{asked} needs the permission {CAMERA}", details=[detail]))


def _sentence(reason: str = reasons.UNSUPPORTED) -> str:
    return reasons.SENTENCES[reason]


def _object(text: bytes) -> dict[str, Any]:
    """The JSON object of a message, empty when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) else {}


def _photo_request_of(said: dict[str, Any]) -> str:
    """The id of a malformed photo request, if that at least can be read."""
    if said.get("type") != wire.AppPhotoRequest.TYPE:
        return ""
    request_id = said.get("requestId")
    return request_id if isinstance(request_id, str) and len(request_id) <= 128 and request_id.isprintable() else ""
