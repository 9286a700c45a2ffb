"""Sessions (登录会话): begun, recognised by their token, turned, ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import Unauthenticated
from libs.common.events.directory import AccountStep
from libs.common.service.runtime import Runtime
from services.dispatch.accounts import queries
from services.dispatch.accounts.actions.origins import Origin
from services.dispatch.accounts.actions.telling import tell
from services.dispatch.accounts.actions.tokens import SessionToken
from services.dispatch.accounts.domain.steps import (
    IDLE_LASTS,
    SESSION_LASTS,
    STEP_LASTS,
    Held,
    ShownSecret,
    Step,
    recognise,
    turned,
)
from services.dispatch.accounts.tables import StaffAccount, StaffSession

KEPT, TRIES_KEPT = timedelta(days=30), timedelta(days=5)
"""Of one name 5 tries are forgotten in 5 hours, of one address 100 in two; nobody counts to 120."""
_FORGET = "DELETE FROM staff_session WHERE ends_at < $1"
_FORGET_TRIES = "DELETE FROM sign_in_tries WHERE counted_at < $1"


def session_ended() -> Unauthenticated:
    """The refusal of a token that opens nothing: it never did, has ended, or was ended by somebody."""
    return Unauthenticated(
        "This session has ended; sign in again", "登录已失效，请重新登录", extra={"reason": "session"}
    )


@dataclass(frozen=True, slots=True)
class Recognised:
    """A session that is open, and what its token is."""

    row: StaffSession
    shown: ShownSecret
    token: SessionToken


def begin(session: Session, account: StaffAccount, origin: Origin, now: datetime) -> Recognised:
    """A session of somebody whose password was right, before any further step."""
    token = SessionToken.fresh()
    row = session.new(
        StaffSession,
        session_id=str(uuid_utils.uuid7()),
        staff_id=account.staff_id,
        family=token.family,
        secret=token.secret,
        before=None,
        turned_at=now,
        used=False,
        step=Step.CODE,
        code_shown=False,
        unit_code=None,
        device=origin.device,
        network=origin.network,
        begun_at=now,
        used_at=now,
        ends_at=now + STEP_LASTS,
        ended_at=None,
    )
    return Recognised(row, ShownSecret.PRESENT, token)


async def recognised(session: Session, token: SessionToken, now: datetime) -> Recognised | None:
    """The open session of a token, marked as used; None when there is none.

    A token that was turned long ago is in two hands: then it ends the session, and the caller has to commit that.
    """
    row = await session.one(StaffSession, "family", token.family)
    if row is None or row.ended_at is not None or row.ends_at <= now:
        return None
    shown = recognise(_held(row), token.secret, now)
    if shown is ShownSecret.OLD:
        end(session, row, now, AccountStep.TOKEN_REUSED)
        return None
    if shown is ShownSecret.PRESENT:
        row.used = True
    return Recognised(row, shown, token)


def turn(found: Recognised, now: datetime) -> SessionToken | None:
    """The next token of a session; None for the second of two windows, whose new one is on its way already."""
    if found.shown is ShownSecret.SAME_MOMENT:
        return None
    token = found.token.turn()
    held = turned(_held(found.row), found.shown, token.secret, now)
    found.row.secret, found.row.before = held.present, held.before
    found.row.turned_at, found.row.used = held.turned_at, held.used
    return token


def prolong(row: StaffSession, now: datetime) -> None:
    """It was used: it goes on for a day, and no longer than a week from its beginning."""
    row.used_at = now
    row.ends_at = min(now + IDLE_LASTS, row.begun_at + SESSION_LASTS)


def end(session: Session, row: StaffSession, now: datetime, why: AccountStep = AccountStep.SESSION_ENDED) -> None:
    """From now on no token of it counts. What of it was not signed in yet ends without a word."""
    row.ended_at = row.ends_at = now
    if row.step is Step.DONE:
        tell(session, row.staff_id, why, session_id=row.session_id, unit_code=row.unit_code)


async def end_all(session: Session, staff_id: str, now: datetime, *, but: Collection[str] = ()) -> int:
    """End every open session of a person but these; how many."""
    rows = [row for row in await queries.open_sessions(session, staff_id, now) if row.session_id not in but]
    for row in rows:
        end(session, row, now)
    return len(rows)


async def tidy(runtime: Runtime, now: datetime) -> None:
    """Put away sessions a month after they ended, and tries that are forgotten anyway."""
    async with runtime.work_database.transaction(now) as session:
        await session.fetch(_FORGET, now - KEPT)
        await session.fetch(_FORGET_TRIES, now - TRIES_KEPT)


def _held(row: StaffSession) -> Held:
    return Held(row.secret, row.turned_at, row.before, row.used)
