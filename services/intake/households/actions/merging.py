"""Going along (随区划撤并): households of an area that went up in another lie there from the day of that pack on.

Nobody moves: it follows from the pack, a step of each household, some hundred a transaction. It goes on where it was
cut short, since whoever went along is not found there any more.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from libs.common import visit_metrics
from libs.common.bus.flow import Service
from libs.common.database.session import Session
from libs.common.errors import Unavailable
from libs.common.events.household_terms import HouseholdFact, HouseholdStep
from libs.common.logs import get_logger
from libs.common.pack.versions import ShelvedPack
from libs.common.rules.machine import SYSTEM
from libs.common.security.vault import Vault
from libs.common.service.runtime import Runtime
from services.intake.households.actions.changing import seal_anew
from services.intake.households.actions.recording import apply, day_in, state_of
from services.intake.households.actions.registering import LEVELS
from services.intake.households.domain import What, decide
from services.intake.households.queries import in_areas, of_area
from services.intake.households.tables import Household, HouseholdIdentity
from services.intake.rounds.actions.following import catch_up

log = get_logger(__name__)

AT_ONCE = 200


class AreaMerger(NamedTuple):
    """An area that is gone, what it went up in, and since when."""

    area_code: str
    successor: str
    since: date


async def go_along(runtime: Runtime) -> None:
    """Let all households go along whose area was merged into a village, a community or a grid; count who is left."""
    database, now = runtime.work_database, runtime.clock.now()
    if not database.packs.usable:
        return
    pack = database.packs.current(now)
    gone = [code for code in pack.codes.areas if code not in pack.directory.area_codes]
    async with database.reading() as session:
        there = await in_areas(session, gone) if gone else {}
    moved = 0
    for area_code in there:
        merged = _merged(pack, area_code)
        moved += 0 if merged is None else await _all_of(runtime, merged)
    if moved:
        log.info("households went along with an area that was merged", count=moved)
    if there:
        # Another worker may have moved some meanwhile.
        async with database.reading() as session:
            there = await in_areas(session, gone)
    visit_metrics.HOUSEHOLDS_OF_REMOVED_AREAS.labels(Service.INTAKE).set(sum(there.values()))


def _merged(pack: ShelvedPack, area_code: str) -> AreaMerger | None:
    successor = pack.codes.successor(area_code, pack.directory.area_codes)
    if successor is None or pack.directory.area(successor).level not in LEVELS:
        return None
    return AreaMerger(area_code, successor, day_in(pack.directory, pack.effective_from))


async def _all_of(runtime: Runtime, merged: AreaMerger) -> int:
    moved, after = 0, ""
    while True:
        async with runtime.work_database.transaction(runtime.clock.now()) as session:
            household_ids = await of_area(session, merged.area_code, after, AT_ONCE)
            moved += await _some_of(session, runtime.vault, merged, household_ids)
        if len(household_ids) < AT_ONCE:
            return moved
        after = household_ids[-1]


async def _some_of(session: Session, vault: Vault, merged: AreaMerger, household_ids: Sequence[str]) -> int:
    await session.load(Household, "household_id", household_ids)
    await session.load(HouseholdIdentity, "household_id", household_ids)
    await catch_up(session)
    moved = 0
    for household_id in household_ids:
        (row,) = await session.rows(Household, "household_id", household_id)
        identity = await session.one(HouseholdIdentity, "household_id", household_id)
        if row.area_code == merged.area_code and identity is not None:
            moved += _goes_along(session, vault, merged, row, identity)
    return moved


def _goes_along(
    session: Session, vault: Vault, merged: AreaMerger, row: Household, identity: HouseholdIdentity
) -> bool:
    """False where its door cannot be found anew: its key is not here."""
    before = state_of(row)
    try:
        if identity.destroyed_at is None:
            seal_anew({}, (row.area_code, merged.successor), identity, vault)
    except Unavailable:
        log.warning("a household that cannot be opened does not go along with its area")
        return False
    # Not before it came here: of a fact the word of the later day holds.
    day = max(merged.since, before.area_since)
    what = What(day, {HouseholdFact.AREA_CODE: merged.successor})
    at = max(session.now, row.updated_at)
    apply(session, row, before, decide(before, HouseholdStep.AREA_MERGED, what, SYSTEM, at, day), identity)
    return True
