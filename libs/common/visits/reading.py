"""What the rules of rounds are told of a household's steps and of a round, from rows and from events alike."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor, VisitEvery
from libs.common.events.visit_terms import SlotRule
from libs.common.pack.areas import area_prefix
from libs.common.visits.placing import TakenStep, Terms

READ: Mapping[HouseholdFact, type | None] = {
    HouseholdFact.AREA_CODE: None,
    HouseholdFact.HOUSEHOLD_CLASS: HouseholdClass,
    HouseholdFact.KINDS: tuple,
    HouseholdFact.VISIT_EVERY: VisitEvery,
    HouseholdFact.CONTACT_STAFF_ID: None,
    HouseholdFact.MUTED_FOR: MutedFor,
}
"""The facts that rounds go by, and as what they are read."""


def step_of(
    version: int,
    action: HouseholdStep,
    holds_from: date,
    at: datetime,
    facts: Mapping[HouseholdFact, Any],
    *,
    split_off: bool,
) -> TakenStep:
    """A step, with the facts that rounds go by."""
    kept = {fact: _read(fact, value) for fact, value in facts.items() if fact in READ}
    return TakenStep(version, action, holds_from, at, kept, split_off)


def _read(fact: HouseholdFact, value: Any) -> Any:
    kind = READ[fact]
    return value if value is None or kind is None else kind(value)


class RoundWords(Protocol):
    """A round as a row or an event tells it."""

    @property
    def area_code(self) -> str: ...
    @property
    def begins_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def classes(self) -> Collection[str]: ...
    @property
    def kinds(self) -> Collection[str]: ...
    @property
    def visit_every(self) -> VisitEvery | None: ...
    @property
    def slots(self) -> SlotRule: ...
    @property
    def purposes(self) -> Collection[str]: ...


def terms_from(told: RoundWords, closed_at: datetime | None) -> Terms:
    """What the rules know of a round."""
    return Terms(
        area_prefix=area_prefix(told.area_code),
        begins_on=told.begins_on,
        ends_on=told.ends_on,
        classes=frozenset(HouseholdClass(word) for word in told.classes),
        kinds=frozenset(told.kinds),
        visit_every=told.visit_every,
        slots=told.slots,
        purposes=tuple(told.purposes),
        closed_at=closed_at,
    )
