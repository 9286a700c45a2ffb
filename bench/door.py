"""Intake's API alone, in two processes, on a database of its own; and the same empty tables once more beside it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.drive.complaints import Complaints
from bench.drive.database import connected, rows
from bench.drive.hammer import Hammer
from bench.drive.house import eight_processes
from bench.ground import Ground
from huiyin.office import errands
from huiyin.office.people import Person
from libs.common.security.principal import Role

_DOOR = "intake-api"
_NDJSON = "application/x-ndjson"
_ROWS = """
    SELECT (SELECT count(*) FROM intake.cases) AS cases,
           (SELECT count(*) FROM intake.ledger WHERE seq = 1 AND stream = 'cases') AS said
"""


class DoorTrouble(Exception):
    """The door did not take what it should have."""


@dataclass(slots=True)
class Door:
    """The running door. ``twin_url`` is a database with the same tables, in which nobody writes but who is told to."""

    folder: Path
    url: str
    twin_url: str
    hammer: Hammer
    operator: Person
    visitor: Person
    complaints: Complaints
    before: tuple[int, int]
    """Cases, and first rows of cases in the ledger, that were there already."""
    taken: int = 0
    """Cases that were answered for, the hammer's aside."""

    async def register(self) -> Mapping[str, str]:
        """One case; the words in its rows that are its own, each with its name."""
        found = await self.operator.do(errands.register(self.complaints.next()), key=self.complaints.key())
        self.taken += 1
        return {found["case_id"]: "case_id", found["case_no"]: "case_no"}

    async def register_bulk(self, lines: int) -> tuple[Any, float]:
        """So many cases in one request; the report, and the seconds it took."""
        body = b"\n".join(orjson.dumps(self.complaints.next()) for _ in range(lines))
        begun = time.monotonic()
        report = await self.visitor.do(f"{errands.CASES}/batch", body, content_type=_NDJSON)
        seconds = time.monotonic() - begun
        if report["accepted"] != lines:
            raise DoorTrouble(f"of {lines} lines {report['accepted']} were taken: {report['problems'][:3]}")
        self.taken += lines
        return report, seconds

    async def register_line(self) -> Mapping[str, str]:
        """As ``register``, but as the only line of a bulk."""
        report, _ = await self.register_bulk(1)
        (found,) = report["results"]
        return {found["case_id"]: "case_id", found["case_no"]: "case_no"}

    async def settle(self) -> None:
        """Have PostgreSQL do now what it owes for all that was written so far, instead of beside what comes next.

        The baseline writes some 150,000 cases a run; with what that left to vacuum and flush beside it, the door of the
        next runs reached 0.39 and 0.45 of pgbench instead of 0.54 and 0.61.
        """
        for url in (self.url, self.twin_url):
            async with connected(url) as connection:
                await connection.execute("VACUUM (ANALYZE)")
        async with connected(self.url) as connection:
            await connection.execute("CHECKPOINT")

    async def missing(self) -> tuple[int, str]:
        """How many cases are in the tables too few or too many, beside what was answered; and both in words."""
        cases, said = (now - before for now, before in zip(await _rows(self.url), self.before, strict=True))
        answered = self.taken + self.hammer.created
        return abs(answered - cases) + abs(answered - said), f"{answered} answered, {cases} cases, {said} in the ledger"


@asynccontextmanager
async def open_door(ground: Ground, seed: int) -> AsyncIterator[Door]:
    """Start the door on a database of its own; it is ended afterwards."""
    async with AsyncExitStack() as stack:
        url = await ground.furnished()
        twin_url = await ground.copy(url)
        folder = ground.folder_for("door")
        house = eight_processes(folder, url)
        stack.push_async_callback(asyncio.to_thread, house.end, politely=False)
        ports = [house.members[_DOOR].port, house.add(_DOOR)]
        house.start(*(name for name in house.members if name.startswith(_DOOR)))
        await house.ready()
        people = stack.enter_context(house.people(timeout=120.0))
        operator, visitor = people.person("operator-1", Role.OPERATOR), people.person("visitor-1", Role.VISITOR)
        hammer, complaints = Hammer(ports, operator.token, seed), Complaints(seed)
        yield Door(folder, url, twin_url, hammer, operator, visitor, complaints, await _rows(url))


async def _rows(url: str) -> tuple[int, int]:
    cases, said = (await rows(url, _ROWS))[0]
    return cases, said
