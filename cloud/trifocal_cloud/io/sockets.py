"""What every WebSocket door does: who is there, and a refusal that is plain HTTP, before anything is upgraded."""

from datetime import UTC, datetime

from fastapi.responses import JSONResponse
from starlette.websockets import WebSocket

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.identity import Speaker
from trifocal_cloud.io.refusals import RefusedError
from trifocal_shared import reasons

SENTENCES = {reasons.NO_TOKEN: "No core token provided", reasons.TOKEN_REJECTED: "Invalid core token"}
"""As MentraOS says it (PROTOCOL-device §5.1)."""


async def admitted(socket: WebSocket) -> tuple[Cloud, Speaker] | None:
    """Who opens this socket, accepted; None after an answer of 401 or 403 without an upgrade."""
    cloud: Cloud = socket.app.state.cloud
    try:
        speaker = cloud.identity.of(socket)
    except RefusedError as refusal:
        now = datetime.fromtimestamp(cloud.clock.epoch_ms() / 1000, UTC).isoformat()
        body = {
            "type": "connection_error",
            "error": refusal.reason,
            "message": SENTENCES.get(refusal.reason, refusal.message),
            "timestamp": now,
        }
        await socket.send_denial_response(JSONResponse(body, refusal.status, refusal.headers))
        return None
    await socket.accept()
    return cloud, speaker
