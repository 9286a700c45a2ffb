"""The local issuer: signs access tokens where there is no OIDC provider, for the embedded mode and for own accounts."""

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from libs.common.security.keyfile import read_or_create
from libs.common.security.keyset import KeySet, thumbprint
from libs.common.security.principal import Principal, Role
from libs.common.security.tokens import JwtVerifier, TokenRules

KEY_FILE = "issuer-key.pem"
RETIRED_KEY_FILES = "issuer-key-*.pem"
"""Keys that sign nothing any more: what they signed counts until it ends, or until the file is taken away."""
KEY_BYTES = 32
LOCAL_RULES = TokenRules(issuer="urn:huiyin:local-issuer", audience="huiyin")
ALGORITHM = "EdDSA"


class LocalIssuer:
    """Issues tokens signed with an Ed25519 key. Retired keys sign nothing, and what they signed still counts."""

    def __init__(
        self,
        keys: Sequence[Ed25519PrivateKey],
        now: Callable[[], datetime],
        rules: TokenRules = LOCAL_RULES,
    ) -> None:
        """The first of ``keys`` signs. `now` gives the machine's time, aware; never that of a simulated clock."""
        self._key = keys[0]
        self.now = now
        self.rules = rules
        self._jwks = [_public(key) for key in keys]

    @classmethod
    def load_or_create(cls, data_dir: Path, now: Callable[[], datetime], rules: TokenRules = LOCAL_RULES) -> Self:
        """The issuer of this data directory; its key is in `<data_dir>/issuer-key.pem` (0600), made at the first start.

        To rotate it, rename the file to ``issuer-key-<anything>.pem``: a new one is made, the old one still verifies.

        Raises:
            InsecureKeyFile: others may read the key.
            ValueError: the file is not a key in PEM.
            TypeError: it is a key of another kind.
        """
        current = read_or_create(data_dir / KEY_FILE, _new_key_file)
        retired = [read_or_create(file, _new_key_file) for file in sorted(data_dir.glob(RETIRED_KEY_FILES))]
        return cls([_of_pem(content) for content in (current, *retired)], now, rules)

    @classmethod
    def from_base64(cls, text: str, now: Callable[[], datetime], rules: TokenRules = LOCAL_RULES) -> Self:
        """From keys of 32 bytes in base64, several by comma, the one that signs first.

        Raises:
            ValueError: one is no base64 of 32 bytes, or holds zeros only.
        """
        return cls([_of_seed(part) for part in text.split(",")], now, rules)

    def issue(
        self,
        subject: str,
        roles: Collection[Role],
        area: str,
        unit: str | None,
        lifetime: timedelta,
        staff_id: str | None = None,
        token_id: str | None = None,
    ) -> str:
        """A token that says this, from now on for `lifetime`; ``token_id`` is its ``jti``, made up unless given.

        Raises:
            ValueError: the verifier would refuse what it says.
        """
        who = Principal(subject, frozenset(roles), area, unit, token_id or str(uuid4()), staff_id)
        issued = int(self.now().astimezone(UTC).timestamp())
        claims = {
            "iss": self.rules.issuer,
            "aud": self.rules.audience,
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(lifetime.total_seconds()),
            "jti": who.token_id,
            "sub": who.subject,
            "roles": sorted(who.roles),
            "area": who.area_code,
        }
        if who.unit_code is not None:
            claims["unit"] = who.unit_code
        if who.staff_id is not None:
            claims[self.rules.staff_claim] = who.staff_id
        header = {"typ": "at+jwt", "kid": self._jwks[0]["kid"]}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=header)

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK set, the one that signs first."""
        return {"keys": [dict(jwk) for jwk in self._jwks]}


class LocalVerifier:
    """A `TokenVerifier` for the tokens of a local issuer: no network, the key at hand."""

    def __init__(self, issuer: LocalIssuer, now: Callable[[], datetime]) -> None:
        """`now` as for the issuer."""
        self._verifier = JwtVerifier(KeySet.parse(issuer.jwks()), issuer.rules, now)

    async def verify(self, token: str) -> Principal:
        """See `TokenVerifier`."""
        return await self._verifier.verify(token)


def _public(key: Ed25519PrivateKey) -> dict[str, Any]:
    public: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "alg": ALGORITHM, "use": "sig", "kid": thumbprint(public)}


def _of_pem(content: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{KEY_FILE} must hold an Ed25519 key")
    return key


def _of_seed(text: str) -> Ed25519PrivateKey:
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        seed = b""
    if len(seed) != KEY_BYTES or not any(seed):
        raise ValueError(f"a signing key is base64 of {KEY_BYTES} bytes; make one: openssl rand -base64 32")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _new_key_file() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
