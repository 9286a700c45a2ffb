"""Every SELECT of packs, and of what open cases use of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from libs.common.database.session import Session

_PACK = "SELECT version, place_code, digest, effective_from, document::text AS document FROM pack"

_OPEN_BY_UNIT = """
    SELECT lead_unit, count(*) AS cases FROM work
    WHERE status IN ('assigned', 'signed') AND lead_unit <> ALL($1::text[]) GROUP BY lead_unit
"""
_OPEN_OF_UNIT = """
    SELECT case_id FROM work
    WHERE status IN ('assigned', 'signed') AND lead_unit = $1 AND NOT return_pending AND case_id > $2
    ORDER BY case_id LIMIT $3
"""

_OPEN_ABOUT = """
    SELECT DISTINCT about FROM work CROSS JOIN LATERAL unnest(array_append(also_accused, accused_unit)) AS about
    WHERE status IN ('assigned', 'signed') AND (accused_unit IS NOT NULL OR also_accused <> '{}')
        AND about <> ALL($1::text[]) AND about NOT LIKE 'staff:%'
"""
_UNITS_WITH_PARTS = """
    SELECT DISTINCT unit_code FROM task WHERE status IN ('given', 'signed') AND unit_code <> ALL($1::text[])
"""
_PARTS_OF_UNIT = """
    SELECT case_id FROM task WHERE status IN ('given', 'signed') AND unit_code = $1 AND case_id > $2
    ORDER BY case_id LIMIT $3
"""
_UNITS_BELOW = """
    SELECT DISTINCT unit FROM work, unnest(delegates) AS unit
    WHERE status IN ('assigned', 'signed') AND delegates <> '{}' AND unit <> ALL($1::text[])
"""
_DELEGATED_TO = """
    SELECT case_id FROM work
    WHERE status IN ('assigned', 'signed') AND delegates <> '{}' AND $1 = ANY(delegates) AND case_id > $2
    ORDER BY case_id LIMIT $3
"""
_OPEN_ABOUT_UNIT = _OPEN_OF_UNIT.replace("lead_unit = $1", "$1 = ANY(array_append(also_accused, accused_unit))")
MOST_NAMED = 100
"""Cases that are named of each code; all are counted."""
_NOT_CLOSED = """
    (status IN ('assigned', 'signed') OR status IN ('handled', 'answered') OR status = 'triage'
        OR status = 'not_accepted' OR status = 'terminated')
"""
"""Each by the index of its list: almost all cases are closed, and to read them all takes longer than a pack may."""
OPEN_USES = {
    column: f"""
        SELECT {column} AS code, count(*) AS cases, (array_agg(case_no ORDER BY case_no))[1:{MOST_NAMED}] AS case_nos
        FROM work WHERE {_NOT_CLOSED} AND {column} <> ALL($1::text[]) GROUP BY {column} ORDER BY {column}
    """  # noqa: S608 - names of columns
    for column in ("area_code", "lead_unit", "category_code")
}

_OPEN_OUTSIDE = f"""
    SELECT count(*) AS cases, (array_agg(case_no ORDER BY case_no))[1:{MOST_NAMED}] AS case_nos
    FROM work WHERE status IN ('assigned', 'signed') AND lead_unit = $1 AND area_code NOT LIKE $2
"""  # noqa: S608 - our own number


@dataclass(frozen=True, slots=True)
class OpenUse:
    """A code that open cases have: how many, and the first of their numbers."""

    code: str
    cases: int
    case_nos: list[str]


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A version in the table."""

    version: int
    place_code: str
    digest: str
    effective_from: datetime
    document: dict[str, Any]


async def units_with_open_cases(session: Session, but_not: Collection[str]) -> dict[str, int]:
    """How many open cases units have, without those named."""
    rows = await session.fetch(_OPEN_BY_UNIT, list(but_not))
    return {row.lead_unit: row.cases for row in rows}


async def units_with_open_cases_about(session: Session, but_not: Collection[str]) -> list[str]:
    """The units complained about in open cases, without those named."""
    return [row.about for row in await session.fetch(_OPEN_ABOUT, list(but_not))]


async def open_cases_about(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open cases about a unit whose return is not being decided, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_OPEN_ABOUT_UNIT, unit_code, after, at_most)]


async def open_cases_of(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open cases of a unit whose return is not being decided, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_OPEN_OF_UNIT, unit_code, after, at_most)]


async def units_with_parts(session: Session, but_not: Collection[str]) -> list[str]:
    """The units that have something to do beside a lead, without those named."""
    return [row.unit_code for row in await session.fetch(_UNITS_WITH_PARTS, list(but_not))]


async def parts_of(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The cases in which a unit has something to do beside the lead, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_PARTS_OF_UNIT, unit_code, after, at_most)]


async def units_with_delegated_cases(session: Session, but_not: Collection[str]) -> list[str]:
    """The units that open cases were delegated to, without those named."""
    return [row.unit for row in await session.fetch(_UNITS_BELOW, list(but_not))]


async def cases_delegated_to(session: Session, unit_code: str, after: str, at_most: int) -> list[str]:
    """The open cases that came to a unit, or went on from it, by being delegated, in the order of their ids."""
    return [row.case_id for row in await session.fetch(_DELEGATED_TO, unit_code, after, at_most)]


async def open_uses(session: Session, column: str, there: Collection[str]) -> list[OpenUse]:
    """The codes in ``column`` of open cases that are not ``there``, each with its cases."""
    rows = await session.fetch(OPEN_USES[column], list(there))
    return [OpenUse(row.code, row.cases, row.case_nos) for row in rows]


async def open_outside(session: Session, unit_code: str, area_prefix: str) -> list[OpenUse]:
    """The open cases that a unit leads outside an area; nothing when there are none."""
    rows = await session.fetch(_OPEN_OUTSIDE, unit_code, f"{area_prefix}%")
    return [OpenUse(unit_code, row.cases, row.case_nos) for row in rows if row.cases]


async def lock_packs(session: Session) -> None:
    """One publisher at a time, in whichever process; readers go on."""
    await session.fetch("LOCK TABLE pack IN SHARE ROW EXCLUSIVE MODE")


async def newest_pack(session: Session) -> StoredPack | None:
    """The highest version, from the table: another process may have stored one that is not on the shelf here yet."""
    rows = await session.fetch(f"{_PACK} ORDER BY version DESC LIMIT 1")
    return _stored(rows[0]) if rows else None


async def stored_pack(session: Session, version: int) -> StoredPack | None:
    """A version, whichever process published it."""
    rows = await session.fetch(f"{_PACK} WHERE version = $1", version)
    return _stored(rows[0]) if rows else None


def _stored(row: Row[Any]) -> StoredPack:
    return StoredPack(row.version, row.place_code, row.digest, row.effective_from, orjson.loads(row.document))
