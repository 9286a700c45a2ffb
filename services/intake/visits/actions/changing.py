"""What becomes of a visit's record: corrected, with the old kept; void only as somebody else confirms."""

from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Invalid, NotFound, invalid
from libs.common.events.visit_terms import VisitStep
from libs.common.events.visits import VisitVoided, VisitVoidRefused, VisitVoidRequested
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from services.intake.raised.actions.checking import check_times, check_workers
from services.intake.visits.actions.checking import check_words
from services.intake.visits.actions.keeping import (
    check_gap,
    forget_photos,
    keep_workers,
    living,
    settle,
    state_of,
    take,
    tell_corrected,
    today,
    when,
)
from services.intake.visits.actions.preparing import VisitedHome, open_home
from services.intake.visits.actions.recording import lock_household, meet, rounds_in, words_of
from services.intake.visits.actions.showing import shown
from services.intake.visits.domain import check_corrector, decide
from services.intake.visits.queries import document
from services.intake.visits.schemas import AskVoiding, CorrectVisit, DecideVoiding, QuantityIn, VisitOut
from services.intake.visits.tables import Visit


class AlreadySo(Invalid):
    """A correction after which nothing would be otherwise."""


_NULLABLE = {"guide", "place_code"}
_FIELDS = tuple(name for name in CorrectVisit.model_fields if name != "why")
_DOCUMENTS = ("materials", "findings", "quantities")
_WHEN_OR_WHETHER = {"started_at", "outcome"}


async def correct(
    session: Session, asked: Request, visit_id: str, body: CorrectVisit, vault: Vault, *, oversees: bool
) -> VisitOut:
    """Its record says otherwise from now on, and figures follow.

    Raises:
        NotFound: it is out of reach. NotTheirs: it is not the caller's to correct, or not any more.
        Invalid: a field is wrong. AlreadySo: nothing would be otherwise. TooSoon: by it two visits would be too near.
    """
    row, rows = await _load(session, asked, visit_id)
    state = state_of(row)
    check_corrector(state, asked.actor, today(session), oversees=oversees)
    home = await open_home(session, asked.scope, row.household_id, vault)
    values, before = _otherwise(session, row, body, home)
    if not before:
        raise AlreadySo("Nothing would be otherwise", "没有任何变更")
    why = home.hidden_in(body.why)
    said = decide(state, VisitStep.CORRECT, tuple(values["staff_ids"]), asked.actor, session.now, why)
    if _WHEN_OR_WHETHER & before.keys():
        household = await lock_household(session, asked, row.household_id)
        times = when(session, values["started_at"])
        await meet(session, household, values["outcome"], times["day"], asked.actor)
        rounds = await rounds_in(session, row.household_id, times["day"], None)
        values |= times | ({} if times["day"] == row.day else {"rounds": sorted(rounds)})
        _set(row, values)
        check_gap(session, row, [one for one in living(rows) if one is not row], rounds)
    _set(row, values)
    await keep_workers(session, row)
    if "photos" in before:
        await forget_photos(session, row)
    take(session, row, said, before)
    await settle(session, row, rows)
    await tell_corrected(session, row, tuple(before), why)
    return await shown(session, asked.scope, row)


async def ask_voiding(
    session: Session, asked: Request, visit_id: str, body: AskVoiding, vault: Vault, *, oversees: bool
) -> VisitOut:
    """申请作废: it counts until somebody else has confirmed it. Who may correct it may ask this."""
    row, _ = await _load(session, asked, visit_id)
    check_corrector(state_of(row), asked.actor, today(session), oversees=oversees)
    why = (await open_home(session, asked.scope, row.household_id, vault)).hidden_in(body.why)
    _step(session, asked, row, VisitStep.ASK_VOID, why)
    session.publish(VisitVoidRequested(**_about(row), occurred_at=session.now, why=why))
    return await shown(session, asked.scope, row)


async def decide_voiding(
    session: Session, asked: Request, visit_id: str, body: DecideVoiding, vault: Vault
) -> VisitOut:
    """确认作废: by nobody who made the visit, wrote it down, or asked that it is void."""
    row, rows = await _load(session, asked, visit_id)
    step = VisitStep.CONFIRM_VOID if body.granted else VisitStep.REFUSE_VOID
    why = (await open_home(session, asked.scope, row.household_id, vault)).hidden_in(body.why)
    _step(session, asked, row, step, why)
    said = _about(row)
    if body.granted:
        session.publish(VisitVoided(**said, occurred_at=session.now, why=why))
        await settle(session, row, rows)
        await forget_photos(session, row)
    else:
        session.publish(VisitVoidRefused(**said, occurred_at=session.now, why=why))
    return await shown(session, asked.scope, row)


async def _load(session: Session, asked: Request, visit_id: str) -> tuple[Visit, list[Visit]]:
    """The visit and all of its household, which is locked first: whoever records or changes one of them does so."""
    found = await session.one(Visit, "visit_id", visit_id, lock=False)
    if found is None or not asked.scope.covers(found.area_code):
        raise NotFound
    await lock_household(session, asked, found.household_id)
    rows = await session.rows(Visit, "household_id", found.household_id)
    row = next(one for one in rows if one.visit_id == visit_id)
    asked.check_version(row.version)
    session.now = max(session.now, row.recorded_at)
    return row, rows


def _about(row: Visit) -> dict[str, Any]:
    return {"visit_id": row.visit_id, "household_id": row.household_id, "version": row.version}


def _step(session: Session, asked: Request, row: Visit, step: VisitStep, why: str) -> None:
    said = decide(state_of(row), step, tuple(row.staff_ids), asked.actor, session.now, why)
    take(session, row, said, {})


def _otherwise(
    session: Session, row: Visit, body: CorrectVisit, home: VisitedHome
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row's values by the correction, checked, and of those that are others what they were."""
    told = {name: getattr(body, name) for name in body.model_fields_set if name in _FIELDS}
    for name, value in told.items():
        if value is None and name not in _NULLABLE:
            raise invalid(name, "cannot be nothing", "不能为空")
    is_now = {name: document(getattr(row, name)) if name in _DOCUMENTS else getattr(row, name) for name in _FIELDS}
    whole = is_now | {"quantities": [QuantityIn.model_validate(one) for one in is_now["quantities"]]} | told
    check_times(session.now, whole["started_at"], whole["ended_at"])
    if {"staff_ids", "started_at"} & told.keys():
        check_workers(session, whole["staff_ids"], whole["started_at"])
    check_words(session.packs.current(session.now).directory, whole, whole["outcome"])
    values = words_of(home, whole)
    return values, {name: is_now[name] for name in _FIELDS if values[name] != is_now[name]}


def _set(row: Visit, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in _DOCUMENTS or value != document(getattr(row, name)):
            setattr(row, name, value)
