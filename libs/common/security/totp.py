"""One-time codes from a phone (动态验证码): RFC 6238 with SHA-1, six digits and 30 seconds, which every app knows."""

import base64
import binascii
import hmac
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
"""RFC 4226 section 4 asks for 160 bits."""
DIGITS = 6
STEP = 30
"""Seconds that a code is good for."""
DRIFT = 1
"""Steps that a phone's clock may be off, either way."""


def new_secret() -> str:
    """In base32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """``otpauth://totp/...``, which an app is given as a link or as a picture."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def step_of(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The time step that the code is of; None when it is wrong, or of the step that was used ``last`` or before it."""
    totp, present = _totp(secret), int(now.timestamp()) // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        # All are tried whatever comes of one: how long it takes tells nothing.
        fits = hmac.compare_digest(totp.generate(step * STEP), code.encode())
        if fits and (last is None or step > last):
            found = step
    return found


def _totp(secret: str) -> TOTP:
    try:
        key = base64.b32decode(secret)
    except binascii.Error:
        raise ValueError("the secret is not base32") from None
    # RFC 6238 asks for SHA-1 or better, and it is what every app knows; nothing here rests on its collisions.
    return TOTP(key, DIGITS, SHA1(), STEP)  # noqa: S303
