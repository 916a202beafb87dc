"""Streams to an RTMP server of your own while the app runs, and starts anew when the stream breaks."""

import asyncio
import os

from trifocal_sdk import AppServer, AppSession, NotConnectedError, StreamError, StreamStatus, Video

URL = os.environ.get("RTMP_URL", "rtmp://192.168.1.100/security/cam1")
AGAIN_S = float(os.environ.get("AGAIN_S", "10"))


class SecurityCamera(AppServer):
    """The app."""

    async def on_session(self, session: AppSession, session_id: str, user_id: str) -> None:
        """Stream until the session ends."""
        over = asyncio.Event()

        def status_came(status: StreamStatus) -> None:
            print(f"{user_id}: {status.status}")
            if status.final:
                over.set()

        session.streaming.on_status(status_came)
        while session_id in self.sessions:
            over.clear()
            try:
                await session.camera.start_stream(URL, video=Video(width=1280, height=720, bitrate=2_000_000))
                await over.wait()
            except (StreamError, NotConnectedError) as error:
                print(f"{user_id}: no stream: {error}")
            await asyncio.sleep(AGAIN_S)


app = SecurityCamera("com.example.security", os.environ.get("APP_KEY", ""), port=int(os.environ.get("PORT", "7010")))

if __name__ == "__main__":
    asyncio.run(app.run())
