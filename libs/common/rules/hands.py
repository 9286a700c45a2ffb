"""Who had a hand in a case, as the events about it tell."""

from typing import Any

from libs.common.events import accepting, aids, asking, cases, letters, mediations, passing, tasks, whistles
from libs.common.events.asking_terms import RequestKind
from libs.common.events.base import Event
from libs.common.events.people import person_name
from libs.common.rules.apart import NO_HANDS, Hands, names_of

_WORK = (
    *(cases.CaseRegistered, cases.CaseAssigned, cases.CaseReassigned, cases.CaseSigned, cases.ProgressReported),
    *(passing.CaseDelegated, passing.CaseRaised, cases.CaseHandled),
    *(whistles.StreetWhistled, whistles.CallAcknowledged, whistles.UnitArrived, whistles.CallReported),
    *(whistles.ConsultationHeld, whistles.WhistleDone, whistles.UnitScored),
    *(letters.LetterAcknowledged, letters.LetterReplied),
    *(mediations.MediationHeld, mediations.MediationAgreed, mediations.MediationFailed),
    *(aids.AidFound, aids.AidApplied),
    *(whistles.CallDone, tasks.TaskGiven, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone),
)
"""What a person does with a case, as its event tells."""


def hands_in(event: Event) -> Hands:
    """Who had a hand in a case by what an event says.

    That is who registered it, made the visit at which it was raised, answered it at the door, gave it to a unit, signed
    it, passed it on, reported on it, did a part of it, answered a letter about it, mediated it, found or sought aid,
    handed in its result, said that it is not accepted or had its handling ended (终止办理); and each unit that led it,
    worked on it, supported it or answered. A supplement, a withdrawal, an order and the writing of a letter are no
    handling.
    """
    if isinstance(event, cases.CaseAnsweredDirectly):
        return Hands(names_of(event.answered_by, event.answered_by_staff), _named(event.answered_by_unit))
    if isinstance(event, accepting.CaseNotAccepted):
        return Hands(names_of(event.by, event.by_staff) | names_of(event.asked_by, event.asked_by_staff))
    if isinstance(event, asking.RequestGranted) and event.kind is RequestKind.TERMINATION:
        return Hands(names_of(event.by, event.by_staff) | names_of(event.asked_by, event.asked_by_staff))
    if isinstance(event, cases.TaskCancelled):
        return Hands(units=_named(event.successor))
    if not isinstance(event, _WORK):
        return NO_HANDS
    visited = frozenset(map(person_name, getattr(event, "visited_by", ())))
    people, support = names_of(event.by, event.by_staff) | visited, getattr(event, "support_units", ())
    units = (getattr(event, name, None) for name in ("unit_code", "lead_unit", "from_unit", "working_unit", "to_unit"))
    return Hands(people, _named(*units, *support))


def _named(*units: Any) -> frozenset[str]:
    return frozenset(unit for unit in units if unit)
