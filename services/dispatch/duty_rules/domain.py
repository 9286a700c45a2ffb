"""The rules of duty rules (职责规则), pure: proposed, tried, decided by another person, ended; and which one holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.errors import invalid
from libs.common.events.base import Event
from libs.common.events.duty_rules import DutyRuleDecided, DutyRuleEnded, DutyRuleEvent, DutyRuleProposed, DutyRuleTried
from libs.common.pack.areas import contains
from libs.common.rules.apart import check_not_their_own, names_of
from libs.common.rules.machine import Actor, OutOfTurn


class DutyRuleState(StrEnum):
    """Where a rule stands (规则状态)."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SettledDuty:
    """All of a rule, under its columns' names."""

    rule_id: str
    case_id: str
    arbitration: int
    category_code: str
    area_code: str
    words: tuple[str, ...]
    lead_unit: str
    support_units: tuple[str, ...]
    basis: str
    state: DutyRuleState
    proposed_at: datetime
    proposed_by: str | None
    proposed_by_staff: str | None
    tried_at: datetime | None = None
    """When its last dry run was made (试算)."""
    tried_since: datetime | None = None
    tried_open: int | None = None
    tried_closed: int | None = None
    tried_returned: int | None = None
    tried_dissatisfied: int | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decided_by_staff: str | None = None
    decision_note: str | None = None
    effective_from: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_by_staff: str | None = None
    end_note: str | None = None
    version: int = 1

    def settles(self, category_code: str | None, area_code: str, text: str) -> bool:
        """Whether such a matter in such a place is its own."""
        named = category_code is not None and category_code.startswith(self.category_code)
        told = not self.words or any(word.casefold() in text.casefold() for word in self.words)
        return named and told and contains(self.area_code, area_code)

    def holds(self, now: datetime) -> bool:
        """Whether it is in force then."""
        return self.state is DutyRuleState.ADOPTED and self.effective_from is not None and self.effective_from <= now

    @property
    def narrowness(self) -> tuple[int, int, bool, datetime, str]:
        """Of two that settle a matter the narrower one does: by category, by area, by words; then the newer one."""
        depth = len(self.area_code.rstrip("0"))
        return len(self.category_code), depth, bool(self.words), self.proposed_at, self.rule_id


def narrowest(
    rules: Iterable[SettledDuty], category_code: str | None, area_code: str, text: str, now: datetime
) -> SettledDuty | None:
    """The rule by which a matter is settled now; None where there is none."""
    found = [rule for rule in rules if rule.holds(now) and rule.settles(category_code, area_code, text)]
    return max(found, key=lambda rule: rule.narrowness, default=None)


def check_decides(rule: SettledDuty, disputing: Iterable[str], actor: Actor, now: datetime) -> None:
    """Whether this person may decide on it now.

    Raises:
        NotTheirs: who proposed it, and anybody of a unit that was in dispute.
        OutOfTurn: it was decided before, or no dry run was shown of it.
    """
    check_not_their_own(names_of(rule.proposed_by, rule.proposed_by_staff), disputing, actor)
    if rule.state is not DutyRuleState.PROPOSED:
        raise OutOfTurn("It was decided already", "该规则已审定")
    if rule.tried_at is None or rule.tried_at > now:
        raise OutOfTurn("A dry run is shown first; make one", "审定前应先试算，请先进行规则试算")


def check_ends(rule: SettledDuty) -> None:
    """OutOfTurn unless it was adopted and has not ended."""
    if rule.state is not DutyRuleState.ADOPTED:
        raise OutOfTurn("It is not in force", "该规则未生效或已废止")


def check_tried(rule: SettledDuty) -> None:
    """OutOfTurn once it was decided on: what it did since its cases show themselves."""
    if rule.state is not DutyRuleState.PROPOSED:
        raise OutOfTurn("It was decided already", "该规则已审定")


def check_effective(effective_from: datetime, now: datetime) -> None:
    """Invalid for a moment that is over: what was given to units stays given."""
    if effective_from < now:
        raise invalid("effective_from", "must not lie in the past", "不得早于当前时间")


def proposed(event: DutyRuleProposed) -> SettledDuty:
    """The rule as it begins."""
    return SettledDuty(
        event.rule_id,
        event.case_id,
        event.arbitration,
        event.category_code,
        event.area_code,
        event.words,
        event.lead_unit,
        event.support_units,
        event.basis,
        DutyRuleState.PROPOSED,
        event.occurred_at,
        event.by,
        event.by_staff,
    )


def evolve(rule: SettledDuty, event: DutyRuleEvent) -> SettledDuty:
    """The rule after what is said of it; the audit folds the ledgers by the same function."""
    at, who, staff = event.occurred_at, event.by, event.by_staff
    rule = replace(rule, version=rule.version + 1)
    match event:
        case DutyRuleTried(since=since, open=opened, closed=closed, returned=returned, dissatisfied=dissatisfied):
            counted: dict[str, Any] = {"tried_open": opened, "tried_closed": closed}
            counted |= {"tried_returned": returned, "tried_dissatisfied": dissatisfied}
            return replace(rule, tried_at=at, tried_since=since, **counted)
        case DutyRuleDecided():
            state = DutyRuleState.ADOPTED if event.approved else DutyRuleState.REFUSED
            rule = replace(rule, state=state, effective_from=event.effective_from, decision_note=event.note)
            return replace(rule, decided_at=at, decided_by=who, decided_by_staff=staff)
        case DutyRuleEnded():
            rule = replace(rule, state=DutyRuleState.ENDED, ended_at=at, end_note=event.note)
            return replace(rule, ended_by=who, ended_by_staff=staff)
    return rule


def fold(rules: dict[str, SettledDuty], event: Event) -> None:
    """What becomes of the rules of one case by one more event."""
    if isinstance(event, DutyRuleProposed):
        rules[event.rule_id] = proposed(event)
    elif isinstance(event, DutyRuleEvent) and event.rule_id in rules:
        rules[event.rule_id] = evolve(rules[event.rule_id], event)
