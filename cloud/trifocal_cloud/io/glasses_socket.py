"""`/glasses-ws`: where a gateway connects (PROTOCOL-device §5)."""

import structlog
from fastapi import APIRouter, WebSocket

from trifocal_cloud.io.line import Line
from trifocal_cloud.io.schemas import parsed
from trifocal_cloud.io.sockets import admitted
from trifocal_shared.cloud_messages import TO_CLOUD
from trifocal_shared.message import ProtocolError

router = APIRouter()
log = structlog.get_logger()


@router.websocket("/glasses-ws")
async def glasses_socket(socket: WebSocket) -> None:
    """Acknowledges at once; what came before this function was ready waits in the server's queue and is read first."""
    found = await admitted(socket)
    if found is None:
        return
    cloud, speaker = found
    line = Line(socket, cloud.clock)
    epoch = cloud.gateways.opened(speaker.user, speaker.expires_s, line)
    ignored = 0

    async def receive(text: str) -> None:
        nonlocal ignored
        try:
            message = parsed(TO_CLOUD, text)
        except ProtocolError as error:
            ignored += 1
            log.info("gateway said something malformed", user=speaker.user, fault=str(error), ignored=ignored)
            return
        if message is not None:
            await cloud.gateways.received(speaker.user, epoch, message)

    try:
        await line.serve(receive)
    finally:
        cloud.gateways.closed(speaker.user, epoch)
