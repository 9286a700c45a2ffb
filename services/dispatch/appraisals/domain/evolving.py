"""What whistles, scores and claims become by a step of their case; the audit folds the ledgers by it."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from libs.common.events.task_terms import task_name
from libs.common.events.whistle_terms import ClaimKind, ClaimState
from services.dispatch.appraisals.domain.state import (
    CLAIMS,
    Appraisal,
    ClaimedState,
    ConsultationState,
    ScoreState,
    WhistleState,
)
from services.dispatch.asks.domain import RequestStep
from services.dispatch.cases.domain.appraising import (
    ClaimRuling,
    Consultation,
    GivenTask,
    Points,
    UnitClaim,
    UnitScore,
    WhistleCompletion,
)
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.state import Said, State
from services.dispatch.cases.domain.terms import Action


def concern(said: Said) -> bool:
    """Whether a step changes anything here."""
    ends = isinstance(said.what, CalledPart) and said.action in (Action.CALL_DONE, Action.CALL_CANCEL)
    of_whistles = Whistle | Consultation | WhistleCompletion | UnitScore | UnitClaim | ClaimRuling
    return ends or isinstance(said.what, of_whistles)


def evolve(appraisal: Appraisal, after: State, said: Said) -> Appraisal:
    """After the step; what is new stands behind the rest of its kind."""
    match said.what:
        case Whistle() as called:
            return replace(appraisal, whistles=(*appraisal.whistles, _whistled(after, said, called)))
        case Consultation() as held:
            return replace(appraisal, consultations=(*appraisal.consultations, _held(after, said, held)))
        case WhistleCompletion() as mark:
            done = (_done(one, said, mark) if one.version == mark.whistle else one for one in appraisal.whistles)
            return replace(appraisal, whistles=tuple(done))
        case UnitScore() as score:
            return replace(appraisal, scores=(*appraisal.scores, _scored(said, score)))
    return _of_claims(appraisal, after, said)


def _of_claims(appraisal: Appraisal, after: State, said: Said) -> Appraisal:
    match said.what:
        case UnitClaim() as claim:
            return replace(appraisal, claims=(*appraisal.claims, _claimed(after, said, claim)))
        case ClaimRuling() as ruling:
            return _ruled(appraisal, said, ruling)
        case CalledPart() as part if said.action in (Action.CALL_DONE, Action.CALL_CANCEL):
            return replace(appraisal, claims=tuple(_moot(one, said, part) for one in appraisal.claims))
    return appraisal


def due_from(claims: tuple[ClaimedState, ...], name: str, due_at: datetime) -> tuple[ClaimedState, ...]:
    """The claims once a clock says until when the one of this name is to be decided."""
    return tuple(replace(one, due_at=due_at) if one.name == name else one for one in claims)


def _whistled(after: State, said: Said, called: Whistle) -> WhistleState:
    return WhistleState(
        version=after.version,
        round=after.round,
        kind=called.kind,
        street_unit=said.by.unit_code or "",
        area_code=called.area_code,
        category_code=after.category_code,
        place=called.place,
        what=called.what,
        units=called.units,
        times=called.times,
        called_at=said.at,
        called_by=said.by.subject,
        called_by_staff=said.by.staff_id,
    )


def _held(after: State, said: Said, held: Consultation) -> ConsultationState:
    return ConsultationState(
        version=after.version,
        whistle=held.whistle,
        held_at=held.held_at,
        took_part=held.took_part,
        findings=held.findings,
        tasks=tuple(map(_kept, held.tasks)),
        kept_by=said.by.subject,
        kept_by_staff=said.by.staff_id,
        kept_at=said.at,
    )


def _kept(task: GivenTask) -> dict[str, str]:
    words = {"unit_code": task.unit_code, "what": task.what, "measures": task.measures}
    return words | {"due_at": task.due_at.isoformat()}


def _done(whistle: WhistleState, said: Said, mark: WhistleCompletion) -> WhistleState:
    by: dict[str, Any] = {"done_by": said.by.subject, "done_by_staff": said.by.staff_id}
    criteria = tuple(asdict(one) for one in mark.criteria)
    return replace(whistle, done_at=said.at, **by, criteria=criteria, claims_until=mark.claims_until)


def _scored(said: Said, score: UnitScore) -> ScoreState:
    return ScoreState(
        whistle=score.whistle,
        unit_code=score.unit_code,
        points=score.points,
        total=sum(score.points.values()),
        most=score.most,
        grade=score.grade,
        given=score.points,
        given_grade=score.grade,
        never_came=score.never_came,
        words=score.words,
        scored_by=said.by.subject,
        scored_by_staff=said.by.staff_id,
        scored_at=said.at,
        claims_until=score.claims_until,
    )


def _claimed(after: State, said: Said, claim: UnitClaim) -> ClaimedState:
    about = claim.whistle, claim.unit_code, claim.kind, claim.reason
    return ClaimedState(after.version, *about, said.by.subject, said.by.staff_id, said.at)


def _ruled(appraisal: Appraisal, said: Said, ruling: ClaimRuling) -> Appraisal:
    claims = tuple(_answered(one, said, ruling) if one.version == ruling.claim else one for one in appraisal.claims)
    appraisal = replace(appraisal, claims=claims)
    if not ruling.granted:
        return appraisal
    if ruling.kind is ClaimKind.NEEDLESS:
        return replace(appraisal, whistles=_found_needless(appraisal.whistles, ruling.whistle))
    if ruling.points is None or ruling.grade is None:
        return appraisal
    place, points, grade = (ruling.whistle, ruling.unit_code), ruling.points, ruling.grade
    scores = (_better(one, points, grade, place) for one in appraisal.scores)
    return replace(appraisal, scores=tuple(scores))


def _found_needless(whistles: Sequence[WhistleState], version: int) -> tuple[WhistleState, ...]:
    return tuple(replace(one, needless=True) if one.version == version else one for one in whistles)


def _better(score: ScoreState, points: Points, grade: str, place: tuple[int, str]) -> ScoreState:
    if (score.whistle, score.unit_code) != place:
        return score
    return replace(score, points=points, total=sum(points.values()), grade=grade)


def _answered(claim: ClaimedState, said: Said, ruling: ClaimRuling) -> ClaimedState:
    by: dict[str, Any] = {"decided_by": said.by.subject, "decided_by_unit": said.by.unit_code}
    by["decided_by_staff"] = said.by.staff_id
    state = CLAIMS.target(claim.state, RequestStep.GRANT if ruling.granted else RequestStep.REFUSE)
    return replace(claim, state=state, **by, decided_at=said.at, note=said.why)


def _moot(claim: ClaimedState, said: Said, part: CalledPart) -> ClaimedState:
    """What has ended is not given back any more."""
    waits = (claim.kind, claim.state) == (ClaimKind.RETURN, ClaimState.PENDING)
    if not waits or task_name(claim.whistle, claim.unit_code) != part.task:
        return claim
    return replace(claim, state=CLAIMS.target(claim.state, RequestStep.LAPSE), decided_at=said.at)
