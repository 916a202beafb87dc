"""The same app as `probe.mjs`, written with our own SDK: it takes the same orders and says the same."""

import asyncio
import hashlib
import json
import os
import sys
import time
from typing import Any

from trifocal_sdk import AppError, AppServer, AppSession, Photo, StreamType

Json = dict[str, Any]


def say(event: str, **said: object) -> None:
    """A line on stdout."""
    sys.stdout.write(json.dumps({"event": event, **said}) + "\n")
    sys.stdout.flush()


class Probe(AppServer):
    """Says what it hears."""

    def __init__(self) -> None:
        super().__init__(os.environ["APP_PACKAGE"], os.environ["APP_KEY"], port=int(os.environ["APP_PORT"]))
        self.session_of: dict[str, AppSession] = {}
        self.clean_ups: dict[str, Any] = {}
        self.greets = False

    async def on_session(self, session: AppSession, session_id: str, user_id: str) -> None:
        self.session_of[user_id] = session
        self.listen(session)
        heard, device, camera = session.events, session.device, session.camera
        told = {"user": user_id}
        camera.on_stream_status(lambda it: say("stream", status=it.status, text=it.error_details, **told))
        camera.on_managed_stream_status(lambda it: say("managed", status=it.status, text=it.message, **told))
        session.settings.on_change(lambda it: say("settings", changes={it.key: it.value}, **told))
        device.on_change(lambda it: say("battery", level=it.battery_level, **told), "battery_level")
        device.on_change(lambda it: say("glasses", connected=it.connected, **told), "connected")
        heard.on_permission_denied(lambda it: say("denied", stream=it.stream, permission=it.permission, **told))
        heard.on_connected(lambda _: say("connected", **told))
        heard.on_disconnected(lambda _: say("disconnected", **told))
        heard.on_error(lambda error: say("error", text=str(error), **told))
        say("session", sessionId=session_id, **told)
        if self.greets:
            say("greeted", photo=described(await camera.request_photo()), **told)

    async def on_stop(self, session_id: str, user_id: str, reason: str) -> None:
        say("stop", sessionId=session_id, user=user_id, reason=reason)

    def listen(self, session: AppSession) -> None:
        """Hear the buttons from now on."""
        user = session.user_id
        self.clean_ups[user] = session.on(
            StreamType.BUTTON_PRESS, lambda it: say("button", user=user, button=it.button_id, kind=it.press_type)
        )

    async def obey(self, order: Json) -> None:
        """Do what is ordered and say what came of it."""
        started = time.monotonic()
        try:
            result = await getattr(self, "do_" + order["do"])(self.session_of[order["user"]], order)
            came = {"event": "done", "result": result}
        except (AppError, ValueError) as error:
            came = {"event": "failed", "said": str(error)}
        say(**came, n=order["n"], ms=round((time.monotonic() - started) * 1000))

    async def do_greet(self, _: AppSession, order: Json) -> None:
        self.greets = order["yes"]

    async def do_listen(self, session: AppSession, _: Json) -> None:
        self.listen(session)

    async def do_deafen(self, session: AppSession, _: Json) -> None:
        self.clean_ups[session.user_id]()

    async def do_photo(self, session: AppSession, order: Json) -> Json:
        """The options are named as in the other SDK."""
        names = {
            "saveToGallery": "save_to_gallery",
            "customWebhookUrl": "custom_webhook_url",
            "authToken": "auth_token",
        }
        options = {names.get(name, name): value for name, value in order["options"].items()}
        return described(await session.camera.request_photo(**options))

    async def do_stream(self, session: AppSession, order: Json) -> None:
        await session.camera.start_stream(order["url"])

    async def do_stop_stream(self, session: AppSession, _: Json) -> None:
        await session.camera.stop_stream()

    async def do_managed(self, session: AppSession, _: Json) -> str:
        return (await session.camera.start_managed_stream()).hls_url

    async def do_stop_managed(self, session: AppSession, _: Json) -> None:
        await session.camera.stop_managed_stream()

    async def do_existing(self, session: AppSession, _: Json) -> Json:
        return {"active": await session.camera.check_existing_stream() is not None}

    async def do_setting(self, session: AppSession, order: Json) -> object:
        return session.settings.get(order["key"])

    async def do_keep(self, session: AppSession, order: Json) -> None:
        await session.storage.set(order["key"], order["value"])

    async def do_kept(self, session: AppSession, order: Json) -> str | None:
        return await session.storage.get(order["key"])

    async def do_forget(self, session: AppSession, order: Json) -> None:
        await session.storage.delete(order["key"])

    async def do_transcribe(self, session: AppSession, _: Json) -> None:
        session.on("transcription:en-US", lambda _: None)

    async def do_glasses(self, session: AppSession, _: Json) -> Json:
        has, state = session.capabilities, session.device.state
        return {
            "model": has.model_name,
            "camera": has.has_camera,
            "display": has.has_display,
            "connected": state.connected,
            "battery": state.battery_level,
        }

    async def do_leave(self, session: AppSession, _: Json) -> None:
        await session.disconnect()


def described(photo: Photo) -> Json:
    """A photo without its bytes."""
    return {
        "sha256": hashlib.sha256(photo.content).hexdigest(),
        "mimeType": photo.mime_type,
        "filename": photo.filename,
        "requestId": photo.request_id,
        "size": photo.size,
    }


async def main() -> None:
    """Serve and obey until stdin ends."""
    probe = Probe()
    await probe.start()
    say("ready")
    at_work = set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        at_work.add(work := asyncio.create_task(probe.obey(json.loads(line))))
        work.add_done_callback(at_work.discard)
    await probe.stop()


if __name__ == "__main__":
    asyncio.run(main())
