"""What a round has to know of households: their steps and visits, which stand in tables of matters above this one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.events.visit_terms import RoundStatus, VisitOutcome, VisitSlot
from libs.common.visits.placing import SeenVisit, TakenStep, Terms
from libs.common.visits.reading import READ, step_of, terms_from
from services.intake.rounds.tables import VisitRound

_STEPS = """
    SELECT household_id, change.version, action, holds_from, at, changed, change.area_code, change.household_class,
           change.kinds, change.visit_every, change.contact_staff_id, change.muted_for,
           change.version = 1 AND split_from IS NOT NULL AS split_off
    FROM household_change AS change JOIN household USING (household_id) WHERE household_id = ANY($1::text[])
"""
_VISITS = """
    SELECT household_id, visit_id, day, outcome, slot, purposes, rounds, recorded_at, duplicate_of, staff_ids
    FROM visit WHERE household_id = ANY($1::text[]) AND status <> 'void'
"""
_ONE_AT_A_TIME = 5_207_113_001
"""The advisory lock under which rounds open and close; whoever changes a household shares it."""


async def hold_rounds(session: Session, *, alone: bool = False) -> None:
    """Until the end of the transaction no round opens or closes; ``alone``: nobody changes a household either.

    So each step is before the opening, and is found by it, or after it; and before the closing, or after it.
    """
    await session.fetch(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}($1)", _ONE_AT_A_TIME)


async def last_closing(session: Session) -> datetime | None:
    """When a round was closed last; None where none was."""
    (found,) = await session.fetch("SELECT max(closed_at) AS at FROM visit_round WHERE closed_at IS NOT NULL")
    at: datetime | None = found.at
    return at


async def steps_of(session: Session, household_ids: Sequence[str]) -> Mapping[str, list[TakenStep]]:
    """All steps of these households that are written."""
    found: defaultdict[str, list[TakenStep]] = defaultdict(list)
    for row in await session.fetch(_STEPS, [*household_ids]):
        facts = {HouseholdFact(name): getattr(row, name) for name in row.changed if HouseholdFact(name) in READ}
        step = step_of(row.version, HouseholdStep(row.action), row.holds_from, row.at, facts, split_off=row.split_off)
        found[row.household_id].append(step)
    return found


async def visits_of(session: Session, household_ids: Sequence[str]) -> Mapping[str, list[SeenVisit]]:
    """All visits to these households that are written and not void."""
    found: defaultdict[str, list[SeenVisit]] = defaultdict(list)
    for row in await session.fetch(_VISITS, [*household_ids]):
        found[row.household_id].append(
            SeenVisit(
                row.visit_id,
                row.day,
                VisitOutcome(row.outcome),
                VisitSlot(row.slot),
                frozenset(row.purposes),
                frozenset(row.rounds),
                row.recorded_at,
                duplicate=row.duplicate_of is not None,
                staff_ids=tuple(row.staff_ids),
            )
        )
    return found


async def rounds_to_follow(session: Session, also: Iterable[str]) -> Mapping[str, VisitRound]:
    """The rounds that are not closed, and those that are named."""
    named = sorted(set(also))
    opened = (RoundStatus.OPENING.value, RoundStatus.OPEN.value)
    await session.load(VisitRound, "status", opened, lock=False)
    await session.load(VisitRound, "round_id", named, lock=False)
    rows = [row for status in opened for row in await session.rows(VisitRound, "status", status, lock=False)]
    rows += [row for round_id in named for row in await session.rows(VisitRound, "round_id", round_id, lock=False)]
    return {row.round_id: row for row in rows}


def terms_of(row: VisitRound) -> Terms:
    """What the rules know of a round."""
    return terms_from(row, row.closed_at)
