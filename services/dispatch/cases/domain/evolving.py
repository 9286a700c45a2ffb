"""What a case becomes by what is said of it; the audit folds the ledgers by the same function."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.common.events.terms import DECLARED
from services.dispatch.cases.domain.clocks import was_met
from services.dispatch.cases.domain.state import (
    AddedText,
    Assignment,
    Heard,
    Left,
    LimitWord,
    Result,
    Return,
    Said,
    State,
    Supervised,
    SupportPart,
    Word,
)
from services.dispatch.cases.domain.terms import Action, Status
from services.dispatch.cases.domain.transitions import MACHINE

_NEW_ROUND = (Action.SEND_BACK, Action.SEND_BACK_TO_TRIAGE)
_DONE_AT: Mapping[str, str] = {"CaseSigned": "signed_at", "CaseHandled": "handled_at"}


def evolve(state: State, heard: Heard) -> State:
    """The case after a step, or after word of a clock. Raises OutOfTurn for a step that the table does not have."""
    match heard:
        case LimitWord():
            return _limited(state, heard)
        case Supervised():
            return replace(state, supervised=state.supervised + 1)
    status = MACHINE.step(state.status, heard.action).target
    stepped_at = max(heard.at, state.stepped_at or heard.at)
    return replace(state, status=status, version=state.version + 1, stepped_at=stepped_at, **_brought(state, heard))


def _brought(state: State, said: Said) -> Mapping[str, Any]:
    """What a step changes beside the status."""
    match said.what:
        case Assignment() | Left() as found:
            return _END_OF_RETURN | _begun(state, said.action) | _led(found, said)
        case Result(kind, text, contacted_at):
            result = {"result_kind": kind, "result": text, "contacted_at": contacted_at}
            return result | {"handled_at": said.at, "open_support": ()}
        case Return(reason_code, note):
            asked = {"return_asked_by": said.by.subject, "return_asked_at": said.at, "returns": state.returns + 1}
            return asked | {"return_pending": True, "return_reason": reason_code, "return_note": note}
        case SupportPart(unit_code) if said.action in (Action.SUPPORT_DONE, Action.SUPPORT_CANCEL):
            return {"open_support": tuple(code for code in state.open_support if code != unit_code)}
        case AddedText(at, text):
            return {"supplements": (*state.supplements, {"at": at.isoformat(), "text": text})}
    return {"signed_at": said.at} if said.action is Action.SIGN else _ENDED_BY.get(said.action, {})


_END_OF_RETURN: dict[str, Any] = {
    "return_pending": False,
    **dict.fromkeys(("return_reason", "return_note", "return_asked_by", "return_asked_at")),
}
"""Whatever was asked for is decided, or moot."""
_ENDED_BY: Mapping[Action, Mapping[str, Any]] = {
    Action.REFUSE_RETURN: _END_OF_RETURN,
    **dict.fromkeys((Action.ANSWER, Action.WITHDRAW, Action.CLOSE), _END_OF_RETURN | {"open_support": ()}),
}


def _begun(state: State, action: Action) -> dict[str, Any]:
    """A new lead unit has a signing clock of its own, and a new round all of its own."""
    begun: dict[str, Any] = {"signed_at": None, "sign_due_at": None}
    if action in _NEW_ROUND:
        ended = ("handled_at", "triage_due_at", "handle_due_at", "result_kind", "result", "contacted_at")
        return begun | dict.fromkeys(ended) | {"round": state.round + 1, "warnings": (), "misses": ()}
    return begun | {
        "warnings": tuple(code for code in state.warnings if not _is_of_one_unit(code)),
        "misses": tuple(code for code in state.misses if not _is_of_one_unit(code)),
    }


def _is_of_one_unit(code: str) -> bool:
    """Whether the next unit to lead is promised it anew."""
    known = DECLARED.get(code)
    return known is not None and "CaseReassigned" in known.promise.void_by


def _led(found: Assignment | Left, said: Said) -> dict[str, Any]:
    if isinstance(found, Left):
        nobody = {"lead_unit": None, "assigned_at": None, "by_rule": False, "explanation": found.explanation}
        return nobody | {"support_units": (), "open_support": ()}
    return {
        "lead_unit": found.lead_unit,
        "support_units": found.support_units,
        "open_support": tuple(code for code in found.support_units if code not in found.done),
        "category_code": found.category_code,
        "pack_version": found.pack_version,
        "by_rule": found.by_rule,
        "explanation": found.explanation,
        "assigned_at": said.at,
    }


def _limited(state: State, limit: LimitWord) -> State:
    """A limit of a unit that no longer leads concerns nobody, nor what was met before word of a miss came."""
    if _is_of_one_unit(limit.deadline) and limit.unit_code not in (None, state.lead_unit):
        return state
    if limit.word is Word.SET:
        column = f"{limit.deadline}_due_at"
        kept = hasattr(state, column) and state.status is not Status.CLOSED
        return _with(state, column, limit.due_at) if kept else state
    done_at = [getattr(state, _DONE_AT[event]) for event in limit.deadline.promise.kept_by if event in _DONE_AT]
    column = "warnings" if limit.word is Word.WARNED else "misses"
    before: tuple[str, ...] = getattr(state, column)
    if limit.deadline in before or any(was_met(moment, limit.due_at) for moment in done_at):
        return state
    return _with(state, column, (*before, limit.deadline.value))


def _with(state: State, column: str, value: Any) -> State:
    return replace(state, **{column: value})
