"""What apps are told of a live stream, and what the words of the glasses mean by these (PROTOCOL-apps §5)."""

from trifocal_shared import reasons

INITIALIZING, ACTIVE, DEGRADED, RECONNECTING = "initializing", "active", "degraded", "reconnecting"
STOPPING, STOPPED, ERROR, TIMEOUT = "stopping", "stopped", "error", "timeout"
BUSY = "busy"
"""Who has the camera: for everybody; the rest is for those whose stream it is."""

SAID = {
    "initializing": INITIALIZING,
    "connecting": INITIALIZING,
    "reconnecting": RECONNECTING,
    "streaming": ACTIVE,
    "active": ACTIVE,
    "reconnected": ACTIVE,
    "stopping": STOPPING,
    "stopped": STOPPED,
    "disconnected": STOPPED,
    "error": ERROR,
    "reconnect_failed": ERROR,
    "timeout": TIMEOUT,
}
"""What the glasses say -> what it means; a word that is not here means nothing."""


def explained(reason: str) -> str:
    """A reason with its sentence; one that is none of ours is a sentence itself: glasses of MentraOS say those."""
    return f"{reason}: {reasons.SENTENCES[reason]}" if reason in reasons.SENTENCES else reason
