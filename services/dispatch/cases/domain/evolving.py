"""What a case becomes by what is said of it; the audit folds the ledgers by the same function."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.common.events.asking_terms import RequestKind
from libs.common.events.terms import DECLARED, Closing
from libs.common.rules.machine import SYSTEM
from services.dispatch.cases.domain.appraising import ClaimRuling
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.clocks import was_met
from services.dispatch.cases.domain.disputed import Dispute, RaisedRequest
from services.dispatch.cases.domain.lettered import LetterPart
from services.dispatch.cases.domain.state import (
    AddedText,
    Assignment,
    Beside,
    GivenPart,
    Heard,
    Left,
    LimitWord,
    NewChain,
    Nonacceptance,
    RequestRuling,
    Result,
    Return,
    Said,
    State,
    Supervised,
    SupportPart,
    Wanted,
    Word,
)
from services.dispatch.cases.domain.terms import AFTER_THE_END, Action, Status
from services.dispatch.cases.domain.transitions import MACHINE

_NEW_ROUND = (Action.SEND_BACK, Action.SEND_BACK_TO_TRIAGE, *AFTER_THE_END)
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
        case Assignment() | Left() | NewChain() as found:
            led = _passed(state, found, said) if isinstance(found, NewChain) else _END_OF_REQUESTS | _led(found, said)
            led = _END_OF_ASKING | led
            opens = None if isinstance(found, NewChain) else found.opens
            return _begun(state, said.action, opens) | led | _disputed(state, said, found)
        case Result(kind, text, contacted_at):
            result = {"result_kind": kind, "result": text, "contacted_at": contacted_at}
            return _END_OF_ASKING | _END_OF_SUSPENSION | result | {"handled_at": said.at, "open_support": ()}
        case Return() | Nonacceptance() | Wanted() | RequestRuling() as wanted:
            return _wanted(state, said, wanted)
        case (
            SupportPart()
            | GivenPart()
            | Whistle()
            | CalledPart()
            | LetterPart()
            | RaisedRequest()
            | Dispute()
            | ClaimRuling() as part
        ):
            return _parted(state, said, part)
        case AddedText(at, text):
            return {"supplements": (*state.supplements, {"at": at.isoformat(), "text": text})}
    return {"signed_at": said.at} if said.action is Action.SIGN else _ended(said)


def _returned(state: State, said: Said, wanted: Return) -> Mapping[str, Any]:
    asked: dict[str, Any] = {"return_asked_by": said.by.subject, "return_asked_by_staff": said.by.staff_id}
    asked |= {"return_asked_at": said.at, "returns": state.returns + 1}
    return asked | {"return_pending": True, "return_reason": wanted.reason_code, "return_note": wanted.note}


def _wanted(state: State, said: Said, wanted: Return | Nonacceptance | Wanted | RequestRuling) -> Mapping[str, Any]:
    match wanted:
        case Return():
            return _returned(state, said, wanted)
        case Nonacceptance():
            return _unaccepted(said, wanted)
    return _asked(said, wanted)


def _asked(said: Said, asked: Wanted | RequestRuling) -> Mapping[str, Any]:
    if isinstance(asked, Wanted):
        return {"asked": asked.kind, "asked_by": said.by.subject, "asked_by_staff": said.by.staff_id}
    suspends = said.action is Action.GRANT and asked.wanted.kind in _STANDS_STILL
    ended = _ENDED if said.action is Action.TERMINATE else _END_OF_ASKING
    return ended | ({"suspended_until": asked.wanted.until} if suspends else {})


_STANDS_STILL = (RequestKind.SUSPENSION, RequestKind.STAGED)
"""By a grant of these its handling clock stands still until a day on which it comes back."""


def _ended(said: Said) -> Mapping[str, Any]:
    """What is over by a step that brings nothing."""
    crossed = said.action is Action.CLOSE and said.why != Closing.NOT_ACCEPTED
    return _ENDED | _ACCEPTED if crossed else _ENDED_BY.get(said.action, {})


def _parted(state: State, said: Said, part: Beside) -> Mapping[str, Any]:
    action = said.action
    if not isinstance(part, SupportPart | GivenPart):
        return _aside(state, said, part)
    if isinstance(part, GivenPart):
        named = {name: (*getattr(state, name), part.unit_code) for name in ("support_units", "open_support")}
        return {name: tuple(dict.fromkeys(units)) for name, units in named.items()}
    if action in (Action.SUPPORT_DONE, Action.SUPPORT_CANCEL):
        return {"open_support": tuple(code for code in state.open_support if code != part.unit_code)}
    if part.successor is None:
        return {}
    instead = {part.unit_code: part.successor}
    return {
        units: tuple(dict.fromkeys(instead.get(code, code) for code in getattr(state, units)))
        for units in ("support_units", "open_support")
    }


def _disputed(state: State, said: Said, found: Assignment | Left | NewChain) -> dict[str, Any]:
    """Who gave it back, what was ruled, and who stands in for whom a ruling had named."""
    if said.action in (Action.HAND_ON, Action.TAKE_BACK) and state.lead_unit is not None:
        return {"given_back": tuple(dict.fromkeys((*state.given_back, state.lead_unit)))}
    if isinstance(found, NewChain | Left):
        return {}
    if found.ruling is not None:
        return {"disputing": (), "designated_unit": found.lead_unit}
    succeeds = said.action is Action.REASSIGN and said.by == SYSTEM and state.designated_unit == state.lead_unit
    return {"designated_unit": found.lead_unit} if succeeds and state.lead_unit is not None else {}


def _aside(state: State, said: Said, part: Beside) -> Mapping[str, Any]:
    """What is no support unit's part."""
    if isinstance(part, RaisedRequest):
        return {"request_raised_at": said.at}
    if isinstance(part, Dispute):
        return {"disputing": part.units}
    if isinstance(part, LetterPart):
        return {"open_letters": _lettered(state, said.action, part)}
    return _summoned(state, said.action, part)


def _summoned(state: State, action: Action, part: Beside) -> Mapping[str, Any]:
    """Who was summoned, and has done its part, or was let off."""
    if isinstance(part, Whistle):
        return {"open_called": (*state.open_called, *part.units)}
    if isinstance(part, ClaimRuling):
        ends = part.ends_task
    else:
        ends = isinstance(part, CalledPart) and action in (Action.CALL_DONE, Action.CALL_CANCEL)
    return {"open_called": _without(state.open_called, part)} if ends else {}


def _lettered(state: State, action: Action, part: LetterPart) -> tuple[str, ...]:
    """What was sent to others holds the result; a letter to who handles the case itself would wait for that."""
    if action is Action.LETTER_SEND and part.no is not None and part.to_unit not in (state.lead_unit, *state.delegates):
        return (*state.open_letters, part.no)
    handles_it = action is Action.LETTER_HAND_ON and part.to_unit in (state.lead_unit, *state.delegates)
    if handles_it or action in (Action.LETTER_ACCEPT, Action.LETTER_WITHDRAW):
        return tuple(one for one in state.open_letters if one != part.no)
    return state.open_letters


def _without(units: tuple[str, ...], part: Beside) -> tuple[str, ...]:
    return tuple(unit for unit in units if unit != getattr(part, "unit_code", None))


_END_OF_RETURN: dict[str, Any] = {
    "return_pending": False,
    "request_raised_at": None,
    **dict.fromkeys(("return_reason", "return_note", "return_asked_by", "return_asked_by_staff", "return_asked_at")),
}
"""Whatever was asked for is decided, or moot."""
_END_OF_NONACCEPTANCE: dict[str, Any] = {
    "nonacceptance_pending": False,
    "request_raised_at": None,
    **dict.fromkeys(("nonacceptance_asked_by", "nonacceptance_asked_by_staff")),
}
_END_OF_ASKING: dict[str, Any] = dict.fromkeys(("asked", "asked_by", "asked_by_staff", "request_raised_at"))
_END_OF_SUSPENSION: dict[str, Any] = {"suspended_until": None}
_END_OF_REQUESTS = _END_OF_RETURN | _END_OF_NONACCEPTANCE | _END_OF_ASKING
_ACCEPTED: dict[str, Any] = dict.fromkeys(("not_accepted_for", "go_to", "notice"))
"""What crossed it, an answer at the door or another end, holds; and so does a further round."""
_ENDED: dict[str, Any] = _END_OF_REQUESTS | _END_OF_SUSPENSION | {"open_support": (), "disputing": ()}
_ENDED_BY: Mapping[Action, Mapping[str, Any]] = {
    Action.REFUSE_RETURN: _END_OF_RETURN,
    Action.REFUSE_NONACCEPTANCE: _END_OF_NONACCEPTANCE,
    Action.LIFT: _END_OF_SUSPENSION,
    Action.RELEASE: {"held": False},
    **dict.fromkeys((Action.ANSWER, Action.WITHDRAW), _ENDED | _ACCEPTED),
    Action.CLOSE: _ENDED,
}


def _unaccepted(said: Said, wanted: Nonacceptance) -> dict[str, Any]:
    """What somebody asks for is kept with the request; on the case stands what was approved."""
    if said.action is Action.NOT_ACCEPT:
        approved = {"not_accepted_for": wanted.reason_code, "go_to": wanted.go_to, "notice": wanted.notice}
        return _END_OF_NONACCEPTANCE | approved
    asked_by = {"nonacceptance_asked_by": said.by.subject, "nonacceptance_asked_by_staff": said.by.staff_id}
    return asked_by | {"nonacceptance_pending": True}


def _begun(state: State, action: Action, opens: int | None) -> dict[str, Any]:
    """A new lead unit has a signing clock of its own, and a new round all of its own."""
    begun: dict[str, Any] = {"signed_at": None, "sign_due_at": None}
    if action in _NEW_ROUND:
        ended = ("handled_at", "triage_due_at", "handle_due_at", "result_kind", "result", "contacted_at")
        anew = {"round": opens or state.round + 1, "warnings": (), "misses": (), "given_back": ()}
        return begun | _ACCEPTED | dict.fromkeys(ended) | anew
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
        nobody = {
            "lead_unit": None,
            "delegates": (),
            "assigned_at": None,
            "by_rule": False,
            "explanation": found.explanation,
        }
        return nobody | {"support_units": (), "open_support": ()}
    return {
        "lead_unit": found.lead_unit,
        "delegates": found.delegates,
        "support_units": found.support_units,
        "open_support": tuple(code for code in found.support_units if code not in found.done),
        "category_code": found.category_code,
        "pack_version": found.pack_version,
        "by_rule": found.by_rule,
        "explanation": found.explanation,
        "assigned_at": said.at,
    }


def _passed(state: State, passing: NewChain, said: Said) -> dict[str, Any]:
    """Who is accountable anew was given it now."""
    passed: dict[str, Any] = {"lead_unit": passing.lead_unit, "delegates": passing.delegates}
    if passing.lead_unit == state.lead_unit:
        return passed
    return passed | {"assigned_at": said.at, "by_rule": False, "explanation": said.why}


def _limited(state: State, limit: LimitWord) -> State:
    """A limit of a unit that no longer works concerns nobody, nor what was met before word of a miss came."""
    if _is_of_one_unit(limit.deadline) and limit.unit_code not in (None, state.working_unit):
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
