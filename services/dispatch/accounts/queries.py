"""Every SELECT of accounts, and who somebody is by the register of people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.security.principal import Role
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.accounts.tables import StaffAccount, StaffSession

ACCOUNTS_KEYSET = Keyset("dispatch.accounts", (StaffAccount.staff_id,), (str,), descending=False)
SESSIONS_KEYSET = Keyset("dispatch.staff_sessions", (StaffSession.begun_at, StaffSession.session_id), (datetime, str))
_BY_NAME = """
    SELECT staff_id FROM staff_account WHERE staff_id = $1
    UNION ALL SELECT staff_id FROM staff_account WHERE phone_index = ANY ($2::bytea[]) LIMIT 1
"""

_SEALED_BEFORE = """
    SELECT staff_id FROM staff_account
    WHERE staff_id > $1 AND substring(sealed_totp FROM 1 FOR length($3::bytea)) <> $3
    ORDER BY staff_id LIMIT $2 FOR UPDATE
"""
_INDEXED_BEFORE = """
    SELECT staff_id FROM staff_account
    WHERE staff_id > $1 AND phone_index IS NOT NULL AND phone_index_key IS DISTINCT FROM $3
    ORDER BY staff_id LIMIT $2 FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class Office:
    """For which unit somebody may act (任职单位), where, and as what."""

    unit_code: str
    unit_name: str
    area_code: str
    roles: frozenset[Role]


def offices_of(session: Session, staff_id: str) -> tuple[Office, ...]:
    """The units of the posts in office now, each with the roles of all posts there. A unit that went up in another one
    is that one (撤并); a post of a unit that the pack does not have opens nothing.
    """
    member = session.staff.member(staff_id)
    if member is None or not session.packs.usable:
        return ()
    directory, codes = session.packs.current(session.now).directory, session.packs.codes
    roles: dict[str, frozenset[Role]] = {}
    for term in member.in_office(session.now):
        unit = codes.successor(term.unit_code, directory.unit_codes)
        if unit is not None:
            roles[unit] = roles.get(unit, frozenset()) | frozenset(directory.roles_of(term.post_code))
    units = [(directory.unit(code), held) for code, held in sorted(roles.items()) if held]
    return tuple(Office(unit.code, unit.name, unit.area_code, held) for unit, held in units)


async def find_account(session: Session, staff_id: str, phone_indexes: Sequence[bytes] = ()) -> StaffAccount | None:
    """The account of a staff number, else of a phone under any key of the index."""
    rows = await session.fetch(_BY_NAME, staff_id, list(phone_indexes))
    return await session.one(StaffAccount, "staff_id", rows[0].staff_id) if rows else None


async def list_accounts(session: Session, page: PageQuery) -> list[StaffAccount]:
    """By staff id; one more than fit the page."""
    return list((await session.execute(ACCOUNTS_KEYSET.cut(select(StaffAccount), page))).scalars())


async def all_accounts(session: Session) -> list[StaffAccount]:
    """All of a place, by staff id: as many as it has staff."""
    return list((await session.execute(select(StaffAccount).order_by(col(StaffAccount.staff_id)))).scalars())


async def list_sessions(session: Session, staff_id: str, page: PageQuery) -> list[StaffSession]:
    """Of one person, the latest first; one more than fit the page."""
    statement = select(StaffSession).where(col(StaffSession.staff_id) == staff_id)
    return list((await session.execute(SESSIONS_KEYSET.cut(statement, page))).scalars())


async def open_sessions(session: Session, staff_id: str, now: datetime) -> list[StaffSession]:
    """Those that have not ended, locked."""
    rows = await session.rows(StaffSession, "staff_id", staff_id)
    return [row for row in rows if row.ended_at is None and row.ends_at > now]


def within_reach(session: Session, scope: Scope, staff_id: str) -> bool:
    """Whether all that somebody holds, else ever held, lies in the caller's area: who works above it is not managed
    from below. Somebody without any post belongs to the place as a whole.
    """
    member = session.staff.member(staff_id)
    if member is None or not session.packs.usable:
        return False
    directory, codes = session.packs.current(session.now).directory, session.packs.codes
    terms = member.in_office(session.now) or member.terms
    units = filter(None, (codes.successor(term.unit_code, directory.unit_codes) for term in terms))
    areas = [directory.unit(unit).area_code for unit in units] or [directory.pack.place.code]
    return all(scope.covers(area) for area in areas)


def roles_of(offices: Collection[Office]) -> frozenset[Role]:
    """All that somebody is, wherever."""
    return frozenset(role for office in offices for role in office.roles)


async def accounts_sealed_before(session: Session, after: str, size: int, current: bytes) -> list[StaffAccount]:
    """Whose second factor is sealed under another key than that of this header; locked."""
    return await _accounts(session, [row.staff_id for row in await session.fetch(_SEALED_BEFORE, after, size, current)])


async def accounts_indexed_before(session: Session, after: str, size: int, current: str) -> list[StaffAccount]:
    """Whose phone is found by another key of the index than this one, as far as is known; locked."""
    return await _accounts(
        session, [row.staff_id for row in await session.fetch(_INDEXED_BEFORE, after, size, current)]
    )


async def _accounts(session: Session, staff_ids: Sequence[str]) -> list[StaffAccount]:
    await session.load(StaffAccount, "staff_id", staff_ids)
    found = [await session.one(StaffAccount, "staff_id", staff_id) for staff_id in staff_ids]
    return [account for account in found if account is not None]
