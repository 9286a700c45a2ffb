"""The second factor (动态验证码): enrolled by a secret and a code of it, shown at each signing in, never twice."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import Conflict, Unavailable, invalid
from libs.common.events.directory import AccountStep
from libs.common.security import totp
from libs.common.security.vault import CannotOpen, VaultCell
from libs.common.service.runtime import Runtime
from services.dispatch.accounts.actions.telling import tell
from services.dispatch.accounts.tables import StaffAccount

ISSUER = "Huiyin"
"""What an app shows beside the staff number."""
_RECOVERY_CODES, _GROUPS, _OF_EACH = 10, 2, 5
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class SecondFactorThere(Conflict):
    """A secret in use is not shown again; take it off first."""

    type = "second-factor-there"
    title, title_zh = "A second factor is in use already", "动态验证码已启用"


class SecondFactorDemanded(Conflict):
    """The office asks for one by a role that the person has (HUIYIN_TOTP_ROLES)."""

    type = "second-factor-demanded"
    title, title_zh = "Your role has to have a second factor", "您的角色必须启用动态验证码"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that was not confirmed yet, as it is typed and as an app takes it."""

    base32: str
    uri: str


def propose(runtime: Runtime, account: StaffAccount) -> Secret:
    """A secret to put into an app; it counts once a code of it is confirmed. SecondFactorThere when one does.

    The one that was proposed before is proposed again: a page that is opened twice must not undo what was scanned.
    """
    if account.totp_since is not None:
        raise SecondFactorThere
    if account.sealed_totp is None:
        account.sealed_totp = runtime.vault.seal(totp.new_secret(), aad=totp_cell(account.staff_id))
    secret = _secret_of(runtime, account)
    return Secret(secret, totp.provisioning_uri(secret, account.staff_id, ISSUER))


def confirm(runtime: Runtime, session: Session, account: StaffAccount, code: str, now: datetime) -> tuple[str, ...]:
    """From now on it is asked for. Gives the recovery codes, of which only fingerprints are kept.

    Raises:
        SecondFactorThere: it was confirmed before.
        Invalid: the code is none of the secret that was proposed.
    """
    if account.totp_since is not None:
        raise SecondFactorThere
    step = None if account.sealed_totp is None else totp.step_of(_secret_of(runtime, account), code, now, None)
    if step is None:
        raise invalid("code", "is not the present code", "不正确")
    codes = tuple(_recovery_code() for _ in range(_RECOVERY_CODES))
    account.totp_since, account.totp_step = now, step
    account.recovery = [_print_of(runtime, account, each)[0] for each in codes]
    tell(session, account.staff_id, AccountStep.TOTP_ON)
    return codes


def accept(runtime: Runtime, account: StaffAccount, code: str, now: datetime) -> bool:
    """Whether it is a code that may be used now: the present one, for the first time, or a recovery code."""
    given = code.replace(" ", "").strip()
    step = totp.step_of(_secret_of(runtime, account), given, now, account.totp_step)
    if step is not None:
        account.totp_step = step
        return True
    left = [each for each in account.recovery if each not in _print_of(runtime, account, given)]
    used = len(left) < len(account.recovery)
    account.recovery = left
    return used


def take_off(session: Session, account: StaffAccount) -> None:
    """No code is asked for any more, and the secret is gone."""
    if account.totp_since is not None:
        tell(session, account.staff_id, AccountStep.TOTP_OFF)
    account.sealed_totp = account.totp_since = account.totp_step = None
    account.recovery = []


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_OF_EACH)) for _ in range(_GROUPS))


def _print_of(runtime: Runtime, account: StaffAccount, code: str) -> tuple[str, ...]:
    """What a recovery code is known again by, under each key; hyphens and small letters make no difference."""
    return runtime.fingerprints.names(f"recovery {account.staff_id}", code.replace("-", "").upper())


def _secret_of(runtime: Runtime, account: StaffAccount) -> str:
    if account.sealed_totp is None:
        raise Conflict("No second factor was proposed", "尚未生成动态验证码密钥")
    try:
        return runtime.vault.open(account.sealed_totp, aad=totp_cell(account.staff_id))
    except CannotOpen as error:
        raise Unavailable(
            "The second factor cannot be opened: its key is not here", "动态验证码无法校验：缺少密钥"
        ) from error


def totp_cell(staff_id: str) -> VaultCell:
    """Where the secret of an account belongs."""
    return VaultCell("staff_account", "totp", staff_id)
