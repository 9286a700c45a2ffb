"""I5 for dispatch: assigned before signed before handled, by the unit that leads; each round opened by a send-back.

Written down anew rather than taken from dispatch's own table: a mistake there should be found here.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from huiyin.audit.case import FOLLOWUP, INTAKE, Said
from libs.common.events.base import Event
from libs.common.events.cases import (
    CaseAnsweredDirectly,
    CaseAssigned,
    CaseHandled,
    CaseReassigned,
    CaseRegistered,
    CaseSentBack,
    CaseSigned,
    ProgressReported,
    ReturnDecided,
    ReturnRequested,
    RoundEvent,
    TaskCancelled,
    TaskDone,
    TriageQueued,
)

if TYPE_CHECKING:
    from huiyin.audit.histories import Knowledge


class Stage(StrEnum):
    """Where a case stands with the units, by dispatch's own words alone."""

    NOWHERE = "not given to anybody"
    TRIAGE = "in triage"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    HANDLED = "handled"


_WITH_A_UNIT = (Stage.ASSIGNED, Stage.SIGNED)
_BY_THE_UNIT: dict[type[Event], tuple[Stage, ...]] = {
    CaseSigned: (Stage.ASSIGNED,),
    ProgressReported: (Stage.SIGNED,),
    CaseHandled: (Stage.SIGNED,),
    ReturnRequested: _WITH_A_UNIT,
    ReturnDecided: _WITH_A_UNIT,
}
_BY_A_SUPPORT_UNIT = (TaskDone, TaskCancelled)
_BY_A_PERSON = frozenset({CaseReassigned, *_BY_THE_UNIT, *_BY_A_SUPPORT_UNIT})
_NOT_DURING_A_RETURN = (CaseSigned, CaseHandled, ReturnRequested)


class Support:
    """Which support units have a part to do, by what dispatch says."""

    def __init__(self) -> None:
        self._named: tuple[str, ...] = ()
        self._done: set[str] = set()
        self._cancelled: set[str] = set()

    @property
    def open(self) -> list[str]:
        """Those that neither did it nor were let off, as they were named."""
        return [code for code in self._named if code not in self._done | self._cancelled]

    def follow(self, event: Event) -> None:
        """Who did its part and is named again with another lead unit has done it; otherwise all begin anew."""
        match event:
            case CaseAssigned() | CaseReassigned():
                goes_on = isinstance(event, CaseReassigned) and self._named
                self._done = self._done if goes_on else set()
                self._named, self._cancelled = event.support_units, set()
            case TriageQueued():
                self._named = ()
            case TaskDone():
                self._done.add(event.unit_code)
            case TaskCancelled():
                self._cancelled.add(event.unit_code)


class Dispatching:
    """Walks through what dispatch said of one case."""

    def __init__(self, knowledge: "Knowledge") -> None:
        self._knowledge = knowledge
        self._round = 1
        self._stage = Stage.NOWHERE
        self._lead: str | None = None
        self._return_asked = False
        self._return_granted = False
        self._support = Support()

    def problems(self, said: Iterable[Said]) -> Iterator[tuple[Said, str]]:
        """What was not allowed, event by event; goes on as if it had been."""
        for one in said:
            event = one.event
            if not isinstance(event, RoundEvent):
                yield one, "is not dispatch's to say"
                continue
            if not any(self._knowledge.heard(one, INTAKE, CaseRegistered)):
                yield one, "was said before the registration was heard"
            problems = (*self._round_problems(one, event), *self._late(one, event), *self._step(event))
            for problem in (*problems, *self._accused(one, event)):
                yield one, problem
            self._follow(event)

    def _round_problems(self, one: Said, event: RoundEvent) -> Iterator[str]:
        if event.round == self._round:
            return
        if event.round != self._round + 1 or not isinstance(event, CaseAssigned | TriageQueued):
            yield f"speaks of round {event.round} in round {self._round}"
        elif event.round not in {back.next_round for back in self._knowledge.heard(one, FOLLOWUP, CaseSentBack)}:
            yield f"opens round {event.round}, for which the case was not sent back"
        self._round, self._stage = event.round, Stage.NOWHERE
        self._return_asked = self._return_granted = False

    def _late(self, one: Said, event: RoundEvent) -> Iterator[str]:
        """What a person does after the end was known. What follows from an event may have crossed it in one batch."""
        by_hand = isinstance(event, CaseAssigned) and not event.by_rule
        if not by_hand and type(event) not in _BY_A_PERSON:
            return
        if (end := self._knowledge.knew_the_end(one)) is not None:
            yield f"dispatch knew that the case was {end}"
        answers = self._knowledge.heard(one, INTAKE, CaseAnsweredDirectly)
        if any(answer.round == event.round for answer in answers):
            yield f"dispatch knew that round {event.round} was answered at the door"

    def _accused(self, one: Said, event: RoundEvent) -> Iterator[str]:
        if isinstance(event, CaseAssigned | CaseReassigned):
            for registered in self._knowledge.heard(one, INTAKE, CaseRegistered):
                if registered.accused_unit in (event.lead_unit, *event.support_units):
                    yield f"{registered.accused_unit} takes part in the complaint about itself"

    def _step(self, event: RoundEvent) -> Iterator[str]:
        match event:
            case TriageQueued():
                if self._stage is not Stage.NOWHERE and not self._return_granted:
                    yield f"it was {self._stage} already"
            case CaseAssigned():
                if self._stage not in (Stage.NOWHERE, Stage.TRIAGE):
                    yield f"it was {self._stage} already"
            case CaseReassigned():
                yield from self._taken_from(event)
            case TaskDone() | TaskCancelled():
                yield from self._beside_the_lead(event)
            case _:
                yield from self._by_the_unit(event)
                if isinstance(event, CaseHandled):
                    yield from self._with_support(event)

    def _beside_the_lead(self, event: TaskDone | TaskCancelled) -> Iterator[str]:
        if self._stage not in _WITH_A_UNIT:
            yield f"it was {self._stage}"
        if event.unit_code not in self._support.open:
            yield f"{event.unit_code} had no part to do"

    def _with_support(self, event: CaseHandled) -> Iterator[str]:
        # Results of before tell nothing of support units: nobody waited for them.
        if "without_support" in event.model_fields_set and set(event.without_support) != set(self._support.open):
            yield f"without {list(event.without_support)}, where {self._support.open} had a part to do still"

    def _taken_from(self, event: CaseReassigned) -> Iterator[str]:
        if self._stage not in _WITH_A_UNIT:
            yield f"it was {self._stage}"
        elif event.from_unit != self._lead:
            yield f"{event.from_unit} did not lead it, {self._lead} did"
        if self._return_asked:
            yield "a return was waiting to be decided"

    def _by_the_unit(self, event: RoundEvent) -> Iterator[str]:
        stages = _BY_THE_UNIT.get(type(event))
        if stages is None:
            yield "is not dispatch's to say"
            return
        unit = getattr(event, "unit_code", None)
        if self._stage not in stages:
            yield f"it was {self._stage}"
        elif unit != self._lead:
            yield f"{unit} did not lead it, {self._lead} did"
        if isinstance(event, _NOT_DURING_A_RETURN) and self._return_asked:
            yield "a return was waiting to be decided"
        if isinstance(event, ReturnDecided) and not self._return_asked:
            yield "no return was asked for"

    def _follow(self, event: RoundEvent) -> None:
        self._support.follow(event)
        match event:
            case TriageQueued():
                self._stage, self._lead = Stage.TRIAGE, None
            case CaseAssigned() | CaseReassigned():
                self._stage, self._lead = Stage.ASSIGNED, event.lead_unit
            case CaseSigned():
                self._stage = Stage.SIGNED
            case CaseHandled():
                self._stage = Stage.HANDLED
            case ReturnRequested():
                self._return_asked = True
            case ReturnDecided():
                self._return_asked, self._return_granted = False, event.approved
                return
            case _:
                return
        if not isinstance(event, ReturnRequested):
            self._return_granted = False
