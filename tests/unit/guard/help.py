"""What anybody may try with mediation (调解), aid (救助帮扶) and risks (风险事项); and what must hold of them."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import aids, mediations, risks
from libs.common.events.aid_terms import AidStep
from libs.common.events.mediation_terms import MediationStep
from libs.common.rules.machine import Actor
from tests.unit.guard.beside import ON_DUTY, Beside
from tests.unit.guard.delivery import UNITS
from tests.unit.guard.people import SUBJECTS, person
from tests.unit.guard.wishes import unless_refused

MEDIATOR = "L"
"""The member of staff who mediates, and has two accounts."""
ACCOUNTS = st.sampled_from([*SUBJECTS, "head"])
_HELD = (MediationStep.MEET, MediationStep.MEET, MediationStep.AGREE)
STEPS = st.lists(st.sampled_from([*_HELD, MediationStep.FAIL, MediationStep.WITHDRAW]), max_size=3)
BUREAU = "D-CIVIL"


class Help(RuleBasedStateMachine):
    """A part of the house: who mediates, who finds aid and who decides on it, who reports a risk and who is told."""

    units: Beside

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.held: dict[str, set[str | None]] = {}
        self.agreed: dict[str, mediations.MediationAgreed] = {}
        self.sought: dict[str, tuple[set[str | None], str | None]] = {}
        """Who found and applied for aid, and the unit that applied."""
        self.acknowledged: set[str] = set()

    @rule(giver=ACCOUNTS, who=ACCOUNTS, steps=st.one_of(st.just([*_HELD]), STEPS), soon=st.booleans())
    def mediate(self, giver: str, who: str, steps: list[MediationStep], soon: bool) -> None:
        """Somebody is given it, and he or another tries the steps, by any account; and says at once that it is kept."""
        unless_refused(partial(self.units.entrust, _of(giver, None), MEDIATOR))
        for step in steps:
            for account in (who, "li"):
                self._on_newest_mediation(step, _of(account, UNITS[0]))
        for account in (who, "head") if soon else ():
            self._on_newest_mediation(MediationStep.KEEP, _of(account, None))
        self.settle()

    @rule(who=ACCOUNTS, hours=st.sampled_from([0, 30]), kept=st.booleans())
    def say_whether_it_is_kept(self, who: str, hours: int, kept: bool) -> None:
        """The mediator tries to, by each account; then somebody else, on the day of it or before."""
        self.jump(hours)
        step = MediationStep.KEEP if kept else MediationStep.BREAK
        for account in (*SUBJECTS, who):
            self._on_newest_mediation(step, _of(account, None))
        self.settle()

    @rule(finder=ACCOUNTS, asker=ACCOUNTS, judge=ACCOUNTS, granted=st.booleans(), drops=st.booleans())
    def seek_aid(self, finder: str, asker: str, judge: str, granted: bool, drops: bool) -> None:
        """Who found it or applied for it tries to decide, and so does anybody of the unit that applied."""
        unless_refused(partial(self.units.find_aid, _of(finder, UNITS[0])))
        newest = f"aid-{len(self.units.aids)}"
        if newest not in self.units.aids:
            return
        of_it, answer = partial(self.units.of_aid, newest), AidStep.GRANT if granted else AidStep.REFUSE
        unless_refused(partial(of_it, AidStep.APPLY, _of(asker, UNITS[0])))
        if drops:
            unless_refused(partial(of_it, AidStep.DROP, _of(asker, UNITS[0])))
        for account, unit in ((finder, BUREAU), (asker, BUREAU), (judge, UNITS[0]), (judge, BUREAU)):
            unless_refused(partial(of_it, answer, _of(account, unit)))
        self.settle()

    @rule(reporter=ACCOUNTS, who=ACCOUNTS, on_duty=st.booleans(), again=st.booleans())
    def report_a_risk(self, reporter: str, who: str, on_duty: bool, again: bool) -> None:
        """Told at once to the leaders on duty; anybody tries to acknowledge it."""
        unless_refused(partial(self.units.report_risk, _of(reporter, None)))
        for account in (who, "wang", *(("li", "li-too") if again else ())):
            if self.units.risks:
                named = on_duty and SUBJECTS.get(account) is not None
                unless_refused(partial(self.units.acknowledge_risk, _of(account, None), on_duty=named))
        self.settle()

    @invariant()
    def nobody_judges_his_own(self) -> None:
        if not hasattr(self, "units"):
            return
        new, self.seen = self.units.ledger[self.seen :], len(self.units.ledger)
        for word in new:
            match word.event:
                case mediations.MediationEvent() as said:
                    self._mediated(said)
                case aids.AidEvent() as said:
                    self._aided(said)
                case risks.RiskAcknowledged() as said:
                    assert said.by_staff in ON_DUTY, "who was not told of it acknowledged it"
                    assert said.risk_id not in self.acknowledged, "it was acknowledged twice"
                    self.acknowledged.add(said.risk_id)

    def _mediated(self, said: mediations.MediationEvent) -> None:
        who, held = person(said.by, said.by_staff), self.held.setdefault(said.mediation_id, set())
        match said:
            case mediations.MediationHeld() | mediations.MediationAgreed() | mediations.MediationFailed():
                assert who == said.mediator, "somebody else mediated"
                held.add(who)
                if isinstance(said, mediations.MediationAgreed):
                    assert said.mediation_id not in self.agreed, "it was agreed twice"
                    self.agreed[said.mediation_id] = said
            case mediations.MediationKept() | mediations.MediationBroken():
                agreed = self.agreed.pop(said.mediation_id, None)
                assert agreed is not None, "nobody had agreed, or it was said before"
                assert who not in {said.mediator, *held}, "he said of his own mediation what became of it"
                early = said.occurred_at.date() < agreed.follow_up_on
                assert not (early and isinstance(said, mediations.MediationKept)), "kept before anybody could know"

    def _aided(self, said: aids.AidEvent) -> None:
        who = person(said.by, said.by_staff)
        people, unit = self.sought.get(said.aid_id, (set(), None))
        match said:
            case aids.AidFound():
                self.sought[said.aid_id] = {who}, None
            case aids.AidApplied():
                self.sought[said.aid_id] = {*people, who}, said.unit_code
            case aids.AidGranted() | aids.AidRefused() | aids.AidDropped():
                judges = not isinstance(said, aids.AidDropped)
                assert said.aid_id in self.sought, "it had ended"
                assert not judges or unit is not None, "nobody had applied for it"
                assert not judges or who not in people, "whoever sought it decided on it"
                assert not judges or said.by_unit != unit, "the unit that applied decided"
                del self.sought[said.aid_id]

    def _on_newest_mediation(self, step: MediationStep, by: Actor) -> None:
        if self.units.mediations:
            newest = [*self.units.mediations][-1]
            unless_refused(partial(self.units.of_mediation, newest, step, by))

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError

    def jump(self, hours: int) -> None:
        """Time passes."""
        raise NotImplementedError


def _of(account: str, unit: str | None) -> Actor:
    return Actor(account, unit, SUBJECTS.get(account))
