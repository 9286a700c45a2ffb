"""What becomes of a case that a unit has when it, or whoever leads it, turns out to be complained about (回避)."""

from dataclasses import replace
from itertools import takewhile

from services.dispatch.cases.domain.state import Ask, NewChain, State, SupportPart
from services.dispatch.cases.domain.terms import OPEN, Action
from services.dispatch.routing.domain.choosing import Choice, past_the_accused
from services.dispatch.routing.domain.terms import Rule
from services.dispatch.routing.domain.today import Today
from services.dispatch.tasks.domain import Tasks, done_of

_BELOW = "受托单位系被反映单位，应当回避 the unit that it was delegated to is complained about"
_WHY = "办理中指明被反映对象 named while the case was handled"


def next_step(state: State, tasks: Tasks, now: Today) -> Ask | None:
    """The step by which somebody complained about loses a part of the case; None when nobody has one.

    The lead goes to the nearest superior that may have it, else a dispatcher has to choose; what was delegated to them
    is the work of the one above again; a support unit's part ends.
    """
    if state.status not in OPEN or state.lead_unit is None:
        return None
    if now.may_not_lead(state.lead_unit) is not None:
        return _without_its_lead(state, state.lead_unit, tasks, now)
    kept = tuple(takewhile(lambda unit: not now.is_accused(unit), state.delegates))
    if kept != state.delegates:
        chain = NewChain(kept[-1] if kept else state.lead_unit, state.lead_unit, kept, _BELOW)
        return Ask(Action.SUCCEED, chain, _BELOW)
    barred = next((unit for unit in state.open_support if now.is_accused(unit)), None)
    if barred is None:
        return None
    part = SupportPart(barred, "被反映单位应当回避 it is complained about, or below who is")
    return Ask(Action.SUPPORT_CANCEL, part, f"{barred}: {part.text}")


def _without_its_lead(state: State, lead_unit: str, tasks: Tasks, now: Today) -> Ask:
    as_it_stands = Choice(
        lead_unit,
        state.support_units,
        state.category_code or "",
        now.version,
        by_rule=True,
        explanation=_WHY,
        rule=Rule.SUPERIOR,
        candidates=(),
    )
    found = past_the_accused(now.directory, as_it_stands, now.accused, place=now.place, area_code=now.area_code)
    if not isinstance(found, Choice):
        return Ask(Action.RECUSE_TO_TRIAGE, found, found.explanation)
    return Ask(Action.RECUSE, replace(found, done=done_of(state, tasks)), found.explanation)
