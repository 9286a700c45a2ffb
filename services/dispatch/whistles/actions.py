"""Sounding the whistle (吹哨), and what a summoned unit does: acknowledge, arrive, report, do its part."""

from dataclasses import replace
from datetime import datetime, timedelta

from libs.common.database.session import Session
from libs.common.errors import invalid
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs
from libs.common.rules.requests import Request
from libs.common.rules.versions import ANY_VERSION
from libs.common.security.masking import mask_text
from libs.common.staff.register import StaffRegister
from libs.common.web.people import responsible_out
from services.dispatch.appraisals.actions.keeping import apply, whistles_of
from services.dispatch.appraisals.schemas import CallScoreOut, ClaimOut
from services.dispatch.calls import actions as calls
from services.dispatch.calls import domain, queries
from services.dispatch.calls.actions import calls_for
from services.dispatch.calls.domain import OPEN_CALLS, CallState
from services.dispatch.calls.tables import SummonedUnit
from services.dispatch.cases.actions.steps import CASES, check_length, load_for, shown
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.state import Ask
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.schemas import WorkOut
from services.dispatch.cases.tables import Case
from services.dispatch.routing.actions.giving import today
from services.dispatch.routing.actions.giving_parts import check_end
from services.dispatch.routing.domain.choosing import check_beside
from services.dispatch.whistles.schemas import AcknowledgeCall, Arrive, CalledCaseOut, CallOut, SoundWhistle


async def sound(session: Session, asked: Request, case_id: str, body: SoundWhistle) -> WorkOut:
    """Each unit has a task from now on, and has to be there in time."""
    case = await load_for(session, asked, case_id, Action.WHISTLE)
    directory = session.packs.current(session.now).directory
    rules, texts = directory.pack.whistles, directory.pack.texts
    check_level(session, asked.actor)
    kind = next((kind for kind in rules.kinds if kind.code == body.kind), None)
    if kind is None:
        raise invalid("kind", "is not one of the pack's kinds of whistle", "不是县包规定的吹哨种类")
    for index, code in enumerate(body.units):
        if code in body.units[:index]:
            raise invalid(f"units/{index}", "is named twice", "单位重复")
        check_beside(today(session, case), f"units/{index}", code)
    check_end(session, case, body.due_at)
    place, what = mask_text(body.place), mask_text(body.what)
    check_length("what", what, 1, texts.note_max)
    since = session.now - timedelta(days=rules.again_days)
    times = await queries.whistles_there(session, case.area_code, case.category_code, since) + 1
    minutes = kind.report_in_minutes
    until = None if minutes is None else session.now + timedelta(minutes=minutes)
    called = Whistle(kind.code, body.units, case.area_code, place, what, times, until, body.due_at)
    why = f"{kind.code}: {what} -> {', '.join(body.units)}"
    await apply(session, case, domain.decide_whistle(CASES.state_of(case), called, why, asked.actor, session.now))
    return shown(session, case, asked.actor)


async def read(session: Session, asked: Request, case_id: str) -> CalledCaseOut:
    """What the caller's unit sees of a case that it was summoned to."""
    case = await queries.called_case(session, asked.scope, case_id, asked.actor.unit_code, lock=False)
    return await _seen(session, case, asked.actor.unit_code or "")


async def acknowledge(session: Session, asked: Request, case_id: str, body: AcknowledgeCall) -> CalledCaseOut:
    """The unit is on its way; it may say who of it answers for the task."""
    seen = await step(session, asked, case_id, Action.CALL_ACKNOWLEDGE, body.note or "", "note")
    if body.responsible is None:
        return seen
    return await name(session, replace(asked, expected=ANY_VERSION), case_id, body.responsible)


def check_level(session: Session, actor: Actor) -> None:
    """NotTheirs where the county pack does not let units of this level whistle."""
    directory = session.packs.current(session.now).directory
    if directory.level_of(actor.unit_code) not in directory.pack.whistles.levels:
        raise NotTheirs(
            "Units of this level do not whistle here, as the county pack says", "按县包规定本级单位不得吹哨"
        )


async def name(session: Session, asked: Request, case_id: str, staff_id: str) -> CalledCaseOut:
    """The unit names who of its people answers for its task."""
    case, call = await _called(session, asked, case_id)
    await calls.name(session, case, call, staff_id)
    return await _seen(session, case, call.unit_code)


async def step(
    session: Session,
    asked: Request,
    case_id: str,
    action: Action,
    text: str,
    field: str,
    evidence: tuple[str, ...] = (),
) -> CalledCaseOut:
    """The unit acknowledges, reports, or has done its part; ``field`` is the one that ``text`` came in."""
    case, call = await _called(session, asked, case_id)
    texts = session.packs.current(session.now).directory.pack.texts
    part = CalledPart(call.name, call.unit_code, mask_text(text), evidence=evidence)
    await _take(session, case, asked, action, part)
    check_length(field, text, 0, texts.result_max if field == "result" else texts.note_max)
    return await _seen(session, case, call.unit_code)


async def arrive(session: Session, asked: Request, case_id: str, body: Arrive) -> CalledCaseOut:
    """The unit is there. The same sent again, from a phone without network, counts once and says when it was."""
    case, call = await _called(session, replace(asked, expected=ANY_VERSION), case_id)
    if call.arrived_at is None:
        session.packs.current(session.now).directory.area(body.area_code)
        late = domain.is_late(call.report_due_at, session.now)
        place = mask_text(body.place or "")
        part = CalledPart(call.name, call.unit_code, place, body.area_code, late)
        await _take(session, case, asked, Action.CALL_ARRIVE, part)
    return await _seen(session, case, call.unit_code)


async def cancel(session: Session, asked: Request, case_id: str, unit_code: str, reason: str) -> WorkOut:
    """The street or a dispatcher lets a summoned unit off, and says why."""
    case = await load_for(session, asked, case_id, Action.CALL_CANCEL)
    call = domain.call_of(await calls_for(session, case), unit_code)
    await _take(session, case, asked, Action.CALL_CANCEL, CalledPart(call.name, unit_code, mask_text(reason)))
    return shown(session, case, asked.actor)


async def recuse(session: Session, case: Case) -> None:
    """Who is complained about, or below who is, is summoned no longer."""
    now = today(session, case)
    for call in await calls_for(session, case):
        if call.status in OPEN_CALLS and now.is_accused(call.unit_code):
            part = CalledPart(call.name, call.unit_code, "被反映单位应当回避 it is complained about, or below who is")
            ask = Ask(Action.CALL_CANCEL, part, f"{call.unit_code}: {part.text}")
            said = domain.decide(CASES.state_of(case), await calls_for(session, case), ask, SYSTEM, session.now)
            await apply(session, case, said)
    await calls.let_go_accused(session, case)


def call_out(call: SummonedUnit, staff: StaffRegister, now: datetime) -> CallOut:
    """A task as it is answered, with who answers for it; late as soon as its limit is over."""
    out = CallOut.model_validate(call, from_attributes=True)
    never = out.arrived_at is None and out.status in OPEN_CALLS
    late = out.late or (never and domain.is_late(out.report_due_at, now))
    responsible = responsible_out(staff, call.responsible_staff, call.unit_code, now)
    return out.model_copy(update={"late": late, "responsible": responsible})


async def _called(session: Session, asked: Request, case_id: str) -> tuple[Case, CallState]:
    """The case, and the task of the caller's unit in it."""
    unit_code = asked.actor.unit_code
    case = await queries.called_case(session, asked.scope, case_id, unit_code, lock=True)
    asked.check_version(case.version)
    session.now = max(session.now, CASES.state_of(case).last_at)
    return case, domain.call_of(await calls_for(session, case), unit_code or "")


async def _take(session: Session, case: Case, asked: Request, action: Action, part: CalledPart) -> None:
    why = f"{part.unit_code}: {part.text}"
    ask = Ask(action, part, why)
    there = await calls_for(session, case)
    await apply(session, case, domain.decide(CASES.state_of(case), there, ask, asked.actor, session.now))


async def _seen(session: Session, case: Case, unit_code: str) -> CalledCaseOut:
    standing = await whistles_of(session, case)
    call, appraisal = domain.call_of(standing.calls, unit_code), standing.appraisal
    score = appraisal.score(call.version, unit_code)
    rows = {row.version: row for row in await queries.calls_of(session, case.case_id) if row.unit_code == unit_code}
    return CalledCaseOut(
        case_id=case.case_id,
        case_no=case.case_no,
        title=case.title,
        text=case.text,
        version=case.version,
        call=call_out(rows[call.version], session.staff, session.now),
        score=None if score is None else CallScoreOut.of(score),
        claims=[ClaimOut.of(case.case_id, one) for one in appraisal.claims if one.unit_code == unit_code],
    )
