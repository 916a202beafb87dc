"""Which app speaks over HTTP: known from `Authorization: Bearer package:apiKey`, never from anything else."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from trifocal_cloud.apps import App
from trifocal_cloud.io.cloud import TheCloud
from trifocal_cloud.io.identity import unknown
from trifocal_cloud.io.registry import Registry
from trifocal_shared import app_words, reasons

_bearer = HTTPBearer(auto_error=False, scheme_name="appKey", description="An app: `package:apiKey`.")


def app_of(registry: Registry, authorization: str) -> App:
    """The app that this header proves. Raises RefusedError: 401, the same for a wrong package and a wrong key."""
    scheme, _, credentials = authorization.partition(" ")
    if not scheme:
        raise unknown(reasons.NO_TOKEN)
    package, _, key = credentials.strip().partition(":")
    app = registry.app(package)
    if scheme.lower() != "bearer" or app is None or not app.key_matches(key):
        raise unknown(app_words.APP_KEY_WRONG)
    return app


def identified(
    cloud: TheCloud, request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> App:
    """The app of a request, for routes: `TheApp`."""
    return app_of(cloud.registry, request.headers.get("authorization", ""))


TheApp = Annotated[App, Depends(identified)]
