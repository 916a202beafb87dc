"""Routes whose names in the path are taken as they were sent: an encoded slash belongs to the name it stands in."""

from typing import Any
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


class EncodedRoute(APIRoute):
    """Matches the path before it is decoded, then decodes what it found. For routers: `route_class`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette asks; a path that is no ASCII is nobody's."""
        raw = scope.get("raw_path")
        if raw is None:
            return super().matches(scope)
        match, found = super().matches({**scope, "path": raw.decode("latin-1").partition("?")[0]})
        sent: dict[str, Any] = found.get("path_params", {})
        decoded = {name: unquote(text) for name, text in sent.items()}
        return match, {**found, "path_params": decoded} if found else found
