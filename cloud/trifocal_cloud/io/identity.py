"""Who speaks: known from the bearer token or the console's cookie, never from anything else in the request."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from trifocal_cloud import tokens
from trifocal_cloud.io.refusals import RefusedError
from trifocal_shared import reasons
from trifocal_shared.clock import Clock

COOKIE = "trifocal_console"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True)
class Speaker:
    """A user, and until when (epoch seconds) the token speaks for them."""

    user: str
    expires_s: int


class Identity:
    """Knows whose token is whose."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def of(self, connection: HTTPConnection) -> Speaker:
        """Who makes this request or opens this socket. Raises RefusedError: 401, or 403 for a foreign page."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise unknown(reasons.TOKEN_REJECTED)
            return self._verified(token.strip(), tokens.CORE)
        cookie = connection.cookies.get(COOKIE)
        if not cookie:
            raise unknown(reasons.NO_TOKEN)
        speaker = self._verified(cookie, tokens.CONSOLE)
        # A socket's opening is a GET that acts, so it is held to the same rule.
        acts = connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE_METHODS
        if acts and not same_origin(connection):
            raise RefusedError(403, reasons.FORBIDDEN)
        return speaker

    def bearer(self, token: str) -> Speaker:
        """Whose core token this is. Raises RefusedError."""
        return self._verified(token, tokens.CORE)

    def console_token(self, user: str, expires_s: int) -> str:
        """What the cookie of this user's browser holds."""
        return tokens.issue_console(self._secret, user, expires_s, self._clock.epoch_ms() // 1000)

    def share_token(self, photo_id: str, expires_s: int) -> str:
        """What opens this photo to anybody."""
        return tokens.issue_share(self._secret, photo_id, expires_s, self._clock.epoch_ms() // 1000)

    def shared_photo(self, token: str) -> str:
        """The photo that a share token opens. Raises RefusedError: 410 when it has expired, 404 when it is none."""
        try:
            return tokens.verify(self._secret, token, tokens.SHARE, self._clock.epoch_ms() // 1000)[0]
        except tokens.TokenError as error:
            raise (
                RefusedError(410, reasons.EXPIRED) if error.expired else RefusedError(404, reasons.NOT_FOUND)
            ) from error

    def _verified(self, token: str, audience: str) -> Speaker:
        try:
            user, expires_s = tokens.verify(self._secret, token, audience, self._clock.epoch_ms() // 1000)
        except tokens.TokenError as error:
            raise unknown(reasons.TOKEN_REJECTED) from error
        return Speaker(user, expires_s)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser says that one of our own pages asks. No browser says what cannot be read."""
    try:
        origin = urlsplit(connection.headers.get("origin", ""))
    except ValueError:
        return False
    return origin.scheme in ("http", "https") and origin.netloc == connection.headers.get("host")


def on_this_machine(request: Request) -> bool:
    """Whether a page of ours asks, on this very machine and under a name that only this machine has."""
    if request.client is None or request.client.host not in LOOPBACK_ADDRESSES:
        return False
    if any(header in request.headers for header in PROXY_HEADERS):
        return False
    # The origin first: when it is the same as the host, the host can be read too.
    return same_origin(request) and request.url.hostname in LOOPBACK_NAMES


def unknown(reason: str) -> RefusedError:
    """401: nobody we know."""
    sentence = "no token was given" if reason == reasons.NO_TOKEN else ""
    return RefusedError(401, reason, sentence, headers={"WWW-Authenticate": 'Bearer realm="trifocal"'})


_bearer = HTTPBearer(auto_error=False, scheme_name="coreToken", description="A core token: `trifocal token`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="consoleCookie", description="The console's session.")


def identified(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> str:
    """The user of a request, for routes: `Who`."""
    identity: Identity = request.app.state.cloud.identity
    return identity.of(request).user


Who = Annotated[str, Depends(identified)]
