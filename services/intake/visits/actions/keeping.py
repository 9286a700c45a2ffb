"""A visit's row with its history and what is told of it, and what its change means to others of its household."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict
from libs.common.events.visit_terms import VisitStep
from libs.common.events.visits import VisitCorrected, VisitedMatter, VisitedQuantity
from libs.common.rules.machine import SYSTEM
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from libs.common.time.moments import local_day
from libs.common.visits.placing import CONTACTED, NEVER, SeenVisit
from services.intake.households.tables import Household
from services.intake.rounds.actions.following import follow_visits
from services.intake.rounds.queries.following import terms_of
from services.intake.rounds.tables import VisitRound
from services.intake.visits.domain import Said, State, Status, VisitBeside, duplicates, evolve, slot_of, too_near
from services.intake.visits.queries import document
from services.intake.visits.tables import Visit, VisitChange, VisitMatter, VisitPhoto, VisitWorker

_TOLD = (
    "visit_id", "household_id", "version", "day", "started_at", "ended_at", "recorded_at", "slot", "outcome",
    "area_code", "place_code", "staff_ids", "guide", "purposes", "topics", "photos", "rounds", "duplicate_of",
)  # fmt: skip
_ONE_WITH_ANOTHER = "another visit of that day is otherwise"


class TooSoon(Conflict):
    """The household was visited within the gap that its round, or the place, keeps."""

    type, title, title_zh = "visit-too-soon", "The household was visited too shortly before", "走访间隔不足"


def when(session: Session, started_at: datetime) -> dict[str, Any]:
    """The place's day of a visit, and whether it is by day or by night."""
    directory = session.packs.current(session.now).directory
    zone, rules = directory.calendar().time_zone, directory.pack.visits
    clock = started_at.astimezone(zone).time()
    return {"day": local_day(started_at, zone), "slot": slot_of(clock, rules.night_from, rules.night_until)}


def today(session: Session) -> date:
    """The place's day."""
    return local_day(session.now, session.packs.current(session.now).directory.calendar().time_zone)


def check_gap(session: Session, visit: Visit, others: Sequence[Visit], rounds: Mapping[str, VisitRound]) -> None:
    """TooSoon, naming the visit that was there first."""
    gaps = {round_id: row.gap_days for round_id, row in rounds.items()}
    beside = [told(other, rounds) for other in others if other is not visit]
    place = session.packs.current(session.now).directory.pack.visits
    near = too_near(told(visit, rounds), beside, gaps, place.gap_days)
    if near is not None:
        raise TooSoon(
            f"It was visited on {near.day}, visit {near.visit_id}, which is within the gap",
            f"该户已于 {near.day} 走访（{near.visit_id}），未满最短间隔",
            extra={"visit_id": near.visit_id},
        )


def told(row: Visit, rounds: Mapping[str, VisitRound]) -> VisitBeside:
    """A visit beside others, with the rounds in which it counts."""
    counts = frozenset(one for one in row.rounds if one in rounds and terms_of(rounds[one]).counts_slot(row.slot))
    return VisitBeside(row.visit_id, row.day, row.outcome, row.recorded_at, counts)


def living(rows: Iterable[Visit]) -> list[Visit]:
    """Those that are not void."""
    return [row for row in rows if row.status is not Status.VOID]


async def settle(session: Session, changed: Visit, rows: Sequence[Visit]) -> None:
    """The visits of a household agree again: which of them are one, and where the household stands in its rounds.

    Of another one than the one that changed it is said, too.
    """
    valid = living(rows)
    for visit_id, first in duplicates(told(row, {}) for row in valid).items():
        row = next(row for row in valid if row.visit_id == visit_id)
        if row.duplicate_of == first:
            continue
        before, row.duplicate_of = row.duplicate_of, first
        if row is not changed:
            said = Said(VisitStep.CORRECT, session.now, tuple(row.staff_ids), SYSTEM, _ONE_WITH_ANOTHER)
            take(session, row, said, {"duplicate_of": before})
            await tell_corrected(session, row, ("duplicate_of",), _ONE_WITH_ANOTHER)
    follow_visits(session, changed.household_id, [_seen(row) for row in valid])
    home = await session.one(Household, "household_id", changed.household_id)
    if home is not None:
        home.contacted_on = max((row.day for row in valid if row.outcome in CONTACTED), default=NEVER)


def take(session: Session, row: Visit, said: Said, before: Mapping[str, Any]) -> None:
    """The step moves the row and stands in its history, with what was otherwise before it."""
    state = state_of(row)
    after = evolve(state, said)
    move(row, state, after)
    session.insert(
        VisitChange,
        {
            "visit_id": row.visit_id,
            "version": after.version,
            "action": said.action,
            "from_status": state.status,
            "to_status": after.status,
            "before": dict(before),
            "who": said.by.subject,
            "unit_code": said.by.unit_code,
            "staff_id": said.by.staff_id,
            "at": said.at,
            "why": mask_text(said.why),
        },
    )


def state_of(row: Visit) -> State:
    """What the rules see of the row; one that was made just now has not begun."""
    seen = seen_of(State, row)
    return seen if seen.version else replace(seen, status=None)


async def facts_of(session: Session, row: Visit) -> dict[str, Any]:
    """All that may travel of a visit, as it is by now."""
    matters = await session.rows(VisitMatter, "visit_id", row.visit_id, lock=False)
    return {
        **{name: getattr(row, name) for name in _TOLD},
        "occurred_at": session.now,
        "materials": document(row.materials),
        "findings": document(row.findings),
        "quantities": [VisitedQuantity.model_validate(one) for one in document(row.quantities)],
        "matters": [
            VisitedMatter(
                number=one.number, end=one.ended, kind=one.kind, category_code=one.category_code, case_id=one.case_id
            )
            for one in matters
        ],
    }


async def tell_corrected(session: Session, row: Visit, changed: tuple[str, ...], why: str) -> None:
    """Say what a visit is by now."""
    session.publish(VisitCorrected(**await facts_of(session, row), changed=changed, why=mask_text(why)))


async def keep_workers(session: Session, row: Visit) -> None:
    """Who made it stands beside it, for the list of each."""
    known = await session.rows(VisitWorker, "visit_id", row.visit_id)
    for worker in [one for one in known if one.staff_id not in row.staff_ids]:
        await session.remove(worker)
    there = {one.staff_id: one for one in known}
    for staff_id in row.staff_ids:
        if staff_id in there:
            there[staff_id].started_at = row.started_at
        else:
            session.new(VisitWorker, visit_id=row.visit_id, staff_id=staff_id, started_at=row.started_at)


async def forget_photos(session: Session, row: Visit) -> None:
    """Photos that its record names no more go, and all of a void visit; their bytes with the next sweep."""
    named = () if row.status is Status.VOID else row.photos
    kept = await session.rows(VisitPhoto, "visit_id", row.visit_id)
    for photo in [one for one in kept if one.digest not in named]:
        await session.remove(photo)


def _seen(row: Visit) -> SeenVisit:
    return SeenVisit(
        row.visit_id,
        row.day,
        row.outcome,
        row.slot,
        frozenset(row.purposes),
        frozenset(row.rounds),
        row.recorded_at,
        duplicate=row.duplicate_of is not None,
        staff_ids=tuple(row.staff_ids),
    )
