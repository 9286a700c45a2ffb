"""One household's place in one round (户轮次): folded from its steps and its visits by the table of denominators.

Steps are taken by the day from which they hold, and of one day in the order in which they were said; a visit comes
after the steps of its day. So the place is the same in whatever order anything was entered, but for this: what was
entered after the round was closed changes the next round only.

Whoever was reached was neither muted nor gone that day, whatever is said of it later; so a household that was reached
stays, and one that was muted before it was reached leaves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, VisitEvery
from libs.common.events.visit_terms import Departure, SlotRule, VisitOutcome, VisitSlot
from libs.common.visits.denominators import COUNTS, TABLE, Change, Phase

REACHING = frozenset({VisitOutcome.REACHED, VisitOutcome.REFUSED})
"""Somebody of the household stood at the door. Who refused was reached, and is shown apart."""
CONTACTED = REACHING | {VisitOutcome.BY_PHONE}
"""Somebody of the household was spoken with, there or from afar (已联系)."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = _LONG_AGO.date()
"""The last visit of a household that was never visited."""
_NOT_REACHED = (VisitOutcome.BY_PHONE, VisitOutcome.MOVED, VisitOutcome.NOBODY_HOME)
"""What an unreached household is shown as, the strongest first."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round takes in, and until when (轮次范围)."""

    area_prefix: str
    begins_on: date
    ends_on: date
    classes: frozenset[HouseholdClass]
    kinds: frozenset[str] = frozenset()
    """Key kinds of which a household has one at least; none: any household."""
    visit_every: VisitEvery | None = None
    slots: SlotRule = SlotRule.ANY
    purposes: tuple[str, ...] = ()
    closed_at: datetime | None = None

    def counts_slot(self, slot: VisitSlot) -> bool:
        """Whether visits of this slot count."""
        return self.slots is SlotRule.ANY or self.slots.value == slot.value

    def takes_in(self, day: date) -> bool:
        """Whether a day is one of the round's."""
        return self.begins_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step of a household, as far as rounds need it."""

    version: int
    action: HouseholdStep
    holds_from: date
    at: datetime
    facts: Mapping[HouseholdFact, Any] = field(default_factory=dict)
    split_off: bool = False
    """It is the first step of a household that was part of another."""


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit that was made in the round, as far as rounds need it."""

    visit_id: str
    day: date
    outcome: VisitOutcome
    slot: VisitSlot
    purposes: frozenset[str] = frozenset()
    rounds: frozenset[str] = frozenset()
    """In which it was made."""
    recorded_at: datetime = _LONG_AGO
    """When it was entered; after the round was closed, it is late."""
    duplicate: bool = False
    """It is one with another visit of its day: no try of its own."""
    staff_ids: tuple[str, ...] = ()
    """Who made it."""


@dataclass(frozen=True, slots=True)
class Where:
    """Under what a household counts."""

    area_code: str
    household_class: HouseholdClass
    contact_staff_id: str | None


@dataclass(frozen=True, slots=True)
class LeftRound:
    """Why, from which day, and by which of its steps a household stands in the round no more."""

    why: Departure
    on: date
    version: int


@dataclass(frozen=True, slots=True)
class PlaceInRound:
    """A household's place: whether it stands in the denominators, under what, and how far it was served."""

    stands: bool
    then: Where
    """At its visit; of a household that was not reached, at the round's end or now."""
    now: Where
    outcome: VisitOutcome | None = None
    reached_on: date | None = None
    reached_by: str | None = None
    """The visit by which it was reached first."""
    reached_staff: tuple[str, ...] = ()
    """Who made that visit."""
    tries: int = 0
    """Visits that count, whatever came of them."""
    late: bool = False
    """It was reached by visits alone that were recorded after the closing."""
    purposes: tuple[str, ...] = ()
    key: bool = False
    """It is of a kind to which the place pays heed (重点户)."""
    left: LeftRound | None = None
    was_in: bool = False
    """It stood in the round at some time."""


@dataclass(slots=True)
class _Fold:
    terms: Terms
    then: dict[HouseholdFact, Any] = field(default_factory=dict)
    now: dict[HouseholdFact, Any] = field(default_factory=dict)
    ended: bool = False
    reached: SeenVisit | None = None
    left: LeftRound | None = None
    was_in: bool = False


def place_in(terms: Terms, steps: Iterable[TakenStep], visits: Iterable[SeenVisit]) -> PlaceInRound | None:
    """The place of the household that took these steps and had these visits; None where it had no day yet."""
    fold = _Fold(terms)
    seen = sorted(visits, key=lambda visit: (visit.day, visit.visit_id))
    waiting = [visit for visit in seen if visit.outcome in REACHING and terms.counts_slot(visit.slot)]
    for step in _in_order(steps):
        while waiting and waiting[0].day < step.holds_from:
            _reach(fold, waiting.pop(0))
        _take(fold, step)
    for visit in waiting:
        _reach(fold, visit)
    if not fold.now:
        return None
    return _placed(fold, [visit for visit in seen if terms.counts_slot(visit.slot)])


def _in_order(steps: Iterable[TakenStep]) -> list[TakenStep]:
    """By day, and of one day as they were said. The first tells all facts: what holds from before it says nothing."""
    ordered = sorted(steps, key=lambda step: (step.holds_from, step.version))
    first = next((place for place, step in enumerate(ordered) if step.action is HouseholdStep.REGISTER), len(ordered))
    return ordered[first:]


def is_of_round(terms: Terms, steps: Iterable[TakenStep], day: date) -> bool:
    """Whether a visit on this day is one of the round's: the household is, by what was so that day, muted or not."""
    if not terms.takes_in(day):
        return False
    facts: dict[HouseholdFact, Any] = {}
    for step in _in_order(steps):
        told = step.holds_from <= day and (terms.closed_at is None or step.at < terms.closed_at)
        if told and not _goes_along(terms, step):
            facts |= step.facts
    return bool(facts) and kept_out(terms, {**facts, HouseholdFact.MUTED_FOR: None}, ended=False) is None


def phase_of(terms: Terms, step: TakenStep, reached: SeenVisit | None) -> Phase:
    """From when a step holds, as the round sees it."""
    if step.holds_from > terms.ends_on or (terms.closed_at is not None and step.at >= terms.closed_at):
        return Phase.AFTER
    if reached is not None:
        return Phase.REACHED
    return Phase.BEFORE if step.holds_from < terms.begins_on else Phase.NOT_REACHED


def changes_of(terms: Terms, before: Mapping[HouseholdFact, Any], step: TakenStep) -> dict[HouseholdFact, Change]:
    """What each fact of a step means to the round."""
    return {fact: _change_of(terms, before, step, fact) for fact in step.facts}


def kept_out(terms: Terms, facts: Mapping[HouseholdFact, Any], *, ended: bool) -> Departure | None:
    """What keeps a household of these facts out of the round; None where it stands in it."""
    if ended:
        return Departure.MERGED
    if facts.get(HouseholdFact.MUTED_FOR) is not None:
        return Departure.MUTED
    if not str(facts[HouseholdFact.AREA_CODE]).startswith(terms.area_prefix):
        return Departure.AREA
    return _not_of_the_round(terms, facts)


def _not_of_the_round(terms: Terms, facts: Mapping[HouseholdFact, Any]) -> Departure | None:
    if facts[HouseholdFact.HOUSEHOLD_CLASS] not in terms.classes:
        return Departure.CLASS
    if terms.kinds and terms.kinds.isdisjoint(facts.get(HouseholdFact.KINDS) or ()):
        return Departure.KIND
    if terms.visit_every not in (None, facts.get(HouseholdFact.VISIT_EVERY)):
        return Departure.FREQUENCY
    return None


def _goes_along(terms: Terms, step: TakenStep) -> bool:
    """Whether a step only follows what became of its area in the round's time: the round knows it by what is gone."""
    return step.action is HouseholdStep.AREA_MERGED and step.holds_from >= terms.begins_on


def _change_of(terms: Terms, before: Mapping[HouseholdFact, Any], step: TakenStep, fact: HouseholdFact) -> Change:
    if not before:
        return Change.SPLIT_OFF if step.split_off else Change.REGISTERED
    value = step.facts[fact]
    if fact is HouseholdFact.CONTACT_STAFF_ID:
        return Change.CONTACT_CHANGED
    if fact is HouseholdFact.MUTED_FOR:
        return Change.UNMUTED if value is None else Change.MUTED
    if fact is HouseholdFact.AREA_CODE:
        return _area_change(terms, before[fact], step)
    return Change.NOT_ELIGIBLE if _not_of_the_round(terms, {**before, fact: value}) else Change.BECOMES_ELIGIBLE


def _area_change(terms: Terms, before: str, step: TakenStep) -> Change:
    if _goes_along(terms, step):
        return Change.AREA_MERGED
    area_code = step.facts[HouseholdFact.AREA_CODE]
    was, is_now = (str(code).startswith(terms.area_prefix) for code in (before, area_code))
    if is_now:
        return Change.MOVED_WITHIN if was else Change.MOVED_IN
    return Change.MOVED_OUT


def _take(fold: _Fold, step: TakenStep) -> None:
    """What a step changes, by the table."""
    phase, was_out = phase_of(fold.terms, step, fold.reached), _is_out(fold)
    for fact, change in changes_of(fold.terms, fold.then, step).items():
        if TABLE[change, phase] in COUNTS:
            fold.then[fact] = step.facts[fact]
    if step.action is HouseholdStep.MERGE and TABLE[Change.MERGED, phase] in COUNTS:
        fold.ended = True
    fold.now |= step.facts
    is_out = _is_out(fold)
    if phase is not Phase.BEFORE and None in (was_out, is_out):
        fold.was_in = True
    if is_out is None:
        fold.left = None
    elif was_out is None:
        fold.left = LeftRound(is_out, step.holds_from, step.version)


def _is_out(fold: _Fold) -> Departure | None:
    return kept_out(fold.terms, fold.then, ended=fold.ended) if fold.then else Departure.CLASS


def _reach(fold: _Fold, visit: SeenVisit) -> None:
    """A household that was reached is neither muted nor gone; one that is none of the round's is not reached in it."""
    if fold.reached is not None or not fold.then:
        return
    found = {**fold.then, HouseholdFact.MUTED_FOR: None}
    if kept_out(fold.terms, found, ended=False) is None:
        fold.then, fold.ended, fold.reached, fold.left = found, False, visit, None


def _placed(fold: _Fold, counted: Sequence[SeenVisit]) -> PlaceInRound:
    then = fold.then or fold.now
    stands = bool(fold.then) and _is_out(fold) is None
    reached = fold.reached
    served = [visit for visit in counted if visit.outcome is VisitOutcome.REACHED] if reached else []
    purposes = frozenset().union(*(visit.purposes for visit in served)) if served else frozenset()
    on_time = any(not _is_late(fold.terms, visit) for visit in counted if visit.outcome in REACHING)
    return PlaceInRound(
        stands=stands,
        then=_where(then),
        now=_where(fold.now),
        outcome=_outcome(counted, reached),
        reached_on=None if reached is None else reached.day,
        reached_by=None if reached is None else reached.visit_id,
        reached_staff=() if reached is None else reached.staff_ids,
        tries=sum(not visit.duplicate for visit in counted),
        late=reached is not None and not on_time,
        purposes=tuple(code for code in fold.terms.purposes if code in purposes),
        key=bool(then.get(HouseholdFact.KINDS)),
        left=None if stands else fold.left,
        was_in=fold.was_in or stands,
    )


def _is_late(terms: Terms, visit: SeenVisit) -> bool:
    return terms.closed_at is not None and visit.recorded_at >= terms.closed_at


def _outcome(counted: Sequence[SeenVisit], reached: SeenVisit | None) -> VisitOutcome | None:
    outcomes = {visit.outcome for visit in counted}
    if reached is not None:
        return VisitOutcome.REACHED if VisitOutcome.REACHED in outcomes else VisitOutcome.REFUSED
    return next((outcome for outcome in _NOT_REACHED if outcome in outcomes), None)


def _where(facts: Mapping[HouseholdFact, Any]) -> Where:
    household_class: HouseholdClass = facts[HouseholdFact.HOUSEHOLD_CLASS]
    return Where(facts[HouseholdFact.AREA_CODE], household_class, facts.get(HouseholdFact.CONTACT_STAFF_ID))
