"""Every SELECT of how people are reached, and of who looked; their public records are read by the library."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.web.cursors import Keyset
from services.dispatch.staff.tables import StaffContact, StaffLook

NEWEST_FIRST = Keyset("dispatch.staff_looks", (col(StaffLook.at), col(StaffLook.look_id)), (datetime, str))


@dataclass(frozen=True, slots=True)
class StaffLookFilter:
    """What the list of looks is narrowed to; None takes in everything."""

    staff_id: str | None = None
    account: str | None = None
    unit_code: str | None = None
    about: str | None = None
    looked_from: datetime | None = None
    """Included."""
    looked_to: datetime | None = None
    """Not included."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        equal = (
            (StaffLook.by_staff, self.staff_id),
            (StaffLook.who, self.account),
            (StaffLook.unit_code, self.unit_code),
            (StaffLook.staff_id, self.about),
        )
        found: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
        if self.looked_from is not None:
            found.append(col(StaffLook.at) >= self.looked_from)
        if self.looked_to is not None:
            found.append(col(StaffLook.at) < self.looked_to)
        return found


def looks_statement(
    within: Collection[str] | None, chosen: StaffLookFilter, cursor: str | None, size: int
) -> Select[StaffLook]:
    """One page, newest first, and one row more; ``within`` are the people at whom looks are told, None for all."""
    conditions = [*NEWEST_FIRST.after(cursor), *chosen.conditions()]
    if within is not None:
        conditions.append(col(StaffLook.staff_id).in_(sorted(within)))
    return select(StaffLook).where(*conditions).order_by(*NEWEST_FIRST.order()).limit(size + 1)


async def list_looks(
    session: Session, within: Collection[str] | None, chosen: StaffLookFilter, cursor: str | None, size: int
) -> Sequence[StaffLook]:
    """Up to ``size + 1`` looks."""
    return (await session.execute(looks_statement(within, chosen, cursor, size))).scalars().all()


_SEALED_BEFORE = """
    SELECT staff_id FROM staff_contact
    WHERE staff_id > $1 AND EXISTS (
        SELECT FROM unnest(ARRAY[sealed_phone, sealed_other]) AS cell
        WHERE substring(cell FROM 1 FOR length($3::bytea)) <> $3)
    ORDER BY staff_id LIMIT $2
"""


async def contacts_of(session: Session, staff_ids: Iterable[str], *, lock: bool = False) -> dict[str, StaffContact]:
    """What is kept of these people, in one round trip."""
    ids = [*staff_ids]
    await session.load(StaffContact, "staff_id", ids, lock=lock)
    rows = [await session.one(StaffContact, "staff_id", staff_id, lock=lock) for staff_id in ids]
    return {row.staff_id: row for row in rows if row is not None}


async def contacts_sealed_before(session: Session, after: str, size: int, current: bytes) -> list[str]:
    """Of whom something is sealed under another key than that of this header."""
    return [row.staff_id for row in await session.fetch(_SEALED_BEFORE, after, size, current)]
