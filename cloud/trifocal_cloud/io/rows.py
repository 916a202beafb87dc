"""What is asked of the database, and how a row becomes what the rest of the cloud speaks of."""

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from trifocal_cloud.io.tables import PhotoRequestRow, PhotoRow
from trifocal_cloud.photos import FAILED, STORED, Ticket
from trifocal_cloud.trails import Trail


async def request(session: AsyncSession, user: str, request_id: str) -> PhotoRequestRow | None:
    """This user's request of that id."""
    return await session.get(PhotoRequestRow, (user, request_id))


async def users_asked(session: AsyncSession, app_id: str, request_id: str) -> list[str]:
    """Whose requests of that id this app has made; apps make their ids themselves, so there may be several."""
    found = await session.scalars(
        select(PhotoRequestRow.user)
        .where(PhotoRequestRow.request_id == request_id, PhotoRequestRow.app_id == app_id)
        .limit(2)
    )
    return list(found)


async def requests_of_press(session: AsyncSession, user: str, press_id: str) -> list[PhotoRequestRow]:
    """Everything that one press led to, oldest first."""
    found = await session.scalars(
        select(PhotoRequestRow)
        .where(PhotoRequestRow.user == user, PhotoRequestRow.press_id == press_id)
        .order_by(PhotoRequestRow.created_at)
        .limit(20)
    )
    return list(found)


async def open_requests(session: AsyncSession) -> list[PhotoRequestRow]:
    """Every request that has no final answer yet, oldest first."""
    found = await session.scalars(
        select(PhotoRequestRow).where(PhotoRequestRow.finished_at.is_(None)).order_by(PhotoRequestRow.created_at)
    )
    return list(found)


async def requests_since(session: AsyncSession, created_at: int) -> list[PhotoRequestRow]:
    """Requests of presses made since then (epoch ms)."""
    found = await session.scalars(
        select(PhotoRequestRow).where(PhotoRequestRow.created_at >= created_at, PhotoRequestRow.press_id != "")
    )
    return list(found)


async def reached(session: AsyncSession, ticket: Ticket, status: str) -> None:
    """An open request has come this far."""
    await session.execute(_open_request(ticket).values(status=status))


async def failed(session: AsyncSession, ticket: Ticket, reason: str, at: int) -> None:
    """One final answer of an open request."""
    await session.execute(_open_request(ticket).values(status=FAILED, reason=reason, finished_at=at))


async def stored(session: AsyncSession, ticket: Ticket, at: int) -> None:
    """The other final answer of an open request, whose press may have become known only with the photo."""
    await session.execute(
        _open_request(ticket).values(status=STORED, press_id=ticket.press_id, reason="", finished_at=at)
    )


async def photo_of_request(session: AsyncSession, user: str, request_id: str) -> PhotoRow | None:
    """The photo uploaded under this request id, deleted or not."""
    found: PhotoRow | None = await session.scalar(
        select(PhotoRow).where(PhotoRow.user == user, PhotoRow.request_id == request_id)
    )
    return found


async def photo(session: AsyncSession, user: str, photo_id: str) -> PhotoRow | None:
    """This user's photo, unless it was deleted."""
    found = await shared_photo(session, photo_id)
    return found if found is not None and found.user == user else None


async def shared_photo(session: AsyncSession, photo_id: str) -> PhotoRow | None:
    """Anybody's photo, unless it was deleted; for those who hold a share token."""
    found: PhotoRow | None = await session.scalar(
        select(PhotoRow).where(PhotoRow.photo_id == photo_id, PhotoRow.deleted_at.is_(None))
    )
    return found


async def gallery_page(session: AsyncSession, user: str, limit: int, before: tuple[int, int] | None) -> list[PhotoRow]:
    """Up to `limit` photos, newest first, older than `before` (timestamp, number)."""
    query = select(PhotoRow).where(PhotoRow.user == user, PhotoRow.deleted_at.is_(None), PhotoRow.in_gallery)
    if before is not None:
        timestamp, number = before
        query = query.where(
            (PhotoRow.timestamp < timestamp) | ((PhotoRow.timestamp == timestamp) & (PhotoRow.number < number))
        )
    found = await session.scalars(query.order_by(PhotoRow.timestamp.desc(), PhotoRow.number.desc()).limit(limit))
    return list(found)


async def passing_photos(session: AsyncSession, uploaded_before: int, limit: int) -> list[PhotoRow]:
    """Photos that were not for the gallery and have been here since before then (epoch ms), oldest first."""
    found = await session.scalars(
        select(PhotoRow)
        .where(PhotoRow.in_gallery.is_(False), PhotoRow.deleted_at.is_(None), PhotoRow.uploaded_at < uploaded_before)
        .order_by(PhotoRow.number)
        .limit(limit)
    )
    return list(found)


async def deleted_with_bytes(session: AsyncSession) -> list[PhotoRow]:
    """Deleted photos whose bytes are still there: the cloud went down between the two."""
    found = await session.scalars(select(PhotoRow).where(PhotoRow.deleted_at.is_not(None), PhotoRow.blob_key != ""))
    return list(found)


def trail(row: PhotoRequestRow, stored: PhotoRow | None) -> Trail:
    """What a request's row tells of it; the steps it took are not kept."""
    found = Trail(row.request_id, row.press_id, row.status, row.finished_at is not None, row.reason)
    if stored is not None:
        found.photo_id, found.sha256, found.size = stored.photo_id, stored.sha256, stored.size
        if stored.deleted_at is not None:
            found.photo_id = ""
        if row.status != FAILED:
            found.status, found.final = STORED, True
    return found


def _open_request(ticket: Ticket) -> Update:
    return update(PhotoRequestRow).where(
        PhotoRequestRow.user == ticket.user,
        PhotoRequestRow.request_id == ticket.request_id,
        PhotoRequestRow.finished_at.is_(None),
    )
