"""The rules of requests (申请), pure: what can be asked for, and how each is answered, once.

Who may decide is the same for every kind: nobody on what they or their unit asked for (`not_their_own`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.rules.machine import OutOfTurn
from services.dispatch.cases.domain import state as cases
from services.dispatch.cases.domain.state import Return, Said
from services.dispatch.cases.domain.terms import Action


class RequestKind(StrEnum):
    """What is asked for."""

    RETURN = "return"


class RequestState(StrEnum):
    """What became of it (申请状态)."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


STATE_LABELS: dict[RequestState, tuple[str, str]] = {
    RequestState.PENDING: ("待审核", "waiting to be decided"),
    RequestState.GRANTED: ("同意", "granted"),
    RequestState.REFUSED: ("不予同意", "refused"),
    RequestState.LAPSED: ("失效", "lapsed: the case came to an end before it was decided"),
}
"""Chinese and English."""


def answered(state: RequestState, answer: RequestState) -> RequestState:
    """The answer to a request that waits for one; OutOfTurn when it was answered before."""
    if state is not RequestState.PENDING or answer is RequestState.PENDING:
        zh, en = STATE_LABELS[state]
        raise OutOfTurn(f"The request cannot be decided: it is {en}", f"该申请不能审核：当前为“{zh}”")
    return answer


@dataclass(frozen=True, slots=True)
class UnitAsk:
    """All of a request but whose case it is about, under its columns' names. ``version`` is that of the step."""

    version: int
    round: int
    reason_code: str
    note: str
    asked_by: str
    asked_unit: str
    asked_at: datetime
    kind: RequestKind = RequestKind.RETURN
    state: RequestState = RequestState.PENDING
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None


_ANSWERS: Mapping[Action, RequestState] = {
    Action.REFUSE_RETURN: RequestState.REFUSED,
    Action.HAND_ON: RequestState.GRANTED,
    Action.TAKE_BACK: RequestState.GRANTED,
}


def evolve(requests: tuple[UnitAsk, ...], before: cases.State, after: cases.State, said: Said) -> tuple[UnitAsk, ...]:
    """The requests about a case after a step of it: one more, or the one that waited is answered, or moot."""
    if isinstance(said.what, Return):
        asked = said.what.reason_code, said.what.note, said.by.subject, before.lead_unit or "", said.at
        return (*requests, UnitAsk(after.version, after.round, *asked))
    if after.return_pending or not before.return_pending:
        return requests
    return tuple(_ended(request, said) if request.state is RequestState.PENDING else request for request in requests)


def _ended(request: UnitAsk, said: Said) -> UnitAsk:
    if said.action not in _ANSWERS:
        return replace(request, state=answered(request.state, RequestState.LAPSED), decided_at=said.at)
    answer = answered(request.state, _ANSWERS[said.action])
    return replace(request, state=answer, decided_by=said.by.subject, decided_at=said.at, decision_note=said.why)
