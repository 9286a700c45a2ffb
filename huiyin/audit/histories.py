"""I5: every step was allowed when it was taken, by what its speaker had said itself and could have heard by then."""

from collections.abc import Iterator

from huiyin.audit.case import DISPATCH, FOLLOWUP, INTAKE, CaseView, EventT, Said
from huiyin.audit.dispatching import Dispatching
from huiyin.audit.following import Following
from huiyin.audit.report import Findings, Invariant
from libs.common.events.cases import CaseAnsweredDirectly, CaseClosed, CaseRegistered, CaseSentBack, CaseWithdrawn


class Knowledge:
    """What a speaker could have heard of others when it said something: their events among its causes."""

    def __init__(self, view: CaseView) -> None:
        self._said = view.said

    def heard(self, one: Said, source: str, kind: type[EventT]) -> Iterator[EventT]:
        """The events of a type that the speaker of ``one`` had applied when it was committed."""
        upto = one.causes.get(source, 0)
        return (other.event for other in self._said[source] if other.seq <= upto and isinstance(other.event, kind))

    def knew_the_end(self, one: Said) -> str | None:
        """How the case had ended, as the speaker of ``one`` had heard; None when it had heard of no end."""
        if any(self.heard(one, FOLLOWUP, CaseClosed)):
            return "closed"
        if one.service != INTAKE and any(self.heard(one, INTAKE, CaseWithdrawn)):
            return "withdrawn"
        return None


def check_history(view: CaseView, findings: Findings) -> None:
    """The history of one case, speaker by speaker: each says its own steps in order."""
    findings.checked[Invariant.HISTORY] += 1
    knowledge = Knowledge(view)
    speakers = {
        INTAKE: _at_the_door(view, knowledge),
        DISPATCH: Dispatching(knowledge).problems(view.said[DISPATCH]),
        FOLLOWUP: Following(knowledge).problems(view.said[FOLLOWUP]),
    }
    for service, problems in speakers.items():
        for one, problem in problems:
            name = type(one.event).__name__
            findings.violated(Invariant.HISTORY, view.case_id, service, f"event {one.seq} ({name}): {problem}")


def _at_the_door(view: CaseView, knowledge: Knowledge) -> Iterator[tuple[Said, str]]:
    withdrawn = False
    for place, one in enumerate(view.said[INTAKE]):
        event = one.event
        if isinstance(event, CaseRegistered) is (place > 0):
            yield one, "the case was registered before" if place else "the history does not begin with a registration"
        if withdrawn:
            yield one, "the citizen had withdrawn the case"
        elif (end := knowledge.knew_the_end(one)) is not None:
            yield one, f"the door knew that the case was {end}"
        if isinstance(event, CaseAnsweredDirectly) and event.round > 1:
            opened = {back.next_round for back in knowledge.heard(one, FOLLOWUP, CaseSentBack)}
            if event.round not in opened:
                yield one, f"round {event.round} was never opened"
        withdrawn = withdrawn or isinstance(event, CaseWithdrawn)
