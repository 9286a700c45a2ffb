"""Dispatch without its database: its rules decide and fold, its own words say it; only the rows are not there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from libs.common.events import accepting, asking, cases, objections
from libs.common.events.asking_terms import RequestKind
from libs.common.events.reasons import NotAcceptedFor
from libs.common.events.terms import ResultKind
from libs.common.events.whistle_terms import ClaimKind
from libs.common.pack.schema import AppraisalRules
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.appraisals.domain.claiming import Decided, check_apart, claim_of, decide_claim, decide_ruling
from services.dispatch.appraisals.domain.consulting import decide_done
from services.dispatch.appraisals.domain.evolving import evolve as appraised
from services.dispatch.appraisals.domain.scoring import Scored, ScoreRules, decide_score
from services.dispatch.appraisals.domain.state import WhistlesOfCase
from services.dispatch.asks.domain import RequestState, UnitAsk
from services.dispatch.asks.domain import evolve as with_asks
from services.dispatch.calls.domain import call_of, decide_whistle
from services.dispatch.calls.domain import decide as decide_call
from services.dispatch.calls.domain import evolve as with_calls
from services.dispatch.cases.actions.events import HEARD, events_of
from services.dispatch.cases.domain.appraising import UnitClaim, WhistleCompletion
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.disputed import ArbitrationRuling, Dispute, RaisedRequest, UnitStatement
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import (
    AddedText,
    Ask,
    Assignment,
    Left,
    NewChain,
    Nonacceptance,
    RequestRuling,
    Result,
    Return,
    Said,
    State,
    SupportPart,
    Wanted,
    What,
)
from services.dispatch.cases.domain.terms import Action
from services.dispatch.cases.domain.transitions import MACHINE, decide
from services.dispatch.disputes import domain as disputes
from services.dispatch.disputes.domain import ArbitrationState
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
        self.asks: tuple[UnitAsk, ...] = ()
        self.sessions: tuple[disputes.Arbitration, ...] = ()
        self.hearings: tuple[disputes.HearingEntry, ...] = ()
        self.standing = WhistlesOfCase()

    def act(self, action: Action, actor: Actor, unit: str) -> None:
        """A person's step; Refused when it is not theirs or not now. The lead unit waits for its support units."""
        what: What = brings(action, unit, self.work)
        if action in _DECIDES:
            what = self._decided()
            # As ``services/dispatch/requests/actions/asking.py`` does.
            ends = action is Action.GRANT and what.wanted.kind is RequestKind.TERMINATION
            action = Action.TERMINATE if ends else action
        elif action in _ARBITRATION:
            what = self._disputed(action, actor, unit)
        elif action is Action.RAISE_REQUEST:
            what = self._raised()
        self._take(decide(self.work, Ask(action, what), actor, self._now.moment))

    def ask_for(self, kind: RequestKind, actor: Actor, *, proven: bool = True) -> None:
        """申请 by the unit that works; of a termination with what proves it, or without."""
        what = Wanted(kind, "reason", "", self._now.moment + _LONG, evidence=_EVIDENCE if proven else " ")
        said = decide(self.work, Ask(Action.ASK, what), actor, self._now.moment)
        if self.work.handle_due_at is None:
            # What followup would have said when it was assigned.
            self.work = replace(self.work, handle_due_at=self._now.moment + _LONG)
        self._take(said)

    def whistle(self, units: tuple[str, ...], actor: Actor) -> None:
        """吹哨 by a unit that handles it."""
        called = Whistle("emergency", units, "999001101201", "", "", 1, self._now.moment, None)
        self._take(decide_whistle(self.work, called, "", actor, self._now.moment))

    def of_a_call(self, action: Action, unit: str, actor: Actor) -> None:
        """A step of a summoned unit, or letting it off."""
        part = CalledPart(call_of(self.standing.calls, unit).name, unit, "")
        self._take(decide_call(self.work, self.standing.calls, Ask(action, part), actor, self._now.moment))

    def claim(self, kind: ClaimKind, unit: str, actor: Actor) -> None:
        """被召集单位申请."""
        call = call_of(self.standing.calls, unit)
        what = UnitClaim(kind, call.version, call.name, unit, "")
        self._take(decide_claim(self.work, self.standing, what, actor, self._now.moment))

    def rule_on_claim(self, actor: Actor, *, granted: bool) -> None:
        """审核 of the newest, by somebody apart."""
        number = max((one.version for one in self.standing.appraisal.claims), default=0)
        made, points = claim_of(self.standing, number), None
        check_apart(self.standing, made, (NO_UNIT_OF_THE_CASE,), actor)
        if granted and made.kind is ClaimKind.SCORE:
            points = {"duty": 10}
        decided = Decided(granted, "", points)
        self._take(decide_ruling(self.work, self.standing, number, decided, SCORES, actor, self._now.moment))

    def score(self, unit: str, points: int, actor: Actor) -> None:
        """评分 by the street."""
        wanted = Scored(call_of(self.standing.calls, unit).version, unit, {"duty": points}, "", START + NEVER)
        self._take(decide_score(self.work, self.standing, wanted, SCORES, actor, self._now.moment))

    def mark_done(self, actor: Actor) -> None:
        """吹哨事项办结 of the newest."""
        number = max((one.version for one in self.standing.appraisal.whistles), default=0)
        mark = WhistleCompletion(number, (), START + NEVER)
        self._take(decide_done(self.work, self.standing, mark, (), actor, self._now.moment))

    def lie_that_its_handling_ends(self, asked_by: Actor, by: Actor, *, proven: bool) -> None:
        """What its rules would never say, as from code that is wrong: with no request, by anybody."""
        said: dict[str, Any] = {"case_id": CASE, "occurred_at": self._now.moment, "round": self.work.round}
        said |= {"asked_by": asked_by.subject, "asked_by_staff": asked_by.staff_id, "request": 0, "unit_code": ""}
        said |= {"kind": RequestKind.TERMINATION, "reason_code": "reason", "evidence": _EVIDENCE if proven else " "}
        self.say(asking.RequestGranted(**said, note="lie", notice=""), by)

    def lie_that_it_is_not_accepted(self, asked_by: Actor, by: Actor) -> None:
        """What its rules would never say, as from code that is wrong: whoever has it, and whoever asked."""
        said: dict[str, Any] = {"case_id": CASE, "occurred_at": self._now.moment, "round": self.work.round}
        said |= {"asked_by": asked_by.subject, "asked_by_staff": asked_by.staff_id}
        self.say(accepting.CaseNotAccepted(**said, **_UNACCEPTED, note="lie"), by)

    def hear(self, word: Word) -> None:
        """As ``services/dispatch/handlers.py`` does."""
        event = word.event
        if isinstance(event, cases.CaseRegistered):
            if self.work.status is None:
                self._open(event)
        elif isinstance(event, objections.CaseReopened):
            self._reopen(event)
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

    def _reopen(self, event: objections.CaseReopened) -> None:
        again = self.work.lead_unit or (UNITS[0] if self._rule_knows else None)
        again = again if self.work.not_accepted_for is None else None
        action = Action.REOPEN_TO_TRIAGE if again is None else Action.REOPEN
        what = brings(action, again or "")
        assert isinstance(what, Assignment | Left)
        if event.next_round > self.work.round:
            self._if_possible(Ask(action, replace(what, opens=event.next_round)))

    def _if_possible(self, ask: Ask) -> None:
        if MACHINE.allows(self.work.status, ask.action):
            self._take(decide(self.work, ask, SYSTEM, self._now.moment))

    def _decided(self) -> RequestRuling:
        """The request that waits, as a step answers it; one that nobody made, when none does."""
        for one in self.asks:
            if one.state is RequestState.PENDING:
                what = Wanted(one.kind, one.reason_code, one.note, one.until, one.days, one.unit, one.evidence)
                return RequestRuling(one.version, one.asked_unit or "", what, one.asked_by, one.asked_by_staff)
        what = Wanted(RequestKind.TERMINATION, "reason", "", evidence=_EVIDENCE)
        return RequestRuling(0, self.work.working_unit or "", what, "nobody")

    def _disputed(self, action: Action, actor: Actor, unit: str) -> What:
        """As ``services/dispatch/arbitration/actions.py`` has it: between all units, each heard, ruled apart."""
        if action is Action.CALL_ARBITRATION:
            return Dispute(tuple(UNITS), "")
        found = next((one for one in self.sessions if one.state is ArbitrationState.OPEN), None)
        number = 0 if found is None else found.version
        if action is Action.HEAR_UNIT:
            return UnitStatement(number, unit, "")
        given = brings(Action.ASSIGN, unit)
        assert isinstance(given, Assignment)
        if found is not None:
            disputes.check_apart(found.units, (), frozenset(), actor)
            disputes.check_heard(found, self.hearings)
        units = () if found is None else found.units
        return replace(given, ruling=ArbitrationRuling(number, units, "纪要", (), "依权责清单"))

    def _raised(self) -> RaisedRequest:
        """The request that waits; one that nobody made, when none does."""
        waits = next((one for one in self.asks if one.state is RequestState.PENDING), None)
        if waits is None:
            return RaisedRequest(0, RequestKind.RETURN, None, START)
        return RaisedRequest(waits.version, waits.kind, waits.asked_unit, START)

    def _take(self, said: Said) -> None:
        before, self.work = self.work, evolve(self.work, said)
        self.asks = with_asks(self.asks, before, self.work, said)
        self.sessions = disputes.evolve(self.sessions, before, self.work, said)
        self.hearings = disputes.heard_in(self.hearings, self.work, said)
        calls = with_calls(self.standing.calls, self.work, said)
        self.standing = WhistlesOfCase(calls, appraised(self.standing.appraisal, self.work, said))
        for event in events_of(CASE, before, self.work, said):
            assert isinstance(event, cases.CaseEvent)
            self.say(event, said.by)


_ARBITRATION = (Action.CALL_ARBITRATION, Action.HEAR_UNIT, Action.RULE)
NO_UNIT_OF_THE_CASE = "S-GOV"
SCORES = ScoreRules({"duty": 10}, AppraisalRules().grades[2:], "poor", None)
_DECIDES = (Action.GRANT, Action.TERMINATE, Action.REFUSE, Action.LAPSE)
_EVIDENCE, _LONG = "照片", timedelta(hours=72)
_UNACCEPTED: dict[str, Any] = {"reason_code": NotAcceptedFor.LITIGATION, "go_to": "法院", "notice": "请向法院反映"}
_GIVE = (Action.ROUTE, Action.ASSIGN, Action.HAND_ON, Action.REASSIGN, Action.RECUSE, Action.SEND_BACK, Action.REOPEN)
_PASSED = (Action.DELEGATE, Action.RECALL, Action.RAISE, Action.SUCCEED)
_LEAVE = (Action.QUEUE, Action.TAKE_BACK, Action.RECUSE_TO_TRIAGE, Action.SEND_BACK_TO_TRIAGE, Action.REOPEN_TO_TRIAGE)
_OF_A_PART = (Action.SUPPORT_SIGN, Action.SUPPORT_REPORT, Action.SUPPORT_DONE, Action.SUPPORT_CANCEL)


def brings(action: Action, unit: str, work: State | None = None) -> What:
    """What a step brings about a unit, which leads, works or has a part."""
    if action in _PASSED:
        lead, *below = (work.lead_unit or "", *work.delegates) if work else ("",)
        chain = {Action.DELEGATE: (lead, *below, unit), Action.RAISE: (unit,)}.get(action, (lead,))
        return NewChain(chain[-1], chain[0], chain[1:], "")
    if action in _GIVE:
        return Assignment(
            unit, tuple(code for code in UNITS if code != unit)[:1], "0101", 1, by_rule=True, explanation=""
        )
    if action in _LEAVE:
        return Left(1, "")
    if action in _OF_A_PART:
        return SupportPart(unit, "")
    words: dict[Action, What] = {
        **dict.fromkeys((Action.ASK_NONACCEPTANCE, Action.NOT_ACCEPT), Nonacceptance(**_UNACCEPTED)),
        Action.ASK: Wanted(RequestKind.EXTENSION, "reason", "", START + NEVER),
        Action.HAND_IN: Result(ResultKind.SUBSTANTIVE, ""),
        Action.ASK_RETURN: Return("wrong_area", "", START + NEVER),
        Action.SUPPLEMENT: AddedText(START, ""),
    }
    return words.get(action)
