"""What was otherwise meanwhile (离线期间的变动): what a phone's clock may say, whose it was, and what holds an item."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.events.visit_terms import VisitOutcome
from libs.common.visits.placing import TakenStep
from services.intake.devices.domain.items import FieldConflict, ItemEnd, held

AHEAD = timedelta(minutes=2)
"""So far may a phone's clock run ahead of ours."""
MERGED_INTO, WHO_LIVES_THERE = "merged_into", "who_lives_there"
_NOT_FOUND = frozenset({VisitOutcome.NOBODY_HOME, VisitOutcome.MOVED})
HARD: Mapping[str, frozenset[VisitOutcome]] = {
    HouseholdFact.AREA_CODE: _NOT_FOUND,
    HouseholdFact.HOUSEHOLD_CLASS: frozenset(),
    HouseholdFact.KINDS: frozenset(),
    HouseholdFact.VISIT_EVERY: frozenset(),
    HouseholdFact.CONTACT_STAFF_ID: frozenset(),
    HouseholdFact.MUTED_FOR: frozenset(),
    MERGED_INTO: _NOT_FOUND,
    WHO_LIVES_THERE: frozenset(),
}
"""By what is otherwise, the outcomes of a visit that a person has to look at; with any other it is only told.

Whoever found nobody may have knocked at a door that was not the household's any more; whoever found somebody was right.
"""


def check_clock(begun_at: datetime, made_at: datetime, came_at: datetime, oldest: timedelta) -> ItemEnd | None:
    """Held where the times cannot be: what they say would stand in somebody's figures.

    What was recorded longer than ``oldest`` before it came somebody looks at first.
    """
    if made_at > came_at + AHEAD:
        return held(
            "clock-ahead", f"The phone's clock ran ahead: it says {made_at:%F %H:%M} UTC", "手机时钟快于系统时间"
        )
    if begun_at > made_at:
        return held(
            "clock-backwards", "It was begun after it was recorded, by the phone's clock", "开始时间晚于登记时间"
        )
    if made_at < came_at - oldest:
        return held("too-old", f"It was recorded more than {oldest.days} days ago", f"登记已超过 {oldest.days} 天")
    return None


def was_theirs(steps: Sequence[TakenStep], staff_id: str, day: date, begun_at: datetime) -> bool:
    """Whether the person was the contact person: by what is known now of that day, or by what was known then.

    A household that is given away from a day that is over leaves whoever had begun a visit before anybody said so.
    """
    known_then = [step for step in steps if step.at <= begun_at]
    contact = HouseholdFact.CONTACT_STAFF_ID
    return staff_id in (_on(steps, day).get(contact), _on(known_then, day).get(contact))


def no_longer_theirs(differences: Collection[FieldConflict] = ()) -> ItemEnd:
    """Held: it was given to somebody else before the visit began."""
    return held(
        "no-longer-yours",
        "When the visit began the household was neither yours nor planned for a team of yours",
        "走访开始时该户已不由您包保，也未排给您所在队伍",
        differences,
    )


def merged_on(steps: Sequence[TakenStep]) -> date | None:
    """The day from which the household is part of another."""
    return next((step.holds_from for step in steps if step.action is HouseholdStep.MERGE), None)


def differences(
    steps: Sequence[TakenStep], base: int, outcome: VisitOutcome | None, yours: Mapping[str, object]
) -> tuple[FieldConflict, ...]:
    """By field what the household's steps since the phone's version changed, and whether that holds the item.

    An area that went up in another moved nobody.
    """
    since = [step for step in steps if step.version > base and step.action is not HouseholdStep.AREA_MERGED]
    before, now = _latest([step for step in steps if step.version <= base]), _latest(steps)
    found = [
        _conflict(fact.value, before.get(fact), now.get(fact), outcome, yours)
        for fact in sorted({fact for step in since for fact in step.facts})
        if before.get(fact) != now.get(fact)
    ]
    if any(step.action is HouseholdStep.MERGE for step in since):
        found.append(_conflict(MERGED_INTO, None, yours.get("into"), outcome, yours))
    if any(step.action is HouseholdStep.CHANGE and not step.facts for step in since):
        found.append(FieldConflict(WHO_LIVES_THERE, None, None))
    return tuple(found)


def hold_for(differences: Collection[FieldConflict]) -> ItemEnd | None:
    """Held where one of them is hard."""
    hard = [one.field for one in differences if one.hard]
    if not hard:
        return None
    named = ", ".join(hard)
    return held("changed-meanwhile", f"It is otherwise since: {named}", f"相关信息已变更：{named}", differences)


def _conflict(
    field: str, before: object, now: object, outcome: VisitOutcome | None, yours: Mapping[str, object]
) -> FieldConflict:
    return FieldConflict(field, _plain(before), _plain(now), _plain(yours.get(field)), hard=outcome in HARD[field])


def _plain(value: object) -> object:
    return [*value] if isinstance(value, tuple) else value


def _latest(steps: Sequence[TakenStep]) -> dict[HouseholdFact, Any]:
    ordered = sorted(steps, key=lambda step: (step.holds_from, step.version))
    return {fact: value for step in ordered for fact, value in step.facts.items()}


def _on(steps: Sequence[TakenStep], day: date) -> dict[HouseholdFact, Any]:
    return _latest([step for step in steps if step.holds_from <= day])


@dataclass(frozen=True, slots=True)
class Corrected:
    """A step of a visit's record: its version, when and by whom, and what of it was otherwise before."""

    version: int
    at: datetime
    by: str
    before: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a phone corrects of a visit, and what it knew of the record then."""

    maker: str
    made_at: datetime
    base: int
    """The version of the record that it had."""
    yours: Mapping[str, object]
    """By field; None for one whose words may name somebody."""


def corrected_meanwhile(
    steps: Sequence[Corrected], now: Mapping[str, object], said: Correction
) -> tuple[FieldConflict, ...]:
    """By field what somebody else corrected of a visit and the phone cannot have known; hard where both touch one.

    ``now``: the fields that can be corrected, as the record has them. What was changed and changed back, and what both
    made the same, is no conflict. A phone's clock may be wrong: what came after the version that it had it did not
    know, and what came after the correction was made neither.
    """
    others = [
        step
        for step in sorted(steps, key=lambda step: step.version)
        if step.by != said.maker and (step.version > said.base or step.at > said.made_at)
    ]
    before: dict[str, object] = {}
    for step in others:
        for field, value in step.before.items():
            before.setdefault(field, value)
    return tuple(
        FieldConflict(field, value, now[field], said.yours.get(field), hard=field in said.yours)
        for field, value in before.items()
        if field in now and now[field] != value and (field not in said.yours or said.yours[field] != now[field])
    )
