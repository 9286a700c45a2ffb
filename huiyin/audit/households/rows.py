"""Whole rows of one household as its events make them (I6), folded by intake's own rules.

What is sealed is held against the digest that the last step, or sealing anew, told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.households import owed_and_given
from huiyin.audit.rows.comparing import Columns, WantedRows, by_whom, columns_of
from libs.common.events.households import (
    AwayLooked,
    HouseholdErased,
    HouseholdRecorded,
    HouseholdResealed,
    HouseholdRevealed,
)
from libs.common.rules.machine import Actor, Refused
from libs.common.security.vault import print_of_sealed
from libs.common.visits.placing import CONTACTED, NEVER, SeenVisit
from services.intake.households.domain import Said, State, What, evolve

TABLES = {
    "household": "",
    "household_identity": "",
    "household_change": "version",
    "household_look": "look_id",
    "household_note": "number, correction",
    "household_away_look": "look_id",
    "household_match": "match_id",
    "household_policy": "version, policy",
}
"""Every table of intake with rows about a household, and the order of its rows."""
SEALED = ("sealed_head", "sealed_phone", "sealed_door", "sealed_members", "phone_index", "door_index")


def _print_of(row: Mapping[str, Any]) -> str:
    """As intake tells it: where a household is stands last, where anybody has said so."""
    place = () if row["sealed_place"] is None else (row["sealed_place"],)
    return print_of_sealed(*(row[column] for column in SEALED), *place)


def rows_wanted(view: CaseView, visits: Sequence[SeenVisit]) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about a household, to which these visits were made."""
    steps = list(_steps(view))
    days = {
        "away_looked_on": max((event.on_day for event in view.of(INTAKE, AwayLooked)), default=NEVER),
        "contacted_on": max((visit.day for visit in visits if visit.outcome in CONTACTED), default=NEVER),
    }
    yield WantedRows(INTAKE, "household", ("household_id",), [{**_household(steps), **days}] if steps else [])
    yield WantedRows(INTAKE, "household_change", ("version",), [_change(one) for one in steps])
    looks = [_look(event) for event in view.of(INTAKE, HouseholdRevealed)]
    yield WantedRows(INTAKE, "household_look", ("look_id",), looks)
    yield from _identity(view, steps)
    yield from owed_and_given.rows_wanted(view)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step, and the household before and after it."""

    event: HouseholdRecorded
    before: State
    after: State


def _steps(view: CaseView) -> Iterator[_Step]:
    state = State()
    for event in view.of(INTAKE, HouseholdRecorded):
        before = state
        try:
            state = evolve(before, _said(event))
        except Refused:
            # That it was not allowed is told by the history; it moves nothing that could be compared.
            state = replace(before, version=before.version + 1)
        yield _Step(event, before, state)


def _said(event: HouseholdRecorded) -> Said:
    facts = {fact: getattr(event, fact.value) for fact in event.changed}
    what = What(event.holds_from, facts, wished=event.wished, merged_into=event.merged_into)
    by = Actor(event.by or "", event.by_unit, event.by_staff)
    return Said(event.step, event.occurred_at, what, by, event.why)


def _household(steps: list[_Step]) -> Columns:
    first, last = steps[0].event, steps[-1].event
    return columns_of(steps[-1].after) | {
        "household_id": first.household_id,
        "split_from": first.split_from,
        "registered_at": first.occurred_at,
        "updated_at": last.occurred_at,
    }


def _change(one: _Step) -> Columns:
    event = one.event
    who, unit_code, staff_id = by_whom(event)
    changed: dict[str, Any] = {fact.value: _listed(getattr(event, fact.value)) for fact in event.changed}
    unsaid: dict[str, list[str]] = {"kinds": [], "resources": []}
    facts = ("area_code", "household_class", "visit_every", "contact_staff_id", "muted_for")
    return (
        dict.fromkeys(facts)
        | unsaid
        | changed
        | {
            "household_id": event.household_id,
            "version": one.after.version,
            "action": event.step,
            "from_status": one.before.status,
            "to_status": one.after.status,
            "holds_from": event.holds_from,
            "changed": [fact.value for fact in event.changed],
            "who": who,
            "unit_code": unit_code,
            "staff_id": staff_id,
            "at": event.occurred_at,
            "why": event.why,
        }
    )


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _look(event: HouseholdRevealed) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    return {
        "look_id": event.look_id,
        "household_id": event.household_id,
        "who": who,
        "unit_code": unit_code,
        "by_staff": staff_id,
        "reason": event.reason,
        "fields": list(event.fields),
        "at": event.occurred_at,
    }


def _identity(view: CaseView, steps: list[_Step]) -> Iterator[WantedRows]:
    """Whoever has no key sees whether what is sealed is what was told of, and that a key is there, or was destroyed."""
    row, digest = view.row("household_identity"), None
    for one in view.said[INTAKE]:
        if isinstance(one.event, HouseholdRecorded) and one.event.sealed is not None:
            digest = one.event.sealed
        elif isinstance(one.event, HouseholdResealed | HouseholdErased) and one.event.was == digest:
            digest = one.event.now
    erased = view.of(INTAKE, HouseholdErased)
    key = {"destroyed_at": erased[0].occurred_at, "wrapped": None} if erased else {"destroyed_at": None}
    wanted = [{"household_id": view.case_id, "what is sealed": digest, **key}] if steps else []
    kept = [{**row, "what is sealed": _print_of(row)}] if row else []
    yield WantedRows(INTAKE, "household_identity", ("household_id",), wanted, kept=kept)
