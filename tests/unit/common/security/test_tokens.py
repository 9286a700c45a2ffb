"""An access token counts only when everything about it is right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Unauthenticated
from libs.common.security.keyset import KeySet, VerificationKey
from libs.common.security.principal import Principal, Role
from libs.common.security.tokens import MOST_REMEMBERED, JwtVerifier, TokenRules
from tests.unit.common.security.forge import (
    NOW,
    RULES,
    Provider,
    ec_key,
    encoded,
    forged,
    hmac_with,
    honest_claims,
    jwk_of,
    rsa_key,
    sign_with,
)

PROVIDER = Provider()


def verifier(
    provider: Provider = PROVIDER,
    *,
    at: datetime = NOW,
    rules: TokenRules = RULES,
    now: Callable[[], datetime] | None = None,
) -> JwtVerifier:
    return JwtVerifier(KeySet.parse(provider.jwks()), rules, now or (lambda: at))


async def refusal(token: str, checking: JwtVerifier | None = None) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await (checking or verifier()).verify(token)
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert refused.value.detail_zh != refused.value.detail
    reason: str = refused.value.extra["reason"]
    return reason


@pytest.mark.parametrize(
    "provider",
    [Provider(), Provider(rsa_key(), algorithm="RS256"), Provider(ec_key(), algorithm="ES256")],
    ids=["EdDSA", "RS256", "ES256"],
)
async def test_a_good_token_of_each_algorithm_says_who_is_asking(provider: Provider) -> None:
    token = provider.token(roles=["handler", "caller"], area="999001101000", unit="T-999001101")
    expected = Principal(
        "wang", frozenset({Role.HANDLER, Role.CALLER}), "999001101000", "T-999001101", token_id="token-1"
    )
    assert expected == await verifier(provider).verify(token)


async def test_whose_account_it_is_stands_in_the_claim_that_the_office_names() -> None:
    token = PROVIDER.token(staff_id="S-1", employee="S-2")
    assert (await verifier().verify(token)).staff_id == "S-1"
    assert (await verifier(rules=replace(RULES, staff_claim="employee")).verify(token)).staff_id == "S-2"


async def test_roles_of_the_provider_that_mean_nothing_here_are_left_out() -> None:
    principal = await verifier().verify(PROVIDER.token(roles=["offline_access", "auditor", "superuser"]))
    assert principal.roles == {Role.AUDITOR}


async def test_a_token_without_roles_is_somebody_without_rights() -> None:
    assert (await verifier().verify(PROVIDER.token(roles=None))).roles == frozenset()


async def test_a_token_for_several_audiences_counts_when_this_is_one_of_them() -> None:
    await verifier().verify(PROVIDER.token(aud=["other", RULES.audience]))


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit", "b64"])
async def test_a_token_may_not_bring_its_own_key_or_rules(name: str) -> None:
    attacker = Ed25519PrivateKey.generate()
    header = {"alg": "EdDSA", "typ": "at+jwt", "kid": "k1", name: jwk_of(attacker, "k1")}
    assert await refusal(forged(header, honest_claims(), sign_with(attacker))) in {"header", "malformed"}


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "HS512", "PS256", "RS512", "ES384", "", None, ["EdDSA"], 7]
)
async def test_an_algorithm_outside_the_list_is_refused(algorithm: object) -> None:
    assert await refusal(PROVIDER.token(header={"alg": algorithm})) in {"algorithm", "malformed"}


async def test_an_unsigned_token_is_refused() -> None:
    header = {"alg": "none", "typ": "at+jwt", "kid": "k1"}
    assert await refusal(forged(header, honest_claims(), lambda _: b"")) == "algorithm"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
async def test_the_public_key_is_no_shared_secret(algorithm: str) -> None:
    provider = Provider(rsa_key(), algorithm="RS256")
    public = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "k1"}
    token = forged(header, honest_claims(), hmac_with(public))
    assert await refusal(token, verifier(provider)) in {"algorithm", "signature"}


async def test_a_key_serves_its_own_algorithm_only() -> None:
    assert await refusal(PROVIDER.token(header={"alg": "ES256"})) == "key"


async def test_another_key_with_a_known_id_does_not_pass() -> None:
    assert await refusal(Provider(key_id="k1").token()) == "signature"


@pytest.mark.parametrize("key_id", [None, "k2", "x" * 300])
async def test_a_key_that_is_not_the_providers_is_refused(key_id: str | None) -> None:
    assert await refusal(PROVIDER.token(header={"kid": key_id})) == "key"


@pytest.mark.parametrize("kind", ["JWT", "id+jwt", None, 5, ["at+jwt"]])
async def test_only_an_access_token_is_an_access_token(kind: object) -> None:
    assert await refusal(PROVIDER.token(header={"typ": kind})) in {"type", "malformed"}


@pytest.mark.parametrize("kind", ["AT+JWT", "application/at+jwt"])
async def test_the_type_may_be_written_as_the_rfc_allows(kind: str) -> None:
    await verifier().verify(PROVIDER.token(header={"typ": kind}))


async def test_a_provider_that_types_its_tokens_jwt_can_be_allowed() -> None:
    allowing = verifier(rules=replace(RULES, types=frozenset({"jwt"})))
    await allowing.verify(PROVIDER.token(header={"typ": "JWT"}))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "claims"),
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "claims"),
        ({"exp": None}, "claims"),
        ({"exp": "soon"}, "claims"),
        ({"exp": True}, "claims"),
        ({"exp": float("nan")}, "claims"),
        ({"exp": float("inf")}, "claims"),
        ({"exp": 10**400}, "claims"),
        ({"nbf": float("nan")}, "claims"),
        ({"nbf": [1]}, "claims"),
        ({"sub": None}, "claims"),
        ({"sub": 5}, "claims"),
        ({"sub": ""}, "claims"),
        ({"sub": "a\nb"}, "claims"),
        ({"sub": "x" * 256}, "claims"),
        ({"jti": None}, "claims"),
        ({"jti": 5}, "claims"),
        ({"area": None}, "claims"),
        ({"area": 999001000000}, "claims"),
        ({"area": "999001"}, "claims"),
        ({"area": "999001000000\n"}, "claims"),
        ({"area": "%99001000000"}, "claims"),
        ({"area": "９９９００１００００００"}, "claims"),
        ({"unit": ""}, "claims"),
        ({"staff_id": ""}, "claims"),
        ({"staff_id": 1001}, "claims"),
        ({"staff_id": "S\n1"}, "claims"),
        ({"unit": "d-water"}, "claims"),
        ({"unit": ["D-WATER"]}, "claims"),
        ({"roles": "admin"}, "claims"),
        ({"roles": [["admin"]]}, "claims"),
        ({"roles": {"admin": True}}, "claims"),
    ],
)
async def test_a_claim_that_is_missing_or_wrong_refuses_the_token(claims: dict[str, object], reason: str) -> None:
    assert await refusal(PROVIDER.token_saying(claims)) == reason


SECOND = timedelta(seconds=1)
LIFE = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (NOW - RULES.leeway - SECOND, "not_yet"),
        (NOW - RULES.leeway, None),
        (NOW + LIFE + RULES.leeway - SECOND, None),
        (NOW + LIFE + RULES.leeway, "expired"),
    ],
)
async def test_a_token_lives_from_nbf_to_exp_with_the_leeway_on_both_sides(at: datetime, outcome: str | None) -> None:
    checking = verifier(at=at)
    if outcome is None:
        await checking.verify(PROVIDER.token())
    else:
        assert await refusal(PROVIDER.token(), checking) == outcome


@pytest.mark.parametrize("leeway", [61, -1])
def test_the_leeway_is_a_minute_at_most(leeway: int) -> None:
    with pytest.raises(ValueError, match="leeway"):
        replace(RULES, leeway=timedelta(seconds=leeway))


@pytest.mark.parametrize(("issuer", "audience"), [("", "huiyin"), ("https://id.example", "")])
def test_rules_without_issuer_or_audience_are_no_rules(issuer: str, audience: str) -> None:
    with pytest.raises(ValueError, match="named"):
        TokenRules(issuer, audience)


class CountingKeys:
    """Keys that can be taken away, and that count who asks."""

    def __init__(self, keys: KeySet) -> None:
        self.keys = keys

    async def find(self, key_id: str, algorithm: str) -> VerificationKey | None:
        return self.keys.get(key_id, algorithm)


async def test_a_remembered_token_still_expires() -> None:
    moments = [NOW]
    checking = verifier(now=lambda: moments[-1])
    token = PROVIDER.token()
    await checking.verify(token)
    moments.append(NOW + LIFE + RULES.leeway)
    assert await refusal(token, checking) == "expired"


@pytest.mark.parametrize(
    ("keys", "reason"), [({"keys": []}, "key"), (Provider(key_id="k1").jwks(), "signature")], ids=["gone", "replaced"]
)
async def test_a_remembered_token_dies_with_its_key(keys: dict[str, object], reason: str) -> None:
    source = CountingKeys(KeySet.parse(PROVIDER.jwks()))
    checking = JwtVerifier(source, RULES, lambda: NOW)
    await checking.verify(PROVIDER.token())
    source.keys = KeySet.parse(keys)
    assert await refusal(PROVIDER.token(), checking) == reason


async def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.common.security.tokens.MOST_REMEMBERED", 3)
    assert MOST_REMEMBERED > 3
    checking = verifier()
    for number in range(5):
        await checking.verify(PROVIDER.token(jti=f"token-{number}"))
    assert len(checking._remembered) == 3


NASTY = [
    "",
    ".",
    "..",
    "a.b.c",
    "é.é.é",
    "\ud800.a.b",
    PROVIDER.token() + "é",
    "x" * 9000,
    encoded(b"[" * 5000) + ".e30.e30",
    encoded(b"null") + ".e30.e30",
    encoded(b'{"alg":"EdDSA","kid":"k1","typ":"at+jwt"}') + ".e30.e30.e30",
]


@pytest.mark.parametrize("token", NASTY)
async def test_what_is_no_token_is_refused_and_breaks_nothing(token: str) -> None:
    assert await refusal(token) in {"malformed", "type"}


@given(st.text(max_size=60) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
async def test_any_text_is_refused(token: str) -> None:
    assert await refusal(token)


@given(st.data())
async def test_a_token_changed_in_one_character_is_refused_or_says_the_same(data: st.DataObject) -> None:
    token = PROVIDER.token()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
    try:
        principal = await verifier().verify(token[:place] + other + token[place + 1 :])
    except Unauthenticated:
        return
    # The last character of a base64 signature has bits that carry nothing.
    assert principal == await verifier().verify(token)
    assert other == token[place] or place == len(token) - 1


@pytest.mark.parametrize("claims", [[], "text", None, 5])
async def test_signed_claims_that_are_no_object_are_refused(claims: object) -> None:
    token = forged({"alg": "EdDSA", "typ": "at+jwt", "kid": "k1"}, claims, sign_with(PROVIDER.key))
    assert await refusal(token) == "malformed"
