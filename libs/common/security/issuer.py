"""The local issuer: signs access tokens for the embedded mode, where there is no OIDC provider."""

from collections.abc import Callable, Collection
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
LOCAL_RULES = TokenRules(issuer="urn:huiyin:local-issuer", audience="huiyin")
ALGORITHM = "EdDSA"


class LocalIssuer:
    """Issues tokens signed with an Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey, now: Callable[[], datetime]) -> None:
        """`now` gives the machine's time, aware; never that of a simulated clock."""
        self._key = key
        self._now = now
        public: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._jwk = {**public, "alg": ALGORITHM, "use": "sig", "kid": thumbprint(public)}

    @classmethod
    def load_or_create(cls, data_dir: Path, now: Callable[[], datetime]) -> Self:
        """The issuer of this data directory; its key is in `<data_dir>/issuer-key.pem` (0600), made at the first start.

        Raises:
            InsecureKeyFile: others may read the key.
            ValueError: the file is not a key in PEM.
            TypeError: it is a key of another kind.
        """
        key = load_pem_private_key(read_or_create(data_dir / KEY_FILE, _new_key_file), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{KEY_FILE} must hold an Ed25519 key")
        return cls(key, now)

    def issue(self, subject: str, roles: Collection[Role], area: str, unit: str | None, lifetime: timedelta) -> str:
        """A token that says this, from now on for `lifetime`.

        Raises:
            ValueError: the verifier would refuse what it says.
        """
        who = Principal(subject, frozenset(roles), area, unit, str(uuid4()))
        issued = int(self._now().astimezone(UTC).timestamp())
        claims = {
            "iss": LOCAL_RULES.issuer,
            "aud": LOCAL_RULES.audience,
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
        header = {"typ": "at+jwt", "kid": self._jwk["kid"]}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=header)

    def jwks(self) -> dict[str, Any]:
        """The public key as a JWK set."""
        return {"keys": [dict(self._jwk)]}


class LocalVerifier:
    """A `TokenVerifier` for the tokens of a local issuer: no network, the key at hand."""

    def __init__(self, issuer: LocalIssuer, now: Callable[[], datetime]) -> None:
        """`now` as for the issuer."""
        self._verifier = JwtVerifier(KeySet.parse(issuer.jwks()), LOCAL_RULES, now)

    async def verify(self, token: str) -> Principal:
        """See `TokenVerifier`."""
        return await self._verifier.verify(token)


def _new_key_file() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
