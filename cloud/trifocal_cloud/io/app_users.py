"""For whom an app speaks over HTTP: a user for whom it runs, and nobody else."""

from typing import Annotated

from pydantic import Field

from trifocal_cloud.apps import CAMERA, App
from trifocal_cloud.io.app_streams import HEARING
from trifocal_cloud.io.cloud import Cloud
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.tokens import LONGEST_USER
from trifocal_shared import app_words, reasons

UserId = Annotated[str, Field(max_length=LONGEST_USER, description="may be left out when the app runs for one user")]


def user_of(cloud: Cloud, app: App, user_id: str) -> str:
    """The user meant by `user_id`, empty for the only one. Raises RefusedError: 409 when the app does not run there."""
    if user_id:
        view = cloud.apps.view(user_id, app.package)
        if view is None or view.state not in HEARING:
            raise RefusedError(409, app_words.APP_NOT_RUNNING)
        return user_id
    users = set(cloud.apps.users_of(app.package))
    if not users:
        raise RefusedError(409, app_words.APP_NOT_RUNNING)
    if len(users) > 1:
        raise RefusedError(422, reasons.MALFORMED, "the app runs for several users: say which by userId")
    return users.pop()


def needs_camera(app: App) -> None:
    """Raises RefusedError: 403 when the app has not declared that it needs the camera."""
    if not app.allows(CAMERA):
        raise RefusedError(403, app_words.PERMISSION_DENIED, f"declare {CAMERA} for this app")
