"""What happens at the units (办理): a dispatcher chooses; the unit signs, reports, gives back, hands in its result."""

from datetime import datetime, timedelta
from typing import Any

from huiyin.office import errands
from huiyin.office.people import CallRefused, Person
from huiyin.replay.planning import arrive, plan_result, plan_signing
from huiyin.replay.registering import unit_by_rule
from huiyin.replay.stage import Doing, Life, Stage
from libs.common.pack.schema import Unit, UnitLevel
from libs.common.security.principal import Role

NO_REPLY = "（原系统未记录答复内容 no answer was recorded）"
AGAIN = "【回放 replay】再次办理：已上门核实情况，重新处理并当面答复诉求人。Handled again."
_SUPPORTED = "【回放 replay】已配合主办单位到场处理。"
_FILLER = "（回放数据 replayed）"
_GONE = frozenset({403, 404, 409})
_TO_ANOTHER, _TO_TRIAGE, _REFUSED = "to_another", "to_triage", "refused"
_DECISIONS = {_REFUSED: 0.4, _TO_ANOTHER: 0.45, _TO_TRIAGE: 0.15}


async def choose_unit(stage: Stage, life: Life, at: datetime) -> None:
    """人工派单: the dispatcher names a category, when there is none, and a unit that may have it."""
    category_code, unit_code = _dispatchers_choice(stage, life)
    reason = "回放：由派单员指定 chosen in a replay"
    body = {"lead_unit": unit_code, "category_code": category_code, "reason": reason}
    await _dispatcher(stage).do(errands.on_work(life.case_id, "assignment", body))
    life.category_code, life.lead_unit = category_code, unit_code
    arrive(stage, life, at)


async def sign(stage: Stage, life: Life, at: datetime) -> None:
    """签收, then plan the rest of the round."""
    try:
        case = await _lead(stage, life).do(errands.sign(life.case_id))
    except CallRefused as refused:
        if refused.status not in _GONE or not await _found_elsewhere(stage, life, at):
            raise
        return
    life.support = case["open_support"]
    plan_result(stage, life, at)


async def ask_return(stage: Stage, life: Life, at: datetime) -> None:
    """退单申请."""
    reasons = [reason.code for reason in stage.directory.pack.returns.reasons]
    code = life.habits.draws.one_of(reasons, "return reason")
    body = {"reason_code": code, "note": "回放：申请退单 asked in a replay"}
    await _lead(stage, life).do(errands.on_work(life.case_id, "return", body))
    stage.plan(life, life.habits.decided_at(at), Doing.DECIDE_RETURN)


async def decide_return(stage: Stage, life: Life, at: datetime) -> None:
    """退单审核: refused, or to another unit, or back to triage."""
    decision = life.habits.draws.weighted(_DECISIONS, "decision")
    other = _another_unit(stage, life)
    body: dict[str, Any] = {"approved": decision != _REFUSED, "note": "回放：退单审核 decided in a replay"}
    if decision == _TO_ANOTHER and other is not None:
        body["lead_unit"] = other
    await _dispatcher(stage).do(errands.on_work(life.case_id, "return/decision", body))
    if decision == _REFUSED:
        plan_signing(stage, life, at)
        return
    life.lead_unit = body.get("lead_unit")
    arrive(stage, life, at)


async def report(stage: Stage, life: Life, _at: datetime) -> None:
    """办理进展."""
    body = {"note": "【回放 replay】正在办理，已联系诉求人核实情况。"}
    await _lead(stage, life).do(errands.on_work(life.case_id, "progress", body))


async def hand_in(stage: Stage, life: Life, at: datetime) -> None:
    """办结反馈, with the row's real reply in its first round; then the citizen is to be called."""
    await _support(stage, life)
    body = {"result_kind": life.row.result_kind, "result": _result_text(stage, life)}
    case = await _lead(stage, life).do(errands.hand_in(life.case_id, body))
    life.lateness = _lateness(life, at, case.get("handle_due_at"))
    life.attempts, life.callback_id = 0, ""
    stage.plan(life, life.habits.called_at(at, life.round, 1), Doing.CALL_BACK)


async def _support(stage: Stage, life: Life) -> None:
    """协办: each support unit signs its part, and says that it is done."""
    for code in life.support:
        handler = stage.handler(code)
        await handler.do(errands.on_work(life.case_id, f"tasks/{code}/signature", {}))
        await handler.do(errands.on_work(life.case_id, f"tasks/{code}/result", {"result": _SUPPORTED}))


async def _found_elsewhere(stage: Stage, life: Life, at: datetime) -> bool:
    """Look where the case is when the unit cannot sign it; True when it goes on from there."""
    case = await _dispatcher(stage).ask(f"/dispatch/v1/cases/{life.case_id}")
    if case["status"] == "triage" and life.lead_unit is not None:
        life.lead_unit = None
    elif case["status"] == "assigned" and case["lead_unit"] not in (None, life.lead_unit):
        life.lead_unit = case["lead_unit"]
    else:
        return False
    arrive(stage, life, at)
    return True


def _lead(stage: Stage, life: Life) -> Person:
    return stage.handler(life.lead_unit or "")


def _dispatcher(stage: Stage) -> Person:
    return stage.person(Role.DISPATCHER)


def _dispatchers_choice(stage: Stage, life: Life) -> tuple[str, str]:
    """The rule's own unit for the category, when it has one; else a category or a department by chance."""
    directory = stage.directory
    if life.category_code is not None:
        return life.category_code, _another_unit(stage, life) or _any_unit(stage, life).code
    found = [
        (category.code, unit_code)
        for category in directory.pack.categories
        if (unit_code := unit_by_rule(stage, category.code, life.area_code)) is not None
    ]
    if found:
        return life.habits.draws.one_of(found, "category")
    return directory.pack.categories[0].code, _any_unit(stage, life).code


def _another_unit(stage: Stage, life: Life) -> str | None:
    """A unit of the duty directory that may have it and does not: a support unit, else a department."""
    directory, category_code = stage.directory, life.category_code
    if category_code is None:
        return None
    departments = [unit.code for unit in directory.units(UnitLevel.DEPARTMENT)]
    choices = [
        code
        for code in (*directory.support_units(category_code, life.area_code), *departments)
        if code != life.lead_unit
        and directory.may_receive(code, category_code, life.area_code)
        and directory.contains(directory.unit(code).area_code, life.area_code)
    ]
    return choices[0] if choices else None


def _any_unit(stage: Stage, life: Life) -> Unit:
    units = stage.directory.units(UnitLevel.DEPARTMENT) or stage.directory.units()
    return life.habits.draws.one_of(units, "unit")


def _result_text(stage: Stage, life: Life) -> str:
    texts = stage.directory.pack.texts
    text = life.row.reply if life.round == 1 else AGAIN
    if len(text) < texts.result_min:
        text = f"办理结果 result: {text or NO_REPLY}"
    missing = texts.result_min - len(text)
    return text + _FILLER * -(-missing // len(_FILLER)) if missing > 0 else text


def _lateness(life: Life, at: datetime, due_at: str | None) -> float:
    """The time taken over the limit; 0 when there is no limit to be told."""
    if due_at is None or life.came_at is None:
        return 0.0
    limit = datetime.fromisoformat(due_at) - life.came_at
    return (at - life.came_at) / limit if limit > timedelta(0) else 1.0
