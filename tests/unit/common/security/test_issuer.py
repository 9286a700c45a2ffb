"""The local issuer's tokens are read by its verifier, in this process and the next."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from libs.common.errors import Unauthenticated
from libs.common.security.issuer import KEY_FILE, LOCAL_RULES, LocalIssuer, LocalVerifier
from libs.common.security.keyset import KeySet
from libs.common.security.principal import Principal, Role
from tests.unit.common.security.forge import ec_key

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock() -> datetime:
    return NOW


async def test_what_is_issued_is_what_is_read(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    token = issuer.issue("li", [Role.HANDLER, Role.VISITOR], "999001101201", "V-1", HOUR, "S-1")
    principal = await LocalVerifier(issuer, clock).verify(token)
    roles = frozenset({Role.HANDLER, Role.VISITOR})
    assert Principal("li", roles, "999001101201", "V-1", principal.token_id, "S-1") == principal


async def test_a_person_without_unit_has_none(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    principal = await LocalVerifier(issuer, clock).verify(issuer.issue("li", [], "999001000000", None, HOUR))
    assert principal.unit_code is None


async def test_a_token_lives_for_its_lifetime(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    token = issuer.issue("li", [Role.ADMIN], "999001000000", None, HOUR)
    later = LocalVerifier(issuer, lambda: NOW + HOUR + LOCAL_RULES.leeway)
    with pytest.raises(Unauthenticated):
        await later.verify(token)


async def test_each_token_has_its_own_id(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    tokens = [issuer.issue("li", [Role.ADMIN], "999001000000", None, HOUR) for _ in range(2)]
    verifier = LocalVerifier(issuer, clock)
    assert len({(await verifier.verify(token)).token_id for token in tokens}) == 2


async def test_the_next_process_reads_the_tokens_of_this_one(tmp_path: Path) -> None:
    token = LocalIssuer.load_or_create(tmp_path, clock).issue("li", [Role.ADMIN], "999001000000", None, HOUR)
    again = LocalIssuer.load_or_create(tmp_path, clock)
    assert (await LocalVerifier(again, clock).verify(token)).subject == "li"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


async def test_another_issuer_is_not_believed(tmp_path: Path) -> None:
    issuer, other = (LocalIssuer.load_or_create(tmp_path / name, clock) for name in ("a", "b"))
    with pytest.raises(Unauthenticated):
        await LocalVerifier(issuer, clock).verify(other.issue("li", [Role.ADMIN], "999001000000", None, HOUR))


def test_what_the_verifier_would_refuse_is_not_issued(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    with pytest.raises(ValueError, match="area_code"):
        issuer.issue("li", [Role.ADMIN], "9990", None, HOUR)


def test_the_published_key_is_public_and_named(tmp_path: Path) -> None:
    issuer = LocalIssuer.load_or_create(tmp_path, clock)
    (published,) = issuer.jwks()["keys"]
    assert "d" not in published
    header = jwt.get_unverified_header(issuer.issue("li", [], "999001000000", None, HOUR))
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": published["kid"]}
    assert KeySet.parse(issuer.jwks()).get(published["kid"], "EdDSA")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    path.touch(mode=0o600)
    path.write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TypeError, match="Ed25519"):
        LocalIssuer.load_or_create(tmp_path, clock)


async def test_a_retired_key_signs_nothing_and_what_it_signed_still_counts(tmp_path: Path) -> None:
    before = LocalIssuer.load_or_create(tmp_path, clock)
    token = before.issue("li", [Role.ADMIN], "999001000000", None, HOUR)
    (tmp_path / KEY_FILE).rename(tmp_path / "issuer-key-2026.pem")
    after = LocalIssuer.load_or_create(tmp_path, clock)
    assert [key["kid"] for key in after.jwks()["keys"]][1:] == [key["kid"] for key in before.jwks()["keys"]]
    new = after.issue("li", [Role.ADMIN], "999001000000", None, HOUR)
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(token)["kid"]
    for one in (token, new):
        assert (await LocalVerifier(after, clock).verify(one)).subject == "li"
    (tmp_path / "issuer-key-2026.pem").unlink()
    with pytest.raises(Unauthenticated):
        await LocalVerifier(LocalIssuer.load_or_create(tmp_path, clock), clock).verify(token)


async def test_keys_that_are_given_sign_by_the_first_and_verify_by_all() -> None:
    old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    token = LocalIssuer.from_base64(old, clock).issue("li", [], "999001000000", None, HOUR, "S-1", "session.1")
    both = LocalIssuer.from_base64(f"{new}, {old}", clock)
    principal = await LocalVerifier(both, clock).verify(token)
    assert (principal.staff_id, principal.token_id) == ("S-1", "session.1")
    assert all("d" not in key for key in both.jwks()["keys"])
    with pytest.raises(ValueError, match="openssl rand"):
        LocalIssuer.from_base64("AAAA", clock)
