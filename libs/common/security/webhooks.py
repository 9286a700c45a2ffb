"""Signed webhooks (Standard Webhooks 1.0): who sent a request, by an HMAC-SHA256 over its id, its time and its body.

The specification's own library takes the machine's time for the sender's and lets a malformed signature through as an
error of its own making, so the forty lines stand here; tests sign with that library.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from libs.common.errors import Unauthenticated
from libs.common.security.principal import Principal, Role
from libs.common.time.clock import system_now

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be from ours, and for how long a request may be on its way; the specification's."""
FEWEST_KEY_BYTES, MOST_KEY_BYTES = 24, 64
_PREFIX = "whsec_"
_MOST_SIGNATURES = 10
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_ID = re.compile(r"[!-\-/-~]{1,200}")
"""Visible and without a full stop, which parts it from the time in what is signed."""
_SECONDS = re.compile(r"[0-9]{1,12}")


def _is_a_key(key: SecretStr) -> SecretStr:
    if not FEWEST_KEY_BYTES <= len(_bytes_of(key)) <= MOST_KEY_BYTES:
        raise ValueError(f"a key has {FEWEST_KEY_BYTES} to {MOST_KEY_BYTES} bytes, as base64 after {_PREFIX}")
    return key


def _bytes_of(key: SecretStr) -> bytes:
    return base64.b64decode(key.get_secret_value().removeprefix(_PREFIX), validate=True)


class WebhookSource(BaseModel):
    """An outside system that sends webhooks. It registers for ``area``; while a key is replaced, both are given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    area: Annotated[str, Field(pattern=r"^[0-9]{12}([0-9]{3})?$")]
    keys: Annotated[tuple[Annotated[SecretStr, AfterValidator(_is_a_key)], ...], Field(min_length=1)]


_SOURCES = TypeAdapter(dict[Annotated[str, Field(pattern=f"^{_NAME.pattern}$")], WebhookSource])


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the headers of a webhook claim; true once ``check`` has seen the body."""

    principal: Principal
    signed: bytes
    signatures: tuple[bytes, ...]
    keys: tuple[SecretStr, ...]

    def check(self, body: bytes) -> Principal:
        """Who sent it. Unauthenticated when no key of the source made any of the signatures."""
        for key in self.keys:
            made = hmac.digest(_bytes_of(key), self.signed + body, "sha256")
            if any(hmac.compare_digest(made, signature) for signature in self.signatures):
                return self.principal
        raise _refused("signature", "No signature is one of this body", "签名与请求内容不符")


class WebhookSources:
    """All outside systems that may send webhooks."""

    def __init__(self, sources: Mapping[str, WebhookSource], now: Callable[[], datetime] = system_now) -> None:
        """``now`` is the machine's time: the senders know no other."""
        self._sources = sources
        self._now = now

    @classmethod
    def parse(cls, text: str) -> Self:
        """From JSON: ``{"hotline-12345": {"area": "330799000000", "keys": ["whsec_..."]}}``.

        Raises:
            ValueError: it is none; the message repeats no key.
        """
        try:
            return cls(_SOURCES.validate_json(text))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = "/".join(map(str, first["loc"]))
            raise ValueError(f"{where}: {first['msg'].removeprefix('Value error, ')}".lstrip(": ")) from None

    def claimed(self, source: str, headers: Mapping[str, str]) -> Claimed:
        """What the headers claim, before the body is read.

        Raises:
            Unauthenticated: the source is not known, a header is missing or malformed, or the time is not about now.
        """
        message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signatures = tuple(_signatures(headers.get("webhook-signature", "")))
        if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds) or not signatures:
            raise _refused(
                "missing",
                "Send webhook-id (without a full stop), webhook-timestamp and webhook-signature (v1)",
                "请提供 webhook-id（不含句点）、webhook-timestamp 与 webhook-signature（v1）",
            )
        if abs(self._now().timestamp() - int(seconds)) > TOLERANCE.total_seconds():
            raise _refused("timestamp", "webhook-timestamp is not about now", "webhook-timestamp 与当前时间相差过大")
        known = self._sources.get(source)
        if known is None:
            raise _refused("signature", "No signature is one of this body", "签名与请求内容不符")
        principal = Principal(source, frozenset({Role.INTEGRATOR}), known.area, None, message_id)
        return Claimed(principal, f"{message_id}.{seconds}.".encode(), signatures, known.keys)


NO_WEBHOOKS = WebhookSources({})


def _signatures(header: str) -> list[bytes]:
    found = []
    for part in header.split(" ")[:_MOST_SIGNATURES]:
        version, _, signature = part.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(signature, validate=True))
            except ValueError:
                continue
    return found


def _refused(reason: str, message: str, message_zh: str) -> Unauthenticated:
    return Unauthenticated(
        message, message_zh, extra={"reason": reason}, headers={"WWW-Authenticate": "Webhook-Signature"}
    )
