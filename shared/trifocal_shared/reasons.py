"""Why something failed: one list of words for every part, each something a person can act on."""

try:
    from trifocal_shared.sentences import SENTENCES as SENTENCES  # noqa: PLC0414 - mypy: this is its door
except ImportError:  # glasses say the word; whoever shows it has the sentence
    pass


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
TRANSFER_FAILED = "transfer_failed"
FOREIGN_REQUEST = "foreign_request"
CONFLICT = "conflict"
MALFORMED = "malformed"
NOT_FOUND = "not_found"
EXPIRED = "expired"
TOO_MANY = "too_many"
FORBIDDEN = "forbidden"
FAILED = "failed"
WRONG_PASSWORD = "wrong_password"  # noqa: S105
NO_NETWORK = "no_network"
NOT_OWNER = "not_owner"
NO_SIMULATOR = "no_simulator"
BAD_URL = "bad_url"
CONNECT_REFUSED = "connect_refused"
AUTH_REJECTED = "auth_rejected"
PEER_CLOSED = "peer_closed"
TOO_SLOW = "too_slow"
UNSUPPORTED_CODEC = "unsupported_codec"
DISPLACED = "displaced"
UNKNOWN_STREAM = "unknown_stream"
NOT_KEPT_ALIVE = "not_kept_alive"
REPLACED = "replaced"
DURATION_LIMIT = "duration_limit"
STALLED = "stalled"
NO_WIFI = "no_wifi"
