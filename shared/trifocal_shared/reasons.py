"""Why something failed: one list of words for every part, each something a person can act on."""

NO_TOKEN = "no_token"  # noqa: S105 - the name of a reason, not a secret
TOKEN_REJECTED = "token_rejected"  # noqa: S105
CLOUD_UNREACHABLE = "cloud_unreachable"
CLOUD_ERROR = "cloud_error"
GLASSES_OFFLINE = "glasses_offline"
GLASSES_FOLDED = "glasses_folded"
GLASSES_SILENT = "glasses_silent"
GATEWAY_OFFLINE = "gateway_offline"
CAMERA_BUSY = "camera_busy"
CAPTURE_FAILED = "capture_failed"
CAPTURED_LOCALLY = "captured_locally"
BATTERY_LOW = "battery_low"
STORAGE_FULL = "storage_full"
UPLOAD_PENDING = "upload_pending"
TIMED_OUT = "timed_out"
STALE = "stale"
UNSUPPORTED = "unsupported"
TOO_LARGE = "too_large"
NOT_AN_IMAGE = "not_an_image"
CORRUPT = "corrupt"
FOREIGN_REQUEST = "foreign_request"
CONFLICT = "conflict"
MALFORMED = "malformed"
NOT_FOUND = "not_found"
EXPIRED = "expired"
TOO_MANY = "too_many"
FORBIDDEN = "forbidden"
NO_SIMULATOR = "no_simulator"

SENTENCES = {
    NO_TOKEN: "the glasses have no token yet",
    TOKEN_REJECTED: "the token is wrong or has expired",
    CLOUD_UNREACHABLE: "the cloud cannot be reached",
    CLOUD_ERROR: "the cloud answered with an error",
    GLASSES_OFFLINE: "the glasses are not connected",
    GLASSES_FOLDED: "the glasses are folded",
    GLASSES_SILENT: "the glasses did not answer in time",
    GATEWAY_OFFLINE: "no gateway is connected",
    CAMERA_BUSY: "the camera is in use",
    CAPTURE_FAILED: "the camera failed to take the picture",
    CAPTURED_LOCALLY: "the answer came too late; the photo was taken on the glasses and will follow",
    BATTERY_LOW: "the battery is too low for the camera",
    STORAGE_FULL: "there is no room left for photos",
    UPLOAD_PENDING: "the photo was taken and is still on its way",
    TIMED_OUT: "nothing happened in time",
    STALE: "the command came too late to be carried out",
    UNSUPPORTED: "these glasses cannot do that",
    TOO_LARGE: "the file is larger than allowed",
    NOT_AN_IMAGE: "the file is not a picture",
    CORRUPT: "the bytes do not match their checksum",
    FOREIGN_REQUEST: "this request belongs to somebody else or does not exist",
    CONFLICT: "this id already stands for other bytes",
    MALFORMED: "the message could not be understood",
    NOT_FOUND: "there is no such thing here",
    EXPIRED: "this link has expired",
    TOO_MANY: "too many at once; try again in a moment",
    FORBIDDEN: "this may only be asked from the cloud's own pages",
    NO_SIMULATOR: "no simulated glasses are attached",
}
