"""Whistles as a whole: whatever is tried, scores are what was given or upheld, and nobody decides for either side."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.errors import Invalid, NotFound
from libs.common.events.whistle_terms import ClaimKind, ClaimState, gives_back
from libs.common.pack.schema import AppraisalRules
from libs.common.rules.machine import Actor, NotTheirs, Refused
from services.dispatch.appraisals.domain import claiming, consulting, scoring
from services.dispatch.appraisals.domain.evolving import due_from
from services.dispatch.appraisals.domain.evolving import evolve as appraised
from services.dispatch.appraisals.domain.scoring import Scored, ScoreRules
from services.dispatch.appraisals.domain.state import ClaimedState, WhistlesOfCase
from services.dispatch.calls import domain as calls
from services.dispatch.cases.domain.appraising import Consultation, GivenTask, Ticked, UnitClaim, WhistleCompletion
from services.dispatch.cases.domain.called import CalledPart, Whistle
from services.dispatch.cases.domain.evolving import evolve
from services.dispatch.cases.domain.state import Ask, Said, State
from services.dispatch.cases.domain.terms import Action, Status

T = datetime(2026, 3, 3, 1, tzinfo=UTC)
STREET, JUDGE = Actor("li", "T-1", "S-1"), Actor("judge", "S-9", "S-9")
UNITS = ("D-1", "E-2", "D-3")
PACK = AppraisalRules(if_late="fair")
RULES = ScoreRules({one.code: one.most for one in PACK.scores}, PACK.grades, PACK.if_never_came, PACK.if_late)
OFFICES = frozenset({"S-9", "H-1"})
FULL = dict(RULES.most)
CRITERIA = tuple(Ticked(one.code, True, "已办") for one in PACK.done)
WHISTLE = 3


def test_what_was_not_decided_in_time_the_supervisors_alone_decide() -> None:
    asked = ClaimedState(9, WHISTLE, "D-1", ClaimKind.RETURN, "不属本单位", "li", None, T, due_at=T + timedelta(days=1))
    before, at = T + timedelta(hours=23), T + timedelta(days=1)
    claiming.check_above(asked, before, above=False)
    claiming.check_above(asked, at, above=True)
    with pytest.raises(NotTheirs, match="supervisors"):
        claiming.check_above(asked, at, above=False)
    claiming.check_above(replace(asked, due_at=None), at, above=False)
    claiming.check_above(replace(asked, state=ClaimState.LAPSED), at, above=False)
    assert asked.name == "claim-9.return.3.D-1"
    assert gives_back(asked.name, "3.D-1")
    assert not gives_back(asked.name, "3.D-11")
    assert not gives_back(replace(asked, kind=ClaimKind.SCORE).name, "3.D-1")


def test_a_clock_says_until_when_its_own_claim_is_to_be_decided() -> None:
    first = ClaimedState(9, WHISTLE, "D-1", ClaimKind.RETURN, "不属本单位", "li", None, T)
    second = replace(first, version=10, kind=ClaimKind.SCORE)
    assert due_from((first, second), second.name, T) == (first, replace(second, due_at=T))


@dataclass
class Street:
    """One case with one whistle: every step is decided, then folded."""

    state: State = field(
        default_factory=lambda: State(
            T, 1, "0101", Status.SIGNED, lead_unit="T-1", assigned_at=T, signed_at=T, version=2
        )
    )
    standing: WhistlesOfCase = field(default_factory=WhistlesOfCase)
    now: datetime = T

    def take(self, said: Said) -> None:
        """As ``services/dispatch/appraisals/actions/keeping.py`` does."""
        self.state = evolve(self.state, said)
        moved = calls.evolve(self.standing.calls, self.state, said)
        self.standing = WhistlesOfCase(moved, appraised(self.standing.appraisal, self.state, said))

    def whistle(self) -> None:
        called = Whistle("emergency", UNITS, "999001101201", "村口", "抢修", 1, T + timedelta(minutes=30))
        self.take(calls.decide_whistle(self.state, called, "", STREET, self.now))

    def step(self, action: Action, unit: str, by: Actor | None = None) -> None:
        part = CalledPart(
            self.standing.call(WHISTLE, unit).name, unit, "说明", late=self.now > T + timedelta(minutes=30)
        )
        by = by or worker(unit)
        self.take(calls.decide(self.state, self.standing.calls, Ask(action, part), by, self.now))

    def score(self, unit: str, points: dict[str, int], by: Actor = STREET) -> None:
        wanted = Scored(WHISTLE, unit, points, "按标准", self.now + timedelta(days=5))
        self.take(scoring.decide_score(self.state, self.standing, wanted, RULES, by, self.now))

    def done(self, criteria: tuple[Ticked, ...] = CRITERIA, by: Actor = STREET) -> None:
        mark = WhistleCompletion(WHISTLE, criteria, self.now + timedelta(days=5))
        self.take(consulting.decide_done(self.state, self.standing, mark, PACK.done, by, self.now))

    def claim(self, kind: ClaimKind, unit: str, by: Actor | None = None) -> int:
        claim = UnitClaim(kind, WHISTLE, self.standing.call(WHISTLE, unit).name, unit, "理由")
        self.take(claiming.decide_claim(self.state, self.standing, claim, by or worker(unit), self.now))
        return self.state.version

    def rule(
        self, number: int, by: Actor = JUDGE, points: dict[str, int] | None = None, *, granted: bool = True
    ) -> None:
        claiming.check_apart(self.standing, claiming.claim_of(self.standing, number), OFFICES, by)
        decided = claiming.Decided(granted, "属实", points)
        self.take(claiming.decide_ruling(self.state, self.standing, number, decided, RULES, by, self.now))


def worker(unit: str) -> Actor:
    return Actor(f"worker-{unit}", unit, f"S-{unit}")


@pytest.fixture
def street() -> Street:
    one = Street()
    one.whistle()
    return one


def ended(street: Street) -> None:
    """One in time, one late, one never."""
    street.step(Action.CALL_ARRIVE, "D-1")
    street.now = T + timedelta(minutes=31)
    street.step(Action.CALL_ARRIVE, "E-2")
    for unit in ("D-1", "E-2"):
        street.step(Action.CALL_DONE, unit)
    street.step(Action.CALL_CANCEL, "D-3", STREET)


def test_who_came_late_or_never_has_at_best_what_the_pack_says(street: Street) -> None:
    ended(street)
    for unit, best, less in (("E-2", "fair", 89), ("D-3", "poor", 59)):
        with pytest.raises(Invalid, match=f"'{best}' at best"):
            street.score(unit, FULL)
        points = {"response": min(30, less), "duty": min(40, less - 30), "effect": 0}
        points["effect"] = min(30, max(0, less - 70))
        street.score(unit, points)
        found = street.standing.appraisal.score(WHISTLE, unit)
        assert found is not None
        assert (found.grade, found.total) == (best, sum(points.values()))


def test_nobody_scores_the_own_unit_whatever_account(street: Street) -> None:
    ended(street)
    for by in (
        Actor("other", "T-1", "S-D-1"),
        Actor("worker-D-1", "T-1"),
        replace(STREET, posts=frozenset({"D-1"})),
        worker("D-1"),
        JUDGE,
    ):
        with pytest.raises(Refused):
            street.score("D-1", FULL, by)
    street.score("D-1", FULL)
    with pytest.raises(Refused, match="that stands"):
        street.score("D-1", FULL)


def test_what_was_not_due_or_was_given_back_is_not_scored(street: Street) -> None:
    street.step(Action.CALL_CANCEL, "D-1", STREET)
    with pytest.raises(Refused, match="let off before"):
        street.score("D-1", dict.fromkeys(FULL, 0))
    street.rule(street.claim(ClaimKind.RETURN, "E-2"))
    assert street.state.open_called == ("D-3",)
    with pytest.raises(Refused, match="not to be its task"):
        street.score("E-2", FULL)
    with pytest.raises(Refused, match="has not ended"):
        street.score("D-3", FULL)
    with pytest.raises(NotFound):
        street.score("D-9", FULL)


def test_the_whistle_is_done_once_when_no_task_is_open_and_what_must_be_met_is(street: Street) -> None:
    with pytest.raises(Refused, match="D-1"):
        street.done()
    ended(street)
    with pytest.raises(Refused, match="handled"):
        street.done(tuple(replace(one, met=False) for one in CRITERIA))
    with pytest.raises(Invalid, match="duties"):
        street.done(CRITERIA[:1])
    with pytest.raises(Refused, match="Only the street"):
        street.done(by=Actor("x", "T-2"))
    street.done()
    with pytest.raises(Refused, match="marked as done"):
        street.done()


def test_a_claim_is_made_in_time_once_and_decided_by_neither_side(street: Street) -> None:
    ended(street)
    street.score("D-1", dict.fromkeys(FULL, 10))
    number = street.claim(ClaimKind.SCORE, "D-1")
    with pytest.raises(Refused, match="claimed once"):
        street.claim(ClaimKind.SCORE, "D-1")
    for by in (
        STREET,
        worker("D-1"),
        Actor("judge-2", "S-9", "S-1"),
        Actor("judge-3", "S-9", "S-D-1"),
        replace(JUDGE, posts=frozenset({"D-1"})),
        Actor("town", "T-2"),
    ):
        with pytest.raises(Refused):
            street.rule(number, by, FULL)
    with pytest.raises(Invalid, match="more than 30"):
        street.rule(number, points=dict.fromkeys(FULL, 10))
    street.rule(number, points=FULL)
    score = street.standing.appraisal.score(WHISTLE, "D-1")
    assert score is not None
    assert (score.total, score.grade, sum(score.given.values()), score.given_grade) == (100, "good", 30, "poor")
    with pytest.raises(Refused, match="the claim is granted"):
        street.rule(number, points=FULL)
    street.score("E-2", dict.fromkeys(FULL, 10))
    street.now += timedelta(days=5)
    with pytest.raises(Refused, match="could be claimed until"):
        street.claim(ClaimKind.SCORE, "E-2")


def test_a_needless_whistle_is_said_once_and_until_its_days_after_the_mark_are_over(street: Street) -> None:
    first = street.claim(ClaimKind.NEEDLESS, "D-1")
    with pytest.raises(Refused, match="waits to be decided"):
        street.claim(ClaimKind.NEEDLESS, "E-2")
    street.rule(first, granted=False)
    with pytest.raises(Refused, match="claimed once"):
        street.claim(ClaimKind.NEEDLESS, "D-1")
    ended(street)
    street.done()
    second = street.claim(ClaimKind.NEEDLESS, "E-2")
    street.rule(second)
    assert street.standing.appraisal.whistle(WHISTLE).needless
    with pytest.raises(Refused):
        street.claim(ClaimKind.NEEDLESS, "D-3")


def test_a_task_that_ends_is_given_back_no_more(street: Street) -> None:
    number = street.claim(ClaimKind.RETURN, "D-1")
    street.step(Action.CALL_ARRIVE, "D-1")
    street.step(Action.CALL_DONE, "D-1")
    assert claiming.claim_of(street.standing, number).state is ClaimState.LAPSED
    with pytest.raises(Refused, match="the claim is lapsed"):
        street.rule(number)


def test_a_consultation_gives_every_open_task_its_own_words_and_limit(street: Street) -> None:
    street.step(Action.CALL_ARRIVE, "D-1")
    until = T + timedelta(hours=4)
    given_to = [GivenTask(f"{WHISTLE}.{unit}", unit, f"{unit} 抢修", "换线", until) for unit in UNITS]

    def hold(took_part: tuple[str, ...], tasks: list[GivenTask], at: datetime = T) -> None:
        held = Consultation(WHISTLE, at, took_part, "线路老化", tuple(tasks))
        street.take(consulting.decide_consultation(street.state, street.standing, held, STREET, street.now))

    for took_part, tasks, at, says in (
        (("E-2",), given_to, T, "has not come"),
        (("D-1",), given_to[:2], T, "D-3"),
        (("D-1", "D-1"), given_to, T, "twice"),
        (("D-1",), given_to, T - timedelta(hours=1), "between the whistle"),
        (("D-1",), given_to, T + timedelta(hours=1), "between the whistle"),
        (("T-7",), given_to, T, "not summoned"),
    ):
        with pytest.raises((Refused, Invalid), match=says):
            hold(took_part, tasks, at)
    hold(("D-1",), given_to)
    assert {(call.what, call.measures, call.due_at) for call in street.standing.calls} == {
        (f"{unit} 抢修", "换线", until) for unit in UNITS
    }
    assert street.standing.appraisal.consultations[0].took_part == ("D-1",)


POINTS = st.fixed_dictionaries({code: st.integers(-1, most + 1) for code, most in FULL.items()})


@given(
    st.lists(st.tuples(st.sampled_from(UNITS), POINTS, st.sampled_from([STREET, JUDGE, worker("D-1")])), max_size=12)
)
def test_a_score_that_stands_is_whole_within_its_most_and_its_own_grade(
    tried: list[tuple[str, dict[str, int], Actor]],
) -> None:
    street = Street()
    street.whistle()
    ended(street)
    for unit, points, by in tried:
        try:
            street.score(unit, points, by)
            number = street.claim(ClaimKind.SCORE, unit)
            street.rule(number, points=FULL if unit == "D-1" else {"response": 30, "duty": 29, "effect": 0})
        except (Refused, Invalid):
            continue
    for score in street.standing.appraisal.scores:
        assert all(0 <= got <= FULL[code] for code, got in score.points.items())
        assert score.total == sum(score.points.values()) <= score.most == 100
        assert score.total >= sum(score.given.values())
        came = street.standing.call(WHISTLE, score.unit_code).arrived_at is not None
        assert score.never_came is not came
        assert came or score.grade == "poor"
