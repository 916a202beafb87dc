"""`/sim-ws`: where simulated glasses show themselves and take commands."""

import structlog
from fastapi import APIRouter, WebSocket

from trifocal_cloud.io.line import Line
from trifocal_cloud.io.schemas import parsed
from trifocal_cloud.io.sockets import admitted
from trifocal_shared.message import ProtocolError
from trifocal_shared.sim_messages import FROM_SIM

router = APIRouter()
log = structlog.get_logger()


@router.websocket("/sim-ws")
async def sim_socket(socket: WebSocket) -> None:
    """One at a time for each user: the newest."""
    found = await admitted(socket)
    if found is None:
        return
    cloud, speaker = found
    line = Line(socket, cloud.clock)
    epoch = cloud.simulators.opened(speaker.user, line)

    async def receive(text: str) -> None:
        try:
            message = parsed(FROM_SIM, text)
        except ProtocolError as error:
            log.info("simulated glasses said something malformed", user=speaker.user, fault=str(error))
            return
        if message is not None:
            cloud.simulators.received(speaker.user, epoch, message)

    try:
        await line.serve(receive)
    finally:
        cloud.simulators.closed(speaker.user, epoch)
