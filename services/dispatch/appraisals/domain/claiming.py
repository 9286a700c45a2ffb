"""What a summoned unit claims, and who decides: its task is not its own, its score is wrong, the whistle was needless.

The three are asked, granted and refused alike: once each, in time, decided by somebody of the county who is of neither
side and had no hand in it, by whatever account.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from libs.common.errors import NotFound, invalid
from libs.common.events.whistle_terms import CLAIMS_ZH, ClaimKind, ClaimState
from libs.common.rules.apart import names_of
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.appraisals.domain.scoring import ScoreRules, grade_of
from services.dispatch.appraisals.domain.state import CLAIMS, ClaimedState, WhistlesOfCase
from services.dispatch.asks.domain import RequestStep
from services.dispatch.calls.domain import OPEN_CALLS, CallState
from services.dispatch.cases.domain.appraising import ClaimRuling, Points, UnitClaim
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide
from services.dispatch.requests.domain import check_raised


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decides on a claim; of a granted objection what the unit has instead."""

    granted: bool
    note: str
    points: Points | None = None


def decide_claim(state: State, standing: WhistlesOfCase, claim: UnitClaim, by: Actor, now: datetime) -> Said:
    """What is said when a summoned unit claims something.

    Raises:
        NotTheirs: it is another unit's.
        OutOfTurn: there is nothing to claim it about, it is too late, or it was claimed before.
    """
    call = standing.call(claim.whistle, claim.unit_code)
    if by.unit_code != call.unit_code:
        raise NotTheirs("A unit acts for itself alone", "仅可操作本单位的任务")
    _CHECKS[claim.kind](standing, call, now)
    if standing.appraisal.claims_of(claim.whistle, claim.kind, claim.unit_code):
        raise OutOfTurn(
            "The unit claimed this before, and it is claimed once",
            f"该单位已提出过“{CLAIMS_ZH[claim.kind]}”申请，不得重复提出",
        )
    ask = Ask(Action.CLAIM, claim, f"{claim.kind.value}: {claim.unit_code}: {claim.reason}")
    return decide(state, ask, by, now)


def _is_open(_standing: WhistlesOfCase, call: CallState, _now: datetime) -> None:
    if call.status not in OPEN_CALLS:
        raise OutOfTurn("Its task has ended: there is nothing to give back", "任务已结束，不能退回")


def _is_scored_lately(standing: WhistlesOfCase, call: CallState, now: datetime) -> None:
    score = standing.appraisal.score(call.version, call.unit_code)
    if score is None:
        raise OutOfTurn("The unit was not scored", "该单位尚未被评分")
    _check_in_time(score.claims_until, now)


def _may_be_needless(standing: WhistlesOfCase, call: CallState, now: datetime) -> None:
    whistle = standing.appraisal.whistle(call.version)
    claims = standing.appraisal.claims_of(call.version, ClaimKind.NEEDLESS)
    if whistle.needless or any(one.state is ClaimState.PENDING for one in claims):
        raise OutOfTurn("That was said of this whistle, or waits to be decided", "已有对本次吹哨的同类申请")
    if whistle.claims_until is not None:
        _check_in_time(whistle.claims_until, now)


_CHECKS: Mapping[ClaimKind, Callable[[WhistlesOfCase, CallState, datetime], None]] = {
    ClaimKind.RETURN: _is_open,
    ClaimKind.SCORE: _is_scored_lately,
    ClaimKind.NEEDLESS: _may_be_needless,
}


def _check_in_time(until: datetime, now: datetime) -> None:
    if now >= until:
        raise OutOfTurn(f"It could be claimed until {until.isoformat()}", f"申请时限已于 {until.isoformat()} 届满")


def claim_of(standing: WhistlesOfCase, number: int) -> ClaimedState:
    """NotFound when there is no such claim."""
    for one in standing.appraisal.claims:
        if one.version == number:
            return one
    raise NotFound("There is no such claim", "没有该项申请")


def check_apart(standing: WhistlesOfCase, claim: ClaimedState, offices: Collection[str], by: Actor) -> None:
    """NotTheirs unless it is somebody of the county, of neither side, who had no hand in any of it."""
    street = standing.appraisal.whistle(claim.whistle).street_unit
    people = standing.people_in(claim.whistle, claim.unit_code) | names_of(claim.asked_by, claim.asked_by_staff)
    if not by.units.isdisjoint((claim.unit_code, street)):
        raise NotTheirs("Neither the street nor the summoned unit decides", "吹哨单位和被召集单位均不得审核")
    if not by.names.isdisjoint(people):
        raise NotTheirs("Whoever had a hand in it does not decide", "经手人不得审核")
    if by.units and by.units.isdisjoint(offices):
        raise NotTheirs("The county decides this: the hotline or the supervisors", "应由县级热线或督查机构审核")


def check_above(claim: ClaimedState, now: datetime, *, above: bool) -> None:
    """NotTheirs once its time is over, but for whoever stands above (``above``): the supervisors."""
    if claim.state is ClaimState.PENDING and claim.due_at is not None and now >= claim.due_at:
        check_raised(claim.due_at, above=above)


def decide_ruling(
    state: State,
    standing: WhistlesOfCase,
    number: int,
    decided: Decided,
    rules: ScoreRules,
    by: Actor,
    now: datetime,
) -> Said:
    """What is said when a claim is granted or refused; that whoever decides is apart was asked before.

    Raises:
        OutOfTurn: it was decided before, or is moot.
        Invalid: names the points that are missing, no better, or too good.
    """
    claim = claim_of(standing, number)
    CLAIMS.target(claim.state, RequestStep.GRANT if decided.granted else RequestStep.REFUSE)
    call = standing.call(claim.whistle, claim.unit_code)
    changes = decided.granted and claim.kind is ClaimKind.SCORE
    if (decided.points is not None) is not changes:
        raise invalid(
            "points", "are given where an objection to a score is granted, and nowhere else", "仅在同意评分异议时填写"
        )
    grade = None
    if changes and decided.points is not None:
        grade = grade_of(call, decided.points, rules, "points")
        _check_better(standing, claim, decided.points)
    about = claim.version, claim.kind, claim.whistle, call.name, claim.unit_code
    ruling = ClaimRuling(*about, decided.granted, decided.points, grade)
    action = Action.CLAIM_GRANT if decided.granted else Action.CLAIM_REFUSE
    return decide(state, Ask(action, ruling, decided.note), by, now)


def _check_better(standing: WhistlesOfCase, claim: ClaimedState, points: Points) -> None:
    score = standing.appraisal.score(claim.whistle, claim.unit_code)
    if score is not None and sum(points.values()) <= score.total:
        raise invalid("points", f"must come to more than {score.total}", f"合计须高于 {score.total}")
