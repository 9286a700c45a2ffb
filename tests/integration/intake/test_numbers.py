"""Case numbers over processes, days and crashes: never twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import cast

import pytest

from libs.common.case_numbers import is_case_number
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.errors import Unavailable
from services.intake.cases.actions.numbers import LARGEST_BLOCK, NumberPool
from tests.integration.intake.door import NOW, IntakeDoor

DAY = date(2026, 3, 4)


def pool(intake: IntakeDoor) -> NumberPool:
    """The pool of a process."""
    return NumberPool(intake.service.runtime.work_database)


async def test_two_processes_never_give_the_same_number(intake: IntakeDoor) -> None:
    pools = [pool(intake), pool(intake)]
    taken = await asyncio.gather(*(pools[index % 2].take("999001", DAY, NOW) for index in range(300)))
    numbers = [number for [number] in taken]
    assert len(set(numbers)) == 300
    assert all(map(is_case_number, numbers))


async def test_a_process_that_died_takes_its_numbers_with_it(intake: IntakeDoor) -> None:
    [before] = await pool(intake).take("999001", DAY, NOW)
    [after] = await pool(intake).take("999001", DAY, NOW)
    assert after > before


async def test_a_quiet_county_counts_closely_and_a_busy_one_asks_seldom(intake: IntakeDoor) -> None:
    numbers = pool(intake)
    for _ in range(5000):
        await numbers.take("999001", DAY, NOW)
    assert numbers._next_block == LARGEST_BLOCK
    [row] = await intake.rows("SELECT last FROM case_number")
    assert 5000 <= row.last <= 5000 + LARGEST_BLOCK


async def test_each_day_and_county_begins_with_one(intake: IntakeDoor) -> None:
    numbers = pool(intake)
    first = [(await numbers.take("999001", date(2026, 3, day), NOW))[0][12:18] for day in (4, 5, 6)]
    assert first == ["000001"] * 3
    again = [number for [number] in await asyncio.gather(
        *(numbers.take("999001", date(2026, 3, 7 + index % 2), NOW) for index in range(40))
    )]  # fmt: skip
    assert len(set(again)) == 40
    assert (await numbers.take("999002", DAY, NOW))[0].startswith("999002260304000001")


async def test_many_at_once_are_taken_in_one_go(intake: IntakeDoor) -> None:
    taken = await asyncio.gather(*(pool(intake).take("999001", DAY, NOW, 2000) for _ in range(3)))
    assert len({number for numbers in taken for number in numbers}) == 6000


async def test_who_waits_for_a_number_that_cannot_be_had_is_told_with_all_others() -> None:
    """A pile of requests, each with a try of its own, would take as long as all tries together."""
    tries = 0

    class Away:
        @asynccontextmanager
        async def transaction(self, _now: object) -> AsyncIterator[Session]:
            nonlocal tries
            tries += 1
            await asyncio.sleep(0)
            if tries:
                raise DatabaseTrouble("no answer")
            yield cast("Session", None)

    numbers = NumberPool(cast("Database", Away()))
    waiting = (numbers.take("999001", DAY, NOW) for _ in range(50))
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in told} == {DatabaseTrouble}
    assert tries == 1
    with pytest.raises(DatabaseTrouble):
        await numbers.take("999001", DAY, NOW)
    assert tries == 2


async def test_a_day_has_a_last_number(intake: IntakeDoor) -> None:
    async with intake.service.runtime.work_database.transaction(NOW) as session:
        await session.fetch("INSERT INTO case_number VALUES ('999001', '2026-03-04', 999985)")
    numbers = pool(intake)
    assert (await numbers.take("999001", DAY, NOW))[0][12:18] == "999986"
    with pytest.raises(Unavailable, match="used up"):
        await pool(intake).take("999001", DAY, NOW)
