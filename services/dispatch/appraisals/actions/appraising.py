"""What the street does with its whistle as a whole: consult, mark it as done, score its units."""

from datetime import datetime

from libs.common.database.session import Session
from libs.common.pack.schema import AppraisalRules
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.time.due import due
from services.dispatch.appraisals import queries
from services.dispatch.appraisals.actions.keeping import apply, whistles_of
from services.dispatch.appraisals.domain import consulting, scoring
from services.dispatch.appraisals.domain.scoring import Scored, ScoreRules
from services.dispatch.appraisals.schemas import FinishWhistle, RecordConsultation, ScoreUnit, WhistleOut
from services.dispatch.calls.actions import calls_for
from services.dispatch.cases.actions.steps import CASES, check_length, on_version
from services.dispatch.cases.domain.appraising import Consultation, GivenTask, Ticked, WhistleCompletion
from services.dispatch.cases.domain.state import Said
from services.dispatch.cases.tables import Case
from services.dispatch.routing.actions.giving_parts import check_end


async def consult(session: Session, asked: Request, case_id: str, whistle: int, body: RecordConsultation) -> WhistleOut:
    """会商: what was found is kept, and each unit has a task of its own from now on, with its own limit."""
    case = await _of_the_street(session, asked, case_id)
    names = {call.unit_code: call.name for call in await calls_for(session, case) if call.version == whistle}
    tasks = [
        GivenTask(names.get(one.unit_code, ""), one.unit_code, mask_text(one.what), mask_text(one.measures), one.due_at)
        for one in body.tasks
    ]
    held = Consultation(whistle, body.held_at, body.took_part, mask_text(body.findings), tuple(tasks))
    state, standing = CASES.state_of(case), await whistles_of(session, case)
    said = consulting.decide_consultation(state, standing, held, asked.actor, session.now)
    longest = session.packs.current(session.now).directory.pack.texts.note_max
    check_length("findings", held.findings, 1, longest)
    for index, one in enumerate(tasks):
        check_length(f"tasks/{index}/what", one.what, 1, longest)
        check_length(f"tasks/{index}/measures", one.measures, 1, longest)
        check_end(session, case, one.due_at, f"tasks/{index}/due_at")
    return await _taken(session, case, said, whistle)


async def mark_done(session: Session, asked: Request, case_id: str, whistle: int, body: FinishWhistle) -> WhistleOut:
    """吹哨事项办结: by a person, criterion by criterion; every task of it has ended."""
    case = await _of_the_street(session, asked, case_id)
    rules = _rules(session)
    ticked = tuple(Ticked(one.code, one.met, mask_text(one.words)) for one in body.criteria)
    mark = WhistleCompletion(whistle, ticked, claims_until(session))
    state, standing = CASES.state_of(case), await whistles_of(session, case)
    said = consulting.decide_done(state, standing, mark, rules.done, asked.actor, session.now)
    return await _taken(session, case, said, whistle)


async def score(
    session: Session, asked: Request, case_id: str, whistle: int, unit_code: str, body: ScoreUnit
) -> WhistleOut:
    """评分: once; the unit may object within the time of the pack."""
    case = await _of_the_street(session, asked, case_id)
    wanted = Scored(whistle, unit_code, body.points, mask_text(body.words), claims_until(session))
    state, standing = CASES.state_of(case), await whistles_of(session, case)
    said = scoring.decide_score(state, standing, wanted, score_rules(session), asked.actor, session.now)
    return await _taken(session, case, said, whistle)


def claims_until(session: Session) -> datetime:
    """Until when a unit may object to what happens now."""
    directory = session.packs.current(session.now).directory
    return due(session.now, _rules(session).claims_within.limit(), directory.calendar())


def score_rules(session: Session) -> ScoreRules:
    """What the pack in force says of scores."""
    rules = _rules(session)
    most = {one.code: one.most for one in rules.scores}
    return ScoreRules(most, rules.grades, rules.if_never_came, rules.if_late)


def _rules(session: Session) -> AppraisalRules:
    return session.packs.current(session.now).directory.pack.whistles.appraisal


async def _of_the_street(session: Session, asked: Request, case_id: str) -> Case:
    case = await queries.whistled_case(session, asked.scope, case_id, asked.actor.unit_code, lock=True)
    on_version(session, asked, case)
    return case


async def _taken(session: Session, case: Case, said: Said, whistle: int) -> WhistleOut:
    await apply(session, case, said)
    standing = await whistles_of(session, case)
    return WhistleOut.of(case.case_id, case.version, standing.appraisal.whistle(whistle), standing.appraisal)
