"""The rows: photo requests, and the photos themselves. Times are epoch ms. A change here needs a migration."""

from sqlalchemy import BigInteger, Boolean, Index, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


class PhotoRequestRow(Table):
    """One request for a photo, or one photo that the glasses took on their own; final when `finished_at` is set."""

    __tablename__ = "photo_requests"
    __table_args__ = (
        Index(None, "user", "press_id"),
        Index(None, "finished_at"),
    )

    user: Mapped[str] = mapped_column(String(254), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    press_id: Mapped[str] = mapped_column(String(128))
    app_id: Mapped[str] = mapped_column(String(128))
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
