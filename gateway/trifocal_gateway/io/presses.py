"""`POST /api/hardware/button-press`: what the cloud wants done about a press (PROTOCOL-device §6.1)."""

import asyncio

import httpx

from trifocal_gateway.io.addresses import http_url, is_loopback, is_token
from trifocal_shared import reasons
from trifocal_shared.cloud_messages import ButtonPressAnswer, ButtonPressReport
from trifocal_shared.message import ProtocolError, decode_json, from_wire

BUDGET_S = 4.5
"""For everything, a second try included; the glasses wait 5 s."""

MOST_BYTES = 65_536


class _Broken(Exception):  # noqa: N818 - never leaves this file
    """The answer is none."""


class PressPoster:
    """Posts presses to one cloud over connections that stay open in between. Close it."""

    def __init__(self, cloud_url: str, budget_s: float = BUDGET_S) -> None:
        """ValueError for a wrong address."""
        self._url = http_url(cloud_url, "/api/hardware/button-press")
        self._budget_s = budget_s
        local = is_loopback(self._url)
        # Without TLS there is nothing to verify, and to load the system's certificates takes its time.
        verify = self._url.startswith("https://")
        self._client = httpx.AsyncClient(trust_env=not local, verify=verify, timeout=budget_s)

    async def post(self, report: ButtonPressReport, token: str) -> ButtonPressAnswer | str:
        """The cloud's answer, or the reason (`trifocal_shared.reasons`) why there is none. Within the budget."""
        if not is_token(token):
            return reasons.TOKEN_REJECTED if token else reasons.NO_TOKEN
        try:
            async with asyncio.timeout(self._budget_s):
                return await self._tried(report, token)
        except (TimeoutError, httpx.TransportError):
            return reasons.CLOUD_UNREACHABLE
        except (_Broken, httpx.HTTPError, ProtocolError):
            return reasons.CLOUD_ERROR

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _tried(self, report: ButtonPressReport, token: str) -> ButtonPressAnswer | str:
        try:
            return await self._post(report, token)
        except httpx.ConnectError:
            pass  # nobody has heard it
        except httpx.TransportError:
            if not report.press_id:
                raise  # it may have been heard, and without an id a second one would be another press
        return await self._post(report, token)

    async def _post(self, report: ButtonPressReport, token: str) -> ButtonPressAnswer | str:
        headers = {"Authorization": "Bearer " + token}
        async with self._client.stream("POST", self._url, json=report.to_wire(), headers=headers) as response:
            if response.status_code == httpx.codes.UNAUTHORIZED:
                return reasons.TOKEN_REJECTED
            if not response.is_success:
                return reasons.CLOUD_ERROR
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise _Broken
        return from_wire(ButtonPressAnswer, decode_json(body))
