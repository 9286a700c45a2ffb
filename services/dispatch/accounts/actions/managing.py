"""What an administrator does with accounts: made, given a new first password, unlocked, disabled, enabled."""

from collections.abc import Callable
from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, NotFound, invalid
from libs.common.events.directory import AccountStep
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import Vault
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import second_factor, sessions
from services.dispatch.accounts.actions.telling import tell
from services.dispatch.accounts.actions.throttling import forget
from services.dispatch.accounts.domain.passwords import FIRST_LASTS
from services.dispatch.accounts.tables import StaffAccount


class AccountThere(Conflict):
    """The person has an account, or the phone belongs to somebody else's."""

    type = "account-there"
    title, title_zh = "There is such an account already", "账号已存在"


class OwnAccount(Forbidden):
    """An administrator's own account is kept as everybody's is: by whoever knows its password and second factor."""

    type = "own-account"
    title = "Change your own account on its page, or let another administrator do it"
    title_zh = "本人账号请在“我的账号”页面办理，或由其他管理员办理"


def check_is_anothers(staff_id: str, by_staff: str | None) -> None:
    """OwnAccount when somebody manages the own one: an access token alone must not take its password away."""
    if staff_id == by_staff:
        raise OwnAccount


async def make(
    session: Session, vault: Vault, staff_id: str, phone: str | None, hashed: str, now: datetime
) -> StaffAccount:
    """The account of somebody whom the register of people knows.

    Raises:
        Invalid: it knows nobody of this id, or the phone is none.
        AccountThere: the person has an account, or another one has this phone.
    """
    if session.staff.member(staff_id) is None:
        raise invalid("staff_id", "is nobody whom the register of people knows", "人员名册中没有此人")
    phone_indexes = () if phone is None else _phone_indexes(vault, phone)
    if await session.one(StaffAccount, "staff_id", staff_id) is not None:
        raise AccountThere
    if phone_indexes and await queries.find_account(session, "", phone_indexes) is not None:
        raise AccountThere("Another account has this phone", "该手机号已用于其他账号")
    row = session.new(
        StaffAccount,
        staff_id=staff_id,
        password_hash=hashed,
        password_at=now,
        first_until=now + FIRST_LASTS,
        phone_index=next(iter(phone_indexes), None),
        phone_index_key=vault.index_key_id if phone_indexes else None,
        recovery=[],
        made_at=now,
    )
    tell(session, staff_id, AccountStep.MADE)
    return row


async def give_password(
    session: Session,
    staff_id: str,
    hashed: str,
    now: datetime,
    name_of: Callable[[str], str],
    *,
    without_second_factor: bool,
) -> StaffAccount:
    """A new first password: every session ends, and nobody waits any more. NotFound when there is no account."""
    row = await _account(session, staff_id)
    row.password_hash, row.password_at, row.first_until = hashed, now, now + FIRST_LASTS
    if without_second_factor:
        second_factor.take_off(session, row)
    await sessions.end_all(session, staff_id, now)
    await _wait_no_more(session, row, name_of)
    tell(session, staff_id, AccountStep.PASSWORD_GIVEN)
    return row


async def unlock(session: Session, staff_id: str, name_of: Callable[[str], str]) -> StaffAccount:
    """Nobody has to wait any more who signs in by this number or its phone. NotFound when there is no account."""
    row = await _account(session, staff_id)
    await _wait_no_more(session, row, name_of)
    tell(session, staff_id, AccountStep.UNLOCKED)
    return row


async def disable(session: Session, staff_id: str, now: datetime) -> StaffAccount:
    """Nobody signs in by it, and every session ends. NotFound when there is no account."""
    row = await _account(session, staff_id)
    if row.disabled_at is None:
        row.disabled_at = now
        await sessions.end_all(session, staff_id, now)
        tell(session, staff_id, AccountStep.DISABLED)
    return row


async def enable(session: Session, staff_id: str) -> StaffAccount:
    """As before it was disabled. NotFound when there is no account."""
    row = await _account(session, staff_id)
    if row.disabled_at is not None:
        row.disabled_at = None
        tell(session, staff_id, AccountStep.ENABLED)
    return row


async def _wait_no_more(session: Session, row: StaffAccount, name_of: Callable[[str], str]) -> None:
    names = [f"account {row.staff_id}", f"code {row.staff_id}"]
    if row.phone_index is not None:
        names.append(f"account {row.phone_index.hex()}")
    await forget(session, *map(name_of, names))


async def _account(session: Session, staff_id: str) -> StaffAccount:
    row = await session.one(StaffAccount, "staff_id", staff_id)
    if row is None:
        raise NotFound
    return row


def _phone_indexes(vault: Vault, phone: str) -> tuple[bytes, ...]:
    try:
        return vault.phone_indexes(phone)
    except NotAPhone:
        raise invalid("phone", "must be a phone number", "须为电话号码") from None
