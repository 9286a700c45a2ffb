"""The rules of requests (申请), pure: what can be asked for, and how each is answered, once.

Who may decide is the same for every kind: nobody on what they asked for themselves, nor, of a return, on what their
unit did (`check_not_their_own` of ``libs.common.rules.apart``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.common.events.asking_terms import RequestKind, request_name
from libs.common.rules.apart import names_of
from libs.common.rules.machine import Actor, Label, Machine, NotTheirs, Transition, asks
from libs.common.time.due import LimitUnit
from services.dispatch.cases.domain import state as cases
from services.dispatch.cases.domain.disputed import RaisedRequest
from services.dispatch.cases.domain.state import (
    Nonacceptance,
    RequestRuling,
    Return,
    Said,
    Wanted,
)
from services.dispatch.cases.domain.terms import Action


class RequestState(StrEnum):
    """What became of it (申请状态)."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


NO_REASONS = frozenset({"not_our_duty", "not_our_unit", "outside_duty", "no_duty", "wrong_unit"})
"""What is no reason not to accept a case, whatever a pack calls it: somebody else's duty it is then."""

STATE_LABELS: dict[RequestState, tuple[str, str]] = {
    RequestState.PENDING: ("待审核", "waiting to be decided"),
    RequestState.GRANTED: ("同意", "granted"),
    RequestState.REFUSED: ("不予同意", "refused"),
    RequestState.LAPSED: ("失效", "lapsed: the case went on without it before it was decided"),
}
"""Chinese and English."""


class RequestStep(StrEnum):
    """What can happen to a request (申请操作)."""

    ASK = "ask"
    RAISE = "raise"
    GRANT = "grant"
    REFUSE = "refuse"
    LAPSE = "lapse"


class RequestParty(StrEnum):
    """Whose step of a request it is; who exactly, the case's own table says of each kind."""

    ASKER = "asker"
    DECIDER = "decider"
    SYSTEM = "system"


REQUEST_STEPS: dict[RequestStep, Label] = {
    RequestStep.ASK: ("提出申请", "ask for it"),
    RequestStep.RAISE: ("提级审核", "it goes up, because nobody decided in time"),
    RequestStep.GRANT: ("同意", "grant it"),
    RequestStep.REFUSE: ("不予同意", "refuse it"),
    RequestStep.LAPSE: ("失效", "it is moot"),
}
"""Chinese and English."""
_T = Transition[RequestState, RequestStep, RequestParty, []]

MACHINE: Machine[RequestState, RequestStep, RequestParty, []] = Machine(
    steps=(
        _T(RequestStep.ASK, None, RequestState.PENDING, RequestParty.ASKER),
        _T(RequestStep.RAISE, RequestState.PENDING, RequestState.PENDING, RequestParty.SYSTEM),
        _T(RequestStep.GRANT, RequestState.PENDING, RequestState.GRANTED, RequestParty.DECIDER),
        _T(RequestStep.REFUSE, RequestState.PENDING, RequestState.REFUSED, RequestParty.DECIDER),
        _T(RequestStep.LAPSE, RequestState.PENDING, RequestState.LAPSED, RequestParty.SYSTEM),
    ),
    statuses=STATE_LABELS,
    actions=REQUEST_STEPS,
    people=(RequestParty.ASKER, RequestParty.DECIDER),
    ends=(RequestState.GRANTED, RequestState.REFUSED, RequestState.LAPSED),
    must=(asks(RequestParty.DECIDER, (RequestStep.GRANT, RequestStep.REFUSE)),),
    noun="the request",
)


@dataclass(frozen=True, slots=True)
class UnitAsk:
    """All of a request but whose case it is about, under its columns' names. ``version`` is that of the step."""

    version: int
    round: int
    reason_code: str
    note: str
    asked_by: str
    asked_unit: str | None
    """Of a return the unit that led; of what is asked at triage that of who asks, if any."""
    asked_at: datetime
    kind: RequestKind = RequestKind.RETURN
    state: RequestState = RequestState.PENDING
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None
    asked_by_staff: str | None = None
    decided_by_staff: str | None = None
    go_to: str | None = None
    """The door that the citizen would have to go to, where it is asked that his case be not accepted."""
    until: datetime | None = None
    """Of more time when the case would be due, of a suspension when it would come back."""
    days: int | None = None
    """Of more time how many, counted in ``unit``."""
    unit: LimitUnit | None = None
    evidence: str | None = None
    """Of a termination what proves its reason."""
    told: str | None = None
    """What the citizen is told of what was granted (告知诉求人)."""
    due_at: datetime | None = None
    """Until when it is to be decided (审核时限), once its clock says so; None where the pack has no limit."""
    answer: str | None = None
    """Of a staged answer (阶段性答复) what the citizen is answered by now."""
    raised_at: datetime | None = None
    """Since when it waits for the supervisors, because nobody had decided by then (提级审核)."""


ANSWERED_BY: Mapping[Action, RequestStep] = {
    Action.REFUSE_RETURN: RequestStep.REFUSE,
    Action.HAND_ON: RequestStep.GRANT,
    Action.TAKE_BACK: RequestStep.GRANT,
    Action.REFUSE_NONACCEPTANCE: RequestStep.REFUSE,
    Action.NOT_ACCEPT: RequestStep.GRANT,
    Action.GRANT: RequestStep.GRANT,
    Action.TERMINATE: RequestStep.GRANT,
    Action.REFUSE: RequestStep.REFUSE,
}
"""By which steps of its case a request is decided; by any other that goes on without it, it lapses."""


def ends_one(before: cases.State, after: cases.State) -> bool:
    """Whether a step of the case answers a request about it, or makes it moot."""
    returned = before.return_pending and not after.return_pending
    decided = before.asked is not None and after.asked is None
    return returned or decided or (before.nonacceptance_pending and not after.nonacceptance_pending)


def check_gave_nothing_back(requests: Iterable[UnitAsk], actor: Actor) -> None:
    """NotTheirs for whoever said that a case is not theirs, and their unit: "not our duty" closes nothing."""
    for asked in requests:
        if asked.kind is not RequestKind.RETURN:
            continue
        people = names_of(asked.asked_by, asked.asked_by_staff)
        if asked.asked_unit in actor.units or not actor.names.isdisjoint(people):
            raise NotTheirs(
                "Whoever gave the case back has no say in whether it is accepted",
                "退单单位及其人员不得申请或审核不予受理",
            )


def evolve(requests: tuple[UnitAsk, ...], before: cases.State, after: cases.State, said: Said) -> tuple[UnitAsk, ...]:
    """The requests about a case after a step of it: one more, or the one that waited is answered, or moot."""
    if isinstance(said.what, Return):
        asked = said.what.reason_code, said.what.note, said.by.subject, before.lead_unit or "", said.at
        return (*requests, UnitAsk(after.version, after.round, *asked, asked_by_staff=said.by.staff_id))
    if isinstance(said.what, Nonacceptance) and said.action is Action.ASK_NONACCEPTANCE:
        return (*requests, _unaccepted(after, said, said.what))
    if isinstance(said.what, Wanted):
        return (*requests, _asked(before, after, said, said.what))
    if isinstance(said.what, RaisedRequest):
        raised = said.what.request
        return tuple(_raised(one, said) if one.version == raised else one for one in requests)
    if not ends_one(before, after):
        return requests
    return tuple(_ended(request, said) if request.state is RequestState.PENDING else request for request in requests)


def due_from(requests: tuple[UnitAsk, ...], name: str, due_at: datetime) -> tuple[UnitAsk, ...]:
    """The requests once a clock says until when the one of this name is to be decided."""
    return tuple(replace(one, due_at=due_at) if request_name(one.version) == name else one for one in requests)


def _unaccepted(after: cases.State, said: Said, wanted: Nonacceptance) -> UnitAsk:
    return UnitAsk(
        after.version,
        after.round,
        wanted.reason_code.value,
        wanted.notice,
        said.by.subject,
        said.by.unit_code,
        said.at,
        RequestKind.NONACCEPTANCE,
        asked_by_staff=said.by.staff_id,
        go_to=wanted.go_to,
    )


def _asked(before: cases.State, after: cases.State, said: Said, wanted: Wanted) -> UnitAsk:
    return UnitAsk(
        after.version,
        after.round,
        wanted.reason_code,
        wanted.note,
        said.by.subject,
        before.working_unit,
        said.at,
        wanted.kind,
        asked_by_staff=said.by.staff_id,
        until=wanted.until,
        days=wanted.days,
        unit=wanted.unit,
        evidence=wanted.evidence,
        answer=wanted.answer,
    )


def _raised(request: UnitAsk, said: Said) -> UnitAsk:
    return replace(request, state=MACHINE.target(request.state, RequestStep.RAISE), raised_at=said.at)


def _ended(request: UnitAsk, said: Said) -> UnitAsk:
    step = ANSWERED_BY.get(said.action, RequestStep.LAPSE)
    state = MACHINE.target(request.state, step)
    if step is RequestStep.LAPSE:
        return replace(request, state=state, decided_at=said.at)
    return replace(
        request,
        state=state,
        decided_by=said.by.subject,
        decided_by_staff=said.by.staff_id,
        decided_at=said.at,
        decision_note=said.why,
        told=said.what.notice or None if isinstance(said.what, RequestRuling) else None,
    )
