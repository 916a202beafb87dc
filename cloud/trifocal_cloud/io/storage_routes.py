"""Simple storage over HTTP, as the official SDK reads and writes it (PROTOCOL-apps §7).

Bodies are read here, when it is known who sends them: they may be far longer than others. Refusals say
`"success": false` besides what every refusal says.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from trifocal_cloud.apps import App
from trifocal_cloud.io.answers import Done, ErrorBody
from trifocal_cloud.io.app_identity import TheApp
from trifocal_cloud.io.app_storage import KEY_LENGTH
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.encoded_route import EncodedRoute
from trifocal_cloud.io.refusals import DESCRIPTIONS, STATUS_REASONS, RefusedError, not_found
from trifocal_cloud.tokens import LONGEST_USER
from trifocal_shared import reasons

PREFIX = "/api/sdk/simple-storage"
BODY_LIMIT_BYTES = 4 * 2**20
"""JSON may write a text longer than it is; what is longer still does not fit anyway."""

B = TypeVar("B", bound=msgspec.Struct)


class Texts(Done):
    """All that an app keeps for a user, by key."""

    data: dict[str, str]


class Text(Done):
    """One text that an app keeps for a user."""

    data: str


class StorageRefusal(ErrorBody):
    """Nothing was changed."""

    success: Literal[False] = False


class NewTexts(msgspec.Struct):
    """What is to be kept besides what is there, by key."""

    data: dict[str, str]


class NewText(msgspec.Struct):
    """What is to be kept."""

    value: str


class StorageRoute(EncodedRoute):
    """Refuses in the shape that is the storage's own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI asks."""
        usual = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await usual(request)
            except RefusedError as error:
                body = {"success": False, "error": error.reason, "message": error.message}
                return JSONResponse(body, error.status, error.headers)

        return answered


router = APIRouter(prefix=PREFIX, tags=["for apps"], route_class=StorageRoute)

UserId = Annotated[str, Path(alias="userId", min_length=1, max_length=LONGEST_USER)]
Key = Annotated[str, Path(max_length=KEY_LENGTH)]


WANTED: dict[type[msgspec.Struct], str] = {NewTexts: '{"data": {"key": "text"}}', NewText: '{"value": "text"}'}


def _read(kind: type[B]) -> Callable[[App, Request], Coroutine[Any, Any, B]]:
    """A dependency that reads a body of this kind."""

    async def read(app: TheApp, request: Request) -> B:
        try:
            return msgspec.json.decode(await request.body(), type=kind)
        except HTTPException as error:
            raise RefusedError(error.status_code, STATUS_REASONS[error.status_code]) from error
        except (ValueError, RecursionError) as error:  # msgspec's own errors are ValueErrors
            sentence = f"the body is JSON like {WANTED[kind]}, and every text is Unicode"
            raise RefusedError(400, reasons.MALFORMED, sentence) from error

    return read


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": StorageRefusal, "description": DESCRIPTIONS[status]} for status in statuses}


def _body(kind: type[msgspec.Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema_components([kind])[1][kind.__name__]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.get("/{userId}", responses=_refusals(401, 422, 429))
async def texts(cloud: TheCloud, app: TheApp, user_id: UserId) -> Texts:
    """All that your app keeps for this user."""
    return Texts(data=await cloud.app_storage.texts(app, user_id))


@router.put("/{userId}", responses=_refusals(400, 401, 408, 413, 422, 429), openapi_extra=_body(NewTexts))
async def put_texts(
    cloud: TheCloud, app: TheApp, user_id: UserId, new: Annotated[NewTexts, Depends(_read(NewTexts))]
) -> Done:
    """Keep these texts besides those that are there: all of them or, when they do not fit, none."""
    await cloud.app_storage.keep(app, user_id, new.data)
    return Done()


@router.delete("/{userId}", responses=_refusals(401, 422, 429))
async def delete_texts(cloud: TheCloud, app: TheApp, user_id: UserId) -> Done:
    """Forget all that your app keeps for this user."""
    await cloud.app_storage.forget(app, user_id)
    return Done()


@router.get("/{userId}/{key:path}", responses=_refusals(401, 404, 422, 429))
async def text(cloud: TheCloud, app: TheApp, user_id: UserId, key: Key) -> Text:
    """One text that your app keeps for this user."""
    there = await cloud.app_storage.texts(app, user_id)
    if key not in there:
        raise not_found()
    return Text(data=there[key])


@router.put("/{userId}/{key:path}", responses=_refusals(400, 401, 408, 413, 422, 429), openapi_extra=_body(NewText))
async def put_text(
    cloud: TheCloud, app: TheApp, user_id: UserId, key: Key, new: Annotated[NewText, Depends(_read(NewText))]
) -> Done:
    """Keep this text under this key."""
    await cloud.app_storage.keep(app, user_id, {key: new.value})
    return Done()


@router.delete("/{userId}/{key:path}", responses=_refusals(401, 422, 429))
async def delete_text(cloud: TheCloud, app: TheApp, user_id: UserId, key: Key) -> Done:
    """Forget this text; fine when there is none."""
    await cloud.app_storage.forget(app, user_id, key)
    return Done()
