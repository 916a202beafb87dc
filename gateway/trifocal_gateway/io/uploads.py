"""One file to the cloud, streamed from the spool: small ones by `POST /api/photos/upload`, large ones so that they can
break off and go on.
"""

import json
from pathlib import Path
from urllib.request import getproxies

import httpx

from trifocal_gateway.io.addresses import is_loopback, is_token
from trifocal_gateway.io.answers import TIMEOUT, answer_to, outcome_of
from trifocal_gateway.io.continued import ContinuedUploads
from trifocal_gateway.io.sending import socket_options
from trifocal_gateway.queue_entry import REFUSED, SERVER_FAILED, TOKEN_REJECTED, UNAVAILABLE, Outcome, QueuedPhoto
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import UploadMetadata

UPLOAD_PATH = "/api/photos/upload"
CONTINUED_FROM_BYTES = 512 * 1024
"""Of what is smaller the cloud would have kept nothing after a crash, and one request is quicker than three."""

MIME_TYPES = {"photo": "image/jpeg", "video": "video/mp4"}


def http_client(cloud_url: str, most_bytes_per_second: int = 0) -> httpx.AsyncClient:
    """A client for one cloud: no proxy for this machine, no certificates loaded where there is no TLS.

    Through a proxy of the environment nothing is said of how its sockets send, and they send as fast as they can.
    """
    secure, direct = cloud_url.startswith("https://"), is_loopback(cloud_url) or not getproxies()
    if not direct:
        return httpx.AsyncClient(base_url=cloud_url, verify=secure)
    transport = httpx.AsyncHTTPTransport(
        verify=secure, trust_env=not is_loopback(cloud_url), socket_options=socket_options(most_bytes_per_second)
    )
    return httpx.AsyncClient(base_url=cloud_url, trust_env=False, transport=transport)


class Uploads:
    """Uploads over `client`, whose base URL is the cloud's."""

    def __init__(self, client: httpx.AsyncClient, device_id: str) -> None:
        self._client = client
        self._device_id = device_id
        self._continued = ContinuedUploads(client)

    async def upload(self, photo: QueuedPhoto, path: Path, token: str) -> Outcome:
        """Send the photo; whatever happens is an Outcome."""
        if not is_token(token):
            return Outcome(TOKEN_REJECTED, reasons.NO_TOKEN)
        try:
            return await self._send(photo, path, token)
        except FileNotFoundError:
            return Outcome(REFUSED, reasons.CORRUPT)  # the row outlived its bytes: nobody has them any more
        except OSError:
            return Outcome(SERVER_FAILED, reasons.CORRUPT)  # unreadable now; another time perhaps
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Outcome(UNAVAILABLE, reasons.CLOUD_UNREACHABLE)
        except httpx.HTTPError:
            # Broken off under way: the network's fault, or the server died of it.
            return Outcome(SERVER_FAILED, reasons.CLOUD_UNREACHABLE)

    def give_way(self, request_id: str) -> None:
        """Interrupt this upload, if it is one that goes on later where it was."""
        self._continued.interrupt(request_id)

    async def _send(self, photo: QueuedPhoto, path: Path, token: str) -> Outcome:
        metadata = UploadMetadata(
            request_id=photo.request_id,
            device_id=self._device_id,
            timestamp=photo.timestamp,
            media_type=photo.media_type,
            press_id=photo.press_id,
            sha256=photo.sha256,
        )
        if photo.size >= CONTINUED_FROM_BYTES:
            outcome = await self._continued.upload(photo, metadata, path, token)
            if outcome is not None:
                return outcome
        with path.open("rb") as file:
            request = self._client.build_request(
                "POST",
                UPLOAD_PATH,
                headers={"Authorization": f"Bearer {token}"},
                data={"metadata": json.dumps(metadata.to_wire())},
                files={"file": ("photo", file, MIME_TYPES.get(photo.media_type, "application/octet-stream"))},
                timeout=TIMEOUT,
            )
            return outcome_of(await answer_to(self._client, request), photo)
