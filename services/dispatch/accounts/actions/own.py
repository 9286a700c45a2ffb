"""What somebody does with the own account once signed in: another password, the second factor, ended sessions."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.directory import AccountStep
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import second_factor, sessions
from services.dispatch.accounts.actions.entrance import Entrance, WrongPassword
from services.dispatch.accounts.actions.passwords import keep
from services.dispatch.accounts.actions.second_factor import SecondFactorDemanded, Secret
from services.dispatch.accounts.actions.telling import tell
from services.dispatch.accounts.actions.throttling import charge, forget
from services.dispatch.accounts.domain.passwords import normal
from services.dispatch.accounts.domain.waiting import ACCOUNT
from services.dispatch.accounts.tables import StaffAccount, StaffSession


async def account_of(session: Session, staff_id: str | None) -> StaffAccount:
    """The caller's own. NotFound for somebody whose token comes from elsewhere."""
    row = None if staff_id is None else await session.one(StaffAccount, "staff_id", staff_id)
    if row is None:
        raise NotFound
    return row


async def change_password(entrance: Entrance, staff_id: str, session_id: str, old: str, new: str) -> int:
    """Another password for the present one; every other session ends. How many did.

    Raises:
        WrongPassword: the old one is wrong; TooManyTries when it was so too often.
        Invalid: the new one may not be one.
    """
    runtime, name = entrance.runtime, entrance.name(f"account {staff_id}")
    async with runtime.door_database.transaction(runtime.clock.now()) as session:
        account = await account_of(session, staff_id)
        await charge(session, {name: ACCOUNT}, entrance.now)
    if not await entrance.accounts.passwords.matches(account.password_hash, normal(old)):
        raise WrongPassword
    hashed = await keep(entrance.accounts.passwords, account, new)
    async with runtime.door_database.transaction(runtime.clock.now()) as session:
        row = await account_of(session, staff_id)
        if row.password_hash != account.password_hash:
            raise WrongPassword
        row.password_hash, row.password_at = hashed, entrance.now
        await forget(session, name)
        tell(session, staff_id, AccountStep.PASSWORD_CHANGED, session_id=session_id)
        return await sessions.end_all(session, staff_id, entrance.now, but=[session_id])


async def propose_second_factor(session: Session, entrance: Entrance, staff_id: str | None) -> Secret:
    """See ``second_factor.propose``."""
    return second_factor.propose(entrance.runtime, await account_of(session, staff_id))


async def confirm_second_factor(
    session: Session, entrance: Entrance, staff_id: str | None, code: str
) -> tuple[str, ...]:
    """See ``second_factor.confirm``."""
    account = await account_of(session, staff_id)
    return second_factor.confirm(entrance.runtime, session, account, code, entrance.now)


async def take_off_second_factor(session: Session, entrance: Entrance, staff_id: str | None, code: str) -> None:
    """Without it from now on; the code, charged beforehand, shows that it is the owner who asks.

    Raises:
        SecondFactorDemanded: a role of the person has to have it.
        NotFound: there is none.
        Invalid: the code is wrong, or was used.
    """
    account = await account_of(session, staff_id)
    if entrance.accounts.totp_roles & queries.roles_of(queries.offices_of(session, account.staff_id)):
        raise SecondFactorDemanded
    if account.totp_since is None:
        raise NotFound
    if not second_factor.accept(entrance.runtime, account, code, entrance.now):
        raise invalid("code", "is not the present code", "不正确或已使用")
    await forget(session, entrance.code_name(account.staff_id))
    second_factor.take_off(session, account)


async def end_session(session: Session, staff_id: str | None, session_id: str, now: datetime) -> StaffSession:
    """End one of the own sessions. NotFound when it is somebody else's, or was never one."""
    row = await session.one(StaffSession, "session_id", session_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound
    if row.ended_at is None:
        sessions.end(session, row, now)
    return row
