"""Tasks of support units and of summoned ones, by example: given, in time, late, never, open."""

from datetime import datetime

import pytest

from libs.common.counters import Counter
from services.analytics.facts.domain.atoms import (
    Atom,
    Closure,
    Outcome,
    SentBack,
    Signature,
    Stint,
)
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.summoned import (
    Arrival,
    CallEnd,
    PartCancelled,
    PartDone,
    PartGiven,
    TaskLimit,
    TaskMissed,
    WhistleAtom,
)
from services.analytics.facts.domain.tasks import parts_of
from tests.unit.analytics.test_counting import A, at, counted, of, then, total

LIGHTS, POWER = "3.D-LIGHTS", "3.P-POWER"
SUPPORT = Counter.SUPPORT_GIVEN, Counter.SUPPORT_DUE, Counter.SUPPORT_ON_TIME, Counter.SUPPORT_LATE
REPORTED = Counter.REPORTS_DUE, Counter.REPORTED_ON_TIME, Counter.REPORTED_LATE, Counter.NEVER_REPORTED
CALLED = Counter.CALLS_DUE, Counter.CALLS_ON_TIME, Counter.CALLS_LATE


def limit(task: str, what: str, hours: float) -> TaskLimit:
    return TaskLimit(task, what, at(hours=hours), at())


def missed(task: str, what: str, hours: float) -> TaskMissed:
    return TaskMissed(task, what, at(hours=hours), at(hours=hours))


def helped(*more: Atom) -> Fact:
    return of(Stint(1, A, "0101", at(), "V-1", tasks="1.V-1"), limit("1.V-1", "task", 5), *more)


def whistled(*more: Atom) -> Fact:
    led = Stint(1, A, "0101", at()), Signature(1, A, at())
    return of(*led, WhistleAtom(1, A, f"{LIGHTS} {POWER}", at()), limit(LIGHTS, "report_in", 0.5), *more)


def test_a_support_unit_keeps_its_limit_or_not() -> None:
    assert total(helped(), *SUPPORT, Counter.SUPPORT_OPEN) == [1, 0, 0, 0, 1]
    assert total(helped(PartDone(1, "V-1", at(hours=4))), *SUPPORT, Counter.SUPPORT_OPEN) == [1, 1, 1, 0, 0]
    assert total(helped(PartDone(1, "V-1", at(hours=5))), *SUPPORT, Counter.SUPPORT_OPEN) == [1, 1, 0, 1, 0]
    late = helped(missed("1.V-1", "task", 5))
    assert total(late, *SUPPORT, Counter.SUPPORT_OPEN) == [1, 1, 0, 1, 1]
    assert total(then(late, PartCancelled(1, "V-1", at(hours=6))), *SUPPORT) == [1, 1, 0, 1]


@pytest.mark.parametrize(
    "over",
    [
        PartCancelled(1, "V-1", at(hours=4)),
        Outcome(1, A, "substantive", at(hours=4)),
        Stint(1, "", "", at(hours=4)),
        Stint(1, A, "0101", at(hours=4)),
        Stint(2, A, "0101", at(hours=4)),
    ],
    ids=["let off", "result", "triage", "not named again", "next round"],
)
def test_what_nobody_waits_for_before_its_limit_is_not_decided(over: Atom) -> None:
    """Not even where word of the miss had been said before word of that came."""
    assert total(helped(over, missed("1.V-1", "task", 5)), *SUPPORT, Counter.SUPPORT_OPEN) == [1, 0, 0, 0, 0]


def test_what_was_done_in_time_was_not_missed_whatever_was_said() -> None:
    fact = helped(missed("1.V-1", "task", 5), PartDone(1, "V-1", at(hours=4)))
    assert total(fact, *SUPPORT) == [1, 1, 1, 0]


def test_a_further_task_has_a_limit_of_its_own() -> None:
    anew = helped(PartDone(1, "V-1", at(hours=1)), PartGiven(1, "V-1", at(hours=2), "4.V-1"), limit("4.V-1", "task", 9))
    assert total(anew, *SUPPORT, Counter.SUPPORT_OPEN) == [2, 1, 1, 0, 1]
    assert total(then(anew, PartDone(1, "V-1", at(hours=10))), *SUPPORT) == [2, 2, 1, 1]


def test_a_successor_has_its_own_limit() -> None:
    fact = helped(PartCancelled(1, "V-1", at(hours=1), "V-2", "4.V-2"), limit("4.V-2", "task", 9))
    done = then(fact, PartDone(1, "V-2", at(hours=3)))
    assert counted(done)[at().date(), "V-2"] == {
        "support_given": 1,
        "support_done": 1,
        "support_due": 1,
        "support_on_time": 1,
    }


def test_the_limit_set_last_holds() -> None:
    later = helped(limit("1.V-1", "task", 9), missed("1.V-1", "task", 5), PartDone(1, "V-1", at(hours=7)))
    assert total(later, *SUPPORT) == [1, 1, 1, 0]
    assert total(helped(limit("1.V-1", "task", 9), missed("1.V-1", "task", 5)), *SUPPORT) == [1, 0, 0, 0]


def test_a_done_part_goes_on_when_its_unit_is_named_again_later() -> None:
    """As dispatch has it: it need not do again beside the next lead what it has done in this round."""
    fact = helped(PartDone(1, "V-1", at(hours=1)), Stint(1, A, "01", at(hours=2), "V-2", tasks="5.V-2"))
    again = then(fact, Stint(1, A, "01", at(hours=3), "V-1 V-2"))
    assert [(part.unit, part.task) for part in parts_of(again)] == [("V-1", "1.V-1"), ("V-2", "5.V-2")]


def test_each_summoned_unit_counts_and_the_street_once() -> None:
    fact = whistled(Arrival(LIGHTS, at(minutes=10)), CallEnd(LIGHTS, True, at(hours=1)))
    day = at().date()
    assert counted(fact)[day, "D-LIGHTS"] == {"calls": 1, "reports_due": 1, "reported_on_time": 1, "calls_done": 1}
    assert counted(fact)[day, "P-POWER"] == {"calls": 1, "calls_open": 1}
    assert counted(fact)[day, A]["whistles"] == 1


def test_in_time_late_and_never_add_up() -> None:
    assert total(whistled(), *REPORTED) == [0, 0, 0, 0]
    assert total(whistled(Arrival(LIGHTS, at(minutes=29))), *REPORTED) == [1, 1, 0, 0]
    assert total(whistled(Arrival(LIGHTS, at(minutes=30))), *REPORTED) == [1, 0, 1, 0]
    never = whistled(missed(LIGHTS, "report_in", 0.5))
    assert total(never, *REPORTED) == [1, 0, 0, 1]
    assert total(then(never, Arrival(LIGHTS, at(hours=2))), *REPORTED) == [1, 0, 1, 0]
    assert total(then(never, CallEnd(LIGHTS, False, at(hours=2))), *REPORTED) == [1, 0, 0, 1]
    assert total(then(never, Arrival(LIGHTS, at(minutes=5))), *REPORTED) == [1, 1, 0, 0]


def test_who_was_let_off_before_its_limit_did_not_stay_away() -> None:
    fact = whistled(CallEnd(LIGHTS, False, at(minutes=5)), missed(LIGHTS, "report_in", 0.5))
    assert total(fact, *REPORTED, Counter.CALLS_CANCELLED, Counter.CALLS_OPEN) == [0, 0, 0, 0, 1, 1]


def test_a_whistle_without_a_limit_is_in_no_rate() -> None:
    fact = whistled(Arrival(POWER, at(hours=40)))
    assert total(fact, Counter.CALLS, *REPORTED) == [2, 0, 0, 0, 0]


def test_the_limits_of_two_units_that_fall_together_are_two() -> None:
    both = whistled(limit(POWER, "report_in", 0.5), missed(POWER, "report_in", 0.5), Arrival(LIGHTS, at(minutes=5)))
    assert total(both, *REPORTED) == [2, 1, 0, 1]


def test_a_summoned_unit_does_its_part_in_time_or_not() -> None:
    fact = whistled(limit(LIGHTS, "called", 8), Arrival(LIGHTS, at(minutes=5)))
    assert total(fact, *CALLED) == [0, 0, 0]
    assert total(then(fact, CallEnd(LIGHTS, True, at(hours=7))), *CALLED) == [1, 1, 0]
    assert total(then(fact, CallEnd(LIGHTS, True, at(hours=8))), *CALLED) == [1, 0, 1]
    assert total(then(fact, missed(LIGHTS, "called", 8)), *CALLED) == [1, 0, 1]


def test_a_call_is_open_while_its_case_is_in_whatever_round() -> None:
    sent_back = whistled(Outcome(1, A, "explained", at(hours=1)), SentBack(1, 2, A, at(hours=2)))
    assert total(sent_back, Counter.CALLS_OPEN) == [2]
    assert total(then(sent_back, Closure(2, "procedural", None, at(hours=3))), Counter.CALLS_OPEN) == [0]


def test_one_event_may_set_the_clocks_of_several_tasks() -> None:
    """And comes twice without counting twice."""
    due: datetime = at(hours=0.5)
    together = [TaskLimit(task, "report_in", due, at(), 9) for task in (LIGHTS, POWER, LIGHTS, POWER)]
    fact = whistled()
    for atom in together:
        fact = fold(fact, atom)
    assert [one.task for one in fact.task_limits] == [LIGHTS, LIGHTS, POWER]
