"""`/app-events`: what happens to a user, for an app that asked over HTTP and was given a ticket for this door."""

from starlette.requests import HTTPConnection

from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.line import Line

PATH = "/app-events"


def app_events_door(cloud: Cloud, connection: HTTPConnection) -> Line:
    """For who has a ticket (`?ticket=`) from `POST /api/app/subscribe`. Raises RefusedError."""
    return cloud.app_events.admit(connection.query_params.get("ticket", ""))
