"""What is for few of a household, who of it is away, what others give it and what it may be owed (I6)."""

from collections.abc import Iterator

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.rows.comparing import Columns, Sealed, WantedRows, by_whom
from libs.common.events.households import (
    AwayLooked,
    HouseholdMatched,
    HouseholdNoted,
    HouseholdUnmatched,
    PolicyAnswered,
    PolicyMatched,
)
from services.intake.households.tables import PolicyStatus
from services.intake.matches.domain import MatchStatus


def rows_wanted(view: CaseView) -> Iterator[WantedRows]:
    """What should stand in each of these tables."""
    notes = [_note(event) for event in view.of(INTAKE, HouseholdNoted)]
    yield WantedRows(INTAKE, "household_note", ("number", "correction"), notes)
    looks = [_away_look(event) for event in view.of(INTAKE, AwayLooked)]
    yield WantedRows(INTAKE, "household_away_look", ("look_id",), looks)
    yield WantedRows(INTAKE, "household_match", ("match_id",), _matches(view))
    yield WantedRows(INTAKE, "household_policy", ("version", "policy"), _policies(view))


def _note(event: HouseholdNoted) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    return {
        "household_id": event.household_id,
        "number": event.number,
        "correction": event.correction,
        "cleared": event.cleared,
        "sealed": Sealed(event.sealed),
        "who": who,
        "unit_code": unit_code,
        "staff_id": staff_id,
        "at": event.occurred_at,
    }


def _away_look(event: AwayLooked) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    told = ("look_id", "household_id", "away", "how", "on_day", "since", "to_code", "expected_back", "why")
    said = {name: getattr(event, name) for name in told}
    return said | {"who": who, "unit_code": unit_code, "staff_id": staff_id, "at": event.occurred_at}


def _matches(view: CaseView) -> list[Columns]:
    ended = {event.match_id: event for event in view.of(INTAKE, HouseholdUnmatched)}
    rows: list[Columns] = []
    for event in view.of(INTAKE, HouseholdMatched):
        who, _, staff_id = by_whom(event)
        end = ended.get(event.match_id)
        rows.append(
            {
                "match_id": event.match_id,
                "household_id": event.household_id,
                "giver_id": event.giver_id,
                "resource": event.resource,
                "need": event.need,
                "status": MatchStatus.CONFIRMED if end is None else MatchStatus.ENDED,
                "confirmed_at": event.occurred_at,
                "confirmed_by": who,
                "staff_id": staff_id,
                "why": event.why,
                "ended_at": None if end is None else end.occurred_at,
                "ended_by": None if end is None else by_whom(end)[0],
                "ended_why": "" if end is None else end.why,
            }
        )
    return rows


def _policies(view: CaseView) -> list[Columns]:
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for one in view.said[INTAKE]:
        event = one.event
        if isinstance(event, PolicyMatched):
            rows |= {(event.version, policy): _due(event, policy) for policy in event.policies}
        elif isinstance(event, PolicyAnswered):
            for (version, policy), row in rows.items():
                is_told = policy == event.policy and version <= event.until_version
                if is_told and row["status"] is not PolicyStatus.GRANTED:
                    row.update(_answered(event))
    return [*rows.values()]


def _due(event: PolicyMatched, policy: str) -> dict[str, object]:
    unsaid = dict.fromkeys(("answered_on", "answered_at", "who", "unit_code", "staff_id"))
    return unsaid | {
        "household_id": event.household_id,
        "version": event.version,
        "policy": policy,
        "holds_from": event.holds_from,
        "matched_at": event.occurred_at,
        "status": PolicyStatus.DUE,
        "why": "",
    }


def _answered(event: PolicyAnswered) -> dict[str, object]:
    who, unit_code, staff_id = by_whom(event)
    return {
        "status": PolicyStatus(event.answer),
        "answered_on": event.on_day,
        "answered_at": event.occurred_at,
        "who": who,
        "unit_code": unit_code,
        "staff_id": staff_id,
        "why": event.why,
    }
