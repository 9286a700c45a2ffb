"""Hears the events of a case, source by source in the order of each ledger, into what it counts as (``counted.py``)."""

from typing import Any

from huiyin.audit.case import ANALYTICS, DISPATCH, FOLLOWUP, INTAKE, CaseView
from huiyin.audit.counted import Counted, CountedLead, CountedOnce, LimitClock
from huiyin.audit.from_above import count_order
from huiyin.audit.hands import count_tasks
from huiyin.audit.lettered import count_letters, count_scores
from huiyin.audit.wishes import count_requests
from libs.common.events import cases, door, judging, objections, passing, supervision
from libs.common.events.base import Event
from libs.common.events.terms import SupervisionLevel

_LEVELS = {SupervisionLevel.REMINDER: "reminders", SupervisionLevel.SUPERVISION: "supervisions"}


def count_case(view: CaseView) -> Counted | None:
    """Count what analytics had applied; None when it had not heard of the registration."""
    registrations = view.of(INTAKE, cases.CaseRegistered, ANALYTICS)
    if not registrations:
        return None
    first = registrations[-1]
    counted = Counted(first, category=first.category_code or "", petition=first.petition, repeat_of=first.repeat_of)
    for source, follow in (
        (INTAKE, _door),
        (DISPATCH, _units),
        (FOLLOWUP, _promises),
        (FOLLOWUP, _ends),
        (FOLLOWUP, _judgements),
    ):
        for one in view.applied(ANALYTICS, source):
            follow(counted, one.event)
    _objections(counted, view)
    count_order(counted, view)
    if counted.closing is not None and counted.closing.round < counted.round:
        counted.closing = None
    count_tasks(counted, view)
    count_requests(counted, view)
    count_letters(counted, view)
    count_scores(counted, view)
    return counted


def _door(counted: Counted, event: Event) -> None:
    match event:
        case cases.CaseAnsweredDirectly():
            counted.answers.append(event)
            counted.last_level.setdefault(event.round, event.level or "")
        case door.CaseUrged():
            counted.urgings.append(event.occurred_at)
        case cases.CaseWithdrawn():
            counted.withdrawals.append(event)
        case judging.RepeatNamed():
            counted.repeat_of = event.repeat_of
        case judging.CaseRepeated():
            counted.came_again[event.repeated_by] = event


def _units(counted: Counted, event: Event) -> None:
    each = counted.each
    match event:
        case cases.TriageQueued():
            counted.leads.append(CountedLead(event.round, "", event.occurred_at))
            each.append(CountedOnce("triaged", "", event.occurred_at))
        case cases.CaseAssigned() | cases.CaseReassigned():
            works = next(iter(getattr(event, "delegates", ())[-1:]), None)
            counted.leads.append(CountedLead(event.round, event.lead_unit, event.occurred_at, delegate=works))
            counted.category = event.category_code or counted.category
            each.append(CountedOnce("assigned", works or event.lead_unit, event.occurred_at))
        case cases.CaseSigned():
            _sign(counted, event)
        case cases.CaseHandled():
            _hand_in(counted, event)
        case passing.CaseDelegated() | passing.CaseRaised():
            _pass_on(counted, event)
        case cases.TaskDone():
            each.append(CountedOnce("support_done", event.unit_code, event.occurred_at))
        case cases.TaskCancelled():
            each.append(CountedOnce("support_cancelled", event.unit_code, event.occurred_at))


def _hand_in(counted: Counted, event: cases.CaseHandled) -> None:
    """The first of a round counts as its result; the level is that of the last, which stands."""
    counted.last_level[event.round] = event.level or ""
    if event.round in counted.results:
        return
    got = [lead for lead in counted.leads if (lead.round, lead.works) == (event.round, event.unit_code)]
    counted.results[event.round] = event, got[-1].at if got else None
    last = [lead for lead in counted.leads if lead.round == event.round][-1:]
    counted.keepers[event.round] = next((lead.unit for lead in last if lead.works == event.unit_code), event.unit_code)


def _pass_on(counted: Counted, event: passing.CaseDelegated | passing.CaseRaised) -> None:
    """Who takes it back, and who stands in for a unit that is gone, counts as nothing."""
    counted.leads.append(CountedLead(event.round, event.lead_unit, event.occurred_at, delegate=event.working_unit))
    counted.each.append(CountedOnce("assigned", event.working_unit, event.occurred_at))
    if isinstance(event, passing.CaseRaised):
        counted.each.append(CountedOnce("raised", event.from_unit, event.occurred_at))
    elif not (event.recalled or event.succession):
        counted.each.append(CountedOnce("delegated", event.from_unit, event.occurred_at))


def _sign(counted: Counted, event: cases.CaseSigned) -> None:
    lead = counted.leads[-1] if counted.leads else None
    if lead is not None and (lead.round, lead.works) == (event.round, event.unit_code) and lead.signed_at is None:
        lead.signed_at = event.occurred_at


def _judgements(counted: Counted, event: Event) -> None:
    match event:
        case judging.PetitionClassified():
            counted.petition = event.petition
        case judging.DemandJudged():
            counted.merit = event
        case judging.ExclusionDecided():
            counted.left_out = event if event.granted else None
        case judging.ExclusionRevoked():
            counted.left_out = None


def _promises(counted: Counted, event: Any) -> None:
    for one in cases.deadlines_in(event):
        if not one.about:
            counted.clocks.append(LimitClock(event.round, one.deadline, one.unit_code or "", one.due_at))
    match event:
        case cases.DeadlineMissed() if not event.about:
            _miss(counted, event)
        case cases.CallbackDue():
            counted.asked.append(event)
        case cases.CallbackTried() if event.decides:
            _hear_word(counted, event)
        case cases.CaseSentBack():
            counted.round = max(counted.round, event.next_round)
            counted.each.append(CountedOnce("sent_back", event.unit_code or "", event.occurred_at))
        case supervision.SupervisionIssued() if event.level in _LEVELS:
            counted.each.append(CountedOnce(_LEVELS[event.level], event.unit_code or "", event.occurred_at))


def _ends(counted: Counted, event: Event) -> None:
    match event:
        case cases.CaseClosed():
            counted.closing = event
        case objections.CaseReopened():
            counted.round = max(counted.round, event.next_round)
            counted.withdrawals.clear()
            counted.each.append(CountedOnce("reopened", event.unit_code or "", event.occurred_at))


def _objections(counted: Counted, view: CaseView) -> None:
    """For the unit that led the case when its citizen objected."""
    raised = {one.objection_id: one.occurred_at for one in view.of(INTAKE, objections.ObjectionRaised, ANALYTICS)}
    counted.each += [CountedOnce("objections", counted.leader(at), at) for at in raised.values()]
    for ruling in view.of(FOLLOWUP, objections.ObjectionDecided, ANALYTICS):
        if ruling.granted and ruling.objection_id in raised:
            unit = counted.leader(raised[ruling.objection_id])
            counted.each.append(CountedOnce("objections_granted", unit, ruling.occurred_at))


def _hear_word(counted: Counted, event: cases.CallbackTried) -> None:
    place, final, first = (event.round, event.attempt), counted.word, counted.first_word
    if final is None or (final.round, final.attempt) < place:
        counted.word = event
    if first is None or place < (first.round, first.attempt):
        counted.first_word = event


def _miss(counted: Counted, event: cases.DeadlineMissed) -> None:
    """Of a promise one clock runs at a time: the one set last is missed."""
    due = event.round, event.deadline, event.due_at
    for clock in reversed(counted.clocks):
        if (clock.round, clock.deadline, clock.due_at) == due:
            clock.missed = True
            return
