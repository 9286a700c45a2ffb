"""Handing over what units had that were merged into others (撤并): by itself, once the pack that says so is in force.

So are open letters to them, and cases about a unit that went up in the one that leads them: who is complained about
does not handle it. What it had to do beside a lead goes to its successor, or ends where that one leads, has a part
already or may have none. What was delegated to it goes to its successor, or back to the unit that it came from. A unit
that is gone and has no successor keeps its open cases until a dispatcher gives them to another: nobody else knows whose
they are. How many there are is told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace

from libs.common import metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Database, DatabaseTrouble, Session
from libs.common.logs import get_logger
from libs.common.rules.machine import SYSTEM
from libs.common.run.supervise import LoopProgress
from libs.common.service.runtime import Runtime
from libs.common.time.clock import Clock
from services.dispatch.cases.actions.steps import CASES
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import OPEN, Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.cases.tables import Case
from services.dispatch.directory import queries
from services.dispatch.letters.actions.handing_on import hand_on
from services.dispatch.letters.queries import open_letters_to, receivers_gone
from services.dispatch.passing.domain import chain_today
from services.dispatch.routing.actions.giving import apply, today
from services.dispatch.routing.domain.choosing import Choice, Nobody
from services.dispatch.routing.domain.succession import part_today, with_units_of_today
from services.dispatch.routing.domain.terms import Rule
from services.dispatch.tasks.actions.keeping import tasks_for
from services.dispatch.tasks.domain import done_of
from services.dispatch.tasks.tables import Task

log = get_logger(__name__)

LOOK_EVERY = 1.0
AGAIN_EVERY = 60.0
"""Seconds: a case may have been given to a unit under an older pack just then."""
AT_ONCE = 200
"""Cases in one transaction."""

Find = Callable[[Session, str, str, int], Awaitable[list[str]]]
"""The open cases that concern a unit, after a case id, at most so many."""


async def hand_over_for_ever(runtime: Runtime, progress: LoopProgress) -> None:
    """The worker's loop: whenever another pack version is in force, and now and then."""
    database, done, looked_at = runtime.work_database, 0, 0.0
    while True:
        progress.beat()
        version = database.packs.current(runtime.clock.now()).version if database.packs.usable else 0
        if version and (version != done or time.monotonic() - looked_at > AGAIN_EVERY):
            try:
                await hand_over(database, runtime.clock)
                done, looked_at = version, time.monotonic()
            except DatabaseTrouble as error:
                log.warning("cases of merged units put off", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)


async def hand_over(database: Database, clock: Clock) -> int:
    """Give the open cases of merged units to those that stand in for them; how many were given."""
    async with database.reading() as session:
        there = session.packs.current(clock.now()).directory.unit_codes
        gone = await queries.units_with_open_cases(session, there)
        accused = await queries.units_with_open_cases_about(session, there)
        beside = await queries.units_with_parts(session, there)
        below = await queries.units_with_delegated_cases(session, there)
        written_to = await receivers_gone(session, there)
    moved = 0
    for unit in _merged(database, gone, there):
        moved += await _hand_over_of(database, clock, queries.open_cases_of, unit)
    for unit in _merged(database, accused, there):
        await _hand_over_of(database, clock, queries.open_cases_about, unit)
    for unit in _merged(database, beside, there):
        await _hand_over_of(database, clock, queries.parts_of, unit)
    for unit in _merged(database, below, there):
        await _hand_over_of(database, clock, queries.cases_delegated_to, unit)
    for unit in _merged(database, written_to, there):
        await _hand_letters_on(database, clock, unit)
    metrics.CASES_OF_REMOVED_UNITS.labels(Service.DISPATCH).set(sum(gone.values()) - moved)
    return moved


def _merged(database: Database, units: Iterable[str], there: Collection[str]) -> list[str]:
    return [unit for unit in units if database.packs.codes.successor(unit, there) is not None]


async def _hand_over_of(database: Database, clock: Clock, find: Find, unit_code: str) -> int:
    moved, after = 0, ""
    while True:
        async with database.transaction(clock.now()) as session:
            case_ids = await find(session, unit_code, after, AT_ONCE)
            moved += await _give_all(session, case_ids)
        if len(case_ids) < AT_ONCE:
            return moved
        after = case_ids[-1]


async def _hand_letters_on(database: Database, clock: Clock, unit_code: str) -> None:
    """Each letter alone: what it is about is locked before it."""
    after = ""
    while True:
        async with database.reading() as session:
            letter_ids = await open_letters_to(session, unit_code, after, AT_ONCE)
        for letter_id in letter_ids:
            async with database.transaction(clock.now()) as session:
                there = session.packs.current(session.now).directory.unit_codes
                successor = session.packs.codes.successor(unit_code, there)
                if successor is not None:
                    await hand_on(session, letter_id, successor)
        if len(letter_ids) < AT_ONCE:
            return
        after = letter_ids[-1]


async def _give_all(session: Session, case_ids: Sequence[str]) -> int:
    now, moved = session.now, 0
    await session.load(Case, "case_id", case_ids)
    await session.load(Task, "case_id", case_ids)
    for case_id in case_ids:
        case = await session.one(Case, "case_id", case_id)
        if case is None or case.status not in OPEN:
            continue
        session.now = max(now, CASES.state_of(case).last_at)
        moved += await _hand_on_lead(session, case)
        await _hand_on_chain(session, case)
        await _hand_on_parts(session, case)
    return moved


async def _hand_on_lead(session: Session, case: Case) -> bool:
    """Whether another unit leads it now."""
    choice = with_units_of_today(today(session, case), _as_it_stands(case))
    if case.return_pending or isinstance(choice, Nobody) or choice.lead_unit == case.lead_unit:
        return False
    state = CASES.state_of(case)
    choice = replace(choice, done=done_of(state, await tasks_for(session, case)), delegates=state.delegates)
    ask = Ask(Action.REASSIGN, choice, choice.explanation)
    await apply(session, case, decide(state, ask, SYSTEM, session.now))
    return True


async def _hand_on_chain(session: Session, case: Case) -> None:
    """Units that it was delegated to that were merged away, or in one of which the unit complained about went up."""
    passing = chain_today(today(session, case), CASES.state_of(case))
    if passing is not None:
        ask = Ask(Action.SUCCEED, passing, passing.note)
        await apply(session, case, decide(CASES.state_of(case), ask, SYSTEM, session.now))


async def _hand_on_parts(session: Session, case: Case) -> None:
    """What units do beside the lead that were merged away, or in one of which the unit complained about went up."""
    for unit_code in tuple(case.open_support):
        state = CASES.state_of(case)
        part = part_today(today(session, case), state.lead_unit, state.open_support, unit_code)
        if part is not None:
            action = Action.SUPPORT_CANCEL if part.successor is None else Action.SUPPORT_HAND_ON
            ask = Ask(action, part, f"{unit_code}: {part.text}")
            await apply(session, case, decide(state, ask, SYSTEM, session.now))


def _as_it_stands(case: Case) -> Choice:
    return Choice(
        case.lead_unit or "",
        tuple(case.support_units),
        case.category_code or "",
        case.pack_version,
        by_rule=case.by_rule,
        explanation="承办单位撤并 its unit was merged into another",
        rule=Rule.SAME_UNIT,
        candidates=(),
    )
