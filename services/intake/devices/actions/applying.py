"""Applying items (入库): a visit by the very action of `POST /visits`, a correction by that of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.rules.requests import Request
from libs.common.security.policy import has_right
from services.intake import rights
from services.intake.cases.actions.drafts import Desk
from services.intake.devices.actions.reading import NextItems
from services.intake.devices.actions.working import Applier
from services.intake.devices.domain.items import (
    SAME_CORRECTION,
    SAME_DAY,
    SAME_VISIT,
    FieldConflict,
    ItemEnd,
    applied,
    duplicate,
    held,
)
from services.intake.devices.domain.judging import merged_on
from services.intake.devices.schemas import CorrectionBody
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import read_households, steps_until_now
from services.intake.visits.actions import changing, recording
from services.intake.visits.actions.keeping import when
from services.intake.visits.actions.preparing import open_home, ready
from services.intake.visits.schemas import RecordVisit
from services.intake.visits.tables import Visit, VisitMatter, VisitWorker

VISIT_NOT_HERE = held("visit-not-here", "The visit that it corrects is not here", "所更正的走访尚未入库")
_MOST_MERGERS = 20


@dataclass(frozen=True, slots=True)
class VisitToEnter:
    """A visit on its way in: the numbers that its cases take, and what of the household was otherwise."""

    visit: RecordVisit
    numbers: Sequence[str] = ()
    differences: tuple[FieldConflict, ...] = ()
    theirs: bool = False
    """The household was the person's when the visit began: it is in reach, wherever it is by now."""


async def prepare(session: Session, nexts: NextItems) -> None:
    """Lock the households of all these, and read what their visits need: a statement for each table."""
    visit_ids = [item.visit_id for item in nexts.items if item.visit_id is not None]
    await session.load(Household, "household_id", nexts.households)
    await session.load(Visit, "household_id", nexts.households)
    await session.load(HouseholdIdentity, "household_id", nexts.households, lock=False)
    await session.load(Visit, "visit_id", visit_ids, lock=False)
    await session.load(VisitWorker, "visit_id", visit_ids)
    await session.load(VisitMatter, "visit_id", visit_ids, lock=False)
    if nexts.households:
        await read_households(session, nexts.households)


async def enter(session: Session, applier: Applier, entering: VisitToEnter) -> ItemEnd:
    """Record it for whoever made it, at the household of which the visited one is part by then.

    Raises whatever `POST /visits` is refused with.
    """
    scope = replace(applier.scope, area_prefix="") if entering.theirs else applier.scope
    day = day_of(session, entering.visit)
    into = await where_to(session, entering.visit.household_id, day)
    body = entering.visit.model_copy(update={"household_id": into})
    known = await session.one(Visit, "visit_id", body.visit_id or "", lock=False)
    home = await open_home(session, scope, into, applier.vault)
    desk = Desk(applier.principal, scope, session.packs.current(session.now), applier.vault, session.now)
    session.by = applier.by
    visit = ready(desk, body, home, entering.numbers, session.staff)
    asked = Request(applier.actor, scope)
    made = await recording.record(session, asked, applier.principal, visit, applier.vault)
    case_ids = [matter.case_id for matter in made.matters if matter.case_id is not None]
    if known is not None:
        return duplicate(SAME_VISIT, "This visit was recorded before", "该走访此前已登记", made.visit_id, case_ids)
    if made.duplicate_of is not None:
        en, zh = "The household was visited on that day already", "该户当日已有走访，按同一次计"
        return duplicate(SAME_DAY, en, zh, made.visit_id, case_ids)
    return applied(made.visit_id, case_ids, entering.differences)


async def correct(session: Session, applier: Applier, body: CorrectionBody) -> ItemEnd:
    """Correct the record of a visit. Raises whatever its own door is refused with; held while the visit is not here."""
    if not await session.rows(Visit, "visit_id", body.visit_id, lock=False):
        return VISIT_NOT_HERE
    session.by = applier.by
    oversees = has_right(applier.principal, rights.VOID_VISIT)
    asked = Request(applier.actor, applier.scope)
    try:
        made = await changing.correct(session, asked, body.visit_id, body, applier.vault, oversees=oversees)
    except NotFound:
        return VISIT_NOT_HERE
    except changing.AlreadySo:
        return duplicate(SAME_CORRECTION, "The record says so already", "走访记录已是如此", body.visit_id)
    return applied(made.visit_id)


def day_of(session: Session, body: RecordVisit) -> date:
    """The place's day of a visit."""
    day: date = when(session, body.started_at)["day"]
    return day


async def where_to(session: Session, household_id: str, day: date) -> str:
    """The household itself, or that of which it is part on the day."""
    for _ in range(_MOST_MERGERS):
        ended = merged_on(await steps_until_now(session, household_id))
        row = await session.one(Household, "household_id", household_id)
        if ended is None or day < ended or row is None or row.merged_into is None:
            break
        household_id = row.merged_into
    return household_id


def numbered(items: Iterable[tuple[str, int]], numbers: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """So many numbers to each of these, in their order."""
    left = iter(numbers)
    return {entry_id: [next(left) for _ in range(many)] for entry_id, many in items}
