"""A press of the button goes live through the cloud and on to a platform; the next press ends it."""

import asyncio
import os

from trifocal_sdk import AppServer, AppSession, ButtonPress, ManagedStreamStatus, Restream, StreamError, StreamType

PLATFORM = Restream(os.environ.get("RESTREAM_URL", "rtmp://platform.example/live/your-key"), "Platform")

app = AppServer("com.example.live", os.environ.get("APP_KEY", ""), port=int(os.environ.get("PORT", "7010")))


@app.on(StreamType.MANAGED_STREAM_STATUS)
def status_came(session: AppSession, status: ManagedStreamStatus) -> None:
    """The stream changed: say so, and where it goes on to."""
    outputs = ", ".join(f"{output.name} {output.status}" for output in status.outputs)
    print(f"{session.user_id}: {status.status} {outputs}".rstrip())


@app.on(StreamType.BUTTON_PRESS)
async def pressed(session: AppSession, press: ButtonPress) -> None:
    """A button was pressed: begin, or end what runs."""
    try:
        if await session.camera.check_existing_stream():
            await session.camera.stop_managed_stream()
        else:
            stream = await session.camera.start_managed_stream(quality="720p", restream_to=[PLATFORM])
            print(f"watch at {stream.hls_url}")
    except StreamError as error:
        print(f"no stream: {error}")


if __name__ == "__main__":
    asyncio.run(app.run())
