"""A household's step, with the row, its record and what is told of it together."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from libs.common.database.session import Session
from libs.common.events.household_terms import HouseholdFact
from libs.common.events.households import HouseholdRecorded
from libs.common.pack.directory import Directory
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from libs.common.visits.reading import step_of
from services.intake.households.actions.away import AwayFinding, finding_of, note_away_look
from services.intake.households.actions.fitting import note_policies
from services.intake.households.actions.sealing import print_of
from services.intake.households.actions.tallying import count_step
from services.intake.households.domain import Said, State, evolve
from services.intake.households.tables import Household, HouseholdChange, HouseholdIdentity
from services.intake.rounds.actions.following import follow_step

_NOTHING: dict[str, Any] = {
    fact.value: () if fact in (HouseholdFact.KINDS, HouseholdFact.RESOURCES) else None for fact in HouseholdFact
}


def today_of(session: Session) -> date:
    """The place's day."""
    return day_in(session.packs.current(session.now).directory, session.now)


def day_in(directory: Directory, moment: datetime) -> date:
    """The day of a moment in the place of this pack."""
    return moment.astimezone(ZoneInfo(directory.pack.place.time_zone)).date()


def state_of(row: Household) -> State:
    """What the rules see of the row."""
    return seen_of(State, row)


def apply(
    session: Session,
    row: Household,
    before: State,
    said: Said,
    identity: HouseholdIdentity | None,
    found: AwayFinding | None = None,
) -> State:
    """Take the step: the row moves, the step is kept, rounds follow it, and what may travel of it is told.

    ``found``: what was found out of who is away, where that is what the step goes by.
    """
    after = evolve(before, said)
    move(row, before, after)
    row.updated_at = said.at
    why, by, what = mask_text(said.why), said.by, said.what
    facts = _NOTHING | {fact.value: value for fact, value in what.facts.items()}
    session.insert(HouseholdChange, _change_row(row.household_id, before, after, said, facts) | {"why": why})
    split_off = row.split_from is not None and before.version == 0
    step = step_of(after.version, said.action, what.holds_from, said.at, what.facts, split_off=split_off)
    follow_step(session, row.household_id, step)
    count_step(session, before, after)
    session.publish(
        HouseholdRecorded(
            **(facts if facts["area_code"] else facts | {"area_code": row.area_code}),
            occurred_at=said.at,
            household_id=row.household_id,
            version=after.version,
            step=said.action,
            holds_from=what.holds_from,
            changed=tuple(what.facts),
            split_from=row.split_from if before.version == 0 else None,
            merged_into=what.merged_into,
            wished=what.wished,
            why=why,
            sealed=None if identity is None else print_of(identity),
        ),
        first=before.version == 0,
    )
    note_policies(session, row.household_id, before, after, what.holds_from, said.at)
    found = found or finding_of(before, after, today_of(session), what.holds_from)
    if found is not None:
        note_away_look(session, row, found, by)
    return after


def _change_row(household_id: str, before: State, after: State, said: Said, facts: dict[str, Any]) -> dict[str, Any]:
    """The step as it is kept, but for its reason."""
    by = said.by
    return facts | {
        "household_id": household_id,
        "version": after.version,
        "action": said.action,
        "from_status": before.status,
        "to_status": after.status,
        "holds_from": said.what.holds_from,
        "changed": [fact.value for fact in said.what.facts],
        "kinds": [*facts["kinds"]],
        "resources": [*facts["resources"]],
        "who": by.subject,
        "unit_code": by.unit_code,
        "staff_id": by.staff_id,
        "at": said.at,
    }
