"""What anybody may try with a whistle (吹哨): summoned units, the street, whoever decides; and what must hold."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from libs.common.events import cases, whistles
from libs.common.events.whistle_terms import ClaimKind
from libs.common.rules.machine import Actor
from services.dispatch.calls.domain import OPEN_CALLS
from services.dispatch.cases.domain.terms import OF_CALLS
from services.dispatch.cases.domain.terms import Action as Deed
from tests.unit.guard.people import ACTORS, NEUTRAL, SUBJECTS, person
from tests.unit.guard.units import Units
from tests.unit.guard.wishes import unless_refused

CALLED = ("D-LAMPS", "E-POWER")
WORKER = st.sampled_from([*SUBJECTS])
JUDGES = st.sampled_from([NEUTRAL, *ACTORS])


class Whistles(RuleBasedStateMachine):
    """A part of the house: units that are summoned, and how it is judged."""

    units: Units

    def __init__(self) -> None:
        super().__init__()
        self.told = 0
        self.claimed: dict[int, whistles.ClaimMade] = {}
        self.open: set[str] = set()

    @rule(street=WORKER, worker=WORKER, deeds=st.lists(st.tuples(st.sampled_from(OF_CALLS), st.sampled_from(CALLED))))
    def summon_and_work(self, street: str, worker: str, deeds: list[tuple[Deed, str]]) -> None:
        """Whoever handles it whistles; each summoned unit comes, works and ends, or tries to let itself off."""
        lead = Actor(street, self.units.work.lead_unit, SUBJECTS[street])
        unless_refused(partial(self.units.whistle, CALLED, lead))
        for deed, unit in deeds:
            by = Actor(worker, unit, SUBJECTS[worker])
            for one in (by, lead) if deed is Deed.CALL_CANCEL else (by,):
                if self.units.standing.calls:
                    unless_refused(partial(self.units.of_a_call, deed, unit, one))
        self.settle()

    @rule(
        kind=st.sampled_from(ClaimKind),
        unit=st.sampled_from(CALLED),
        worker=WORKER,
        street=WORKER,
        judge=JUDGES,
    )
    def score_and_claim(self, kind: ClaimKind, unit: str, worker: str, street: str, judge: Actor) -> None:
        """The street scores and marks; the unit claims; anybody tries to decide."""
        if not self.units.standing.calls:
            return
        whistled = self.units.standing.appraisal.whistles[-1].street_unit
        lead = Actor(street, whistled, SUBJECTS[street])
        unless_refused(partial(self.units.score, unit, 5, lead))
        unless_refused(partial(self.units.mark_done, lead))
        by = Actor(worker, unit, SUBJECTS[worker])
        unless_refused(partial(self.units.claim, kind, unit, by))
        for one in (by, lead, judge, NEUTRAL):
            if self.units.standing.appraisal.claims:
                unless_refused(partial(self.units.rule_on_claim, one, granted=True))
        self.settle()

    @invariant()
    def no_result_goes_by_an_open_task_and_nobody_decides_for_himself(self) -> None:
        if not hasattr(self, "units"):
            return
        standing = self.units.standing
        waits = tuple(one.unit_code for one in standing.calls if one.status in OPEN_CALLS)
        assert sorted(waits) == sorted(self.units.work.open_called)
        new, self.told = self.units.ledger[self.told :], len(self.units.ledger)
        for word in new:
            said = word.event
            match said:
                case whistles.StreetWhistled():
                    self.open.update(said.tasks)
                case whistles.CallDone() | whistles.CallCancelled():
                    self.open.discard(said.task)
                case whistles.ClaimMade():
                    self.claimed[said.claim] = said
                case whistles.ClaimDecided():
                    made = self.claimed.pop(said.claim)
                    assert person(said.by, said.by_staff) != person(made.by, made.by_staff), "his own claim"
                    assert said.by_unit != made.unit_code, "its own claim"
                    if said.granted and said.kind is ClaimKind.RETURN:
                        self.open.discard(said.task)
                case cases.CaseHandled():
                    assert not self.open, "a result went by an open task"
                case whistles.WhistleDone():
                    assert not [one for one in self.open if one.startswith(f"{said.whistle}.")], "a task is open"

    def settle(self) -> None:
        """Everything reaches everybody."""
        raise NotImplementedError
