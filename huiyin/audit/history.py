"""What every speaker's history has (I5): who may follow whom, and what its speaker had said and heard by then."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, EventT, LedgerSaid
from libs.common.events import (
    accepting,
    aids,
    arbitration,
    asking,
    cases,
    citizens,
    door,
    letters,
    mediations,
    objections,
    passing,
    risks,
    supervision,
    tasks,
    whistles,
)
from libs.common.events.accused import AccusedNamed
from libs.common.events.base import Event
from libs.common.events.responsible import ResponsibleNamed

PASSED = (passing.CaseDelegated, passing.CaseRaised)
WITH_A_UNIT = (cases.CaseAssigned, cases.CaseReassigned, *PASSED)
MAY_FOLLOW: Mapping[type[Event], tuple[type[Event] | None, ...]] = {
    cases.TriageQueued: (None, cases.ReturnDecided),
    cases.CaseAssigned: (None, cases.TriageQueued),
    cases.CaseReassigned: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnDecided),
    passing.CaseDelegated: (*WITH_A_UNIT, cases.CaseSigned),
    passing.CaseRaised: (cases.CaseSigned,),
    cases.CaseSigned: WITH_A_UNIT,
    cases.CaseHandled: (cases.CaseSigned,),
    cases.ReturnRequested: (*WITH_A_UNIT, cases.CaseSigned),
    cases.ReturnDecided: (cases.ReturnRequested,),
    cases.ProgressReported: (cases.CaseSigned, cases.ReturnRequested),
    whistles.StreetWhistled: (*WITH_A_UNIT, cases.CaseSigned),
    tasks.ListFilled: (
        *(*WITH_A_UNIT, cases.TriageQueued, cases.CaseSigned, cases.ReturnRequested, accepting.NonacceptanceRequested),
    ),
    tasks.TaskGiven: (*WITH_A_UNIT, cases.CaseSigned),
    tasks.TaskSigned: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    tasks.TaskReported: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    cases.TaskDone: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    cases.TaskCancelled: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    ResponsibleNamed: (
        *(*WITH_A_UNIT, cases.TriageQueued, cases.CaseSigned, cases.CaseHandled, cases.ReturnRequested),
    ),
    accepting.NonacceptanceRequested: (cases.TriageQueued,),
    accepting.NonacceptanceRefused: (accepting.NonacceptanceRequested,),
    accepting.CaseNotAccepted: (accepting.NonacceptanceRequested,),
    asking.RequestMade: (*WITH_A_UNIT, cases.CaseSigned),
    asking.RequestGranted: (*WITH_A_UNIT, cases.CaseSigned),
    asking.RequestRefused: (*WITH_A_UNIT, cases.CaseSigned),
    asking.RequestLapsed: (*WITH_A_UNIT, cases.CaseSigned),
    asking.RequestRaised: (*(*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested, accepting.NonacceptanceRequested),),
    arbitration.ArbitrationOpened: (cases.TriageQueued,),
    arbitration.UnitHeard: (cases.TriageQueued,),
    arbitration.ArbitrationRuled: (cases.TriageQueued,),
    asking.SuspensionLifted: (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested),
    cases.CallbackDue: (None,),
    cases.CallbackTried: (cases.CallbackDue, cases.CallbackTried),
    cases.CaseSentBack: (cases.CallbackTried,),
    cases.CaseClosed: (None, cases.CallbackDue, cases.CallbackTried),
}
"""By event, which of these its speaker may have said last in the round; None where it said none of them.

Progress is none to follow, nor is what a support unit does. What was asked for and refused is as if it had not been.
"""
OF_CALLS = (
    *(whistles.CallAcknowledged, whistles.UnitArrived, whistles.CallReported),
    *(whistles.CallResponsibleNamed, whistles.CallDone, whistles.CallCancelled),
    *(whistles.ConsultationHeld, whistles.WhistleDone, whistles.UnitScored, whistles.ClaimMade, whistles.ClaimDecided),
)
"""What becomes of whistles and of summoned units' tasks, wherever the case stands."""
OF_LETTERS = (
    *(letters.LetterDrafted, letters.LetterSent, letters.LetterAcknowledged, letters.LetterReplied),
    *(letters.LetterAccepted, letters.LetterSentBack, letters.LetterReminded, letters.LetterWithdrawn),
    letters.LetterHandedOn,
)
"""What becomes of a letter about it, likewise; what may follow what there its rows tell (I6)."""
_OF_FOLLOWUP = (cases.CallbackDue, cases.CallbackTried, cases.CaseSentBack, cases.CaseClosed)
OF_MEDIATIONS = (
    *(mediations.MediationGiven, mediations.MediationHeld, mediations.MediationAgreed, mediations.MediationFailed),
    *(mediations.MediationKept, mediations.MediationBroken, mediations.MediationWithdrawn),
)
"""What becomes of a mediation of it, likewise."""
OF_AIDS = (aids.AidFound, aids.AidApplied, aids.AidGranted, aids.AidRefused, aids.AidDropped)
"""What becomes of aid that came of it, likewise."""
OF_RISKS = (risks.RiskReported, risks.RiskAcknowledged)
"""What is told at once of a risk of it, likewise."""
MAY_SAY: Mapping[str, tuple[type[Event], ...]] = {
    DISPATCH: (
        *(said for said in MAY_FOLLOW if said not in _OF_FOLLOWUP),
        *OF_CALLS,
        *OF_LETTERS,
        *OF_MEDIATIONS,
        *OF_AIDS,
        *OF_RISKS,
    ),
    FOLLOWUP: (
        *_OF_FOLLOWUP,
        *(cases.DeadlineSet, cases.DeadlineWarned, cases.DeadlineMissed),
        *(supervision.SupervisionIssued, supervision.SupervisionReplied, citizens.WithdrawalTried),
        *(objections.ObjectionDecided, objections.CaseReopened),
    ),
}
OF_SUPPORT = (tasks.TaskGiven, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone, cases.TaskCancelled)
ASKED = (asking.RequestMade, asking.RequestGranted, asking.RequestRefused, asking.RequestLapsed)
BESIDE = (
    *(cases.ProgressReported, tasks.ListFilled, whistles.StreetWhistled, *OF_SUPPORT, ResponsibleNamed),
    *(*ASKED, asking.RequestRaised, asking.SuspensionLifted),
    *(arbitration.ArbitrationOpened, arbitration.UnitHeard, arbitration.ArbitrationRuled),
)
"""What leaves the case where it stands."""
OF_ANY_UNIT = (
    *(*OF_SUPPORT, ResponsibleNamed, asking.RequestRaised, arbitration.UnitHeard),
    *(whistles.StreetWhistled, *OF_CALLS, *OF_LETTERS, *OF_MEDIATIONS, *OF_AIDS, *OF_RISKS),
)
BESIDE_ALL = (door.RequesterRevealed, door.CaseResealed, door.RequesterErased, AccusedNamed)
"""What may be said of a case wherever it stands, at its end, too."""
TAKEN_AWAY = (*WITH_A_UNIT, cases.CaseSigned, cases.ReturnRequested)
"""What may stand before a case is taken from whoever is complained about."""
BY_WHO_WORKS = (*PASSED, *ASKED, cases.CaseSigned, cases.ProgressReported, cases.CaseHandled)
BY_ITSELF = (cases.TriageQueued, cases.CaseAssigned)
"""By what dispatch opens a round."""
HAND_IN_IT: tuple[type[Any], ...] = (
    *(*WITH_A_UNIT, cases.CaseSigned, cases.ProgressReported, cases.CaseHandled),
    *(tasks.TaskGiven, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone),
    *(whistles.StreetWhistled, whistles.CallAcknowledged, whistles.UnitArrived),
    *(whistles.CallReported, whistles.CallDone, letters.LetterAcknowledged, letters.LetterReplied),
    *(whistles.ConsultationHeld, whistles.WhistleDone, whistles.UnitScored),
    *(mediations.MediationHeld, mediations.MediationAgreed, mediations.MediationFailed),
    *(aids.AidFound, aids.AidApplied),
)
"""What people do with a case; whoever did asks nobody about it."""


class SpeakerHistory(ABC):
    """What one service says of a case; goes on behind a step that was not allowed as if it had been."""

    def __init__(self, view: CaseView, service: str) -> None:
        self._view = view
        self._service = service
        self._round = 1
        self._last: type[Event] | None = None

    @abstractmethod
    def problems(self, one: LedgerSaid) -> Iterator[str]:
        """What was not allowed of the next event."""

    def _turn(self, event: Any) -> None:
        self._last = type(event)

    def _heard(self, one: LedgerSaid, source: str, *kinds: type[EventT]) -> list[EventT]:
        """The events of these types that the speaker of ``one`` had applied when it was committed."""
        upto = one.causes.get(source, 0)
        return [e.event for e in self._view.said[source] if e.seq <= upto and isinstance(e.event, kinds)]

    def _opened(self, one: LedgerSaid) -> list[int]:
        """The rounds that were opened, as far as was heard."""
        again = [event.next_round for event in self._heard(one, FOLLOWUP, objections.CaseReopened)]
        return [event.next_round for event in self._heard(one, FOLLOWUP, cases.CaseSentBack)] + again

    def _done(self, one: LedgerSaid) -> list[cases.RoundEvent]:
        """Who said of this round, as far as was heard, that it is done."""
        handled = self._heard(one, DISPATCH, cases.CaseHandled)
        done = [*handled, *self._heard(one, INTAKE, cases.CaseAnsweredDirectly)]
        return [event for event in done if event.round == self._round]


class Rounds(SpeakerHistory):
    """Who takes a case through its rounds: what may follow whom, and in which round."""

    def problems(self, one: LedgerSaid) -> Iterator[str]:
        event: Any = one.event
        if not isinstance(event, MAY_SAY[self._service]):
            yield f"is not {self._service}'s to say"
            return
        if not self._heard(one, INTAKE, cases.CaseRegistered):
            yield "was said before the registration was heard"
        yield from self._of_its_round(one, event)
        may = TAKEN_AWAY if getattr(event, "recusal", False) else MAY_FOLLOW.get(type(event))
        if may is not None and self._last not in may:
            yield f"follows {'nothing' if self._last is None else self._last.__name__} in its round"
        yield from self._look(one, event)
        if may is not None:
            self._turn(event)

    @abstractmethod
    def _of_its_round(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        """What is wrong with the round that it names."""

    @abstractmethod
    def _look(self, one: LedgerSaid, event: Any) -> Iterator[str]:
        """What is wrong with it beside that."""
