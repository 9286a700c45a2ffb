"""Counts what became of the rows, in the tables of all four services: which are lost, which doubled, which open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huiyin.house import House
from huiyin.replay.rows import Row
from libs.common.bus.flow import Service

_CASES_OF_SOURCES = """
    SELECT source_system, source_no, case_id, status FROM cases
    WHERE source_system = ANY($1::text[]) AND source_no IS NOT NULL
"""
_KNOWN: Mapping[Service, str] = {
    Service.DISPATCH: "SELECT case_id FROM work",
    Service.FOLLOWUP: "SELECT case_id FROM matter",
    Service.ANALYTICS: "SELECT case_id FROM fact",
}

Key = tuple[str, str]
"""Source and number of a row."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the accepted rows. ``lost``: its case is missing somewhere; ``doubled``: it has several."""

    lost: tuple[Key, ...]
    doubled: tuple[Key, ...]
    open: int
    closed: int


async def tally(house: House, accepted: Mapping[Key, str]) -> Tally:
    """Look every accepted row up. ``accepted`` are the rows with the cases that they were told."""
    known = [await _ids(house, service) for service in _KNOWN]
    cases: dict[Key, list[str]] = {}
    closed: set[Key] = set()
    async with house.services[Service.INTAKE].runtime.work_database.reading() as session:
        for row in await session.fetch(_CASES_OF_SOURCES, sorted({source for source, _ in accepted})):
            key = (row.source_system, row.source_no)
            cases.setdefault(key, []).append(row.case_id)
            if row.status == "closed":
                closed.add(key)
    lost = [
        key
        for key, case_id in accepted.items()
        if case_id not in cases.get(key, ()) or not all(case_id in each for each in known)
    ]
    doubled = [key for key in accepted if len(cases.get(key, ())) > 1]
    ended = len(closed & accepted.keys())
    return Tally(tuple(lost), tuple(doubled), open=len(accepted) - ended, closed=ended)


async def registered_before(house: House, rows: Iterable[Row]) -> dict[Key, str]:
    """The rows among these that have a case already, from an earlier run."""
    wanted = {(row.source, row.number) for row in rows}
    async with house.services[Service.INTAKE].runtime.work_database.reading() as session:
        found = await session.fetch(_CASES_OF_SOURCES, sorted({source for source, _ in wanted}))
    keys = {(row.source_system, row.source_no): row.case_id for row in found}
    return {key: case_id for key, case_id in keys.items() if key in wanted}


async def _ids(house: House, service: Service) -> frozenset[str]:
    async with house.services[service].runtime.work_database.reading() as session:
        return frozenset(row.case_id for row in await session.fetch(_KNOWN[service]))
