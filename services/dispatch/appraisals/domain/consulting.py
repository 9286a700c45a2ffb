"""Consulting on a whistle (会商), and marking it as done (吹哨事项办结): the street that whistled does both."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from libs.common.errors import invalid
from libs.common.rules.machine import Actor, NotTheirs, OutOfTurn
from services.dispatch.appraisals.domain.state import WhistlesOfCase, WhistleState
from services.dispatch.calls.domain import OPEN_CALLS, check_none_open
from services.dispatch.cases.domain.appraising import Consultation, Ticked, WhistleCompletion
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import decide

CLOCKS_APART = timedelta(minutes=2)
"""How far the clock of whoever writes it down may run ahead."""


class Criterion(Protocol):
    """What the street answers with yes or no before a whistle is done; ``must`` be yes."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def must(self) -> bool: ...


def check_street(whistle: WhistleState, by: Actor) -> None:
    """NotTheirs unless it is the street that whistled."""
    if by.unit_code != whistle.street_unit:
        raise NotTheirs("Only the street that whistled may do this", "仅吹哨单位可以操作")


def decide_consultation(state: State, standing: WhistlesOfCase, held: Consultation, by: Actor, now: datetime) -> Said:
    """What is said of a joint consultation.

    Raises:
        NotTheirs: another unit whistled.
        OutOfTurn: the whistle is done, who took part was not there, or a unit that gets a task has ended its own.
        Invalid: names the field.
    """
    whistle = standing.appraisal.whistle(held.whistle)
    check_street(whistle, by)
    _check_not_done(whistle)
    if not whistle.called_at <= held.held_at <= now + CLOCKS_APART:
        since = whistle.called_at.isoformat()
        raise invalid("held_at", f"must lie between the whistle, {since}, and now", f"须在吹哨时间 {since} 与当前之间")
    _check_each_once("took_part", held.took_part)
    _check_each_once("tasks", [task.unit_code for task in held.tasks])
    for index, unit in enumerate(held.took_part):
        call = standing.call(held.whistle, _summoned(whistle, unit, f"took_part/{index}"))
        if call.arrived_at is None:
            raise OutOfTurn(
                f"{unit} has not come, so it took no part in a consultation", f"{unit} 尚未报到，不能列为会商参加单位"
            )
    for index, task in enumerate(held.tasks):
        call = standing.call(held.whistle, _summoned(whistle, task.unit_code, f"tasks/{index}/unit_code"))
        if call.status not in OPEN_CALLS:
            raise OutOfTurn(f"The task of {task.unit_code} has ended", f"{task.unit_code} 的任务已结束")
    _check_each_has_one(standing, held)
    return decide(state, Ask(Action.CONSULT, held, held.findings), by, now)


def decide_done(
    state: State,
    standing: WhistlesOfCase,
    mark: WhistleCompletion,
    criteria: Sequence[Criterion],
    by: Actor,
    now: datetime,
) -> Said:
    """What is said when the street marks its whistle as done.

    Raises:
        NotTheirs: another unit whistled.
        OutOfTurn: it is done already, a task of it is open, or a criterion that must be met is not.
        Invalid: a criterion of the pack is not answered, twice, or is none of them.
    """
    whistle = standing.appraisal.whistle(mark.whistle)
    check_street(whistle, by)
    _check_not_done(whistle)
    check_none_open(tuple(call for call in standing.calls if call.version == mark.whistle))
    _check_each_once("criteria", [one.code for one in mark.criteria])
    _check_answered(mark.criteria, criteria)
    unmet = {one.code for one in mark.criteria if not one.met}
    stands = [one for one in criteria if one.must and one.code in unmet]
    if stands:
        named = ", ".join(f"{one.code} ({one.name_en})" for one in stands)
        raise OutOfTurn(
            f"The whistle is not done as long as this is not met: {named}",
            f"未达到办结标准，吹哨事项不能办结：{'、'.join(one.name for one in stands)}",
        )
    why = "; ".join(f"{one.code}: {'是' if one.met else '否'} {one.words}" for one in mark.criteria)
    return decide(state, Ask(Action.WHISTLE_DONE, mark, why), by, now)


def _check_not_done(whistle: WhistleState) -> None:
    if whistle.done_at is not None:
        at = whistle.done_at.isoformat()
        raise OutOfTurn(f"The whistle was marked as done at {at}", f"该吹哨事项已于 {at} 办结")


def _summoned(whistle: WhistleState, unit: str, field: str) -> str:
    if unit not in whistle.units:
        raise invalid(field, "was not summoned by this whistle", "未被本次吹哨召集")
    return unit


def _check_each_has_one(standing: WhistlesOfCase, held: Consultation) -> None:
    """One task for each unit whose own has not ended: nobody leaves without."""
    open_units = [one.unit_code for one in standing.calls if one.version == held.whistle and one.status in OPEN_CALLS]
    given = {task.unit_code for task in held.tasks}
    missing = [unit for unit in open_units if unit not in given]
    if missing:
        raise invalid(
            "tasks",
            f"has none for {', '.join(missing)}: each unit gets one",
            f"缺少 {'、'.join(missing)} 的任务，每个单位应有一项",
        )


def _check_each_once(field: str, codes: Collection[str]) -> None:
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if code in seen:
            raise invalid(f"{field}/{index}", "stands there twice", "重复")
        seen.add(code)


def _check_answered(ticked: Sequence[Ticked], criteria: Sequence[Criterion]) -> None:
    known, answered = {one.code for one in criteria}, {one.code for one in ticked}
    for index, one in enumerate(ticked):
        if one.code not in known:
            raise invalid(f"criteria/{index}/code", "is none of the pack's criteria", "不是县包规定的办结标准")
    missing = [one for one in criteria if one.code not in answered]
    if missing:
        raise invalid(
            "criteria",
            f"has no answer to {', '.join(one.code for one in missing)}",
            f"尚未答复：{'、'.join(one.name for one in missing)}",
        )
