"""Deciding how a case counts (认定): never who handled it, never who asked, and none of it moves the case."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.cases import CaseRegistered
from libs.common.events.judging import (
    DemandJudged,
    ExclusionDecided,
    ExclusionRequested,
    ExclusionRevoked,
    PetitionClassified,
)
from libs.common.pack.directory import Directory
from libs.common.rules.apart import Hands, check_no_hand
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from libs.common.security.policy import Scope
from services.followup.callbacks.actions.finding import callbacks_of
from services.followup.cases.actions import CASES
from services.followup.cases.queries import no_such_case, sees_case, veil_of, visible_case
from services.followup.cases.tables import Case
from services.followup.clocks.actions.finding import find_case
from services.followup.judgements import queries
from services.followup.judgements.domain import (
    Exclusion,
    ExclusionState,
    Judged,
    Ruling,
    check_may_ask,
    check_may_decide,
    check_none_stands,
    check_state,
    decided,
    plan_fault,
    revoked,
)
from services.followup.judgements.schemas import (
    AskExclusion,
    ClassifyPetition,
    DecideExclusion,
    ExclusionOut,
    JudgeDemand,
    JudgementOut,
    JudgementsOut,
    RevokeExclusion,
)
from services.followup.judgements.tables import ExclusionRow, JudgementEntry

AS_REGISTERED = "登记 as it was registered"


def file_petition(session: Session, event: CaseRegistered) -> None:
    """The kind that whoever registered the case gave it stands first."""
    if event.petition is not None:
        session.new(
            JudgementEntry,
            case_id=event.case_id,
            number=1,
            what=Judged.PETITION,
            word=event.petition.value,
            reason=AS_REGISTERED,
            together=[],
            who=event.by,
            unit_code=event.by_unit,
            staff_id=event.by_staff,
            at=event.registered_at,
        )


async def classify(session: Session, asked: Request, case_id: str, body: ClassifyPetition) -> JudgementOut:
    """What kind of petition it is from now on."""
    await _to_judge(session, asked, case_id)
    reason = mask_text(body.reason)
    said = PetitionClassified(case_id=case_id, occurred_at=session.now, petition=body.petition, reason=reason)
    return await _judged(session, asked, said, Judged.PETITION, None if body.petition is None else body.petition.value)


async def judge(session: Session, asked: Request, case_id: str, body: JudgeDemand) -> JudgementOut:
    """Whether what the citizen asks for is reasonable."""
    case = await _to_judge(session, asked, case_id)
    directory = session.packs.current(session.now).directory
    fault = plan_fault(body.merit, body.plan, wanted=directory.pack.petitions.plan_at_once)
    if fault is not None:
        raise invalid("plan", *fault)
    _check_together(directory, case, body.together)
    said = DemandJudged(
        case_id=case_id,
        occurred_at=session.now,
        merit=body.merit,
        reason=mask_text(body.reason),
        plan=body.plan and mask_text(body.plan),
        together=body.together,
    )
    return await _judged(session, asked, said, Judged.MERIT, body.merit.value)


async def show(session: Session, scope: Scope, case_id: str, own: Collection[str]) -> JudgementsOut:
    """How a case counts, and everything that was decided about it, as somebody of these units sees it."""
    case = await visible_case(session, scope, case_id)
    judgements = await queries.judgements_of(session, case_id)
    exclusions = await queries.exclusions_of(session, case_id)
    return JudgementsOut.of(case, judgements, exclusions, veil_of(session, case, own))


async def ask(session: Session, asked: Request, body: AskExclusion) -> ExclusionOut:
    """A unit asks that a case be left out of the rates."""
    case = await _find(session, asked.scope, body.case_id)
    check_may_ask(await _hands(session, case), asked.actor)
    _check_reason(session, case, body.reason_code)
    rows = await session.rows(ExclusionRow, "case_id", case.case_id, lock=False)
    check_none_stands([row.state for row in rows])
    event = ExclusionRequested(
        **_by(session, asked),
        case_id=case.case_id,
        exclusion_id=str(uuid_utils.uuid7()),
        unit_code=asked.actor.unit_code or "",
        reason_code=body.reason_code,
        evidence=mask_text(body.evidence),
    )
    row = session.new(ExclusionRow, **asdict(asked_for(event)))
    session.publish(event)
    return ExclusionOut.of(row, case, veil_of(session, case, asked.actor.units))


def asked_for(event: ExclusionRequested) -> Exclusion:
    """The wish that an event begins."""
    return Exclusion(
        exclusion_id=event.exclusion_id,
        case_id=event.case_id,
        unit_code=event.unit_code,
        reason_code=event.reason_code,
        evidence=event.evidence,
        asked_by=event.by,
        asked_by_staff=event.by_staff,
        asked_at=event.occurred_at,
    )


def ruled(exclusion: Exclusion, event: ExclusionDecided | ExclusionRevoked) -> Exclusion:
    """The wish after an event about it."""
    ruling = Ruling(event.by, event.by_unit, event.by_staff, event.occurred_at, event.note)
    if isinstance(event, ExclusionDecided):
        return decided(exclusion, ruling, granted=event.granted)
    return revoked(exclusion, ruling)


async def decide(
    session: Session, asked: Request, exclusion_id: str, body: DecideExclusion, *, supervises: bool
) -> ExclusionOut:
    """Grant it, so that the case leaves every rate, or refuse it."""
    row, case = await _enter(session, asked, exclusion_id, ExclusionState.ASKED, supervises=supervises)
    said = _by(session, asked) | _about(row, body.note)
    return _apply(session, row, case, ExclusionDecided(**said, granted=body.granted))


async def revoke(
    session: Session, asked: Request, exclusion_id: str, body: RevokeExclusion, *, supervises: bool
) -> ExclusionOut:
    """What was granted holds no longer: the case counts again."""
    row, case = await _enter(session, asked, exclusion_id, ExclusionState.GRANTED, supervises=supervises)
    said = _by(session, asked) | _about(row, body.note)
    return _apply(session, row, case, ExclusionRevoked(**said))


async def _find(session: Session, scope: Scope, case_id: str) -> Case:
    case = await find_case(session, case_id)
    if case is None or not sees_case(scope, case):
        raise no_such_case()
    # A clock may have been ahead before: nothing is decided about a case before it was there.
    session.now = max(session.now, case.registered_at)
    return case


async def _to_judge(session: Session, asked: Request, case_id: str) -> Case:
    case = await _find(session, asked.scope, case_id)
    check_no_hand(await _hands(session, case), asked.actor)
    return case


def _check_together(directory: Directory, case: Case, units: Sequence[str]) -> None:
    """Each is a unit of the pack in force, once, and nobody complained about sits with them."""
    accused = {case.accused_unit, *case.also_accused}
    for code in units:
        if code not in directory.unit_codes:
            raise invalid("together", f"names {code}, which is no unit here", f"没有单位 {code}")
        if any(directory.is_within(code, unit) for unit in accused):
            raise invalid("together", f"names {code}, which is complained about", f"{code} 系被反映单位，应当回避")
    if len(set(units)) < len(units):
        raise invalid("together", "names a unit twice", "单位重复")


async def _hands(session: Session, case: Case) -> Hands:
    """Who had a hand in it; of cases from before that was kept, the units that finished its rounds at least."""
    finished = frozenset(row.handling_unit for row in await callbacks_of(session, case) if row.handling_unit)
    return CASES.state_of(case).hands | Hands(units=finished)


async def _judged(
    session: Session, asked: Request, said: PetitionClassified | DemandJudged, what: Judged, word: str | None
) -> JudgementOut:
    """Kept, and told, unless that is how it stands."""
    entries = await session.rows(JudgementEntry, "case_id", said.case_id, lock=False)
    of_this = [entry for entry in entries if entry.what is what]
    last = max(of_this, key=lambda entry: entry.number, default=None)
    demand = said if isinstance(said, DemandJudged) else None
    if (last.word if last else None) == word and not _adds(demand, last):
        raise OutOfTurn("It was decided so before; nothing changes", "认定结论与现有结论相同，未作变更")
    entry = session.new(
        JudgementEntry,
        case_id=said.case_id,
        number=len(entries) + 1,
        what=what,
        word=word,
        reason=said.reason,
        plan=demand.plan if demand else None,
        together=list(demand.together) if demand else [],
        who=asked.actor.subject,
        unit_code=asked.actor.unit_code,
        staff_id=asked.actor.staff_id,
        at=said.occurred_at,
    )
    session.publish(said)
    return JudgementOut.model_validate(entry, from_attributes=True)


def _adds(demand: DemandJudged | None, last: JudgementEntry | None) -> bool:
    """Whether it says a plan or units that do not stand yet: what was reasonable before may get its plan later."""
    if demand is None or last is None:
        return False
    return demand.plan not in (None, last.plan) or bool(demand.together and list(demand.together) != last.together)


def _check_reason(session: Session, case: Case, code: str) -> None:
    """Of the pack in force, or of the case's own."""
    packs = session.packs.current(session.now).directory, session.packs.version(case.pack_version)
    rules = [rules for directory in packs if (rules := directory.pack.exclusions) is not None]
    if code not in {reason.code for each in rules for reason in each.reasons}:
        raise invalid("reason_code", "is no reason of the pack's exclusions", "不是县包规定的不计入考核原因")


async def _enter(
    session: Session, asked: Request, exclusion_id: str, needed: ExclusionState, *, supervises: bool
) -> tuple[ExclusionRow, Case]:
    case_id = await queries.case_of_exclusion(session, exclusion_id)
    case = None if case_id is None else await find_case(session, case_id)
    rows = [] if case is None else await session.rows(ExclusionRow, "case_id", case.case_id, lock=False)
    row = next((row for row in rows if row.exclusion_id == exclusion_id), None)
    if case is None or row is None or not queries.sees_exclusion(asked.scope, case, row.unit_code):
        raise queries.no_such_exclusion()
    exclusion = seen_of(Exclusion, row)
    above = session.packs.current(session.now).directory.lineage(row.unit_code)[1:]
    check_may_decide(exclusion, await _hands(session, case), asked.actor, above, supervises=supervises)
    asked.check_version(row.version)
    check_state(exclusion, needed)
    session.now = max(session.now, row.asked_at, row.decided_at or row.asked_at)
    return row, case


def _by(session: Session, asked: Request) -> dict[str, Any]:
    actor = asked.actor
    return {"by": actor.subject, "by_unit": actor.unit_code, "by_staff": actor.staff_id, "occurred_at": session.now}


def _about(row: ExclusionRow, note: str) -> dict[str, Any]:
    return {"case_id": row.case_id, "exclusion_id": row.exclusion_id, "note": mask_text(note)}


def _apply(session: Session, row: ExclusionRow, case: Case, event: ExclusionDecided | ExclusionRevoked) -> ExclusionOut:
    exclusion = seen_of(Exclusion, row)
    move(row, exclusion, ruled(exclusion, event))
    session.publish(event)
    return ExclusionOut.of(row, case)
