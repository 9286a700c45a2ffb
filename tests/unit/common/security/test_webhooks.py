"""Signed webhooks: what the specification's own library signs is believed, and nothing that is one bit beside it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from libs.common.errors import Unauthenticated
from libs.common.security.principal import Principal, Role
from libs.common.security.webhooks import TOLERANCE, WebhookSource, WebhookSources

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
KEY, NEXT_KEY, OTHER_KEY = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"a", b"b", b"c"))
AREA = "999001000000"
BODY = '{"text": "路灯坏了"}'
SOURCE = "hotline-12345"


def _sources(*keys: str) -> WebhookSources:
    source = WebhookSource.model_validate({"area": AREA, "keys": keys or [KEY]})
    return WebhookSources({SOURCE: source}, lambda: NOW)


def _headers(body: str = BODY, *, key: str = KEY, at: datetime = NOW, message: str = "msg_1") -> dict[str, str]:
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(key).sign(message, at, body),
    }


def test_a_signed_message_is_of_its_source_with_the_rights_of_an_outside_system() -> None:
    principal = _sources().claimed(SOURCE, _headers()).check(BODY.encode())
    assert principal == Principal(SOURCE, frozenset({Role.INTEGRATOR}), AREA, None, "msg_1")


@pytest.mark.parametrize("keys", [(KEY,), (NEXT_KEY, KEY), (KEY, NEXT_KEY)])
def test_while_a_key_is_replaced_both_are_believed(keys: tuple[str, ...]) -> None:
    _sources(*keys).claimed(SOURCE, _headers()).check(BODY.encode())


def test_one_right_signature_among_others_is_enough() -> None:
    headers = _headers()
    headers["webhook-signature"] = f"v1a,x v1,%% v1,AAAA {headers['webhook-signature']}"
    _sources().claimed(SOURCE, headers).check(BODY.encode())


@pytest.mark.parametrize("late", [TOLERANCE, -TOLERANCE, timedelta(seconds=1)])
def test_within_five_minutes_it_counts(late: timedelta) -> None:
    _sources().claimed(SOURCE, _headers(at=NOW - late)).check(BODY.encode())


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "missing"),
        ({**_headers(), "webhook-id": ""}, "missing"),
        ({**_headers(), "webhook-id": "msg.1"}, "missing"),
        ({**_headers(), "webhook-id": "m" * 201}, "missing"),
        ({**_headers(), "webhook-id": "消息"}, "missing"),
        ({**_headers(), "webhook-timestamp": "soon"}, "missing"),
        ({**_headers(), "webhook-timestamp": "1e9"}, "missing"),
        ({**_headers(), "webhook-timestamp": "²"}, "missing"),
        ({**_headers(), "webhook-signature": "v1"}, "signature"),
        ({**_headers(), "webhook-signature": "v2,AAAA"}, "missing"),
        ({**_headers(), "webhook-signature": "v1,not base64"}, "missing"),
        (_headers(at=NOW - TOLERANCE - timedelta(seconds=1)), "timestamp"),
        (_headers(at=NOW + TOLERANCE + timedelta(seconds=1)), "timestamp"),
        (_headers(key=OTHER_KEY), "signature"),
        (_headers("{}"), "signature"),
        ({**_headers(), "webhook-id": "msg_2"}, "signature"),
        ({**_headers(), "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "signature"),
    ],
)
def test_anything_else_is_refused_with_its_reason(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        _sources().claimed(SOURCE, headers).check(BODY.encode())
    assert refused.value.extra == {"reason": reason}
    assert refused.value.headers["WWW-Authenticate"] == "Webhook-Signature"


def test_an_unknown_source_is_refused_as_a_wrong_signature_is() -> None:
    with pytest.raises(Unauthenticated) as unknown:
        _sources().claimed("nobody", _headers())
    with pytest.raises(Unauthenticated) as wrong:
        _sources().claimed(SOURCE, _headers(key=OTHER_KEY)).check(BODY.encode())
    assert (unknown.value.detail, unknown.value.extra) == (wrong.value.detail, wrong.value.extra)


@given(st.binary(max_size=200), st.integers(0, 10_000), st.integers(0, 7))
def test_one_changed_bit_of_the_body_undoes_the_signature(body: bytes, place: int, bit: int) -> None:
    text = base64.b64encode(body + b"!").decode()
    claimed = _sources().claimed(SOURCE, _headers(text))
    changed = bytearray(text.encode())
    changed[place % len(changed)] ^= 1 << bit
    claimed.check(text.encode())
    with pytest.raises(Unauthenticated):
        claimed.check(bytes(changed))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("whsec_secret", "Invalid JSON"),
        (json.dumps({"Hotline 1": {"area": AREA, "keys": [KEY]}}), "pattern"),
        (json.dumps({SOURCE: {"area": "99", "keys": [KEY]}}), "hotline-12345/area"),
        (json.dumps({SOURCE: {"area": AREA, "keys": []}}), "hotline-12345/keys"),
        (json.dumps({SOURCE: {"area": AREA, "keys": ["whsec_c2hvcnQ="]}}), "24 to 64 bytes"),
        (json.dumps({SOURCE: {"area": AREA, "keys": ["whsec_%secret%"]}}), "hotline-12345/keys/0"),
        (json.dumps({SOURCE: {"area": AREA, "keys": [KEY], "secret": "x"}}), "hotline-12345/secret"),
    ],
)
def test_sources_that_cannot_be_used_are_named_without_their_keys(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as wrong:
        WebhookSources.parse(text)
    assert "whsec_s" not in str(wrong.value)
    assert "%secret%" not in str(wrong.value)


def test_no_key_is_shown() -> None:
    assert KEY not in repr(WebhookSource.model_validate({"area": AREA, "keys": [KEY]}))
    assert KEY not in repr(WebhookSources.parse(json.dumps({SOURCE: {"area": AREA, "keys": [KEY]}})))
