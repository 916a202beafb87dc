"""Why something about an app failed, beside the words of `reasons`; and how the app's own protocol says it.

Not flashed: glasses know nothing of apps.
"""

from trifocal_shared import reasons

APP_UNREACHABLE = "app_unreachable"
APP_REFUSED = "app_refused"
APP_SILENT = "app_silent"
APP_NOT_RUNNING = "app_not_running"
APP_STOPPED = "app_stopped"
APP_KEY_WRONG = "app_key_wrong"
ADDRESS_FORBIDDEN = "address_forbidden"
HARDWARE_MISSING = "hardware_missing"
PERMISSION_DENIED = "permission_denied"
RATE_LIMITED = "rate_limited"
DELIVERY_FAILED = "delivery_failed"
PACKAGE_TAKEN = "package_taken"

CODES = {
    PERMISSION_DENIED: "PERMISSION_DENIED",
    reasons.GLASSES_OFFLINE: "PHONE_GLASSES_NOT_CONNECTED",
    reasons.GATEWAY_OFFLINE: "PHONE_GLASSES_NOT_CONNECTED",
    reasons.CAMERA_BUSY: "CAMERA_BUSY",
    reasons.CAPTURE_FAILED: "CAMERA_CAPTURE_FAILED",
    reasons.GLASSES_SILENT: "CAMERA_TIMEOUT",
    reasons.TIMED_OUT: "CAMERA_TIMEOUT",
    reasons.UPLOAD_PENDING: "UPLOAD_TIMEOUT",
    reasons.STORAGE_FULL: "STORAGE_FULL",
    DELIVERY_FAILED: "UPLOAD_FAILED",
}
"""Reason -> the `errorCode` that `@mentra/sdk` has a name for (PROTOCOL-apps §4.2)."""


def error_code(reason: str) -> str:
    """The `errorCode` for an app: the SDK's own where it has one, else the reason in capitals."""
    return CODES.get(reason) or reason.upper()
