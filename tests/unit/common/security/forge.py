"""Makes tokens of every kind, also those that no honest issuer would sign."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from libs.common.security.tokens import TokenRules

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = TokenRules(issuer="https://id.example", audience="huiyin")

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_rsa_key(public_exponent=65537, key_size=bits)


def ec_key() -> EllipticCurvePrivateKey:
    return generate_ec_key(SECP256R1())


def jwk_of(key: PrivateKey, key_id: str, **more: object) -> dict[str, Any]:
    """The public key as the provider would publish it; `more` adds or replaces members."""
    public: dict[str, Any]
    match key:
        case RSAPrivateKey():
            public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case EllipticCurvePrivateKey():
            public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case _:
            public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, "kid": key_id, **more}


def sign_with(key: PrivateKey) -> Callable[[bytes], bytes]:
    match key:
        case RSAPrivateKey():
            algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
            return lambda message: algorithm.sign(message, key)
        case EllipticCurvePrivateKey():
            curve = ECAlgorithm(ECAlgorithm.SHA256)
            return lambda message: curve.sign(message, key)
        case _:
            return key.sign


def hmac_with(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def forged(header: object, claims: object, sign: Callable[[bytes], bytes]) -> str:
    """A token with exactly this header and these claims (Python's JSON, so NaN and Infinity can be said)."""
    message = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{message}.{encoded(sign(message.encode()))}"


def honest_claims(**changes: object) -> dict[str, Any]:
    """What a good token says; a change to None takes the claim out."""
    claims = {
        "iss": RULES.issuer,
        "aud": RULES.audience,
        "sub": "wang",
        "jti": "token-1",
        "iat": NOW.timestamp(),
        "nbf": NOW.timestamp(),
        "exp": (NOW + timedelta(minutes=10)).timestamp(),
        "roles": ["dispatcher"],
        "area": "999001000000",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


@dataclass
class Provider:
    """An issuer with one key."""

    key: PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    key_id: str = "k1"
    algorithm: str = "EdDSA"

    def jwks(self) -> dict[str, Any]:
        return {"keys": [jwk_of(self.key, self.key_id)]}

    def token(self, *, header: Mapping[str, object] | None = None, **claims: object) -> str:
        """A good token, but for the changes."""
        return self.token_saying(claims, header=header)

    def token_saying(self, claims: Mapping[str, object], *, header: Mapping[str, object] | None = None) -> str:
        """The same, the changes to its claims as a mapping."""
        whole = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.key_id, **(header or {})}
        return forged({k: v for k, v in whole.items() if v is not None}, honest_claims(**claims), sign_with(self.key))
