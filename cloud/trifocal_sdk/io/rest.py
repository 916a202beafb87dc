"""Requests to the cloud over HTTP: JSON there and back, and every failure a CloudError."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from trifocal_sdk.errors import CloudError, CloudTimeoutError
from trifocal_sdk.io.socket import is_loopback
from trifocal_shared.message import ProtocolError, decode_json

TIMEOUT_S = 30.0


class Rest:
    """One cloud, and who asks: `authorization` is the header's value. One connection pool, until `close`."""

    def __init__(self, base_url: str, authorization: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": authorization}
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def ask(
        self, method: str, path: str, *, body: object = None, query: dict[str, str] | None = None, timeout_s: float = 0
    ) -> dict[str, Any]:
        """The JSON object of the answer; an empty one where it has none. Raises CloudError.

        `timeout_s` is what the cloud is asked to wait before it answers.
        """
        wait_s = timeout_s + TIMEOUT_S
        answer = await self._sent(method, path, json=body, params=query, headers=self._headers, timeout=wait_s)
        try:
            found = decode_json(answer.content) if answer.content else {}
        except ProtocolError:
            found = None
        if answer.is_success and isinstance(found, dict):
            return found
        raise refusal(answer.status_code, found)

    async def download(self, url: str) -> bytes:
        """What lies at an address, to which it is not told who asks. Raises CloudError."""
        answer = await self._sent("GET", url)
        if not answer.is_success:
            raise refusal(answer.status_code, None)
        return answer.content

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        if self._client is None:  # made when it is needed: its TLS alone takes a while, and room
            trusts = not is_loopback(self._base_url)
            self._client = httpx.AsyncClient(
                base_url=self._base_url, timeout=TIMEOUT_S, trust_env=trusts, transport=self._transport
            )
        try:
            return await self._client.request(method, path, **more)
        except httpx.TimeoutException:
            raise CloudTimeoutError("the cloud did not answer in time", "TIMEOUT") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CloudError(f"the cloud cannot be reached: {type(error).__name__}", "UNREACHABLE") from None


def refusal(status: int, body: object) -> CloudError:
    """The error of an answer that is a refusal, or no JSON object."""
    told = body if isinstance(body, dict) else {}
    word, sentence = told.get("error"), told.get("message")
    error = CloudError(
        sentence if isinstance(sentence, str) and sentence else f"the cloud answered with HTTP {status}",
        word if isinstance(word, str) else "",
    )
    error.status = status
    return error


def http_of(websocket_url: str) -> str:
    """`wss://cloud.example/app-ws` -> `https://cloud.example`."""
    parts = urlsplit(websocket_url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
