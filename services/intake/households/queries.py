"""Every SELECT of households: by id, in lists, as they were on a day, who is like another, and who looked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from libs.common.database.records import layout_of
from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, VisitEvery
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.intake.households.domain import Status
from services.intake.households.tables import Household, HouseholdChange, HouseholdIdentity, HouseholdLook

BY_AREA = Keyset(
    "intake.households", (col(Household.area_code), col(Household.household_id)), (str, str), descending=False
)
BY_STEP = Keyset("intake.household_changes", (col(HouseholdChange.version),), (int,), descending=False)
NEWEST_FIRST = Keyset("intake.household_looks", (col(HouseholdLook.at), col(HouseholdLook.look_id)), (datetime, str))
_AT_ONCE = 200
"""Rows read before others have their turn."""
_ALIKE = """
    SELECT household_id, phone_index = ANY($1::bytea[]) AS by_phone, door_index = ANY($2::bytea[]) AS by_door
    FROM household_identity JOIN household USING (household_id)
    WHERE (phone_index = ANY($1::bytea[]) OR door_index = ANY($2::bytea[])) AND status <> 'ended'
    ORDER BY household_id LIMIT 5
"""

_WRAPPED_BEFORE = """
    SELECT household_id FROM household_identity
    WHERE household_id > $1 AND substring(wrapped FROM 1 FOR length($3::bytea)) <> $3
    ORDER BY household_id LIMIT $2
"""
_FOUND_BY_INDEX = """
    SELECT household_id FROM household_identity
    WHERE household_id > $1 AND (phone_index IS NOT NULL OR door_index IS NOT NULL) ORDER BY household_id LIMIT $2
"""
_IN_AREAS = """
    SELECT area_code, count(*) AS many FROM household WHERE area_code = ANY($1::text[]) GROUP BY area_code ORDER BY 1
"""
_OF_AREA = """
    SELECT household_id FROM household WHERE area_code = $1 AND household_id > $2 ORDER BY household_id LIMIT $3
"""


_ROWS, _IDENTITIES = layout_of(Household), layout_of(HouseholdIdentity)
_WITH_MARKS = """
    household_id IN (
        SELECT household_id FROM household WHERE household_id = ANY($1::text[])
        UNION SELECT household_id FROM household WHERE household_no = ANY($2::text[])
        UNION SELECT household_id FROM household_identity WHERE phone_index = ANY($3::bytea[])
        UNION SELECT household_id FROM household_identity WHERE door_index = ANY($4::bytea[])
    )
"""
KEPT = f"""
    SELECT {", ".join(f"h.{name}" for name in _ROWS.columns)}, {", ".join(f"i.{name}" for name in _IDENTITIES.columns)}
    FROM household AS h JOIN household_identity AS i USING (household_id) WHERE h.{_WITH_MARKS.strip()}
"""  # noqa: S608 - our own names
_VERSIONS = f"SELECT household_id, version FROM household WHERE {_WITH_MARKS.strip()}"  # noqa: S608
_TABLE_LOCK = "hashtextextended(current_schema() || '.households', 0)"

_LOADS = """
    SELECT contact_staff_id, count(*) AS households FROM household
    WHERE contact_staff_id = ANY($1::text[]) AND status IN ('registered', 'mute_asked') GROUP BY contact_staff_id
"""


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """What the list is narrowed to; None takes in everything but those that are no more."""

    area_code: str | None = None
    status: Status | None = None
    household_class: HouseholdClass | None = None
    kind: str | None = None
    resource: str | None = None
    visit_every: VisitEvery | None = None
    contact_staff_id: str | None = None
    without_contact: bool | None = None


@dataclass(frozen=True, slots=True)
class LookFilter:
    """What the list of looks is narrowed to; None takes in everything."""

    staff_id: str | None = None
    account: str | None = None
    unit_code: str | None = None
    household_id: str | None = None
    looked_from: datetime | None = None
    """Included."""
    looked_to: datetime | None = None
    """Not included."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A household that has the same phone, or stands at the same door."""

    household_id: str
    by_phone: bool
    by_door: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """By what households are looked up: ids, numbers, and what their phones and doors are found by."""

    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    phones: tuple[bytes, ...] = ()
    doors: tuple[bytes, ...] = ()

    def __add__(self, other: "Marks") -> "Marks":
        """Both together."""
        return Marks(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def parameters(self) -> tuple[list[str], list[str], list[bytes], list[bytes]]:
        """Of the statements that ask by them."""
        return [*self.ids], [*self.numbers], [*self.phones], [*self.doors]


class KeptHousehold(NamedTuple):
    """A household, and what is sealed of it."""

    row: Household
    identity: HouseholdIdentity


async def find_kept(session: Session, marks: Marks) -> Sequence[Any]:
    """All households with one of these marks, in one statement, for `kept_of`."""
    return await session.fetch(KEPT, *marks.parameters)


def kept_of(found: Sequence[Any]) -> list[KeptHousehold]:
    """What was found, as rows; of thousands it takes its time, and needs no transaction."""
    ends = len(_ROWS.columns)
    pairs = ((_ROWS.read(one[:ends]), _IDENTITIES.read(one[ends:])) for one in map(tuple, found))
    return [KeptHousehold(cast("Household", row), cast("HouseholdIdentity", identity)) for row, identity in pairs]


async def versions_of(session: Session, marks: Marks) -> dict[str, int]:
    """By id the versions of all households with one of these marks."""
    return {row.household_id: row.version for row in await session.fetch(_VERSIONS, *marks.parameters)}


async def hold_register(session: Session) -> None:
    """To the end of the transaction nobody else takes in a table of households, nor registers one."""
    await session.fetch(f"SELECT pg_advisory_xact_lock({_TABLE_LOCK})")


async def is_register_held(session: Session) -> bool:
    """Whether somebody is taking in a table of households just now; if not, nobody begins to before the commit."""
    rows = await session.fetch(f"SELECT pg_try_advisory_xact_lock_shared({_TABLE_LOCK}) AS free")
    return not rows[0].free


async def find(session: Session, scope: Scope, household_id: str) -> Household | None:
    """The household, when it is within reach."""
    row = await session.one(Household, "household_id", household_id, lock=False)
    return row if row is not None and scope.covers(row.area_code) else None


async def identity_of(session: Session, household_id: str, *, lock: bool = False) -> HouseholdIdentity | None:
    """What is sealed of it."""
    return await session.one(HouseholdIdentity, "household_id", household_id, lock=lock)


async def alike(session: Session, phones: Sequence[bytes], doors: Sequence[bytes]) -> list[Alike]:
    """Up to five households with one of these phones, or at one of these doors."""
    if not phones and not doors:
        return []
    rows = await session.fetch(_ALIKE, [*phones], [*doors])
    return [Alike(row.household_id, bool(row.by_phone), bool(row.by_door)) for row in rows]


async def wrapped_before(session: Session, after: str, size: int, current: bytes) -> list[str]:
    """Households whose key is wrapped under another key than that of this header."""
    return [row.household_id for row in await session.fetch(_WRAPPED_BEFORE, after, size, current)]


async def found_by_index(session: Session, after: str, size: int) -> list[str]:
    """Households that are found by phone or by door."""
    return [row.household_id for row in await session.fetch(_FOUND_BY_INDEX, after, size)]


async def in_areas(session: Session, area_codes: Sequence[str]) -> dict[str, int]:
    """Of these areas those where households lie, with how many, ended ones included."""
    return {row.area_code: row.many for row in await session.fetch(_IN_AREAS, [*area_codes])}


async def of_area(session: Session, area_code: str, after: str, size: int) -> list[str]:
    """Households of one area, ended ones included, by id."""
    return [row.household_id for row in await session.fetch(_OF_AREA, area_code, after, size)]


async def loads_of(session: Session, people: Collection[str]) -> dict[str, int]:
    """How many households that count each of them looks after, wherever these are."""
    rows = await session.fetch(_LOADS, sorted(people))
    return dict.fromkeys(people, 0) | {row.contact_staff_id: row.households for row in rows}


def list_statement(scope: Scope, query: HouseholdFilter, page: PageQuery) -> Select[Household]:
    """One page by area and id, and one row more."""
    equal = (
        (Household.household_class, query.household_class),
        (Household.visit_every, query.visit_every),
        (Household.contact_staff_id, query.contact_staff_id),
        (Household.status, query.status),
    )
    conditions: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if query.status is None:
        conditions.append(col(Household.status) != Status.ENDED)
    if query.kind is not None:
        conditions.append(col(Household.kinds).contains([query.kind]))
    if query.resource is not None:
        conditions.append(col(Household.resources).contains([query.resource]))
    if query.without_contact is not None:
        nobody = col(Household.contact_staff_id).is_(None)
        conditions.append(nobody if query.without_contact else ~nobody)
    conditions.append(scope.predicate(col(Household.area_code), accused_columns=None))
    found = select(Household).where(*conditions, *in_area(col(Household.area_code), query.area_code))
    if query.kind is None and query.resource is None:
        return BY_AREA.cut(found, page)
    # Of words that few have, none may come for the whole register: so they are gathered first, and sorted then.
    in_order = (column.concat("") for column in BY_AREA.columns)
    return found.where(*BY_AREA.after(page.cursor)).order_by(*in_order).limit(page.limit + 1)


async def list_households(
    session: Session, scope: Scope, query: HouseholdFilter, page: PageQuery
) -> Sequence[Household]:
    """Up to one row more than a page."""
    return (await session.execute(list_statement(scope, query, page))).scalars().all()


async def all_households(session: Session, scope: Scope, query: HouseholdFilter, most: int) -> list[Household]:
    """All of them, a page at a time, so that others have their turn; no more than ``most`` and a page."""
    found: list[Household] = []
    page = PageQuery(limit=_AT_ONCE)
    while True:
        rows = BY_AREA.page(await list_households(session, scope, query, page), page.limit, lambda row: row)
        found += rows.items
        if rows.next_cursor is None or len(found) > most:
            return found
        page = PageQuery(limit=_AT_ONCE, cursor=rows.next_cursor)


async def identities_of(session: Session, household_ids: Sequence[str]) -> dict[str, HouseholdIdentity]:
    """What is sealed of them, by household."""
    found: dict[str, HouseholdIdentity] = {}
    for begin in range(0, len(household_ids), _AT_ONCE):
        ids = household_ids[begin : begin + _AT_ONCE]
        await session.load(HouseholdIdentity, "household_id", ids, lock=False)
        for household_id in ids:
            row = await session.one(HouseholdIdentity, "household_id", household_id, lock=False)
            if row is not None:
                found[household_id] = row
    return found


async def changes_of(session: Session, household_id: str, until: date | None = None) -> Sequence[HouseholdChange]:
    """All steps of a household by version; those that hold from ``until`` or earlier."""
    statement = select(HouseholdChange).where(col(HouseholdChange.household_id) == household_id)
    if until is not None:
        statement = statement.where(col(HouseholdChange.holds_from) <= until)
    return (await session.execute(statement.order_by(col(HouseholdChange.version)))).scalars().all()


async def list_changes(session: Session, household_id: str, page: PageQuery) -> Sequence[HouseholdChange]:
    """Up to one row more than a page of its steps, in their order."""
    statement = select(HouseholdChange).where(col(HouseholdChange.household_id) == household_id)
    return (await session.execute(BY_STEP.cut(statement, page))).scalars().all()


async def first_day(session: Session, household_id: str) -> date | None:
    """The day since which the register has it; None of a household that there is not."""
    first = (col(HouseholdChange.household_id) == household_id, col(HouseholdChange.version) == 1)
    return (await session.execute(select(col(HouseholdChange.holds_from)).where(*first))).scalar_one_or_none()


def facts_on(changes: Sequence[HouseholdChange]) -> Mapping[HouseholdFact, Any]:
    """What holds by these steps: of each fact the word of the latest day, and of one day the latest word."""
    ordered = sorted(changes, key=lambda change: (change.holds_from, change.version))
    return {HouseholdFact(fact): getattr(change, fact) for change in ordered for fact in change.changed}


def looks_statement(scope: Scope, query: LookFilter, page: PageQuery) -> Select[HouseholdLook]:
    """One page, newest first, and one row more: looks at households within reach, whoever looked."""
    equal = (
        (HouseholdLook.by_staff, query.staff_id),
        (HouseholdLook.who, query.account),
        (HouseholdLook.unit_code, query.unit_code),
        (HouseholdLook.household_id, query.household_id),
    )
    conditions: list[ColumnElement[bool]] = [col(column) == value for column, value in equal if value is not None]
    if query.looked_from is not None:
        conditions.append(col(HouseholdLook.at) >= query.looked_from)
    if query.looked_to is not None:
        conditions.append(col(HouseholdLook.at) < query.looked_to)
    within = scope.predicate(col(Household.area_code), accused_columns=None)
    joined = select(HouseholdLook).join(Household, col(Household.household_id) == col(HouseholdLook.household_id))
    return NEWEST_FIRST.cut(joined.where(within, *conditions), page)


async def list_looks(session: Session, scope: Scope, query: LookFilter, page: PageQuery) -> Sequence[HouseholdLook]:
    """Up to one row more than a page."""
    return (await session.execute(looks_statement(scope, query, page))).scalars().all()
