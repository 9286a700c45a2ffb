"""What is done with risks: reported by rule or by hand to the leaders on duty, and acknowledged by one of them."""

import uuid
from dataclasses import asdict
from datetime import timedelta

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.events.risks import RiskAcknowledged, RiskReported
from libs.common.pack.schema import RiskRules
from libs.common.rules.machine import SYSTEM, Actor, OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from services.dispatch.cases.actions.naming import is_about
from services.dispatch.cases.actions.steps import CASES, visible_for
from services.dispatch.cases.domain.risky import RiskPart
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide as decide_case
from services.dispatch.cases.tables import Case
from services.dispatch.risks import domain, queries
from services.dispatch.risks.domain import RiskState, RiskStatus
from services.dispatch.risks.schemas import ReportRisk, RiskOut
from services.dispatch.risks.tables import Risk

_IDS = uuid.UUID("3c2f7a1e-5b0d-5d7a-9b0e-8f5f6f2d4c10")


def case_step(risk: RiskState, action: Action) -> Ask:
    """The step of the case. Its history names the kind alone."""
    return Ask(action, RiskPart(risk.risk_id), risk.kind)


async def look(session: Session, case: Case, *texts: str) -> None:
    """Report each kind that the words of a case meet, once; of one that waits for a person's wording nothing."""
    rules = _rules(session)
    if rules.post is None or case.held:
        return
    said = [(kind.code, domain.found_in(text, kind)) for kind in rules.kinds for text in texts]
    met = {code: why for code, why in reversed(said) if why is not None}
    # Most cases are no risk: nothing is read for them.
    known = {row.kind for row in await queries.risks_of(session, case.case_id)} if met else set()
    for code, why in met.items():
        if code not in known:
            _report(session, case, rules, code, why, SYSTEM, by_rule=True)


async def report(session: Session, asked: Request, case_id: str, body: ReportRisk) -> RiskOut:
    """人工上报: by whoever sorts or handles the case."""
    case = await visible_for(session, asked, case_id, Action.RISK_REPORT)
    session.now = max(session.now, CASES.state_of(case).last_at)
    rules = _rules(session)
    if body.kind not in {kind.code for kind in rules.kinds}:
        raise invalid("kind", "is not one of the pack's kinds of risk", "不是县包规定的风险类别")
    if rules.post is None:
        raise OutOfTurn("The county pack names nobody who would be told", "县包未规定值班领导岗位")
    if body.kind in {row.kind for row in await queries.risks_of(session, case_id)}:
        raise OutOfTurn("It is reported already", "该类风险已上报")
    return shown(session, _report(session, case, rules, body.kind, mask_text(body.why), asked.actor, by_rule=False))


def _report(session: Session, case: Case, rules: RiskRules, kind: str, why: str, by: Actor, *, by_rule: bool) -> Risk:
    now = max(session.now, CASES.state_of(case).last_at)
    risk = RiskState(
        risk_id=str(uuid.uuid5(_IDS, f"{case.case_id}/{kind}")),
        case_id=case.case_id,
        round=case.round,
        kind=kind,
        by_rule=by_rule,
        why=why,
        told=_on_duty(session, case, rules),
        reported_by=by.subject,
        reported_by_staff=by.staff_id,
        reported_at=now,
        due_at=now + timedelta(minutes=rules.within_minutes),
    )
    of_it = {name: getattr(risk, name) for name in ("case_id", "round", "risk_id", "kind", "by_rule", "why", "told")}
    event = RiskReported(**of_it | {"occurred_at": now, "due_at": risk.due_at})
    step = decide_case(CASES.state_of(case), case_step(risk, Action.RISK_REPORT), by, now)
    CASES.apply(session, case, step, event)
    return session.new(Risk, **asdict(risk) | {"told": list(risk.told)})


def _on_duty(session: Session, case: Case, rules: RiskRules) -> tuple[str, ...]:
    """Who holds the post nearest to the place of the case, but for whom it is about; nobody where none does."""
    directory = session.packs.current(session.now).directory
    found: dict[str, int] = {}
    for member, term in session.staff.in_office_by(rules.post or "", session.now):
        if term.unit_code in directory.unit_codes and not is_about(session, case, member.staff_id):
            prefix = directory.area_prefix(directory.unit(term.unit_code).area_code)
            if case.area_code.startswith(prefix):
                found[member.staff_id] = max(len(prefix), found.get(member.staff_id, 0))
    nearest = max(found.values(), default=0)
    return tuple(sorted(staff_id for staff_id, near in found.items() if near == nearest))


async def acknowledge(session: Session, asked: Request, risk_id: str, note: str) -> RiskOut:
    """风险签收: late from the moment on at which it was due."""
    row, case = await queries.told_risk(session, asked.scope, risk_id)
    asked.check_version(row.version)
    now = session.now = max(session.now, CASES.state_of(case).last_at)
    post, before = _rules(session).post, seen_of(RiskState, row)
    member = session.staff.member(asked.actor.staff_id)
    terms = () if member is None else member.in_office(now)
    on_duty = any(term.post_code == post for term in terms)
    after = domain.acknowledge(before, asked.actor, now, mask_text(note), on_duty=on_duty)
    event = RiskAcknowledged(
        case_id=case.case_id, round=case.round, occurred_at=now, risk_id=risk_id, note=after.note or "", late=after.late
    )
    step = decide_case(CASES.state_of(case), case_step(after, Action.RISK_ACKNOWLEDGE), asked.actor, now)
    CASES.apply(session, case, step, event)
    move(row, before, after)
    return shown(session, row)


def _rules(session: Session) -> RiskRules:
    return session.packs.current(session.now).directory.pack.risks


def shown(session: Session, row: Risk) -> RiskOut:
    """A risk as it is answered."""
    overdue = row.status is RiskStatus.REPORTED and row.due_at <= session.now
    told = {name: getattr(row, name) for name in RiskOut.model_fields if name != "overdue"}
    return RiskOut.model_validate(told | {"overdue": overdue})
