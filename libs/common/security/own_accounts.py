"""Own accounts of staff (本地账号): what a process needs that signs people in, where there is no OIDC provider."""

from dataclasses import dataclass, field
from datetime import timedelta

from libs.common.security.issuer import LocalIssuer
from libs.common.security.passwords import Passwords
from libs.common.security.principal import Role

ACCESS_LASTS = timedelta(minutes=5)
"""An access token of an account: what was taken from somebody ends with it at the latest."""


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """Who signs, who needs a second factor, and the threads that check passwords."""

    issuer: LocalIssuer
    totp_roles: frozenset[Role] = frozenset()
    passwords: Passwords = field(default_factory=Passwords)
