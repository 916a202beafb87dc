"""Takes a photo each time the button of the glasses is pressed; a long press takes a large one."""

import asyncio
import os

from trifocal_sdk import AppServer, AppSession, ButtonPress, PhotoError, StreamType

app = AppServer("com.example.cam", os.environ.get("APP_KEY", ""), port=int(os.environ.get("PORT", "7010")))


@app.on(StreamType.BUTTON_PRESS)
async def pressed(session: AppSession, press: ButtonPress) -> None:
    """A button was pressed."""
    try:
        photo = await session.camera.request_photo(size="large" if press.press_type == "long" else "medium")
    except PhotoError as error:
        print(f"no photo for {session.user_id}: {error}")
    else:
        print(f"{photo.filename}: {photo.mime_type}, {photo.size} bytes")


if __name__ == "__main__":
    asyncio.run(app.run())
