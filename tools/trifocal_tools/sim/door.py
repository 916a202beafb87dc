"""The door to the cloud's `/sim-ws`: the console shows these glasses and handles them through it.

On each connection the present state is told, then every change. Commands are carried out in their order, each is
answered once; one that comes again under the same id is answered again and not carried out again. While the cloud is
away changes are not kept, for the next connection begins with the state as it is then.
"""

import asyncio
import json
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from trifocal_shared import reasons
from trifocal_shared.backoff import Backoff
from trifocal_shared.message import Message, ProtocolError, parse
from trifocal_shared.sim_messages import TO_SIM, SimCommand, SimResult, SimState
from trifocal_tools.sim.glasses import SimulatedGlasses
from trifocal_tools.sim.hand import Hand

PATH = "/sim-ws"
LARGEST_MESSAGE = 16_384
MOST_WAITING = 256
"""States waiting to be told. A door this slow loses the oldest."""
MOST_REMEMBERED = 64
RETRY_MS = 250
LONGEST_RETRY_MS = 10_000
OPEN_SECONDS = 10

log = structlog.get_logger("sim door")


class Door:
    """Keeps the connection to one cloud for ever."""

    def __init__(self, cloud_url: str, token: str, glasses: SimulatedGlasses, hand: Hand) -> None:
        self._url = "ws" + cloud_url.rstrip("/").removeprefix("http") + PATH
        self._token = token
        self._glasses = glasses
        self._hand = hand
        self._answered: OrderedDict[str, SimResult] = OrderedDict()
        self._backoff = Backoff(RETRY_MS, cap_ms=LONGEST_RETRY_MS)

    async def run(self) -> None:
        """Connect, serve, connect again, until cancelled."""
        silent = False
        while True:
            try:
                async with connect(
                    self._url,
                    additional_headers={"Authorization": f"Bearer {self._token}"},
                    max_size=LARGEST_MESSAGE,
                    open_timeout=OPEN_SECONDS,
                    proxy=None,
                ) as socket:
                    self._backoff.reset()
                    silent = False
                    await self._serve(socket)
            except (OSError, WebSocketException) as error:
                if not silent:  # once for each absence
                    log.info("no cloud", why=str(error))
                silent = True
            await asyncio.sleep(self._backoff.next(random.random()) / 1000)  # noqa: S311 - spreads retries

    async def _serve(self, socket: ClientConnection) -> None:
        waiting: asyncio.Queue[SimState] = asyncio.Queue(MOST_WAITING)

        def changed(state: SimState) -> None:
            if waiting.full():
                waiting.get_nowait()
            waiting.put_nowait(state)

        end = self._glasses.watch(changed)
        telling = asyncio.create_task(self._tell(socket, waiting.get))
        try:
            async for text in socket:
                await self._heard(socket, text)
        finally:
            end()
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, socket: ClientConnection, next_state: Callable[[], Awaitable[SimState]]) -> None:
        while True:
            await socket.send(_text(await next_state()))

    async def _heard(self, socket: ClientConnection, text: str | bytes) -> None:
        try:
            said = json.loads(text)
            command = parse(TO_SIM, said)
        except (ValueError, RecursionError) as error:
            log.warning("malformed", why=str(error))
            return
        except ProtocolError as error:
            command_id = said.get("commandId") if isinstance(said, dict) else None
            if isinstance(command_id, str):
                result = SimResult(
                    command_id=command_id, success=False, error_code=reasons.MALFORMED, error_message=str(error)
                )
                await socket.send(_text(result))
            return
        if isinstance(command, SimCommand):
            await socket.send(_text(await self._answer(command)))

    async def _answer(self, command: SimCommand) -> SimResult:
        known = self._answered.get(command.command_id)
        if known:
            return known
        result = await self._hand.carry_out(command)
        self._answered[command.command_id] = result
        if len(self._answered) > MOST_REMEMBERED:
            self._answered.popitem(last=False)
        return result


def _text(message: Message) -> str:
    return json.dumps(message.to_wire())
