"""What happens to a user, for apps that ask over HTTP: by signed callback, or by a socket of their own."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request
from pydantic import Field

from trifocal_cloud.addresses import LONGEST_URL, target
from trifocal_cloud.io.answers import Done, base_url
from trifocal_cloud.io.app_events_socket import PATH
from trifocal_cloud.io.app_identity import TheApp
from trifocal_cloud.io.app_streams import streams_of
from trifocal_cloud.io.app_users import UserId, user_of
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.photo_routes import PathId
from trifocal_cloud.io.refusals import RefusedError, documented, not_found
from trifocal_cloud.io.schemas import Wire
from trifocal_cloud.subscriptions import ENTRY_LIMIT, LENGTH_LIMIT, Understood
from trifocal_shared import app_words, reasons

SIGNS = r"^[!-~]{16,256}$"

router = APIRouter(prefix="/api/app/subscribe", tags=["apps' side"])

Stream = Annotated[str, Field(max_length=LENGTH_LIMIT)]


class Subscription(Wire):
    """What an app wants to hear of one user. With `callbackUrl` it is posted there, else there is a socket for it."""

    user_id: UserId = ""
    streams: Annotated[list[Stream], Field(min_length=1, max_length=ENTRY_LIMIT)]
    callback_url: Annotated[str, Field(max_length=LONGEST_URL)] = ""
    secret: Annotated[str, Field(pattern=SIGNS)] | None = Field(
        default=None, description="what the callback is signed with; one is made when there is none"
    )


class DeniedStream(Wire):
    """A stream that the app may not hear, and what it would have to declare."""

    stream: str
    required_permission: str


class Subscribed(Wire):
    """What the app will hear. A callback has its `secret`, said once; a socket its address, good for a minute."""

    subscription_id: str
    user_id: str
    streams: list[str]
    denied: list[DeniedStream]
    secret: str | None = None
    websocket_url: str | None = None


@router.post("", responses=documented(401, 403, 408, 409, 413, 422, 429))
async def subscribe(
    cloud: TheCloud, app: TheApp, request: Request, wanted: Annotated[Subscription, Body()]
) -> Subscribed:
    """Hear what happens to a user for whom your app runs, as long as it does."""
    user = user_of(cloud, app, wanted.user_id)
    found = streams_of(wanted.streams, app)
    if not found.streams:
        raise _nothing(found)
    denied = [DeniedStream(stream=one.stream, required_permission=one.permission) for one in found.denied]
    if wanted.callback_url:
        url, secret = _checked(wanted.callback_url), wanted.secret or secrets.token_urlsafe(32)
        callback_id = await cloud.callbacks.add(app, user, found.streams, url, secret)
        return Subscribed(
            subscription_id=callback_id, user_id=user, streams=list(found.streams), denied=denied, secret=secret
        )
    subscription_id, ticket = cloud.app_events.ticket(app, user, found.streams)
    base = base_url(request, cloud.settings.public_url).replace("http", "ws", 1)
    return Subscribed(
        subscription_id=subscription_id,
        user_id=user,
        streams=list(found.streams),
        denied=denied,
        websocket_url=f"{base}{PATH}?ticket={ticket}",
    )


@router.delete("/{subscriptionId}", responses=documented(401, 404, 422))
async def unsubscribe(
    cloud: TheCloud, app: TheApp, subscription_id: Annotated[PathId, Path(alias="subscriptionId")]
) -> Done:
    """Hear it no more."""
    ended = cloud.app_events.remove(app.package, subscription_id)
    if not ended and not await cloud.callbacks.remove(app.package, subscription_id):
        raise not_found()
    return Done()


def _nothing(found: Understood) -> RefusedError:
    if found.denied:
        needed = ", ".join(sorted({one.permission for one in found.denied}))
        return RefusedError(403, app_words.PERMISSION_DENIED, f"declare {needed} for this app")
    return RefusedError(422, reasons.MALFORMED, "none of these is a stream")


def _checked(url: str) -> str:
    try:
        return target(url)
    except ValueError as error:
        raise RefusedError(422, app_words.ADDRESS_FORBIDDEN, str(error)) from error
