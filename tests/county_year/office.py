"""Who asks the house in a year of visits, several at a time, and what the official list says."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from huiyin.office.people import Person
from libs.common.security.principal import Role
from tests.journeys.county import VILLAGE_UNIT, County

AT_ONCE, SYNCS_AT_ONCE = 32, 12
"""Requests that go into one commit with others; and those that have transactions of their own."""
_TOKEN_SECONDS = 1_200
"""For so long somebody shows the same token."""
_PEOPLE, _PAGE = "/analytics/v1/visits/people", 200


class Office:
    """Everybody of a county, each with a token that is shown again as long as it is good."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._tokens: dict[str, tuple[float, Person]] = {}

    def worker(self, staff_id: str) -> Person:
        """Somebody who goes out, at the phone."""
        county = self._county
        return self._with_token(staff_id, lambda: county.person(f"account-{staff_id}", Role.VISITOR, staff_id=staff_id))

    @property
    def operator(self) -> Person:
        """话务员."""
        return self._with_token("operator", lambda: self._county.operator)

    @property
    def unit(self) -> Person:
        """承办人 of the village whose lights are broken."""
        return self._with_token("unit", lambda: self._county.handler(VILLAGE_UNIT))

    @property
    def caller(self) -> Person:
        """回访员."""
        return self._with_token("caller", lambda: self._county.caller)

    @property
    def supervisor(self) -> Person:
        """督办员."""
        return self._with_token("supervisor", lambda: self._county.supervisor)

    @property
    def leader(self) -> Person:
        """领导."""
        return self._with_token("leader", lambda: self._county.leader)

    async def official(self, from_day: str, until_day: str) -> dict[str, Any]:
        """The official list of these days, page after page, by worker."""
        rows: dict[str, Any] = {}
        cursor: dict[str, Any] = {}
        while True:
            page = await self.leader.ask(_PEOPLE, from_day=from_day, until_day=until_day, limit=_PAGE, **cursor)
            rows |= {row["staff_id"]: row for row in page["rows"]}
            if page["next_cursor"] is None:
                return rows
            cursor = {"cursor": page["next_cursor"]}

    def _with_token(self, name: str, person: Callable[[], Person]) -> Person:
        since, known = self._tokens.get(name, (0.0, None))
        if known is None or time.monotonic() - since > _TOKEN_SECONDS:
            since, known = time.monotonic(), person()
            self._tokens[name] = since, known
        return known


async def each(work: Iterable[Awaitable[Any]], at_once: int = AT_ONCE) -> list[Any]:
    """Each is done, several at a time; what they gave, in their order."""
    waiting = [*work]
    done: list[Any] = [None] * len(waiting)
    left = iter(enumerate(waiting))

    async def one_after_another() -> None:
        for place, thing in left:
            done[place] = await thing

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return done
