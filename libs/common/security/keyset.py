"""A JWK set (RFC 7517), read with suspicion: which public keys may verify a token, each with exactly one algorithm."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

SMALLEST_RSA_BITS = 2048
MOST_KEYS = 100
"""A provider has a handful; more is a mistake or an attack on whoever parses them."""

_ALGORITHM_OF = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""Type and curve of a key -> the only algorithm it may be used with (RFC 8725 3.1)."""
ALGORITHMS = frozenset(_ALGORITHM_OF.values())
_FULLY_SPECIFIED = {"Ed25519": "EdDSA"}
"""RFC 9864 names."""


class NotAKeySet(ValueError):
    """The document is not a JWK set."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key bound to its algorithm. Two are equal when they are the same key."""

    key_id: str
    algorithm: str
    thumbprint: str
    jwk: PyJWK = field(compare=False)


class KeySource(Protocol):
    """Where verification keys come from."""

    async def find(self, key_id: str, algorithm: str) -> VerificationKey | None:
        """The key with this id for this algorithm, None when the provider has none.

        Raises:
            Unavailable: it cannot be known just now.
        """
        ...


class KeySet:
    """Verification keys by id and algorithm; also a `KeySource` that never changes."""

    def __init__(self, keys: Iterable[VerificationKey]) -> None:
        """Of several keys with the same id and algorithm the first counts."""
        self._keys: dict[tuple[str, str], VerificationKey] = {}
        for key in keys:
            self._keys.setdefault((key.key_id, key.algorithm), key)

    @classmethod
    def parse(cls, document: object) -> Self:
        """Keep the keys that may verify signatures here; skip all others, as RFC 7517 section 5 asks.

        Raises:
            NotAKeySet: there is no list of keys, or it is absurdly long.
        """
        entries = document.get("keys") if isinstance(document, Mapping) else None
        if not isinstance(entries, list) or len(entries) > MOST_KEYS:
            raise NotAKeySet(f"a JWK set has a list of at most {MOST_KEYS} keys")
        return cls(key for entry in entries if isinstance(entry, dict) and (key := _key_of(entry)))

    def __len__(self) -> int:
        """How many keys were kept."""
        return len(self._keys)

    def get(self, key_id: str, algorithm: str) -> VerificationKey | None:
        """The key with this id for this algorithm."""
        return self._keys.get((key_id, algorithm))

    async def find(self, key_id: str, algorithm: str) -> VerificationKey | None:
        """The same, as a `KeySource`."""
        return self.get(key_id, algorithm)


def thumbprint(public: Mapping[str, Any]) -> str:
    """What names a key by its content alone; also good as a `kid`. In the manner of RFC 7638."""
    members = {name: public[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in public}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _key_of(entry: dict[str, Any]) -> VerificationKey | None:
    key_id, algorithm = entry.get("kid"), _algorithm_of(entry)
    if not isinstance(key_id, str) or algorithm is None or not _is_for_verifying(entry):
        return None
    try:
        jwk = PyJWK(entry, algorithm)
    except (PyJWTError, UnsupportedAlgorithm, ArithmeticError, ValueError, TypeError, KeyError):
        return None
    if isinstance(jwk.key, RSAPublicKey) and jwk.key.key_size < SMALLEST_RSA_BITS:
        return None
    return VerificationKey(key_id, algorithm, thumbprint(entry), jwk)


def _algorithm_of(entry: Mapping[str, Any]) -> str | None:
    kind, curve, named = entry.get("kty"), entry.get("crv"), entry.get("alg")
    if not all(part is None or isinstance(part, str) for part in (kind, curve, named)):
        return None
    algorithm = _ALGORITHM_OF.get((str(kind), curve))
    agrees = named is None or _FULLY_SPECIFIED.get(named, named) == algorithm
    return algorithm if agrees else None


def _is_for_verifying(entry: Mapping[str, Any]) -> bool:
    operations = entry.get("key_ops")
    verifies = operations is None or (isinstance(operations, list) and "verify" in operations)
    # A private part that is published is known to everybody: nothing signed with it proves anything.
    return entry.get("use", "sig") == "sig" and verifies and "d" not in entry
