"""The token of a session (会话令牌): opaque, turned with every use, known here by its digests alone.

It has two parts, both random. All tokens of a session begin with the first; whoever shows it with another second part
than the present one has, or had, a token of this session: it was turned, and somebody keeps a copy.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Self

_FAMILY, _SECRET = 18, 30
"""Bytes."""


@dataclass(frozen=True, slots=True, repr=False)
class SessionToken:
    """What its holder has. Its repr shows nothing."""

    text: str

    @classmethod
    def fresh(cls) -> Self:
        """Of a new session."""
        return cls(_text(secrets.token_bytes(_FAMILY + _SECRET)))

    def turn(self) -> "SessionToken":
        """The next one of the same session."""
        return SessionToken(_text(self._bytes[:_FAMILY] + secrets.token_bytes(_SECRET)))

    @property
    def family(self) -> str:
        """What finds the session."""
        return hashlib.sha256(self._bytes[:_FAMILY]).hexdigest()

    @property
    def secret(self) -> str:
        """What must be the present one."""
        return hashlib.sha256(self._bytes).hexdigest()

    @property
    def _bytes(self) -> bytes:
        return base64.urlsafe_b64decode(self.text)


TOKEN_PATTERN = r"^[A-Za-z0-9_-]{64}$"  # noqa: S105 - the shape of one


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()
