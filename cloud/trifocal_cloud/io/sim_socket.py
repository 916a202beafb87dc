"""`/sim-ws`: where simulated glasses show themselves and take commands."""

import structlog
from starlette.requests import HTTPConnection

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.line import Line
from trifocal_cloud.io.schemas import parsed
from trifocal_shared.message import ProtocolError
from trifocal_shared.sim_messages import FROM_SIM

log = structlog.get_logger()


class SimLine(Line):
    """One at a time for each user: the newest."""

    def __init__(self, cloud: Cloud, user: str) -> None:
        super().__init__(cloud.clock)
        self._simulators = cloud.simulators
        self._user = user
        self._epoch = 0

    def opened(self) -> None:
        self._epoch = self._simulators.opened(self._user, self)

    def heard(self, text: bytes) -> None:
        try:
            message = parsed(FROM_SIM, text)
        except ProtocolError as error:
            log.info("simulated glasses said something malformed", user=self._user, fault=str(error))
            return
        if message is not None:
            self._simulators.received(self._user, self._epoch, message)

    def gone(self) -> None:
        self._simulators.closed(self._user, self._epoch)


def sim_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """For whoever has a core token. Raises RefusedError."""
    return SimLine(cloud, cloud.identity.of(connection).user)
