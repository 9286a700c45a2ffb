"""A household's steps, a visit and a round as documents and back, as their tables keep them.

Fields are added with what they say when they are missing, so that what an older release wrote is read for ever.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, VisitEvery
from libs.common.events.visit_terms import MatterEnd, SlotRule, VisitOutcome, VisitSlot
from libs.common.visits.placing import TakenStep, Terms
from libs.common.visits.reading import step_of
from services.analytics.visits.domain.fact import CountedVisit


def steps_document(steps: Iterable[TakenStep]) -> str:
    """All steps, in the order of their versions, as JSON."""
    return orjson.dumps(
        [
            [step.version, step.action, step.holds_from, step.at, _told(step), step.split_off]
            for step in sorted(steps, key=lambda step: step.version)
        ]
    ).decode()


def _told(step: TakenStep) -> dict[str, Any]:
    return {fact.value: value for fact, value in step.facts.items()}


def steps_of(document: Iterable[Any]) -> dict[int, TakenStep]:
    """The steps that it was made from, by version."""
    found = {}
    for version, action, holds_from, at, facts, split_off, *_ in document:
        told = {HouseholdFact(name): value for name, value in facts.items()}
        day, moment = date.fromisoformat(holds_from), datetime.fromisoformat(at)
        found[version] = step_of(version, HouseholdStep(action), day, moment, told, split_off=split_off)
    return found


def visit_document(visit: CountedVisit | None) -> str:
    """A visit as JSON; null of one that is void."""
    if visit is None:
        return "null"
    return orjson.dumps({name: getattr(visit, name) for name in CountedVisit.__slots__}).decode()


def visit_of(document: Mapping[str, Any] | None) -> CountedVisit | None:
    """The visit that it was made from."""
    if document is None:
        return None
    return CountedVisit(
        day=date.fromisoformat(document["day"]),
        slot=VisitSlot(document["slot"]),
        outcome=VisitOutcome(document["outcome"]),
        area_code=document["area_code"],
        staff_ids=tuple(document["staff_ids"]),
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
        purposes=tuple(document["purposes"]),
        topics=tuple(document["topics"]),
        materials=document["materials"],
        findings=document["findings"],
        quantities=tuple((what, unit, thousandths) for what, unit, thousandths in document["quantities"]),
        ends=tuple(map(MatterEnd, document["ends"])),
        rounds=tuple(document["rounds"]),
        duplicate=document["duplicate"],
    )


def terms_document(terms: Terms | None) -> str:
    """What a round takes in, as JSON; when it was closed stands beside it."""
    if terms is None:
        return "null"
    said = {name: getattr(terms, name) for name in Terms.__slots__ if name != "closed_at"}
    return orjson.dumps(said | {name: sorted(said[name]) for name in ("classes", "kinds")}).decode()


def terms_of(document: Mapping[str, Any] | None) -> Terms | None:
    """The terms that it was made from."""
    if document is None:
        return None
    every = document["visit_every"]
    return Terms(
        area_prefix=document["area_prefix"],
        begins_on=date.fromisoformat(document["begins_on"]),
        ends_on=date.fromisoformat(document["ends_on"]),
        classes=frozenset(map(HouseholdClass, document["classes"])),
        kinds=frozenset(document["kinds"]),
        visit_every=None if every is None else VisitEvery(every),
        slots=SlotRule(document["slots"]),
        purposes=tuple(document["purposes"]),
    )
