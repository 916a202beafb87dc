"""Photos that apps ask for: what an app may have, and where its answer goes (PROTOCOL-apps §4)."""

import re

from trifocal_cloud.addresses import target
from trifocal_cloud.apps import CAMERA, App
from trifocal_cloud.deliveries import Parcel
from trifocal_cloud.io import rows
from trifocal_cloud.io.database import Database
from trifocal_cloud.io.deliveries import Courier
from trifocal_cloud.io.desk import Desk
from trifocal_cloud.io.gateways import Gateways
from trifocal_cloud.io.refusals import RefusedError
from trifocal_cloud.limits import Allowance
from trifocal_cloud.photos import Ticket
from trifocal_shared import app_words, reasons
from trifocal_shared.app_messages import AppPhotoRequest
from trifocal_shared.clock import Clock
from trifocal_shared.cloud_messages import PhotoRequest
from trifocal_shared.messages import LOCAL_PREFIX

BUDGET_MS = 25_000
"""The real client waits 30 s; an answer, also a bad one, is there before."""
PER_SECOND, BURST = 1, 10
"""Photos that one app may ask of one user."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
TOKEN = re.compile(r"[!-~]{0,4096}")
"""It travels in a header."""

STATUSES = {
    app_words.PERMISSION_DENIED: 403,
    app_words.RATE_LIMITED: 429,
    app_words.ADDRESS_FORBIDDEN: 422,
    reasons.MALFORMED: 422,
    reasons.TOO_MANY: 429,
}
"""What HTTP answers with; anything else is a conflict with how things stand."""

Refusal = tuple[str, str]
"""A reason, and what there is to say about it beyond the reason's own sentence."""


class AppPhotos:
    """Where apps' photo requests come in, by socket or over HTTP."""

    def __init__(self, clock: Clock, database: Database, desk: Desk, gateways: Gateways, courier: Courier) -> None:
        self._clock = clock
        self._database = database
        self._desk = desk
        self._gateways = gateways
        self._courier = courier
        self._allowance = Allowance(PER_SECOND, BURST)

    async def request(self, app: App, user: str, request: AppPhotoRequest) -> str:
        """Have the photo taken and brought to the app, or its error; the reason of a refusal, empty without one."""
        parcel = _parcel(app, user, request)
        refusal = _fault(parcel) or self._unable(app, user)
        if refusal is None:
            async with self._desk.turns.holding((user, request.request_id)):
                refusal = await self._begin(parcel, request)
        if refusal is None:
            return ""
        self._refuse(parcel, *refusal)
        return refusal[0]

    async def refuse(self, user: str, package: str, request_id: str, reason: str, detail: str) -> None:
        """Bring this error to the app."""
        self._refuse(Parcel(user, package, request_id), reason, detail)

    async def request_over_rest(self, app: App, user: str, request: AppPhotoRequest) -> None:
        """Have the photo taken, and brought to the webhook if there is one. Raises RefusedError.

        Without a webhook, whoever asked looks for it, or is told as it subscribed.
        """
        parcel = _parcel(app, user, request)
        refusal = _fault(parcel) or self._unable(app, user)
        if refusal is not None:
            raise RefusedError(STATUSES.get(refusal[0], 409), *refusal)
        if parcel.webhook_url:
            refusal = await self._begin(parcel, request)
            if refusal is not None:
                self._refuse(parcel, *refusal)
                raise RefusedError(STATUSES.get(refusal[0], 409), *refusal)
        else:
            await self._ask(app.package, user, request)

    def _refuse(self, parcel: Parcel, reason: str, detail: str) -> None:
        if _fault(parcel) is not None:
            parcel = Parcel(parcel.user, parcel.package, parcel.request_id)
        self._courier.refuse(parcel, reason, detail)

    def _unable(self, app: App, user: str) -> Refusal | None:
        """Why this app can have no photo of this user now."""
        if not app.allows(CAMERA):
            return app_words.PERMISSION_DENIED, f"declare {CAMERA} for this app"
        if not self._allowance.granted((app.package, user), self._clock.now()):
            return app_words.RATE_LIMITED, ""
        session = self._gateways.session(user)
        if session is None or not session.connected:
            return reasons.GATEWAY_OFFLINE, ""
        return None if session.glasses.reachable else (reasons.GLASSES_OFFLINE, "")

    async def _begin(self, parcel: Parcel, request: AppPhotoRequest) -> Refusal | None:
        async with self._database.reading() as session:
            there = await rows.request(session, parcel.user, parcel.request_id)
        if there is not None:
            # The same app's own request once more has its answer under way; another app's id is taken.
            return None if there.app_id == parcel.package else (reasons.CONFLICT, "")
        await self._courier.expect(parcel)
        try:
            await self._ask(parcel.package, parcel.user, request)
        except RefusedError as refusal:
            return refusal.reason, ""
        return None

    async def _ask(self, package: str, user: str, request: AppPhotoRequest) -> None:
        ticket = Ticket(user, request.request_id)
        await self._desk.request(ticket, package, request.save_to_gallery, BUDGET_MS)
        # If the gateway has gone in this very moment, the desk's own deadline tells.
        self._gateways.ask(
            user,
            PhotoRequest(
                request_id=request.request_id,
                app_id=package,
                size=request.size,
                compress=request.compress,
                save_to_gallery=request.save_to_gallery,
                timestamp=self._clock.epoch_ms(),
            ),
        )


def _parcel(app: App, user: str, request: AppPhotoRequest) -> Parcel:
    url, token = request.custom_webhook_url.strip(), request.auth_token.strip()
    return Parcel(user, app.package, request.request_id, url, token)


def _fault(parcel: Parcel) -> Refusal | None:
    """What is wrong with what the app said."""
    if not REQUEST_ID.fullmatch(parcel.request_id) or parcel.request_id.startswith(LOCAL_PREFIX):
        return reasons.MALFORMED, "the requestId is up to 128 letters, digits and _.:-"
    if not TOKEN.fullmatch(parcel.auth_token):
        return reasons.MALFORMED, "the authToken is up to 4096 visible ASCII characters"
    if parcel.webhook_url:
        try:
            target(parcel.webhook_url)
        except ValueError as error:
            return app_words.ADDRESS_FORBIDDEN, str(error)
    return None
