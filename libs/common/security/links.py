"""One-time links (一次性链接): what one holds is random, signed with when it ends, and kept only as a fingerprint."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

_NONCE, _MOMENT, _TAG = 16, 5, 16
"""Bytes: what makes it the only one, the second in which it ends, the signature."""
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class LinkKeys:
    """Makes links and knows its own again, under any of its keys; new ones are made under the first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def make(self, purpose: str, until: datetime) -> str:
        """50 letters, digits, hyphens and underscores."""
        held = secrets.token_bytes(_NONCE) + int(until.timestamp()).to_bytes(_MOMENT)
        return base64.urlsafe_b64encode(held + _tag(self._keys[0], purpose, held)).decode().rstrip("=")

    def name(self, purpose: str, link: str, now: datetime) -> str | None:
        """What stands for a link in a table: 32 letters. None when it was not made here for this, or has ended."""
        try:
            given = base64.urlsafe_b64decode(link + "==")
        except ValueError:
            return None
        held, tag = given[: _NONCE + _MOMENT], given[_NONCE + _MOMENT :]
        if now.timestamp() >= int.from_bytes(held[_NONCE:]):
            return None
        for key in self._keys:
            if hmac.compare_digest(tag, _tag(key, purpose, held)):
                return hmac.digest(key, held, "sha256")[:_TAG].hex().translate(_LETTERS)
        return None


def _tag(key: bytes, purpose: str, held: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + held, "sha256")[:_TAG]
