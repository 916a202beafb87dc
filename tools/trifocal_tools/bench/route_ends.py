"""Both ends of a route: gateways that press a button, and the apps that hear of it.

A pair is one user's gateway and app. It has one press on its way at a time: the next one leaves when the app has heard
the last one, so a relay is never asked for more than it can do, and a press that is lost stops its pair and is noticed.
"""

import asyncio
import json
from array import array
from time import perf_counter_ns
from urllib.parse import urlsplit

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SIZE = 300
"""Bytes of a press on the wire, as PERF measured them."""

ANSWER_S = 30.0

CHECK = '{"type":"stream_status_check"}'
CHECKED = "stream_status_check_response"
ACKNOWLEDGED = "tpa_connection_ack"


def press_text(press_id: str) -> bytes:
    """A press as a gateway says it, in exactly SIZE bytes."""
    fields: dict[str, object] = {
        "type": "button_press",
        "pressId": press_id,
        "buttonId": "photo",
        "pressType": "short",
        "deviceId": "trifocal-7c9ebd3f21a4",
        "timestamp": 1770112800000,
        "deviceModel": "Trifocal simulated glasses",
        "firmware": "",
    }
    room = SIZE - len(json.dumps(fields, separators=(",", ":")))
    fields["firmware"] = ("trifocal-firmware/0.1.0 " * SIZE)[:room]
    return json.dumps(fields, separators=(",", ":")).encode()


class Pair:
    """One user's gateway and app, connected or not. `session_id` and `app_url` are how its app connects."""

    def __init__(self, number: int, user: str) -> None:
        self.user = user
        self.session_id = ""
        self.app_url = ""
        self.latencies_ns = array("Q")
        self.pressing = False
        self.idle = asyncio.Event()
        self._number = number
        self._count = 0
        self._press_id = b""
        self._sent_ns = 0
        before, after = press_text("#" * 24).split(b"#" * 24)
        self._before, self._after = before, after
        self._gateway: WSTransport | None = None
        self._app: WSTransport | None = None
        self._words: asyncio.Queue[str] = asyncio.Queue()

    @property
    def connected(self) -> bool:
        """Whether both ends are, as far as is known here."""
        return all(end is not None and not end.is_disconnected for end in (self._gateway, self._app))

    async def open_gateway(self, url: str, token: str) -> None:
        """Connect as this user's gateway."""
        self._gateway = await _connect(f"{_ws(url)}/glasses-ws", WSListener(), {"Authorization": f"Bearer {token}"})

    async def open_app(self, package: str, key: str) -> None:
        """Connect as this user's app and subscribe; returns when the subscription holds. Raises TimeoutError."""
        self._words = asyncio.Queue()
        self._app = await _connect(self.app_url, _AppEnd(self), {})
        init = {"sessionId": self.session_id, "packageName": package, "apiKey": key}
        self._say({"type": "tpa_connection_init", **init})
        await self._heard(ACKNOWLEDGED)
        self._say({"type": "subscription_update", "subscriptions": ["button_press"]})
        self._app.send(WSMsgType.TEXT, CHECK.encode())
        await self._heard(CHECKED)

    def drop(self) -> None:
        """Both connections are gone, as when a network goes: without a word."""
        for transport in (self._gateway, self._app):
            if transport is not None:
                transport.disconnect(graceful=False)
        self._gateway = self._app = None

    def press(self) -> None:
        """Press once more."""
        assert self._gateway is not None
        self._count += 1
        self._press_id = b"bench-%06d-%011d" % (self._number, self._count)
        self.idle.clear()
        self._sent_ns = perf_counter_ns()
        self._gateway.send(WSMsgType.TEXT, self._before + self._press_id + self._after)

    def told(self, text: bytes) -> None:
        """The app hears something: the press on its way, or an answer."""
        if self._press_id and self._press_id in text:
            self.latencies_ns.append(perf_counter_ns() - self._sent_ns)
            self._press_id = b""
            if self.pressing:
                self.press()
            else:
                self.idle.set()
        else:
            self._words.put_nowait(str(json.loads(text).get("type")))

    def _say(self, message: dict[str, object]) -> None:
        assert self._app is not None
        self._app.send(WSMsgType.TEXT, json.dumps(message).encode())

    async def _heard(self, word: str) -> None:
        async with asyncio.timeout(ANSWER_S):
            while await self._words.get() != word:
                pass


class _AppEnd(WSListener):
    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self._pair.told(frame.get_payload_as_bytes())


async def _connect(url: str, listener: WSListener, headers: dict[str, str]) -> WSTransport:
    transport, _ = await ws_connect(lambda: listener, url, extra_headers=headers, enable_auto_ping=False)
    return transport


def _ws(url: str) -> str:
    found = urlsplit(url)
    return f"{'wss' if found.scheme == 'https' else 'ws'}://{found.netloc}"
