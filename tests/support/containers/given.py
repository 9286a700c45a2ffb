"""What a person fills in before the first start, from the examples that the repository has for it."""

import base64
import re
import secrets
from collections.abc import Mapping

from tests.support.containers.compose_file import env_file


def password() -> str:
    """`openssl rand -hex 24`."""
    return secrets.token_hex(24)


def key() -> str:
    """`openssl rand -base64 32`."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


_MAY_BE_EMPTY = frozenset({"HUIYIN_TOTP_ROLES", "HUIYIN_ANCHOR_PUBLIC_KEYS", "HUIYIN_ANCHOR_DIR"})


def filled_in(example: str) -> Mapping[str, str]:
    """``example.env`` with a password or a key wherever it asks for one; what has a value stays."""
    return {
        name: value or (key() if re.search(r"_KEY$", name) else "" if name in _MAY_BE_EMPTY else password())
        for name, value in env_file(example).items()
    }
