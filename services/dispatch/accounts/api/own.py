"""One's own account and sessions, for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.web.cursors import Page, PageQuery
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions import own, sessions
from services.dispatch.accounts.actions.entrance import Entrance
from services.dispatch.accounts.api.requests import office_out, session_id_of
from services.dispatch.accounts.schemas import (
    ChangePassword,
    EndedOut,
    OwnAccountOut,
    OwnCode,
    RecoveryOut,
    SecretOut,
    SessionId,
    StaffSessionOut,
)
from services.dispatch.accounts.tables import StaffSession
from services.dispatch.rights import KeepsOwnAccount

router = APIRouter(prefix="/v1/accounts/me", tags=["accounts 账号"])


@router.get("", response_model=OwnAccountOut)
async def read_own_account(door: KeepsOwnAccount) -> Response:
    """One's own account, and the units for which one may act."""

    async def read(session: Session) -> OwnAccountOut:
        account = await own.account_of(session, door.principal.staff_id)
        member = session.staff.member(account.staff_id)
        return OwnAccountOut(
            staff_id=account.staff_id,
            name=member.name if member is not None else account.staff_id,
            password_at=account.password_at,
            second_factor=account.totp_since is not None,
            recovery_codes_left=len(account.recovery),
            units=tuple(map(office_out, queries.offices_of(session, account.staff_id))),
        )

    return door.answer(await door.read(read))


@router.post("/password", responses={429: {}}, response_model=EndedOut)
async def change_own_password(body: ChangePassword, door: KeepsOwnAccount) -> Response:
    """Another password for the present one. Every other session ends."""
    staff_id, session_id = door.principal.staff_id or "", session_id_of(door.principal.token_id)
    ended = await own.change_password(
        Entrance.of(door.runtime), staff_id, session_id, body.old_password, body.new_password
    )
    return door.answer(EndedOut(ended=ended))


@router.post("/second-factor", responses={429: {}}, response_model=SecretOut)
async def propose_second_factor(door: KeepsOwnAccount) -> Response:
    """A secret for an app; it counts once a code of it is confirmed."""
    entrance = Entrance.of(door.runtime)
    secret = await door.run(lambda session: own.propose_second_factor(session, entrance, door.principal.staff_id))
    return door.answer(SecretOut(secret=secret.base32, uri=secret.uri))


@router.post("/second-factor/confirm", responses={429: {}}, response_model=RecoveryOut)
async def confirm_second_factor(body: OwnCode, door: KeepsOwnAccount) -> Response:
    """From now on a code is asked for. Answers the recovery codes, once."""
    entrance = Entrance.of(door.runtime)
    codes = await door.run(
        lambda session: own.confirm_second_factor(session, entrance, door.principal.staff_id, body.code)
    )
    return door.answer(RecoveryOut(recovery_codes=codes))


@router.post("/second-factor/off", responses={429: {}}, response_model=EndedOut)
async def take_off_second_factor(body: OwnCode, door: KeepsOwnAccount) -> Response:
    """Without it from now on; not where the office asks for one."""
    entrance, staff_id = Entrance.of(door.runtime), door.principal.staff_id
    await entrance.charge_code(staff_id or "")
    await door.run(lambda session: own.take_off_second_factor(session, entrance, staff_id, body.code))
    return door.answer(EndedOut(ended=0))


@router.get("/sessions", response_model=Page[StaffSessionOut])
async def list_own_sessions(query: Annotated[PageQuery, Query()], door: KeepsOwnAccount) -> Response:
    """Where one signed in, the latest first."""
    staff_id, this = door.principal.staff_id or "", session_id_of(door.principal.token_id)
    rows = await door.read(lambda session: queries.list_sessions(session, staff_id, query))
    return door.answer(queries.SESSIONS_KEYSET.page(rows, query.limit, lambda row: session_out(row, this)))


@router.post("/sessions/end", response_model=EndedOut)
async def end_own_sessions(door: KeepsOwnAccount) -> Response:
    """Sign out everywhere (退出所有设备), here as well."""
    staff_id, now = door.principal.staff_id or "", Entrance.of(door.runtime).now
    return door.answer(EndedOut(ended=await door.run(lambda session: sessions.end_all(session, staff_id, now))))


@router.post("/sessions/{session_id}/end", response_model=EndedOut)
async def end_own_session(session_id: SessionId, door: KeepsOwnAccount) -> Response:
    """End one of one's own sessions."""
    staff_id, now = door.principal.staff_id, Entrance.of(door.runtime).now
    await door.run(lambda session: own.end_session(session, staff_id, session_id, now))
    return door.answer(EndedOut(ended=1))


def session_out(row: StaffSession, this: str | None) -> StaffSessionOut:
    """A session as its owner sees it; ``this`` is the one that asks."""
    return StaffSessionOut(
        session_id=row.session_id,
        device=row.device,
        network=row.network,
        unit_code=row.unit_code,
        begun_at=row.begun_at,
        used_at=row.used_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        this=row.session_id == this,
    )
