"""Keys: which token opens which stream, and until when.

They are asked for every piece that is fetched, so what was found good is remembered.
"""

from trifocal_cloud import tokens
from trifocal_cloud.tokens import WATCH, TokenError

MOST_KNOWN = 4096


class Keys:
    """All that were issued with one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._known: dict[tuple[str, str, str], int] = {}

    def issue(self, stream: str, expires_s: int, now_s: int) -> tuple[str, str]:
        """Tokens to publish and to watch a stream, good until `expires_s` (epoch seconds)."""
        publish = tokens.issue_publish(self._secret, stream, expires_s, now_s)
        return publish, tokens.issue_watch(self._secret, stream, expires_s, now_s)

    def until(self, token: str, audience: str, stream: str, epoch_ms: int) -> int:
        """When (epoch ms) this token ceases to open this stream; 0: it does not."""
        known = token, audience, stream
        until = self._known.get(known)
        if until is None:
            until = self._verified(token, audience, stream, epoch_ms)
            if until:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[known] = until
        return until if epoch_ms < until else 0

    def watches(self, token: str, stream: str, epoch_ms: int) -> int:
        """The same for watching."""
        return self.until(token, WATCH, stream, epoch_ms)

    def _verified(self, token: str, audience: str, stream: str, epoch_ms: int) -> int:
        try:
            subject, expires_s = tokens.verify(self._secret, token, audience, epoch_ms // 1000)
        except TokenError:
            return 0
        return expires_s * 1000 if subject == stream else 0
