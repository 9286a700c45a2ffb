"""Dispatch without its database: its rules decide and fold, its own words say it; only the rows are not there."""

from datetime import timedelta

from libs.common.events import cases
from libs.common.events.terms import ResultKind
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.actions.events import HEARD, events_of
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import (
    AddedText,
    Ask,
    Assignment,
    Left,
    Result,
    Return,
    Said,
    State,
    SupportPart,
    What,
)
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import MACHINE, decide
from tests.unit.guard.delivery import CASE, START, UNITS, Now, Service, Word

NEVER = timedelta(days=365)


class Units(Service):
    """Dispatch: finds the unit, and holds who may do what with the case."""

    name = "dispatch"

    def __init__(self, now: Now, *, rule_knows: bool) -> None:
        super().__init__()
        self._now = now
        self._rule_knows = rule_knows
        self.work = State(START, pack_version=1)

    def act(self, action: Action, actor: Actor, unit: str) -> None:
        """A person's step; Refused when it is not theirs or not now. The lead unit waits for its support units."""
        self._take(decide(self.work, Ask(action, brings(action, unit)), actor, self._now.moment))

    def hear(self, word: Word) -> None:
        """As ``services/dispatch/handlers.py`` does."""
        event = word.event
        if isinstance(event, cases.CaseRegistered):
            if self.work.status is None:
                self._open(event)
        elif not isinstance(event, cases.RoundEvent) or event.round == self.work.round:
            if (read := HEARD.get(type(event))) is not None:
                self._if_possible(read(event))
            elif isinstance(event, cases.CaseSentBack):
                again = self.work.lead_unit or (UNITS[0] if self._rule_knows else None)
                action = Action.SEND_BACK_TO_TRIAGE if again is None else Action.SEND_BACK
                self._if_possible(Ask(action, brings(action, again or "")))

    def _open(self, event: cases.CaseRegistered) -> None:
        action = Action.ROUTE if self._rule_knows else Action.QUEUE
        action = Action.NOTE_ANSWER if event.answered_at_once else action
        self._if_possible(Ask(action, brings(action, UNITS[0])))

    def _if_possible(self, ask: Ask) -> None:
        if MACHINE.allows(self.work.status, ask.action):
            self._take(decide(self.work, ask, SYSTEM, self._now.moment))

    def _take(self, said: Said) -> None:
        before, self.work = self.work, evolve(self.work, said)
        for event in events_of(CASE, before, self.work, said):
            assert isinstance(event, cases.CaseEvent)
            self.say(event)


_GIVE = (Action.ROUTE, Action.ASSIGN, Action.HAND_ON, Action.REASSIGN, Action.SEND_BACK)
_LEAVE = (Action.QUEUE, Action.TAKE_BACK, Action.SEND_BACK_TO_TRIAGE)
_OF_A_PART = (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT, Action.SUPPORT_DONE, Action.SUPPORT_CANCEL)


def brings(action: Action, unit: str) -> What:
    """What a step brings about a unit, which leads or has a part."""
    if action in _GIVE:
        return Assignment(
            unit, tuple(code for code in UNITS if code != unit)[:1], "0101", 1, by_rule=True, explanation=""
        )
    if action in _LEAVE:
        return Left(1, "")
    if action in _OF_A_PART:
        return SupportPart(unit, "")
    words: dict[Action, What] = {
        Action.HAND_IN: Result(ResultKind.SUBSTANTIVE, ""),
        Action.ASK_RETURN: Return("wrong_area", "", START + NEVER),
        Action.SUPPLEMENT: AddedText(START, ""),
    }
    return words.get(action)
