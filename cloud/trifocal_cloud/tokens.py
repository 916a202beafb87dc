"""Tokens that expire: a core token says who speaks, a console token sits in a cookie, a share token opens one photo,
a publish and a watch token one live stream.

All are JWTs (HS256) from one secret. The audience keeps them apart: none is ever taken for another kind.
Time is an argument (epoch seconds), so that expiry can be tested without waiting.
"""

import jwt

CORE = "core"
CONSOLE = "console"
SHARE = "share"
PUBLISH = "publish"
WATCH = "watch"

LONGEST = 4096
"""Longer strings are not tokens of ours and are not even parsed."""

LONGEST_USER = 254
"""The longest e-mail address there is (RFC 5321)."""


class TokenError(Exception):
    """The token is no good; `expired` says that it once was."""

    def __init__(self, text: str, expired: bool = False) -> None:
        super().__init__(text)
        self.expired = expired


def issue(secret: str, user: str, ttl_s: int, now_s: int) -> str:
    """A core token for `user`, good for `ttl_s` seconds. Raises ValueError for a name that no user can have."""
    return _issue(secret, CORE, checked_user(user), now_s + ttl_s, now_s)


def issue_console(secret: str, user: str, expires_s: int, now_s: int) -> str:
    """What the console's cookie holds, good until `expires_s`."""
    return _issue(secret, CONSOLE, checked_user(user), expires_s, now_s)


def issue_share(secret: str, photo_id: str, expires_s: int, now_s: int) -> str:
    """A token that shows one photo to anybody until `expires_s`."""
    return _issue(secret, SHARE, photo_id, expires_s, now_s)


def issue_publish(secret: str, stream: str, expires_s: int, now_s: int) -> str:
    """A token with which anybody may publish one live stream until `expires_s`."""
    return _issue(secret, PUBLISH, stream, expires_s, now_s)


def issue_watch(secret: str, stream: str, expires_s: int, now_s: int) -> str:
    """A token with which anybody may watch one live stream until `expires_s`."""
    return _issue(secret, WATCH, stream, expires_s, now_s)


def verify(secret: str, token: str, audience: str, now_s: int) -> tuple[str, int]:
    """The subject and the expiry (epoch seconds) of a token of this `audience`. Raises TokenError."""
    if len(token) > LONGEST:
        raise TokenError("the token is too long")
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=audience,
            # PyJWT would ask the system's clock; the instant is ours to give.
            options={"require": ["sub", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenError("the token is not ours") from error
    subject, expires_s = claims["sub"], claims["exp"]
    if not isinstance(subject, str) or type(expires_s) is not int:
        raise TokenError("the token is not ours")
    if now_s >= expires_s:
        raise TokenError("the token has expired", expired=True)
    return subject, expires_s


def checked_user(user: str) -> str:
    """`user` if it can be one: printable, without spaces, not too long. Raises ValueError."""
    if not user or len(user) > LONGEST_USER or not user.isprintable() or " " in user:
        raise ValueError("a user is an e-mail address or another short printable name without spaces")
    return user


def _issue(secret: str, audience: str, subject: str, expires_s: int, now_s: int) -> str:
    claims = {"sub": subject, "aud": audience, "iat": now_s, "exp": expires_s}
    if audience == CORE:
        claims["email"] = subject
    return jwt.encode(claims, secret, algorithm="HS256")
