"""A key set is read with suspicion: a key that could be misused is as good as absent."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm

from libs.common.security.keyset import MOST_KEYS, KeySet, NotAKeySet
from tests.unit.common.security.forge import ec_key, jwk_of, rsa_key

ED = Ed25519PrivateKey.generate()
RSA = rsa_key()


@pytest.mark.parametrize(
    ("jwk", "algorithm"),
    [
        (jwk_of(ED, "k"), "EdDSA"),
        (jwk_of(ED, "k", alg="Ed25519", use="sig", key_ops=["verify"]), "EdDSA"),
        (jwk_of(RSA, "k", alg="RS256"), "RS256"),
        (jwk_of(ec_key(), "k"), "ES256"),
    ],
)
def test_a_key_is_bound_to_the_one_algorithm_of_its_kind(jwk: dict[str, object], algorithm: str) -> None:
    keys = KeySet.parse({"keys": [jwk]})
    assert len(keys) == 1
    key = keys.get("k", algorithm)
    assert key is not None
    assert key.algorithm == algorithm


UNFIT = {
    "encryption": jwk_of(ED, "k", use="enc"),
    "signing only": jwk_of(ED, "k", key_ops=["sign"]),
    "private part": {**OKPAlgorithm.to_jwk(ED, as_dict=True), "kid": "k"},
    "symmetric": {"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "k"},
    "other algorithm of the kind": jwk_of(RSA, "k", alg="PS256"),
    "algorithm of another kind": jwk_of(ED, "k", alg="RS256"),
    "other curve": {**jwk_of(ec_key(), "k"), "crv": "P-384"},
    "short": jwk_of(rsa_key(1024), "k"),
    "no id": {name: value for name, value in jwk_of(ED, "k").items() if name != "kid"},
    "odd types": jwk_of(ED, "k", kty=["OKP"]),
    "no point": jwk_of(ED, "k", x="!!"),
    "no key": {"kid": "k", "kty": "OKP", "crv": "Ed25519"},
}


@pytest.mark.parametrize("jwk", UNFIT.values(), ids=UNFIT)
def test_an_unfit_key_is_skipped_and_the_next_one_kept(jwk: dict[str, object]) -> None:
    keys = KeySet.parse({"keys": [jwk, "not a key", jwk_of(ED, "good")]})
    assert len(keys) == 1
    assert keys.get("good", "EdDSA")


def test_a_p384_key_serves_nothing() -> None:
    key = generate_private_key(SECP384R1())
    assert len(KeySet.parse({"keys": [jwk_of(key, "k")]})) == 0


def test_of_two_keys_with_one_id_the_first_counts() -> None:
    first, second = jwk_of(ED, "k"), jwk_of(Ed25519PrivateKey.generate(), "k")
    kept = KeySet.parse({"keys": [first, second]}).get("k", "EdDSA")
    assert kept == KeySet.parse({"keys": [first]}).get("k", "EdDSA")


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": {}}, {"keys": [{}] * (MOST_KEYS + 1)}])
def test_what_is_no_key_set_is_refused(document: object) -> None:
    with pytest.raises(NotAKeySet):
        KeySet.parse(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "kid", "d"])


@given(st.sampled_from([jwk_of(ED, "k"), jwk_of(RSA, "k"), jwk_of(ec_key(), "k")]), MEMBERS, JSON)
def test_no_member_of_a_key_can_break_the_reading(jwk: dict[str, object], member: str, value: object) -> None:
    assert len(KeySet.parse({"keys": [{**jwk, member: value}]})) <= 1
