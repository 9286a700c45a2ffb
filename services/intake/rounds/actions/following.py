"""Following households (随户更新): each step and each visit changes their places in rounds, in its own transaction.

What a transaction does to households is put together and settled once, just before it is written: the rows, their
rounds, the steps and the visits cost a statement each, however many households there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.visits.placing import (
    NEVER,
    REACHING,
    LeftRound,
    PlaceInRound,
    SeenVisit,
    TakenStep,
    Where,
    is_of_round,
    place_in,
)
from services.intake.rounds.actions.counting import Moved
from services.intake.rounds.queries.counting import TurnKey, given_to
from services.intake.rounds.queries.following import (
    hold_rounds,
    last_closing,
    rounds_to_follow,
    steps_of,
    terms_of,
    visits_of,
)
from services.intake.rounds.tables import RoundHousehold, VisitRound

_INFO = "intake.rounds"


@dataclass(slots=True)
class _Work:
    """What one transaction does to households, as far as rounds go by it."""

    new: set[str] = field(default_factory=set)
    steps: dict[str, list[TakenStep]] = field(default_factory=dict)
    """Taken here; the database need not have them yet."""
    visits: dict[str, list[SeenVisit]] = field(default_factory=dict)
    """As they are after what was done here."""
    read: set[str] = field(default_factory=set)
    written_steps: dict[str, list[TakenStep]] = field(default_factory=dict)
    written_visits: dict[str, list[SeenVisit]] = field(default_factory=dict)
    rounds: dict[str, VisitRound] = field(default_factory=dict)
    held: bool = False
    """No round opens or closes until this transaction has ended."""
    closing: datetime | None = None
    """When one was closed last."""

    def steps_of(self, household_id: str) -> list[TakenStep]:
        """All it took, each once: of thousands of households those that were taken here may be written already."""
        known = (*self.written_steps.get(household_id, ()), *self.steps.get(household_id, ()))
        return [*{step.version: step for step in known}.values()]

    def visits_of(self, household_id: str) -> Sequence[SeenVisit]:
        """Those made to it and not void, as they are after what was done here."""
        return self.visits.get(household_id, self.written_visits.get(household_id, []))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a household in a round: its row, if there is one, and the turns to which plans give it."""

    round: VisitRound
    household_id: str
    row: RoundHousehold | None
    given: Sequence[TurnKey]
    """The last plan's at the end."""


async def catch_up(session: Session) -> None:
    """What is done from here on carries no time before the last closing of a round, whatever the clock says.

    Call it before a household takes a step, or is visited: by the times of both everybody knows whether that was before
    the closing of a round or after it.
    """
    work = _work(session)
    if not work.held:
        await hold_rounds(session)
        work.held, work.closing = True, await last_closing(session)
    if work.closing is not None:
        session.now = max(session.now, work.closing)


def follow_step(session: Session, household_id: str, step: TakenStep) -> None:
    """A household took a step."""
    work = _work(session)
    if step.version == 1:
        work.new.add(household_id)
    work.steps.setdefault(household_id, []).append(step)


def follow_visits(session: Session, household_id: str, visits: Iterable[SeenVisit]) -> None:
    """These are all the visits of a household now."""
    _work(session).visits[household_id] = [*visits]


async def rounds_of_visit(session: Session, household_id: str, day: date) -> Mapping[str, VisitRound]:
    """The rounds, closed ones too, in which a visit to the household on this day is made."""
    work = _work(session)
    await _read(session, work, {household_id})
    steps = work.steps_of(household_id)
    return {round_id: row for round_id, row in work.rounds.items() if is_of_round(terms_of(row), steps, day)}


async def steps_until_now(session: Session, household_id: str) -> Sequence[TakenStep]:
    """All steps of a household, those of this transaction included."""
    work = _work(session)
    await _read(session, work, {household_id})
    await _read_written(session, work, [household_id])
    return work.steps_of(household_id)


async def read_households(session: Session, household_ids: Iterable[str]) -> None:
    """Read at once what is asked of these one by one afterwards; each is locked by the caller."""
    work, wanted = _work(session), {*household_ids}
    await _read(session, work, wanted)
    await _read_written(session, work, sorted(wanted))


def _work(session: Session) -> _Work:
    work = session.info.get(_INFO)
    if not isinstance(work, _Work):
        work = session.info[_INFO] = _Work()
        session.before_commit(_INFO, _settle)
    return work


async def _read(session: Session, work: _Work, wanted: set[str]) -> None:
    """Read what is not known yet of these households: at most five statements."""
    missing = sorted(wanted - work.read)
    if not missing:
        return
    await catch_up(session)
    work.read |= set(missing)
    await session.load(RoundHousehold, "household_id", missing)
    rows = [row for household_id in missing for row in await session.rows(RoundHousehold, "household_id", household_id)]
    work.rounds |= await rounds_to_follow(session, {row.round_id for row in rows})
    if work.rounds:
        await _read_written(session, work, missing)


async def _read_written(session: Session, work: _Work, wanted: Sequence[str]) -> None:
    """Read the steps and visits of these households, where that was not done and they are not new."""
    missing = [one for one in wanted if one not in work.new and one not in work.written_steps]
    if missing:
        steps, visits = await steps_of(session, missing), await visits_of(session, missing)
        work.written_steps |= {one: steps.get(one, []) for one in missing}
        work.written_visits |= {one: visits.get(one, []) for one in missing}


def _place(work: _Work, row: VisitRound, household_id: str) -> PlaceInRound | None:
    visits = [visit for visit in work.visits_of(household_id) if row.round_id in visit.rounds]
    return place_in(terms_of(row), work.steps_of(household_id), visits)


async def _settle(session: Session) -> None:
    """Bring all places to what they are by now, and the numbers with them."""
    work = _work(session)
    touched = sorted({*work.steps, *work.visits})
    if touched:
        await _read(session, work, set(touched))
    moved = Moved()
    given = await given_to(session, touched) if work.rounds else {}
    for household_id in touched if work.rounds else ():
        known = {row.round_id: row for row in await session.rows(RoundHousehold, "household_id", household_id)}
        visited_on = last_visit(work.visits_of(household_id))
        for round_id, row in work.rounds.items():
            place = _place(work, row, household_id)
            if place is not None:
                turns = given.get((round_id, household_id), ())
                kept = _Kept(row, household_id, known.get(round_id), turns)
                _keep(session, kept, place, visited_on, moved)
    await moved.add(session)


def last_visit(visits: Iterable[SeenVisit]) -> date:
    """The last day on which somebody of the household stood at the door."""
    return max((visit.day for visit in visits if visit.outcome in REACHING), default=NEVER)


def _keep(session: Session, kept: _Kept, place: PlaceInRound, visited_on: date, moved: Moved) -> None:
    values = columns_of(place, in_stages=bool(kept.round.stages)) | {"last_visited_on": visited_on}
    row, round_id, household_id = kept.row, kept.round.round_id, kept.household_id
    if row is None:
        if not place.was_in:
            return
        session.new(RoundHousehold, round_id=round_id, household_id=household_id, updated_at=session.now, **values)
    else:
        if all(getattr(row, name) == value for name, value in values.items()):
            return
        moved.take(kept.round, place_of(row), kept.given, -1)
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = max(row.updated_at, session.now)
    moved.take(kept.round, place, kept.given, 1)


def columns_of(place: PlaceInRound, *, in_stages: bool) -> dict[str, Any]:
    """A place as its row has it, in a round that is gone in stages or in one that is not."""
    left = place.left
    return {
        "stands": place.stands,
        "area_code": place.then.area_code,
        "household_class": place.then.household_class,
        "contact_staff_id": place.then.contact_staff_id,
        "now_area_code": place.now.area_code,
        "now_household_class": place.now.household_class,
        "now_contact_staff_id": place.now.contact_staff_id,
        "outcome": place.outcome,
        "reached_on": place.reached_on,
        "reached_by": place.reached_by,
        "reached_staff": [*place.reached_staff] if in_stages else [],
        "tries": place.tries,
        "late": place.late,
        "purposes": [*place.purposes],
        "rank": 0 if place.key else 1,
        "left_for": None if left is None else left.why,
        "left_on": None if left is None else left.on,
        "left_version": None if left is None else left.version,
    }


def place_of(row: RoundHousehold) -> PlaceInRound:
    """The place that a row tells, as far as it is counted."""
    left = None
    if row.left_for is not None and row.left_on is not None and row.left_version is not None:
        left = LeftRound(row.left_for, row.left_on, row.left_version)
    return PlaceInRound(
        stands=row.stands,
        then=Where(row.area_code, row.household_class, row.contact_staff_id),
        now=Where(row.now_area_code, row.now_household_class, row.now_contact_staff_id),
        outcome=row.outcome,
        reached_on=row.reached_on,
        reached_by=row.reached_by,
        reached_staff=tuple(row.reached_staff),
        tries=row.tries,
        late=row.late,
        purposes=tuple(row.purposes),
        key=row.rank == 0,
        left=left,
        was_in=True,
    )
