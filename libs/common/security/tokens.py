"""Checks an access token (RFC 9068, a signed JWT) and says whose it is. Nothing of an unchecked token is ever used."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Protocol

import jwt
from jwt.exceptions import (
    InvalidAlgorithmError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidJTIError,
    InvalidSignatureError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
)
from jwt.types import Options

from libs.common.errors import Unauthenticated
from libs.common.security.keyset import ALGORITHMS, KeySource, VerificationKey
from libs.common.security.principal import LONGEST_NAME, Principal, Role

LONGEST_TOKEN = 8192
MOST_LEEWAY = timedelta(seconds=60)
MOST_REMEMBERED = 4096
STAFF_CLAIM = "staff_id"
ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})

_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64"})
"""A token may not bring the key it is checked with, nor ask for rules that are not implemented here."""
_REQUIRED_CLAIMS = ("iss", "aud", "exp", "sub", "jti", "area")


class TokenRefusal(Enum):
    """Why a token does not count: a stable word, English, Chinese."""

    MALFORMED = ("malformed", "The token is not a signed JWT", "令牌格式不正确")
    TYPE = ("type", "The token is not an access token", "令牌类型不是访问令牌")
    ALGORITHM = ("algorithm", "The token is signed with an algorithm that is not accepted", "令牌签名算法不被接受")
    HEADER = ("header", "The token's header asks for what is not accepted", "令牌头包含不被接受的参数")
    KEY = ("key", "The token is signed with an unknown key", "令牌签名密钥未知")
    SIGNATURE = ("signature", "The token's signature is wrong", "令牌签名无效")
    ISSUER = ("issuer", "The token is from another issuer", "令牌签发方不符")
    AUDIENCE = ("audience", "The token is for another audience", "令牌受众不符")
    EXPIRED = ("expired", "The token has expired", "令牌已过期")
    NOT_YET = ("not_yet", "The token is not valid yet", "令牌尚未生效")
    CLAIMS = ("claims", "A claim of the token is missing or not valid", "令牌声明缺失或无效")

    def problem(self) -> Unauthenticated:
        """The 401 that says so. It repeats nothing of the token."""
        word, english, chinese = self.value
        return Unauthenticated(
            english,
            chinese,
            extra={"reason": word},
            headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{english}"'},
        )


_REFUSALS = (
    (InvalidSignatureError, TokenRefusal.SIGNATURE),
    (InvalidAlgorithmError, TokenRefusal.ALGORITHM),
    (InvalidIssuerError, TokenRefusal.ISSUER),
    (InvalidAudienceError, TokenRefusal.AUDIENCE),
    (MissingRequiredClaimError, TokenRefusal.CLAIMS),
    (InvalidSubjectError, TokenRefusal.CLAIMS),
    (InvalidJTIError, TokenRefusal.CLAIMS),
)
_ROLES = {role.value: role for role in Role}


class TokenVerifier(Protocol):
    """Turns a bearer token into a principal."""

    async def verify(self, token: str) -> Principal:
        """Whose token it is.

        Raises:
            Unauthenticated: the token does not count; `extra["reason"]` is the word of a `Refusal`.
            Unavailable: the keys to check it with cannot be had just now.
        """
        ...


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say. Widen `types` by "jwt" only for a provider that marks access tokens so.

    Raises:
        ValueError: the leeway is more than 60 s.
    """

    issuer: str
    audience: str
    leeway: timedelta = MOST_LEEWAY
    types: frozenset[str] = ACCESS_TOKEN_TYPES
    staff_claim: str = STAFF_CLAIM
    """The claim that names the member of staff; a provider may have it under a name of its own."""

    def __post_init__(self) -> None:
        """Refuse rules that would let expired tokens live on, or any issuer or audience in."""
        if not timedelta(0) <= self.leeway <= MOST_LEEWAY:
            raise ValueError("the leeway must be between 0 and 60 s")
        if not self.issuer or not self.audience:
            raise ValueError("issuer and audience must be named")


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a token proved once, and what must still hold each time it is shown."""

    principal: Principal
    key: VerificationKey
    not_before: float
    expires: float


class JwtVerifier:
    """Checks tokens against the keys of a `KeySource`.

    A signature costs some 0.1 ms to check, so a token that passed is remembered; its times and its key are looked at
    anew each time. `now` must be the machine's time, also where the product runs on a simulated clock.
    """

    def __init__(self, keys: KeySource, rules: TokenRules, now: Callable[[], datetime]) -> None:
        """`now` gives an aware datetime."""
        self._keys = keys
        self._rules = rules
        self._now = now
        self._remembered: dict[str, _Checked] = {}

    async def verify(self, token: str) -> Principal:
        """See `TokenVerifier`."""
        checked = self._remembered.pop(token, None)
        if checked is None or await self._keys.find(checked.key.key_id, checked.key.algorithm) != checked.key:
            checked = await self._check(token)
        self._check_times(checked)
        self._remember(token, checked)
        return checked.principal

    async def _check(self, token: str) -> _Checked:
        key = await self._key_of(_header_of(token, self._rules.types))
        claims = self._signed_claims(token, key)
        principal = _principal_of(claims, self._rules.staff_claim)
        return _Checked(principal, key, _moment(claims.get("nbf", 0)), _moment(claims["exp"]))

    async def _key_of(self, header: Mapping[str, Any]) -> VerificationKey:
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise TokenRefusal.ALGORITHM.problem()
        if not isinstance(key_id, str) or len(key_id) > LONGEST_NAME:
            raise TokenRefusal.KEY.problem()
        key = await self._keys.find(key_id, algorithm)
        if key is None:
            raise TokenRefusal.KEY.problem()
        return key

    def _signed_claims(self, token: str, key: VerificationKey) -> dict[str, Any]:
        # PyJWT reads the machine's clock itself, so the times are left to `_check_times`.
        options: Options = {
            "require": list(_REQUIRED_CLAIMS),
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        try:
            return jwt.decode(
                token,
                key.jwk,
                algorithms=[key.algorithm],
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                options=options,
            )
        except (InvalidTokenError, ValueError, RecursionError) as error:
            raise _refusal_of(error).problem() from None

    def _check_times(self, checked: _Checked) -> None:
        now, leeway = self._now().astimezone(UTC).timestamp(), self._rules.leeway.total_seconds()
        if now >= checked.expires + leeway:
            raise TokenRefusal.EXPIRED.problem()
        if now < checked.not_before - leeway:
            raise TokenRefusal.NOT_YET.problem()

    def _remember(self, token: str, checked: _Checked) -> None:
        """Keep it as the youngest; the one that was not shown for the longest time goes when there are too many."""
        self._remembered[token] = checked
        if len(self._remembered) > MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]


def _header_of(token: str, types: frozenset[str]) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefusal.MALFORMED.problem()
    try:
        header = jwt.get_unverified_header(token)
    except (InvalidTokenError, ValueError, RecursionError):
        raise TokenRefusal.MALFORMED.problem() from None
    if not _FORBIDDEN_HEADERS.isdisjoint(header):
        raise TokenRefusal.HEADER.problem()
    if str(header.get("typ", "")).lower() not in types:
        raise TokenRefusal.TYPE.problem()
    return header


def _refusal_of(error: Exception) -> TokenRefusal:
    return next((refusal for kind, refusal in _REFUSALS if isinstance(error, kind)), TokenRefusal.MALFORMED)


def _principal_of(claims: Mapping[str, Any], staff_claim: str) -> Principal:
    area, unit, roles, staff = claims["area"], claims.get("unit"), claims.get("roles", []), claims.get(staff_claim)
    well_typed = isinstance(area, str) and isinstance(unit, str | None) and isinstance(roles, list)
    well_typed = well_typed and isinstance(staff, str | None)
    if not well_typed or not all(isinstance(role, str) for role in roles):
        raise TokenRefusal.CLAIMS.problem()
    # A provider adds roles of its own; they mean nothing here.
    known = frozenset(_ROLES[role] for role in roles if role in _ROLES)
    try:
        return Principal(claims["sub"], known, area, unit, claims["jti"], staff)
    except ValueError:
        raise TokenRefusal.CLAIMS.problem() from None


def _moment(claim: object) -> float:
    """A NumericDate in seconds. NaN and infinity are refused: no comparison with them would ever expire a token."""
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TokenRefusal.CLAIMS.problem()
    try:
        seconds = float(claim)
    except OverflowError:
        raise TokenRefusal.CLAIMS.problem() from None
    if not math.isfinite(seconds):
        raise TokenRefusal.CLAIMS.problem()
    return seconds
