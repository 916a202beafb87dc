"""The rows: photo requests, photos, and all that is kept about apps. Times are epoch ms. A change needs a migration."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Index, Integer, MetaData, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from trifocal_cloud.media import PHOTO

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


class PhotoRequestRow(Table):
    """One request for a photo or video, or one that the glasses made on their own; final when `finished_at` is set."""

    __tablename__ = "photo_requests"
    __table_args__ = (
        Index(None, "user", "press_id"),
        Index(None, "request_id"),
        Index(None, "finished_at"),
    )

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    press_id: Mapped[str] = mapped_column(String(128))
    app_id: Mapped[str] = mapped_column(String(128))
    media_type: Mapped[str] = mapped_column(String(8), default=PHOTO, server_default=PHOTO)
    save_to_gallery: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)


class PhotoRow(Table):
    """One photo or video, durable; deleted when `deleted_at` is set, its bytes gone when `blob_key` is empty."""

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("photo_id"),
        UniqueConstraint("user", "request_id"),
        Index(None, "user", "timestamp", "number"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    photo_id: Mapped[str] = mapped_column(String(64))
    user: Mapped[str] = mapped_column(String(254))
    request_id: Mapped[str] = mapped_column(String(128))
    press_id: Mapped[str] = mapped_column(String(128))
    app_id: Mapped[str] = mapped_column(String(128))
    device_id: Mapped[str] = mapped_column(String(128))
    mime_type: Mapped[str] = mapped_column(String(32))
    timestamp: Mapped[int] = mapped_column(BigInteger)
    uploaded_at: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    in_gallery: Mapped[bool] = mapped_column(Boolean)
    blob_key: Mapped[str] = mapped_column(String(256))
    thumbnail: Mapped[str] = mapped_column(String(16))
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)


class AppRow(Table):
    """One registered app. Of its API key only the SHA-256 is kept, in hex."""

    __tablename__ = "apps"

    package: Mapped[str] = mapped_column(String(128), primary_key=True)
    owner: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(128))
    key_hash: Mapped[str] = mapped_column(String(64))
    public_url: Mapped[str] = mapped_column(String(2048))
    kind: Mapped[str] = mapped_column(String(32))
    permissions: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    hardware: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    settings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)


class RunningAppRow(Table):
    """A user has this app running, or wants it to run as soon as it can."""

    __tablename__ = "running_apps"

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    package: Mapped[str] = mapped_column(String(128), primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger)


class AppSettingsRow(Table):
    """What a user has set in one app, by key; under the empty package, in the whole system."""

    __tablename__ = "app_settings"

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    package: Mapped[str] = mapped_column(String(128), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


class AppStorageRow(Table):
    """One text that an app keeps for one user."""

    __tablename__ = "app_storage"

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    package: Mapped[str] = mapped_column(String(128), primary_key=True)
    key: Mapped[str] = mapped_column(String(256), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AppDeliveryRow(Table):
    """An app waits for the photo of this request, or has had it or its error when `done_at` is set.

    `webhook_url` is empty for the app's own server.
    """

    __tablename__ = "app_deliveries"
    __table_args__ = (Index(None, "done_at"),)

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    package: Mapped[str] = mapped_column(String(128))
    webhook_url: Mapped[str] = mapped_column(String(2048))
    auth_token: Mapped[str] = mapped_column(String(4096))
    created_at: Mapped[int] = mapped_column(BigInteger)
    done_at: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(String(32))


class AppCallbackRow(Table):
    """A URL of an app that is called when something happens to this user."""

    __tablename__ = "app_callbacks"
    __table_args__ = (Index(None, "package", "user"),)

    callback_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    package: Mapped[str] = mapped_column(String(128))
    user: Mapped[str] = mapped_column(String(254))
    streams: Mapped[list[str]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(2048))
    secret: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[int] = mapped_column(BigInteger)


class LiveStreamRow(Table):
    """A stream that was begun and has not ended; `owner` is empty for a managed one. The address is a secret."""

    __tablename__ = "live_streams"

    stream_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(String(254))
    owner: Mapped[str] = mapped_column(String(128))
    url: Mapped[str] = mapped_column(String(2048))
    video: Mapped[dict[str, Any]] = mapped_column(JSON)
    audio: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    viewers: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    stopping: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
    destinations: Mapped[list[list[str]]] = mapped_column(JSON, server_default="[]", default=list)
