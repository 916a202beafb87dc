"""The console: its pages, and the cookie with which a browser is signed in."""

from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.responses import FileResponse, Response
from pydantic import Field

from trifocal_cloud import tokens
from trifocal_cloud.io.answers import Done, User
from trifocal_cloud.io.cloud import Cloud, TheCloud
from trifocal_cloud.io.identity import COOKIE, Who, on_this_machine, same_origin, unknown
from trifocal_cloud.io.pages import Pages, page
from trifocal_cloud.io.refusals import RefusedError, documented
from trifocal_cloud.io.schemas import Wire
from trifocal_shared import reasons

router = APIRouter(tags=["console"])


class SignIn(Wire):
    """A core token; without one, the user of this machine where the cloud's settings name one."""

    token: Annotated[str, Field(max_length=tokens.LONGEST)] = ""


@router.get("/", include_in_schema=False)
async def index() -> FileResponse:
    """The console's first page."""
    return page("console/index.html")


@router.post("/api/console/session", responses=documented(401, 403, 408, 413, 422))
async def sign_in(
    cloud: TheCloud,
    request: Request,
    response: Response,
    body: Annotated[SignIn, Body()] = SignIn(),  # noqa: B008
) -> User:
    """Sign this browser in: the answer carries the cookie."""
    now_s = cloud.clock.epoch_ms() // 1000
    expires_s = now_s + cloud.settings.console_session_s
    if body.token:
        if request.headers.get("origin") and not same_origin(request):
            raise RefusedError(403, reasons.FORBIDDEN)
        speaker = cloud.identity.bearer(body.token)
        user, expires_s = speaker.user, min(expires_s, speaker.expires_s)
    else:
        user = _local_user(cloud, request)
    response.set_cookie(
        COOKIE,
        cloud.identity.console_token(user, expires_s),
        max_age=expires_s - now_s,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return User(user=user)


@router.get("/api/console/session", responses=documented(401))
async def signed_in(user: Who) -> User:
    """Who is signed in."""
    return User(user=user)


@router.delete("/api/console/session", responses=documented(401, 403))
async def sign_out(user: Who, response: Response) -> Done:
    """Sign this browser out."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return Done()


def mount_pages(app: FastAPI) -> None:
    """Serve the console's files under `/console/`."""
    app.mount("/console", Pages("console"), name="console")


def _local_user(cloud: Cloud, request: Request) -> str:
    if not cloud.settings.local_user:
        raise unknown(reasons.NO_TOKEN)
    if not on_this_machine(request):
        raise RefusedError(403, reasons.FORBIDDEN)
    return cloud.settings.local_user
