"""Every SELECT of phones: their items and receipts, what a person visits, what is planned, who is silent."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.security.policy import Scope
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.devices.domain.items import ItemOutcome
from services.intake.devices.tables import Device, DeviceItem

SILENT_FIRST = Keyset(
    "intake.devices", (col(Device.last_sync_at), col(Device.device_id)), (datetime, str), descending=False
)
FIRST_COME = Keyset(
    "intake.device_items", (col(DeviceItem.came_at), col(DeviceItem.entry_id)), (datetime, str), descending=False
)
MOST_RECEIPTS = 500
_KNOWN = """
    SELECT entry_id, seq, item_id, holds_place FROM device_item
    WHERE device_id = $1 AND (item_id = ANY($2::text[]) OR seq = ANY($3::int[]))
"""
_WAITING = "SELECT entry_id, seq, came_at FROM device_item WHERE device_id = $1 AND waits ORDER BY seq"
_SAME_ITEMS = """
    SELECT entry_id, seq, item_id, holds_place, outcome, code, ended, visit_id, case_ids FROM device_item
    WHERE device_id = $1 AND item_id = ANY($2::text[]) AND NOT waits
"""
_WITH_THOSE_THEY_ARE_PART_OF = """
    WITH RECURSIVE named AS (
        SELECT unnest($1::text[]) AS household_id UNION SELECT household_id FROM visit WHERE visit_id = ANY($2::text[])
    ), known AS (
        SELECT household_id, merged_into FROM household JOIN named USING (household_id)
        UNION SELECT household.household_id, household.merged_into
        FROM household JOIN known ON household.household_id = known.merged_into
    ) SELECT household_id FROM known ORDER BY household_id
"""
_PLANNED = """
    SELECT DISTINCT wanted.household_id FROM unnest($2::text[], $3::date[]) AS wanted(household_id, day)
    WHERE EXISTS (
        SELECT FROM planned_household AS planned JOIN team_member AS member ON member.team_id = planned.team_id
            AND planned.on_day BETWEEN member.from_day AND member.until_day
        WHERE planned.household_id = wanted.household_id AND member.staff_id = $1
            AND planned.on_day BETWEEN wanted.day - $4::int AND wanted.day + $4::int)
"""
_WAS_PLANNED = """
    SELECT given.household_id, given.given_at, made_at AS planned_anew_at
    FROM device_household AS given JOIN visit_plan USING (plan_id)
    WHERE given.device_id = $1 AND given.household_id = ANY($2::text[])
"""
_CORRECTED = """
    SELECT visit_id, version, at, staff_id, who, before::text AS before FROM visit_change
    WHERE visit_id = ANY($1::text[]) ORDER BY visit_id, version
"""
_WRAPPED_BEFORE = """
    SELECT device_id FROM device
    WHERE device_id > $1 AND substring(wrapped FROM 1 FOR length($3::bytea)) <> $3 ORDER BY device_id LIMIT $2
"""
_OWN = """
    WITH planned AS (
        SELECT DISTINCT ON (household_id) household_id, plan_id, team_id, planned.on_day, place
        FROM team_member AS member JOIN plan_turn AS turn USING (team_id)
        JOIN planned_household AS planned USING (plan_id, on_day, team_id)
        WHERE member.staff_id = $1 AND turn.on_day BETWEEN $3 AND $4
            AND turn.on_day BETWEEN member.from_day AND member.until_day
        ORDER BY household_id, planned.on_day, plan_id
    ), own AS (
        SELECT household_id FROM household WHERE contact_staff_id = $1
        UNION SELECT household_id FROM planned
    )
    SELECT household.household_id, household_no, area_code, household_class, kinds, status, version,
        plan_id, team_id, on_day, place,
        (SELECT max(day) FROM visit WHERE visit.household_id = household.household_id AND visit.status <> 'void'
            AND outcome IN ('reached', 'refused')) AS last_visited_on
    FROM own JOIN household USING (household_id) LEFT JOIN planned USING (household_id)
    WHERE area_code LIKE $2 || '%' AND status NOT IN ('muted', 'ended')
    ORDER BY on_day NULLS LAST, household_id
"""
_FORGET = "DELETE FROM device_household WHERE device_id = $1 AND household_id = ANY($2::text[])"
_PLACES = """
    SELECT household_id, round_id, place.purposes, reached_on FROM round_household AS place JOIN visit_round AS round
        USING (round_id)
    WHERE household_id = ANY($1::text[]) AND stands AND round.status <> 'closed' ORDER BY round_id
"""
_COUNTS = """
    SELECT device_id, count(*) FILTER (WHERE outcome = 'held')::int AS held,
        count(*) FILTER (WHERE outcome = 'refused')::int AS refused
    FROM device_item WHERE device_id = ANY($1::text[]) AND NOT ended GROUP BY device_id
"""
_DUE = """
    SELECT DISTINCT device_id FROM device_item JOIN device USING (device_id)
    WHERE waits AND (came_at <= $1 OR seq <= mark + 1) ORDER BY device_id
"""
_OF_NUMBER = "SELECT entry_id FROM device_item WHERE device_id = $1 AND seq = $2 AND ($3::text IS NULL OR item_id = $3)"
_ENTRIES = "SELECT entry_id FROM device_item WHERE device_id = $1 AND item_id = $2 ORDER BY entry_id"
_GAUGES = """
    SELECT count(*) FILTER (WHERE outcome = 'held' AND waits)::int AS waiting,
        count(*) FILTER (WHERE outcome = 'held' AND NOT waits)::int AS held,
        count(*) FILTER (WHERE outcome = 'refused')::int AS refused
    FROM device_item WHERE NOT ended
"""
_LAGS = """
    SELECT width_bucket(extract(epoch FROM $1 - last_sync_at) / 86400, ARRAY[1, 3, 7, 14, 30]) AS bucket,
        count(*)::int AS devices
    FROM device WHERE gave_up_at IS NULL AND lost_at IS NULL GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """What the list is narrowed to; None takes in everything."""

    silent_since: datetime | None = None
    lost: bool | None = None
    given_up: bool | None = None


async def known_items(session: Session, device_id: str, item_ids: Iterable[str], seqs: Iterable[int]) -> Sequence[Any]:
    """The items of a phone that are these, or hold these numbers."""
    return await session.fetch(_KNOWN, device_id, [*item_ids], [*seqs])


async def waiting_items(session: Session, device_id: str) -> Sequence[Any]:
    """Those that wait for their turn, by number."""
    return await session.fetch(_WAITING, device_id)


async def same_items(session: Session, device_id: str, item_ids: Iterable[str]) -> Sequence[Any]:
    """Of these items all that had their turn, under whatever number."""
    return await session.fetch(_SAME_ITEMS, device_id, [*item_ids])


async def households_concerned(
    session: Session, household_ids: Collection[str], visit_ids: Collection[str]
) -> list[str]:
    """These, those of the visits, and those of which they are part by now."""
    rows = await session.fetch(_WITH_THOSE_THEY_ARE_PART_OF, [*household_ids], [*visit_ids])
    return [row.household_id for row in rows]


async def planned_for(
    session: Session, staff_id: str, visits: Collection[tuple[str, date]], around: int
) -> frozenset[str]:
    """Households of these visits that are planned for a team of the person on a day around the visit's."""
    ids, days = [one for one, _ in visits], [day for _, day in visits]
    rows = await session.fetch(_PLANNED, staff_id, ids, days, around)
    return frozenset(row.household_id for row in rows)


async def was_planned(session: Session, device_id: str, household_ids: Collection[str]) -> Sequence[Any]:
    """Of households that the phone was given by a plan, when that was, and when the plan was made anew last."""
    return await session.fetch(_WAS_PLANNED, device_id, [*household_ids])


async def corrections_of(session: Session, visit_ids: Collection[str]) -> Sequence[Any]:
    """All steps of the records of these visits, with what was otherwise before each."""
    return await session.fetch(_CORRECTED, [*visit_ids])


async def wrapped_before(session: Session, after: str, size: int, current: bytes) -> list[str]:
    """Phones whose key is wrapped under another key than that of this header."""
    return [row.device_id for row in await session.fetch(_WRAPPED_BEFORE, after, size, current)]


async def own_households(session: Session, staff_id: str, scope: Scope, days: tuple[date, date]) -> Sequence[Any]:
    """Whom the person looks after, or a team of theirs visits on one of the days: what comes first first."""
    return await session.fetch(_OWN, staff_id, scope.area_prefix, *days)


async def forget_households(session: Session, device_id: str, household_ids: Collection[str]) -> None:
    """The phone holds them no more."""
    await session.fetch(_FORGET, device_id, [*household_ids])


async def places_of(session: Session, household_ids: Collection[str]) -> Sequence[Any]:
    """Where they stand in rounds that are not over."""
    return await session.fetch(_PLACES, [*household_ids])


async def open_counts(session: Session, device_ids: Collection[str]) -> dict[str, Any]:
    """By phone how many of its items somebody, or time, has to do something about."""
    return {row.device_id: row for row in await session.fetch(_COUNTS, [*device_ids])}


async def with_due_gaps(session: Session, before: datetime) -> list[str]:
    """Phones of which something has waited since before that, or whose turn was cut off."""
    return [row.device_id for row in await session.fetch(_DUE, before)]


async def entry_of(session: Session, device_id: str, seq: int, item_id: str | None) -> list[str]:
    """The rows of a number; two where it was taken twice."""
    return [row.entry_id for row in await session.fetch(_OF_NUMBER, device_id, seq, item_id)]


async def entries_of(session: Session, device_id: str, item_id: str) -> list[str]:
    """The rows of an item, under whatever numbers it came."""
    return [row.entry_id for row in await session.fetch(_ENTRIES, device_id, item_id)]


async def open_everywhere(session: Session) -> Any:
    """How many items wait, are held and are refused."""
    return (await session.fetch(_GAUGES))[0]


async def lags(session: Session) -> dict[int, int]:
    """How many phones in use synced how long ago: up to 1, 3, 7, 14, 30 days, and longer (0 to 5)."""
    return {row.bucket: row.devices for row in await session.fetch(_LAGS, session.now)}


def receipts_statement(device_id: str, staff_id: str, since: int) -> Select[DeviceItem]:
    """Receipts of a person's own items, by number."""
    own = (col(DeviceItem.device_id) == device_id, col(DeviceItem.staff_id) == staff_id)
    later = select(DeviceItem).where(*own, col(DeviceItem.receipt) > since)
    return later.order_by(col(DeviceItem.receipt)).limit(MOST_RECEIPTS)


async def list_receipts(session: Session, device_id: str, staff_id: str, since: int) -> Sequence[DeviceItem]:
    """Up to `MOST_RECEIPTS` of them."""
    return (await session.execute(receipts_statement(device_id, staff_id, since))).scalars().all()


async def items_of(session: Session, device_id: str, item_ids: Collection[str]) -> Sequence[DeviceItem]:
    """All rows of these items."""
    mine = (col(DeviceItem.device_id) == device_id, col(DeviceItem.item_id).in_([*item_ids]))
    return (await session.execute(select(DeviceItem).where(*mine))).scalars().all()


async def own_devices(session: Session, staff_id: str) -> Sequence[Device]:
    """The phones of a person."""
    mine = select(Device).where(col(Device.staff_id) == staff_id).order_by(col(Device.device_id))
    return (await session.execute(mine)).scalars().all()


def devices_statement(scope: Scope, query: DeviceFilter, page: PageQuery) -> Select[Device]:
    """One page, the longest silent first, and one row more."""
    conditions: list[ColumnElement[bool]] = [scope.predicate(col(Device.area_code), accused_columns=None)]
    if query.silent_since is not None:
        conditions.append(col(Device.last_sync_at) <= query.silent_since)
    for column, wanted in ((Device.lost_at, query.lost), (Device.gave_up_at, query.given_up)):
        if wanted is not None:
            conditions.append(col(column).is_not(None) if wanted else col(column).is_(None))
    return SILENT_FIRST.cut(select(Device).where(*conditions), page)


async def list_devices(session: Session, scope: Scope, query: DeviceFilter, page: PageQuery) -> Sequence[Device]:
    """Up to one row more than a page."""
    return (await session.execute(devices_statement(scope, query, page))).scalars().all()


def items_statement(scope: Scope, outcome: ItemOutcome | None, page: PageQuery) -> Select[DeviceItem]:
    """One page of what waits for a person, what came first first, and one row more."""
    conditions: list[ColumnElement[bool]] = [
        ~col(DeviceItem.ended),
        ~col(DeviceItem.waits),
        scope.predicate(col(DeviceItem.area_code), accused_columns=None),
    ]
    if outcome is not None:
        conditions.append(col(DeviceItem.outcome) == outcome)
    return FIRST_COME.cut(select(DeviceItem).where(*conditions), page)


async def list_items(
    session: Session, scope: Scope, outcome: ItemOutcome | None, page: PageQuery
) -> Sequence[DeviceItem]:
    """Up to one row more than a page."""
    return (await session.execute(items_statement(scope, outcome, page))).scalars().all()
