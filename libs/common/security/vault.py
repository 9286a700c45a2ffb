"""The vault: seals what identifies a requester (诉求人), so that a stolen table or backup shows nothing.

A sealed value is bytes: suite (1), length of the key id (1), key id, nonce (12), ciphertext with tag (16). Header,
table, column and case are authenticated with it, so a value moved to another row, column or key does not open.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.common.security.keyfile import DamagedKeyFile, read_or_create
from libs.common.security.phones import normalised_phone

NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_KEY_BYTES = 32
INDEX_BYTES = 16
LONGEST_KEY_ID = 255
KEY_FILE = "vault-keys.json"


class CannotOpen(Exception):
    """The sealed value was changed or moved, or its key is not here. The message holds nothing of the value."""


class Suite(IntEnum):
    """The cipher (密码套件), as written in the first byte of a sealed value."""

    AES_256_GCM = 1
    SM4_GCM = 2
    """国密 (GB/T 32907); its keys have 16 bytes."""


@dataclass(frozen=True, slots=True)
class VaultCell:
    """Where a sealed value belongs: it opens nowhere else."""

    table: str
    column: str
    case_id: str

    def __bytes__(self) -> bytes:
        """The associated data. The separator may not occur in a part, or two cells could look alike."""
        parts = (self.table, self.column, self.case_id)
        if any("|" in part or not part for part in parts):
            raise ValueError("table, column and case_id must be given and hold no '|'")
        return "|".join(parts).encode()


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _Sm4Gcm:
    """SM4 in GCM with the call shape of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        sealing = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        body, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        opening = Cipher(self._cipher, modes.GCM(nonce, tag)).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(body) + opening.finalize()


_SUITES: Mapping[Suite, tuple[int, Callable[[bytes], _Aead]]] = {
    Suite.AES_256_GCM: (32, AESGCM),
    Suite.SM4_GCM: (16, _Sm4Gcm),
}
"""Length of the key in bytes, and the cipher made from one. The lengths differ, so no key serves two suites."""


def print_of_sealed(*sealed: bytes | None) -> str:
    """A digest of sealed values in their order, for whoever cannot open them and has to know whether they changed."""
    digest = hashlib.sha256()
    for value in sealed:
        digest.update(b"-" if value is None else len(value).to_bytes(4) + value)
    return digest.hexdigest()


class SealingKey:
    """One key, and the cipher that its length stands for."""

    def __init__(self, key_id: str, key: bytes) -> None:
        """ValueError when the key or its id has no fitting length; UnsupportedAlgorithm as for `Vault`."""
        self.suite, self._cipher = _cipher(key_id, key)
        self.length = len(key)
        self.header = bytes((self.suite, len(key_id))) + key_id.encode("ascii")

    def seal(self, plain: bytes, aad: VaultCell) -> bytes:
        """The bytes, encrypted for this cell."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self.header + nonce + self._cipher.encrypt(nonce, plain, self.header + bytes(aad))

    def open(self, token: bytes, aad: VaultCell) -> bytes:
        """What was sealed for this cell. CannotOpen as `Vault.open`."""
        header, nonce, sealed = _parts(token)
        if header != self.header:
            raise CannotOpen("the key of this value is not known here")
        try:
            return self._cipher.decrypt(nonce, sealed, header + bytes(aad))
        except InvalidTag:
            raise CannotOpen("the value was changed, or belongs to another cell") from None


class Vault:
    """Seals with the current key, opens with any key it knows. Rotate by adding a key and making it the current one.

    With random nonces a key is good for 2^32 values (NIST SP 800-38D 8.3): far more than a county ever has requesters.
    """

    def __init__(
        self, keys: Mapping[str, bytes], current: str, index_key: bytes, retired_index_keys: Sequence[bytes] = ()
    ) -> None:
        """Check every key once, at start.

        Raises:
            ValueError: the current key is missing, a key or key id has no fitting length, a key holds zeros only, or
                the index key seals as well.
            UnsupportedAlgorithm: a key is for SM4 and the OpenSSL beneath has no SM4-GCM.
        """
        if current not in keys:
            raise ValueError("the current key is not among the keys")
        self._index_keys = (index_key, *retired_index_keys)
        if any(len(key) != INDEX_KEY_BYTES for key in self._index_keys):
            raise ValueError(f"the index key must have {INDEX_KEY_BYTES} bytes")
        _refuse_known_keys(keys.values(), self._index_keys)
        self.index_key_id = _id_of(index_key)
        """Says which key makes the index now, and nothing of it."""
        self._keys = {key_id: SealingKey(key_id, key) for key_id, key in keys.items()}
        self._sealing = self._keys[current]
        self.current = current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys that open, the current one first. An id says nothing of its key."""
        return (self.current, *(key_id for key_id in self._keys if key_id != self.current))

    @property
    def header(self) -> bytes:
        """What every value begins with that is sealed under the current key."""
        return self._sealing.header

    @property
    def key_bytes(self) -> int:
        """How long a key of the current cipher is."""
        return self._sealing.length

    def seal(self, plain: str, *, aad: VaultCell) -> bytes:
        """The text, encrypted for this cell under the current key."""
        return self._sealing.seal(plain.encode(), aad)

    def open(self, token: bytes, *, aad: VaultCell) -> str:
        """The text that was sealed for this cell.

        Raises:
            CannotOpen: it was sealed for another cell, was changed, or its key is not known here.
        """
        return self.unwrap(token, aad=aad).decode()

    def wrap(self, key: bytes, *, aad: VaultCell) -> bytes:
        """A key of something smaller, encrypted under the current key for the cell in which it is kept."""
        return self._sealing.seal(key, aad)

    def unwrap(self, token: bytes, *, aad: VaultCell) -> bytes:
        """The key that was wrapped for this cell. CannotOpen as `open`."""
        key = self._keys.get(sealed_under(token))
        if key is None:
            raise CannotOpen("the key of this value is not known here")
        return key.open(token, aad)

    def is_current(self, token: bytes) -> bool:
        """Whether it was sealed under the current key."""
        return token.startswith(self._sealing.header)

    def phone_index(self, phone: str) -> bytes:
        """16 bytes to find a requester by phone without storing the number: equal for every spelling of it.

        Phones are few enough to try them all, so the index key must never be stored beside the table.

        Raises:
            NotAPhone: there is no phone number in the text.
        """
        return self.phone_indexes(phone)[0]

    def phone_indexes(self, phone: str) -> tuple[bytes, ...]:
        """The same under every index key, the newest first: where it may stand while the index is made anew."""
        return self._indexes("phone", normalised_phone(phone))

    def door_index(self, area_code: str, door: str) -> bytes:
        """16 bytes to find a door (门牌) of an area without storing it: equal for every width and spacing of it."""
        return self.door_indexes(area_code, door)[0]

    def door_indexes(self, area_code: str, door: str) -> tuple[bytes, ...]:
        """The same under every index key, the newest first."""
        written = re.sub(r"\s", "", unicodedata.normalize("NFKC", door)).casefold()
        return self._indexes("door", f"{area_code}|{written}")

    def _indexes(self, kind: str, value: str) -> tuple[bytes, ...]:
        message = f"v1|{kind}|{value}".encode()
        return tuple([hmac.digest(key, message, hashlib.sha256)[:INDEX_BYTES] for key in self._index_keys])


@dataclass(frozen=True, slots=True, repr=False)
class VaultKeys:
    """Everything a vault is made of. Its repr shows no key."""

    keys: Mapping[str, bytes]
    current: str
    index_key: bytes
    retired_index_keys: tuple[bytes, ...] = ()

    @classmethod
    def from_base64(cls, vault_keys: str, index_keys: str) -> Self:
        """Keys from the environment: base64, the current key first, retired ones after it, separated by commas.

        Raises:
            ValueError: a part is not base64.
        """
        decoded = [_decoded(part) for part in vault_keys.split(",")]
        keys = {_id_of(key): key for key in decoded}
        index_key, *retired = [_decoded(part) for part in index_keys.split(",")]
        return cls(keys, _id_of(decoded[0]), index_key, tuple(retired))

    @classmethod
    def passing(cls) -> Self:
        """Keys that are gone with this process: for one that seals nothing."""
        key, index_key = (secrets.token_bytes(32) for _ in range(2))
        return cls({_id_of(key): key}, _id_of(key), index_key)

    def vault(self) -> Vault:
        """The vault of these keys. Raises as `Vault` does."""
        return Vault(self.keys, self.current, self.index_key, self.retired_index_keys)

    def everything(self) -> set[bytes]:
        """Every key, of either kind: none of them may do anything else."""
        return {*self.keys.values(), self.index_key, *self.retired_index_keys}


def load_or_create_keys(data_dir: Path) -> VaultKeys:
    """The keys of the embedded mode, from `<data_dir>/vault-keys.json` (0600); made at the first start.

    Whoever loses this file loses every requester, so it belongs in the backup, apart from the database.

    Raises:
        InsecureKeyFile: others may read the file.
        DamagedKeyFile: it does not hold what was written.
    """
    path = data_dir / KEY_FILE
    content = read_or_create(path, _new_key_file)
    try:
        stored = json.loads(content)
        keys = VaultKeys.from_base64(",".join(stored["vault_keys"]), stored["index_key"])
        keys.vault()
    except (KeyError, TypeError):
        raise DamagedKeyFile(f"{path} must hold vault_keys (a list) and index_key") from None
    except ValueError:
        raise DamagedKeyFile(f"{path} does not hold the keys of a vault: put it back from its copy") from None
    return keys


def _new_key_file() -> bytes:
    vault_key, index_key = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return json.dumps({"vault_keys": [vault_key], "index_key": index_key}, indent=2).encode()


def _refuse_known_keys(keys: Collection[bytes], index_keys: Collection[bytes]) -> None:
    """A key that was never filled in, and one that whoever learns the other has as well."""
    if not all(any(key) for key in (*keys, *index_keys)):
        raise ValueError("a key holds zeros only; make one: openssl rand -base64 32")
    if {*index_keys} & {*keys}:
        raise ValueError("two different keys are needed; make each by itself: openssl rand -base64 32")


def _id_of(key: bytes) -> str:
    # Taken from the key itself, two keys cannot share an id however they were configured.
    return hmac.digest(key, b"huiyin vault key id", hashlib.sha256)[:4].hex()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise ValueError("a key of the vault is not base64") from None


def _cipher(key_id: str, key: bytes) -> tuple[Suite, _Aead]:
    if not 1 <= len(key_id) <= LONGEST_KEY_ID or not key_id.isascii():
        raise ValueError("a key id must be 1 to 255 ASCII characters")
    for suite, (length, build) in _SUITES.items():
        if len(key) == length:
            _try(suite)
            return suite, build(key)
    raise ValueError("a vault key must have 32 bytes (AES-256-GCM) or 16 bytes (SM4-GCM)")


@cache
def _try(suite: Suite) -> None:
    """An OpenSSL without SM4-GCM says so only at the first use; a vault must say so at the start. Once is enough, since
    what a phone gets is opened under a key for each household.
    """
    length, build = _SUITES[suite]
    build(secrets.token_bytes(length)).encrypt(secrets.token_bytes(NONCE_BYTES), b"", b"")


def _parts(token: bytes) -> tuple[bytes, bytes, bytes]:
    start = 2 + token[1] if len(token) > 1 else len(token)
    if len(token) < start + NONCE_BYTES + TAG_BYTES:
        raise CannotOpen("the value is too short to be a sealed one")
    return token[:start], token[start : start + NONCE_BYTES], token[start + NONCE_BYTES :]


def sealed_under(token: bytes) -> str:
    """The id of the key of a sealed value. CannotOpen when it is none."""
    return _parts(token)[0][2:].decode("latin-1")
