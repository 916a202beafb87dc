"""Keeps each photo on disk, and in the gallery; whether they are large is a setting of the app."""

import asyncio
import os
from pathlib import Path

from trifocal_sdk import AppServer, AppSession, ButtonPress, PhotoError, StreamType

FOLDER = Path(os.environ.get("PHOTOS", "photos"))
FOLDER.mkdir(parents=True, exist_ok=True)

app = AppServer("com.example.documentation", os.environ.get("APP_KEY", ""), port=int(os.environ.get("PORT", "7010")))


@app.on(StreamType.BUTTON_PRESS)
async def pressed(session: AppSession, press: ButtonPress) -> None:
    """A button was pressed: take a photo, keep it, and count it in the cloud."""
    try:
        photo = await session.camera.request_photo(
            size="full" if session.settings.get("large") else "medium", save_to_gallery=True
        )
    except PhotoError as error:
        print(f"no photo: {error}")
        return
    path = FOLDER / f"{photo.timestamp:%Y-%m-%d %H-%M-%S} {photo.request_id}.jpg"
    await asyncio.to_thread(path.write_bytes, photo.content)
    count = int(await session.storage.get("count", "0") or 0) + 1
    await session.storage.set("count", str(count))
    print(f"photo {count}: {path}")


if __name__ == "__main__":
    asyncio.run(app.run())
