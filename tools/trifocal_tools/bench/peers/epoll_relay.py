"""The relay with nothing but sockets and epoll: what the kernel asks of a Python process for one message.

It is no WebSocket server that anybody could use: it takes whole frames of a length between 126 and 65 535 for presses,
looks into none of them, and puts their text between two fixed pieces. What others need beyond it is their own work.
"""

import base64
import hashlib
import json
import select
import socket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SHORT, LONG = 126, 127
HEAD = 8
"""Bytes before a client's text of this length: two, two more of the length, four of the mask."""

WHOLE = b"\x81\xfe"
"""How a client's text of this length begins when it is not in pieces."""

BEFORE = b'{"type":"data_stream","sessionId":"%b","streamType":"button_press","data":'
AFTER = b',"timestamp":"2026-02-03T10:00:00.000Z"}'


class Client:
    """One connection: before its upgrade, then a gateway's or an app's."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.path = ""
        self.user = ""
        self.rest = b""
        self.before = b""
        self.app: Client | None = None
        """Whom a gateway's presses go to, once its app has come."""


class Relay:
    """All connections of one loop. Whoever sends something else than expected is dropped."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self._epoll = select.epoll()
        self._epoll.register(self.listener, select.EPOLLIN)
        self._clients: dict[int, Client] = {}
        self._gateways: dict[str, Client] = {}
        self._apps: dict[str, Client] = {}

    def run(self) -> None:
        """Serve for ever."""
        while True:
            self.turn()

    def turn(self, longest_s: float = -1) -> None:
        """Wait until something is to be read, or so long, and read it."""
        for number, _ in self._epoll.poll(longest_s):
            client = self._clients.get(number)
            if client is None:
                self._accept()
                continue
            try:
                self._read(client)
            except (OSError, ValueError, IndexError, KeyError):
                self._drop(client)

    def close(self) -> None:
        """Let go of every socket."""
        for client in list(self._clients.values()):
            self._drop(client)
        self.listener.close()
        self._epoll.close()

    def _accept(self) -> None:
        accepted, _ = self.listener.accept()
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.setblocking(False)
        self._clients[accepted.fileno()] = Client(accepted)
        self._epoll.register(accepted, select.EPOLLIN)

    def _read(self, client: Client) -> None:
        data = client.socket.recv(65536)
        if not data:
            raise ConnectionError
        app = client.app
        if app is not None and data[:2] == WHOLE and not client.rest and len(data) == HEAD + (data[2] << 8 | data[3]):
            app.socket.send(said(app.before, unmasked(data[4:HEAD], data[HEAD:])))
            return
        client.rest += data
        self._read_slowly(client)

    def _read_slowly(self, client: Client) -> None:
        """What is not one whole press: an upgrade, an app's words, pieces."""
        if not client.path:
            if b"\r\n\r\n" in client.rest:
                head, _, client.rest = client.rest.partition(b"\r\n\r\n")
                self._upgrade(client, head.decode("latin-1"))
            return
        while (found := frame(client.rest)) is not None:
            opcode, text, client.rest = found
            if opcode == 8:
                raise ConnectionError
            if client.app is not None:
                client.app.socket.send(said(client.app.before, text))
            elif client.path == "/app-ws":
                self._heard_from_app(client, json.loads(text))

    def _upgrade(self, client: Client, head: str) -> None:
        first, *lines = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        client.path = first.split()[1]
        key = hashlib.sha1(fields["sec-websocket-key"].encode() + GUID, usedforsecurity=False).digest()
        client.socket.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(key) + b"\r\n\r\n"
        )
        if client.path == "/glasses-ws":
            client.user = fields["authorization"].removeprefix("Bearer ")
            self._gateways[client.user] = client
            self._join(client.user)

    def _heard_from_app(self, client: Client, message: dict[str, str]) -> None:
        if message["type"] == "tpa_connection_init":
            client.user = message["sessionId"]
            client.before = BEFORE % client.user.encode()
            self._apps[client.user] = client
            self._join(client.user)
            client.socket.send(framed(b'{"type":"tpa_connection_ack"}'))
        elif message["type"] == "stream_status_check":
            client.socket.send(framed(b'{"type":"stream_status_check_response","hasActiveStream":false}'))

    def _join(self, user: str) -> None:
        gateway = self._gateways.get(user)
        if gateway is not None:
            gateway.app = self._apps.get(user)

    def _drop(self, client: Client) -> None:
        del self._clients[client.socket.fileno()]
        for by_user in (self._gateways, self._apps):
            if by_user.get(client.user) is client:
                del by_user[client.user]
                self._join(client.user)
        client.socket.close()


def unmasked(mask: bytes, text: bytes) -> bytes:
    """A client's text as it was before the mask of four bytes was laid over it."""
    size = len(text)
    over = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(text, "big") ^ over).to_bytes(size, "big")


def said(before: bytes, text: bytes) -> bytes:
    """A press, as a frame for the app whose messages begin with `before`."""
    return framed(before + text + AFTER)


def framed(text: bytes) -> bytes:
    """A server's text frame of up to 65 535 bytes."""
    size = len(text)
    return (bytes((0x81, size)) if size < SHORT else bytes((0x81, SHORT, size >> 8, size & 0xFF))) + text


def frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode, text and what follows of a client's first whole frame; None while it is not whole. Raises ValueError."""
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size == LONG or not data[1] & 0x80:
        raise ValueError("too long, or not masked")
    if size == SHORT:
        if len(data) < 4:
            return None
        size, start = int.from_bytes(data[2:4], "big"), 4
    end = start + 4 + size
    if len(data) < end:
        return None
    return data[0] & 0x0F, unmasked(data[start : start + 4], data[start + 4 : end]), data[end:]


def main() -> None:
    """Serve until a signal."""
    relay = Relay()
    print(json.dumps({"port": relay.listener.getsockname()[1]}), flush=True)  # noqa: T201 - its one announcement
    relay.run()


if __name__ == "__main__":
    main()
