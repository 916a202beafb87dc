"""Tokens: expire, are ours or are not, and are never taken for another kind."""

import jwt
import pytest

from trifocal_cloud import tokens
from trifocal_cloud.tokens import (
    CONSOLE,
    CORE,
    PUBLISH,
    SHARE,
    WATCH,
    TokenError,
    issue,
    issue_console,
    issue_publish,
    issue_share,
    issue_watch,
    verify,
)

SECRET = "s" * 64
NOW = 1_700_000_000
ANN = "ann@example.com"


def test_a_core_token_says_who_and_until_when() -> None:
    token = issue(SECRET, ANN, 60, NOW)
    assert verify(SECRET, token, CORE, NOW + 59) == (ANN, NOW + 60)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims == {"sub": ANN, "email": ANN, "aud": "core", "iat": NOW, "exp": NOW + 60}


def test_an_expired_token_says_so() -> None:
    with pytest.raises(TokenError) as caught:
        verify(SECRET, issue(SECRET, ANN, 60, NOW), CORE, NOW + 60)
    assert caught.value.expired


MADE = {
    CORE: issue(SECRET, ANN, 60, NOW),
    CONSOLE: issue_console(SECRET, ANN, NOW + 60, NOW),
    SHARE: issue_share(SECRET, "photo", NOW + 60, NOW),
    PUBLISH: issue_publish(SECRET, ANN, NOW + 60, NOW),
    WATCH: issue_watch(SECRET, ANN, NOW + 60, NOW),
}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("wanted", MADE)
def test_a_token_is_good_for_its_own_purpose_only(made: str, wanted: str) -> None:
    if made == wanted:
        assert verify(SECRET, MADE[made], wanted, NOW)
    else:
        with pytest.raises(TokenError) as caught:
            verify(SECRET, MADE[made], wanted, NOW)
        assert not caught.value.expired


def forged(**claims: object) -> str:
    whole = {"sub": ANN, "aud": "core", "iat": NOW, "exp": NOW + 60}
    return jwt.encode({key: value for key, value in (whole | claims).items() if value is not None}, SECRET, "HS256")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "\u2603.\u2603.\u2603",
        "\ud800",
        issue("t" * 64, ANN, 60, NOW),
        issue(SECRET, ANN, 60, NOW)[:-2],
        issue(SECRET, ANN, 60, NOW) + "." + "x" * tokens.LONGEST,
        jwt.encode({"sub": ANN, "aud": "core", "iat": NOW, "exp": NOW + 60}, "", "none"),
        jwt.encode({"sub": ANN, "aud": "core", "iat": NOW, "exp": NOW + 60}, SECRET, "HS512"),
        forged(sub=None),
        forged(exp=None),
        forged(aud=None),
        forged(iat=None),
        forged(exp="soon"),
        forged(exp=1e300),
        forged(exp=True),
        forged(aud=["core", 5]),
        forged(nbf="never"),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        verify(SECRET, token, CORE, NOW)


@pytest.mark.parametrize("user", ["", " ", "ann bob", "a\nb", "a\0b", "\ud800", "x" * 255])
def test_names_that_no_user_can_have_get_no_token(user: str) -> None:
    with pytest.raises(ValueError, match="user"):
        issue(SECRET, user, 60, NOW)
