"""Accounts for administrators (账号管理): of the staff of their own area, and of nobody else."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.door import Door
from libs.common.web.fields import StaffId
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import managing, sessions
from services.dispatch.accounts.actions.entrance import Entrance
from services.dispatch.accounts.api.own import session_out
from services.dispatch.accounts.domain.passwords import first_password
from services.dispatch.accounts.schemas import (
    EndedOut,
    FirstPasswordOut,
    GivePassword,
    MakeAccount,
    StaffAccountOut,
    StaffSessionOut,
)
from services.dispatch.accounts.tables import StaffAccount
from services.dispatch.rights import ManagesAccounts, ReadsAccounts

router = APIRouter(prefix="/v1/accounts", tags=["accounts 账号"])


@router.post("", response_model=FirstPasswordOut, status_code=201)
async def make_account(body: MakeAccount, door: ManagesAccounts) -> Response:
    """The account of somebody whom the register of people knows. The first password is answered this once."""

    async def make(session: Session, hashed: str) -> StaffAccount:
        _in_reach(session, door, body.staff_id)
        now, vault = Entrance.of(door.runtime).now, door.runtime.vault
        return await managing.make(session, vault, body.staff_id, body.phone, hashed, now)

    return await _with_a_first_password(door, make)


@router.get("", response_model=Page[StaffAccountOut])
async def list_accounts(query: Annotated[PageQuery, Query()], door: ReadsAccounts) -> Response:
    """By staff number. A page may hold fewer than asked for where accounts are of another area."""

    async def read(session: Session) -> Page[StaffAccountOut]:
        rows = await queries.list_accounts(session, query)
        page = queries.ACCOUNTS_KEYSET.page(rows, query.limit, lambda row: _account_out(session, row))
        seen = [item for item in page.items if queries.within_reach(session, door.scope, item.staff_id)]
        return Page(items=seen, next_cursor=page.next_cursor)

    return door.answer(await door.read(read))


@router.get("/{staff_id}/sessions", response_model=Page[StaffSessionOut])
async def list_sessions(staff_id: StaffId, query: Annotated[PageQuery, Query()], door: ReadsAccounts) -> Response:
    """Where somebody signed in, the latest first."""

    async def read(session: Session) -> Page[StaffSessionOut]:
        _in_reach(session, door, staff_id)
        rows = await queries.list_sessions(session, staff_id, query)
        return queries.SESSIONS_KEYSET.page(rows, query.limit, lambda row: session_out(row, None))

    return door.answer(await door.read(read))


@router.post("/{staff_id}/sessions/end", response_model=EndedOut)
async def end_sessions(staff_id: StaffId, door: ManagesAccounts) -> Response:
    """End every session of somebody."""

    async def end(session: Session) -> int:
        _in_reach(session, door, staff_id)
        return await sessions.end_all(session, staff_id, Entrance.of(door.runtime).now)

    return door.answer(EndedOut(ended=await door.run(end)))


@router.post("/{staff_id}/password", response_model=FirstPasswordOut)
async def give_password(staff_id: StaffId, body: GivePassword, door: ManagesAccounts) -> Response:
    """A new first password for somebody who forgot it, answered this once. Every session ends, and no wait is left."""

    async def give(session: Session, hashed: str) -> StaffAccount:
        _to_manage(session, door, staff_id)
        entrance, off = Entrance.of(door.runtime), body.without_second_factor
        return await managing.give_password(
            session, staff_id, hashed, entrance.now, entrance.name, without_second_factor=off
        )

    return await _with_a_first_password(door, give)


@router.post("/{staff_id}/unlock", response_model=StaffAccountOut)
async def unlock_account(staff_id: StaffId, door: ManagesAccounts) -> Response:
    """Who mistyped too often need not wait any more (解锁)."""
    name_of = Entrance.of(door.runtime).name
    return await _changed(door, staff_id, lambda session: managing.unlock(session, staff_id, name_of))


@router.post("/{staff_id}/disable", response_model=StaffAccountOut)
async def disable_account(staff_id: StaffId, door: ManagesAccounts) -> Response:
    """Nobody signs in by it any more (停用), and every session ends."""
    now = Entrance.of(door.runtime).now
    return await _changed(door, staff_id, lambda session: managing.disable(session, staff_id, now))


@router.post("/{staff_id}/enable", response_model=StaffAccountOut)
async def enable_account(staff_id: StaffId, door: ManagesAccounts) -> Response:
    """As it was before it was disabled (启用)."""
    return await _changed(door, staff_id, lambda session: managing.enable(session, staff_id))


async def _with_a_first_password(door: Door, act: Callable[[Session, str], Awaitable[StaffAccount]]) -> Response:
    # Not through `door.write`: an answer that is kept for an Idempotency-Key would be a password in a table.
    password = first_password()
    hashed = await Entrance.of(door.runtime).accounts.passwords.hash(password)

    async def given(session: Session) -> FirstPasswordOut:
        row = await act(session, hashed)
        until = row.first_until or row.password_at
        return FirstPasswordOut(staff_id=row.staff_id, first_password=password, good_until=until)

    return door.answer(await door.run(given))


async def _changed(door: Door, staff_id: str, act: Callable[[Session], Awaitable[StaffAccount]]) -> Response:
    async def change(session: Session) -> StaffAccountOut:
        _to_manage(session, door, staff_id)
        return _account_out(session, await act(session))

    return door.answer(await door.run(change))


def _to_manage(session: Session, door: Door, staff_id: str) -> None:
    _in_reach(session, door, staff_id)
    managing.check_is_anothers(staff_id, door.principal.staff_id)


def _in_reach(session: Session, door: Door, staff_id: str) -> None:
    if not queries.within_reach(session, door.scope, staff_id):
        raise NotFound


def _account_out(session: Session, row: StaffAccount) -> StaffAccountOut:
    member = session.staff.member(row.staff_id)
    return StaffAccountOut(
        staff_id=row.staff_id,
        name=None if member is None else member.name,
        made_at=row.made_at,
        signed_in_at=row.signed_in_at,
        disabled_at=row.disabled_at,
        first_password=row.first_until is not None,
        second_factor=row.totp_since is not None,
        has_phone=row.phone_index is not None,
    )
