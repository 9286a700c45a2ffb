"""Whether people of a household are away for work (外出甄别): noted by whatever step says so, and kept with its row."""

from dataclasses import asdict, dataclass, field
from datetime import date

import uuid_utils

from libs.common.database.session import Session
from libs.common.events.household_terms import AwayFound, HouseholdClass
from libs.common.events.households import AwayLooked
from libs.common.rules.machine import Actor
from services.intake.households.domain import State
from services.intake.households.tables import Household, HouseholdAwayLook


@dataclass(frozen=True, slots=True)
class AwayFinding:
    """What somebody found out. ``why`` is masked."""

    away: bool
    how: AwayFound
    on_day: date
    since: date | None = None
    to_code: str | None = None
    expected_back: date | None = None
    why: str = ""
    look_id: str = field(default_factory=lambda: str(uuid_utils.uuid7()))


def note_away_look(session: Session, row: Household, found: AwayFinding, by: Actor) -> None:
    """Keep what was found out, and tell it."""
    who = {"who": by.subject, "unit_code": by.unit_code, "staff_id": by.staff_id}
    session.insert(HouseholdAwayLook, asdict(found) | who | {"household_id": row.household_id, "at": session.now})
    row.away_looked_on = max(row.away_looked_on, found.on_day)
    session.publish(AwayLooked(occurred_at=session.now, household_id=row.household_id, **asdict(found)))


def finding_of(before: State, after: State, day: date, since: date) -> AwayFinding | None:
    """What a step says by itself: a household that was there becomes one that is away, or is that no more."""
    classes = (before.household_class, after.household_class)
    if not before.version or classes[0] is classes[1] or HouseholdClass.AWAY not in classes:
        return None
    away = after.household_class is HouseholdClass.AWAY
    return AwayFinding(away, AwayFound.BY_REGISTER, day, since if away else None)
