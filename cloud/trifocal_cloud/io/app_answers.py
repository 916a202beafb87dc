"""The bodies that HTTP answers with about apps."""

from typing import Annotated, Any, Literal

from pydantic import Field

from trifocal_cloud.apps import App, AppView, Hardware, Kind, Level, Permission
from trifocal_cloud.io.schemas import Wire
from trifocal_shared import reasons

STOPPED = "stopped"
"""The state of an app that nobody has asked to run; those that run have a state of `app_events`."""

Description = Annotated[str, Field(max_length=1_000)]


class PermissionBody(Wire):
    """What an app declares to need, and what for."""

    type: Permission
    description: Description = ""


class HardwareBody(Wire):
    """What an app needs glasses to have, and what for."""

    type: Hardware
    level: Level = "REQUIRED"
    description: Description = ""


class FaultBody(Wire):
    """Something that went wrong; `at` is epoch ms."""

    at: int
    reason: str
    message: str


class AppBody(Wire):
    """An app, and how it stands for you. Times are epoch ms, 0 where there is none. Its URL is for its owner only."""

    package: str
    name: str
    public_url: str
    type: Kind
    permissions: list[PermissionBody]
    hardware: list[HardwareBody]
    settings: list[dict[str, Any]]
    mine: bool
    state: Literal["stopped", "starting", "running", "grace", "restarting", "lost", "stopping"]
    since: int
    reason: str
    message: str
    next_try_at: int | None
    subscriptions: list[str]
    last_errors: list[FaultBody]


class NewApp(AppBody):
    """An app that was just registered without an API key of its own: `apiKey` is the one it was given, said once."""

    api_key: str


class Apps(Wire):
    """All apps, by package name."""

    apps: list[AppBody]


class AppState(Wire):
    """How an app now stands for a user."""

    package: str
    user: str
    state: str


class SettingItems(Wire):
    """What can be set: items as they are declared, each with the `value` it has for you."""

    settings: list[dict[str, Any]]


def app_body(app: App, user: str, view: AppView | None) -> AppBody:
    """An app as this user may see it. What its server said is for its owner only: it may tell of their network."""
    view = view or AppView(STOPPED, 0)
    mine = app.owner == user
    return AppBody.model_validate(
        {
            "package": app.package,
            "name": app.name,
            "publicUrl": app.public_url if mine else "",
            "type": app.kind,
            "permissions": app.permissions,
            "hardware": app.hardware,
            "settings": app.settings,
            "mine": mine,
            "state": view.state,
            "since": view.since_ms,
            "reason": view.reason,
            "message": _message(view.reason, view.detail if mine else ""),
            "nextTryAt": view.next_try_ms,
            "subscriptions": view.subscriptions,
            "lastErrors": [
                {"at": fault.at, "reason": fault.reason, "message": _message(fault.reason, fault.message * mine)}
                for fault in view.errors
            ],
        },
        strict=False,
    )


def _message(reason: str, detail: str) -> str:
    return detail or reasons.SENTENCES.get(reason, "")
