"""`/app-ws`: where apps connect (PROTOCOL-apps §1.3)."""

from starlette.requests import HTTPConnection

from trifocal_cloud.io.app_line import AppLine
from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.line import Line


def app_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """For anybody: who it is, the first message tells."""
    pace = cloud.settings.app_messages_per_second
    return AppLine(cloud.clock, pace, cloud.apps.stamp, cloud.apps.lines.batch, cloud.app_desk)
