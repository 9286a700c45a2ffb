"""Keyed fingerprints (带密钥的指纹): of what must be known again, and may not be found out from a table or a backup.

A request often holds a phone number, and all numbers are tried in seconds: a plain hash of it hides nothing. So what is
kept of an Idempotency-Key and of its request is made under a key that is not in the database.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.common.security.keyfile import DamagedKeyFile, read_or_create
from libs.common.security.links import LinkKeys

KEY_BYTES = 32
KEY_FILE = "answer-key"
_NAME_BYTES = 16
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Fingerprints:
    """One service's fingerprints under each of its keys.

    What is kept is kept under every key, and found by any. So while a key is being replaced, processes that know the
    old one, the new one or both still find what the others kept, and no repeated request is done twice.
    """

    def __init__(self, keys: Sequence[bytes], service: str) -> None:
        """From each key another one is derived for each purpose and service: no fingerprint of one says anything about
        another's, though all services are given the same key."""
        self._of_names = tuple(_derived(key, f"{service} idempotency-key") for key in keys)
        self._of_requests = tuple(_derived(key, f"{service} request") for key in keys)
        self.links = LinkKeys([_derived(key, f"{service} one-time-link") for key in keys])

    def names(self, scope: str, idempotency_key: str) -> tuple[str, ...]:
        """What stands for a caller's Idempotency-Key: 32 letters under each key, none like a number of a person.

        ``scope`` has no line break.
        """
        message = f"{scope}\n{idempotency_key}".encode()
        names = [hmac.digest(key, message, "sha256")[:_NAME_BYTES] for key in self._of_names]
        return tuple([name.hex().translate(_LETTERS) for name in names])

    def requests(self, content: bytes) -> tuple[bytes, ...]:
        """What stands for a request: 32 bytes under each key."""
        return tuple([hmac.digest(key, content, "sha256") for key in self._of_requests])


@dataclass(frozen=True, slots=True, repr=False)
class AnswerKeys:
    """The keys under which answers are kept, the newest first. Its repr shows none.

    Raises:
        ValueError: there is none, or one has not 32 bytes or holds zeros only.
    """

    keys: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse what would protect nothing."""
        if not self.keys or any(len(key) != KEY_BYTES for key in self.keys):
            raise ValueError(f"an answer key must have {KEY_BYTES} bytes; make one: openssl rand -base64 32")
        if not all(any(key) for key in self.keys):
            raise ValueError("an answer key holds zeros only; make one: openssl rand -base64 32")

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """From base64, several by comma. ValueError as for the class, or when a part is not base64."""
        try:
            keys = tuple(base64.b64decode(part.strip(), validate=True) for part in text.split(","))
        except ValueError:
            raise ValueError("an answer key is not base64; make one: openssl rand -base64 32") from None
        return cls(keys)

    def of(self, service: str) -> Fingerprints:
        """The fingerprints of a service."""
        return Fingerprints(self.keys, service)


def load_or_create_answer_keys(data_dir: Path) -> AnswerKeys:
    """Those of the embedded mode, from `<data_dir>/answer-key` (0600); made at the first start.

    Raises:
        InsecureKeyFile: others may read the file.
        DamagedKeyFile: it does not hold what was written.
    """
    path = data_dir / KEY_FILE
    stored = read_or_create(path, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    try:
        return AnswerKeys.from_base64(stored.decode("ascii"))
    except ValueError as error:
        raise DamagedKeyFile(f"{path}: {error}") from None


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=f"huiyin answers 1 {purpose}".encode()).derive(key)
