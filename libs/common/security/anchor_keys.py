"""The keys of anchors: one signs what the ledgers said each night, and whoever has its public half can tell."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from libs.common.security.keyfile import DamagedKeyFile, read_or_create

KEY_FILE = "anchor-key"
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_ID_DIGITS = 16


class AnchorPublicKeys:
    """Public keys by their id: each made signatures once, or still does."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = {key_id(key): key for key in keys}

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """From keys of 32 bytes in base64, several by comma. ValueError when one is none."""
        hint = "a public key of anchors is what `huiyin anchor key` prints"
        return cls(Ed25519PublicKey.from_public_bytes(_decoded(part, hint)) for part in text.split(","))

    def and_those(self, others: Self) -> Self:
        """Both."""
        return type(self)([*self._keys.values(), *others._keys.values()])

    def signed(self, named: str, content: bytes, signature: bytes) -> bool:
        """Whether the key of this id made the signature."""
        key = self._keys.get(named)
        if key is None:
            return False
        try:
            key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


class AnchorSigner:
    """Signs with the first of its keys; what the others signed is still known."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._key = keys[0]
        self._all = [key.public_key() for key in keys]

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """From keys of 32 bytes in base64, several by comma, the one that signs first. ValueError when one is none."""
        hint = "an anchor key is base64 of 32 bytes; make one: openssl rand -base64 32"
        return cls([Ed25519PrivateKey.from_private_bytes(_decoded(part, hint)) for part in text.split(",")])

    @classmethod
    def load_or_create(cls, data_dir: Path) -> Self:
        """The key of this data directory, ``anchor-key`` (0600), made when there is none.

        Raises:
            InsecureKeyFile: others may read it.
            DamagedKeyFile: it holds no key.
        """
        path = data_dir / KEY_FILE
        try:
            return cls.from_base64(read_or_create(path, _new_key).decode("ascii"))
        except ValueError as error:
            raise DamagedKeyFile(f"{path} does not hold the key that was written into it") from error

    @property
    def key_id(self) -> str:
        """Of the key that signs."""
        return key_id(self._all[0])

    @property
    def public_key(self) -> str:
        """The public half of the key that signs, in base64: for whoever is to check what it signed."""
        return base64.b64encode(_raw(self._all[0])).decode()

    @property
    def public_pem(self) -> str:
        """The same in PEM, for openssl."""
        return self._all[0].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def public_keys(self) -> AnchorPublicKeys:
        """The public halves of all."""
        return AnchorPublicKeys(self._all)

    def sign(self, content: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(content)


def key_id(key: Ed25519PublicKey) -> str:
    """What names a public key: the beginning of its SHA-256."""
    return hashlib.sha256(_raw(key)).hexdigest()[:_ID_DIGITS]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _decoded(text: str, hint: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or not any(key):
        raise ValueError(hint)
    return key


def _new_key() -> bytes:
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
