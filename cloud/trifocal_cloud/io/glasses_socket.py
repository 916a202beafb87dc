"""`/glasses-ws`: where a gateway connects (PROTOCOL-device §5)."""

import structlog
from starlette.requests import HTTPConnection

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.identity import Speaker
from trifocal_cloud.io.line import Line
from trifocal_cloud.io.schemas import parsed
from trifocal_shared.cloud_messages import TO_CLOUD
from trifocal_shared.message import ProtocolError

log = structlog.get_logger()


class GatewayLine(Line):
    """A gateway's connection. It is acknowledged at once."""

    def __init__(self, cloud: Cloud, speaker: Speaker) -> None:
        super().__init__(cloud.clock, cloud.settings.gateway_messages_per_second)
        self._cloud = cloud
        self._speaker = speaker
        self._epoch = 0
        self._ignored = 0

    def opened(self) -> None:
        self._epoch = self._cloud.gateways.opened(self._speaker.user, self._speaker.expires_s, self)

    def heard(self, text: bytes) -> None:
        try:
            message = parsed(TO_CLOUD, text)
        except ProtocolError as error:
            self._ignored += 1
            user = self._speaker.user
            log.info("gateway said something malformed", user=user, fault=str(error), ignored=self._ignored)
            return
        if message is not None:
            self.later(self._cloud.gateways.received(self._speaker.user, self._epoch, message))

    def gone(self) -> None:
        self._cloud.gateways.closed(self._speaker.user, self._epoch)


def glasses_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """For whoever has a core token. Raises RefusedError."""
    return GatewayLine(cloud, cloud.identity.of(connection))
