"""The ids of apps' sessions: read back without looking anything up, for they carry whose they are, with a proof."""

import hashlib
import hmac

MAC_LETTERS = 16


class SessionIds:
    """The ids under which apps know their sessions: the same after every restart, and nobody else can guess them."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def of(self, user: str, package: str) -> str:
        """The id of this app's session for this user."""
        return f"{user}-{package}-{self._mac(user, package)}"

    def read(self, session_id: str) -> tuple[str, str] | None:
        """User and package of an id that is one of ours."""
        name, _, mac = session_id.rpartition("-")
        at = name.find("-")
        while at >= 0:
            user, package = name[:at], name[at + 1 :]
            if hmac.compare_digest(mac.encode(), self._mac(user, package).encode()):
                return user, package
            at = name.find("-", at + 1)
        return None

    def _mac(self, user: str, package: str) -> str:
        said = f"app-session\0{user}\0{package}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()[:MAC_LETTERS]
