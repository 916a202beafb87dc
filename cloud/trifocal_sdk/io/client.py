"""A client for scripts: photos and streams of a running app's glasses over plain HTTP."""

from typing import Self

from trifocal_sdk.io.calls import Calls
from trifocal_sdk.io.client_events import ClientEvents
from trifocal_sdk.io.client_photos import ClientPhotos
from trifocal_sdk.io.client_streaming import ClientStreaming
from trifocal_sdk.io.rest import Rest
from trifocal_shared.clock import Clock

CALLS_S = 2.0


class TrifocalClient:
    """Speaks for an app that runs for a person; `user_id` says for whom, "" when it runs for one only::

    async with TrifocalClient("com.example.cam", api_key, base_url="https://cloud.example") as client:
        request_id = await client.photos.request_capture(save_to_gallery=True)
        photo = await client.photos.wait_for_result(request_id, timeout_s=30)
        picture = await client.photos.download(photo)
    """

    def __init__(
        self, app_id: str, api_key: str, *, base_url: str = "http://127.0.0.1:8000", user_id: str = ""
    ) -> None:
        self._rest = Rest(base_url, f"Bearer {app_id}:{api_key}")
        self._calls = Calls()
        self._events = ClientEvents(self._rest, user_id)
        self.photos = ClientPhotos(self._rest, user_id, Clock())
        self.streaming = ClientStreaming(self._rest, user_id, self._events, self._calls)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._events.close()
        await self._calls.finish(CALLS_S)
        await self._rest.close()
