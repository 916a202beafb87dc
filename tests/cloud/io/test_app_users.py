"""For whom an app speaks: somebody it runs for, the only one if it does not say whom."""

from typing import Any

import pytest

from trifocal_cloud.io.app_users import needs_camera, user_of
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.testing import ANN, BOB


async def test_the_user_that_is_named_or_the_only_one(app_side: Any) -> None:
    app = app_side.cloud.registry.app("com.example.cam")
    assert user_of(app_side.cloud, app, "") == ANN
    app_side.run(BOB, state="grace")
    assert user_of(app_side.cloud, app, BOB) == BOB
    with pytest.raises(RefusedError) as several:
        user_of(app_side.cloud, app, "")
    assert (several.value.status, several.value.reason) == (422, "malformed")


async def test_nobody_else(app_side: Any) -> None:
    app = app_side.cloud.registry.app("com.example.cam")
    app_side.run(ANN, state="")
    for user in ("", ANN, BOB, "eve@example.com"):
        with pytest.raises(RefusedError) as refused:
            user_of(app_side.cloud, app, user)
        assert (refused.value.status, refused.value.reason) == (409, "app_not_running")


async def test_the_camera_is_for_those_who_declare_it(app_side: Any) -> None:
    needs_camera(app_side.cloud.registry.app("com.example.cam"))
    with pytest.raises(RefusedError) as refused:
        needs_camera(await app_side.register("com.example.mic", "http://127.0.0.1:1", "MICROPHONE"))
    assert refused.value.status == 403
