"""Codes of a phone: those of RFC 6238, each good once, of a clock that is a little off."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from libs.common.security.totp import STEP, new_secret, provisioning_uri, step_of
from tests.support.totp import code_at

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
     (2_000_000_000, "279037"), (20_000_000_000, "353130")],
)  # fmt: skip
def test_they_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, moment) == code
    assert step_of(SECRET, code, moment, None) == seconds // STEP


def test_a_code_is_good_once_and_for_a_clock_that_is_a_little_off() -> None:
    now = datetime(2026, 3, 3, 1, tzinfo=UTC)
    code, step = code_at(SECRET, now), int(now.timestamp()) // STEP
    for off in (-STEP, 0, STEP):
        assert step_of(SECRET, code, now + timedelta(seconds=off), None) == step
    for off in (-2 * STEP, 2 * STEP):
        assert step_of(SECRET, code, now + timedelta(seconds=off), None) is None
    assert step_of(SECRET, code, now, step) is None
    assert step_of(SECRET, code, now, step + 1) is None
    for wrong in ("", "12345", "1234567", "０００００0", "abcdef"):
        assert step_of(SECRET, wrong, now, None) is None


def test_an_app_is_told_whose_and_by_whom() -> None:
    uri = provisioning_uri(SECRET, "S-1001", "Huiyin")
    assert uri.startswith("otpauth://totp/Huiyin:S-1001?")
    assert f"secret={SECRET}" in uri
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()
