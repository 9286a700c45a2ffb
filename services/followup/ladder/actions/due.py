"""Firing what is due, of all cases together, in the order of time: a batch in one transaction, a bad case alone.

Clocks of a case that cannot fire are set aside with the reason, until an operator has mended the cause; all others go
on. Whatever happens to the process, each step of a clock is taken once, in the transaction that says so.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime

from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.errors import Unavailable
from libs.common.logs import get_logger
from libs.common.run.failpoints import failpoint
from libs.common.service.runtime import Runtime
from services.followup.cases.tables import Case
from services.followup.clocks import queries
from services.followup.clocks.actions.book import clocks_of
from services.followup.clocks.actions.finding import find_case, load_cases
from services.followup.ladder.actions.firing import fire

log = get_logger(__name__)
AT_ONCE = 200
"""Clocks looked at in one transaction."""


async def fire_due(runtime: Runtime, until: datetime) -> int:
    """Take every step of a clock up to ``until``, those that come up on the way too; gives how many.

    Each consequence is stamped with its step's own time. A case that has to wait (its pack version is not here yet) is
    left for the next call. Raises DatabaseTrouble; what was committed until then stays.
    """
    firing = Firing(runtime.work_database, until)
    while await firing.turn():
        pass
    return firing.fired


class Firing:
    """One run over what is due."""

    def __init__(self, database: Database, until: datetime) -> None:
        self.fired = 0
        self._database = database
        self._until = until
        self._left: list[str] = []

    async def turn(self) -> bool:
        """Fire the next batch; False when nothing is left."""
        async with self._database.reading() as session:
            due = await queries.due_cases(session, self._until, self._left, AT_ONCE)
        if not due:
            return False
        # A full batch goes only as far as it looked, so that what another case has to do earlier is done earlier.
        horizon = self._until if len(due) < AT_ONCE else due[-1].next_at
        case_ids = list(dict.fromkeys(case.case_id for case in due))
        try:
            self.fired += await _fire_cases(self._database, case_ids, horizon)
        except DatabaseTrouble:
            raise
        except Exception as error:
            log.info("timers taken case by case", error=type(error).__name__)
            for case_id in case_ids:
                await self._alone(case_id, horizon)
        return True

    async def _alone(self, case_id: str, horizon: datetime) -> None:
        try:
            self.fired += await _fire_cases(self._database, [case_id], horizon)
        except DatabaseTrouble:
            raise
        except Unavailable as error:
            self._left.append(case_id)
            log.warning("timers put off", case_id=case_id, error=type(error).__name__)
        except Exception as error:
            await self._set_aside(case_id, horizon, f"{type(error).__name__}: {error}"[:2_000])
            log.exception("timers set aside", case_id=case_id)

    async def _set_aside(self, case_id: str, horizon: datetime, reason: str) -> None:
        async with self._database.transaction(horizon) as session:
            # Under the case's lock: nothing else may be about to fire or cancel them.
            await find_case(session, case_id)
            await queries.fail_clocks(session, case_id, horizon, reason)


async def _fire_cases(database: Database, case_ids: Sequence[str], horizon: datetime) -> int:
    """Fire what these cases have due, all together in the order of time, in one transaction."""
    await failpoint("timers.before_fire")
    async with database.transaction(horizon) as session:
        await load_cases(session, case_ids)
        fired = await _in_order(session, case_ids, horizon)
        await failpoint("timers.before_commit")
    return fired


async def _in_order(session: Session, case_ids: Sequence[str], horizon: datetime) -> int:
    clocks = clocks_of(session)
    cases = {case_id: await session.one(Case, "case_id", case_id) for case_id in case_ids}
    waiting = [(first.order, case_id) for case_id in case_ids if (first := clocks.next_of(case_id)) is not None]
    heapq.heapify(waiting)
    fired = 0
    while waiting and waiting[0][0][0] <= horizon:
        case_id = heapq.heappop(waiting)[1]
        clock, case = clocks.next_of(case_id), cases[case_id]
        if clock is None or case is None:
            raise LookupError(f"clocks of case {case_id} without the case")
        fire(session, case, clock)
        fired += 1
        following = clocks.next_of(case_id)
        if following is not None:
            heapq.heappush(waiting, (following.order, case_id))
    return fired
