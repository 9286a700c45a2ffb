"""What an app for codes shows."""

import base64
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from libs.common.security.totp import STEP


def code_at(secret: str, moment: datetime) -> str:
    """The code of a secret at a moment."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), STEP)  # noqa: S303 - as RFC 6238 has it
    return totp.generate(int(moment.timestamp())).decode()
