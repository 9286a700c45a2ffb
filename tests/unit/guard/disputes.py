"""What anybody may try where units dispute whose a case is, and with what nobody decides in time; what must hold."""

from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import arbitration, asking, cases, passing
from libs.common.rules.machine import SYSTEM, Actor
from services.dispatch.cases.domain.terms import OPEN
from services.dispatch.cases.domain.terms import Action as Deed
from services.dispatch.cases.domain.terms import Status as WorkStatus
from services.dispatch.disputes.domain import ArbitrationState
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.people import ACTORS, DISPATCHER, NEUTRAL
from tests.unit.guard.units import Units
from tests.unit.guard.wishes import unless_refused


class Disputes(RuleBasedStateMachine):
    """A part of the house: units that give a case back, whoever hears them, and whoever rules."""

    units: Units

    def __init__(self) -> None:
        super().__init__()
        self.watched = 0
        self.named: str | None = None
        """Whom the last ruling named, and who stands in for it."""
        self.raised: set[int] = set()
        self.ruling: arbitration.ArbitrationRuled | None = None
        """What was ruled, until the case is given by it."""

    @rule(
        arbiter=st.sampled_from([NEUTRAL, *ACTORS]),
        heard=st.sampled_from([UNITS, UNITS, UNITS[1:]]),
        lead=st.sampled_from(UNITS),
        assigns=st.booleans(),
    )
    def arbitrate(self, arbiter: Actor, heard: Sequence[str], lead: str, assigns: bool) -> None:
        """It is given back and ruled on, perhaps before all were heard; and whoever was named tries to be rid of it."""
        self._give_back()
        unless_refused(partial(self.units.act, Deed.CALL_ARBITRATION, NEUTRAL, lead))
        if assigns:
            unless_refused(partial(self.units.act, Deed.ASSIGN, DISPATCHER, lead))
        for unit in heard:
            unless_refused(partial(self.units.act, Deed.HEAR_UNIT, NEUTRAL, unit))
        unless_refused(partial(self.units.act, Deed.RULE, arbiter, lead))
        self.settle()
        for deed in (Deed.ASK_RETURN, Deed.SIGN, Deed.RAISE, Deed.ASK_RETURN):
            whose = self.units.work.lead_unit
            unless_refused(partial(self.units.act, deed, Actor("li", whose), UNITS[0]))
        self.settle()

    @rule(again=st.integers(1, 3))
    def nobody_decides_in_time(self, again: int) -> None:
        """What waits goes up; word of it may come more than once."""
        for _ in range(again):
            unless_refused(partial(self.units.act, Deed.RAISE_REQUEST, SYSTEM, UNITS[0]))
        self.settle()

    @invariant()
    def it_is_ruled_by_nobody_of_them_and_who_was_named_keeps_it(self) -> None:
        if not hasattr(self, "units"):
            return
        new, self.watched = self.units.ledger[self.watched :], len(self.units.ledger)
        for word in new:
            said = word.event
            if isinstance(said, arbitration.ArbitrationRuled):
                self._ruled(said)
            elif isinstance(said, cases.CaseAssigned):
                self._assigned(said)
            elif isinstance(said, cases.CaseReassigned) and said.succession and said.from_unit == self.named:
                self.named = said.lead_unit
            elif isinstance(said, cases.ReturnRequested):
                assert said.unit_code != self.named, "who was named gave it back"
            elif isinstance(said, passing.CaseRaised):
                gone = said.lead_unit != said.from_unit
                assert not gone or said.from_unit != self.named, "who was named raised it away"
            elif isinstance(said, asking.RequestRaised):
                assert said.request not in self.raised, "it went up twice"
                self.raised.add(said.request)

    @invariant()
    def a_session_is_open_only_where_its_case_knows(self) -> None:
        if hasattr(self, "units"):
            is_open = [one for one in self.units.sessions if one.state is ArbitrationState.OPEN]
            assert len(is_open) == bool(self.units.work.disputing), "a session is open that the case knows nothing of"
            assert not is_open or self.units.work.status is WorkStatus.TRIAGE, "it is ruled on while a unit has it"

    def _ruled(self, said: arbitration.ArbitrationRuled) -> None:
        assert said.by_unit is None or said.by_unit not in said.units, "a unit arbitrated for itself"
        heard = {one.unit_code for one in self.units.hearings if one.arbitration == said.arbitration}
        assert set(said.units) <= heard, "it was ruled on before all were heard"
        self.named, self.ruling = said.lead_unit, said

    def _assigned(self, said: cases.CaseAssigned) -> None:
        ruling, self.ruling = self.ruling, None
        if ruling is not None:
            assert said.lead_unit == ruling.lead_unit, "another unit got it than was named"

    def _give_back(self) -> None:
        self.settle()
        if self.units.work.status not in OPEN:
            self.step_on()
        whose = self.units.work.lead_unit
        unless_refused(partial(self.units.act, Deed.ASK_RETURN, Actor("li", whose), UNITS[0]))
        unless_refused(partial(self.units.act, Deed.TAKE_BACK, NEUTRAL, UNITS[0]))
        self.settle()

    def step_on(self) -> None:
        """What usually comes next, if anything."""
        raise NotImplementedError

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError
