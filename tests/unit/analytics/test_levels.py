"""At which level a case ended (办结层级), and what passing it on counts as: who worked, and who was accountable."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest

from bench.said import said
from libs.common.counters import Counter
from libs.common.events import cases, passing
from libs.common.events.base import Event
from libs.common.events.terms import Closing, Level
from libs.common.pack.schema import Formula, Population, Target
from libs.common.shares import Met
from services.analytics.counters.domain import COUNTERS, NOTHING, Basis, Counts
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import contribution, recount
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.timing import times
from services.analytics.figures.actions.figures import ratio_of
from services.analytics.figures.actions.shown import Shown
from services.analytics.figures.domain import Ratio
from services.analytics.figures.schemas import PeriodName
from tests.unit.analytics.test_counting import at, day_of

IN_THE_VILLAGE = Formula(
    code="in_the_village",
    version=1,
    name="小事不出村",
    name_en="Solved in the village",
    numerator={Counter.SOLVED_IN_GRID: 1, Counter.SOLVED_IN_VILLAGE: 1},
    denominator={Counter.CLOSED_SUBSTANTIVE: 1},
    population=Population.REGISTERED,
    target=Target(over="95"),
)
TOWN, VILLAGE = "T-1", "V-1"


def fact_of(*events: Event, case_id: str = "c1") -> Fact:
    """The fact that these events make, each source counting its own."""
    return refold(enumerate(events, start=1))[case_id]


def settled(case_id: str, level: Level | None, unit: str = VILLAGE) -> list[Event]:
    """A dispute from its registration to its end."""
    return [
        said(cases.CaseRegistered, case_id, registered_at=at()),
        said(cases.CaseAssigned, case_id, occurred_at=at(hours=1), lead_unit=unit),
        said(cases.CaseSigned, case_id, occurred_at=at(hours=2), unit_code=unit),
        said(cases.CaseHandled, case_id, occurred_at=at(hours=3), unit_code=unit, level=level),
        said(cases.CaseClosed, case_id, occurred_at=at(hours=4)),
    ]


def total(fact: Fact, level_of: Callable[[str], str] = lambda _unit: "") -> dict[tuple[str, str], int]:
    """By unit and counter, all that the cohort counts."""
    return {
        (cell.unit_code, counter.value): count
        for cell, counts in contribution(fact, day_of, level_of).items()
        if cell.basis == Basis.REGISTERED
        for counter, count in zip(COUNTERS, counts, strict=True)
        if count
    }


def summed(rows: Sequence[Counts]) -> Counts:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else NOTHING


@pytest.mark.parametrize(("in_village", "met", "printed"), [(551, Met.MET, "95.2 %"), (550, Met.NOT_MET, "95.0 %")])
def test_551_of_579_is_over_95_percent_and_550_is_not_whatever_is_printed(
    in_village: int, met: Met, printed: str
) -> None:
    levels = [*[Level.VILLAGE] * in_village, *[Level.TOWN] * (579 - in_village)]
    facts = [
        fact_of(*settled(f"c{number}", level, VILLAGE if level is Level.VILLAGE else TOWN), case_id=f"c{number}")
        for number, level in enumerate(levels)
    ]
    cells = recount(facts, lambda _fact: day_of)
    ratio = ratio_of(IN_THE_VILLAGE, summed([counts for cell, counts in cells.items() if cell.basis == "registered"]))
    assert Fraction(*ratio) == Fraction(in_village, 579)
    shown = Shown.of(IN_THE_VILLAGE, 1, PeriodName.MONTH).rate(ratio, Ratio(0, 0))
    assert (shown["met"], shown["text"]) == (met, printed)


@pytest.mark.parametrize("level", Level)
def test_it_ended_where_the_result_was_given_that_stood(level: Level) -> None:
    found = total(fact_of(*settled("c1", level)))
    assert {counter for _, counter in found if counter.startswith("solved_in")} == {f"solved_in_{level}"}
    unverified = [
        *settled("c1", level)[:-1],
        said(cases.CaseClosed, "c1", closing=Closing.UNVERIFIED, satisfaction=None),
    ]
    assert not any(counter.startswith("solved_in") for _, counter in total(fact_of(*unverified)))


def test_of_two_rounds_the_last_counts_and_of_what_was_not_told_the_level_of_who_led() -> None:
    again = [
        *settled("c1", Level.VILLAGE)[:-1],
        said(cases.CaseSentBack, "c1", occurred_at=at(hours=5)),
        said(cases.CaseAssigned, "c1", occurred_at=at(hours=6), round=2, lead_unit=TOWN),
        said(cases.CaseHandled, "c1", occurred_at=at(hours=7), round=2, unit_code=TOWN, level=Level.TOWN),
        said(cases.CaseClosed, "c1", occurred_at=at(hours=8), round=2),
    ]
    assert total(fact_of(*again))[TOWN, "solved_in_town"] == 1
    assert (VILLAGE, "solved_in_village") not in total(fact_of(*again))
    before = fact_of(*settled("c1", None))
    assert not any(counter.startswith("solved_in") for _, counter in total(before))
    assert total(before, lambda _unit: "village")[VILLAGE, "solved_in_village"] == 1


def test_answered_at_the_door_it_ended_at_the_level_of_who_answered() -> None:
    answered = [
        said(cases.CaseRegistered, "c1", registered_at=at()),
        said(cases.CaseAnsweredDirectly, "c1", occurred_at=at(), answered_by_unit=VILLAGE, level=Level.VILLAGE),
        said(cases.CaseClosed, "c1", occurred_at=at(hours=4)),
    ]
    assert total(fact_of(*answered))[VILLAGE, "solved_in_village"] == 1


def passed(kind: type[passing.CaseDelegated | passing.CaseRaised], hours: int, from_unit: str, *chain: str) -> Event:
    return said(
        kind, "c1", occurred_at=at(hours=hours), from_unit=from_unit, working_unit=chain[-1], lead_unit=chain[0],
        delegates=chain[1:],
    )  # fmt: skip


def limit(deadline: str, unit: str, hours: int) -> Event:
    fields = {"starts_at": at(), "warn_at": at(hours=hours), "due_at": at(hours=hours)}
    return said(cases.DeadlineSet, "c1", occurred_at=at(), deadline=deadline, unit_code=unit, pack_version=1, **fields)


def test_who_works_signs_and_handles_and_who_is_accountable_keeps_the_limit() -> None:
    events = [
        *settled("c1", None, TOWN)[:3],
        passed(passing.CaseDelegated, 3, TOWN, TOWN, VILLAGE),
        limit("sign", VILLAGE, 6),
        limit("handle", TOWN, 9),
        said(cases.CaseSigned, "c1", occurred_at=at(hours=5), unit_code=VILLAGE),
        said(cases.CaseHandled, "c1", occurred_at=at(hours=8), unit_code=VILLAGE, level=Level.VILLAGE),
    ]
    fact = fact_of(*events)
    assert (fact.lead, fact.unit, fact.status) == (TOWN, TOWN, "handled")
    found = total(fact)
    assert {key: count for key, count in found.items() if key[0] == VILLAGE} == {
        (VILLAGE, counter): count
        for counter, count in {
            "assigned": 1, "signed": 1, "sign_due": 1, "signed_on_time": 1, "handled": 1, "handle_minutes": 300,
        }.items()
    }  # fmt: skip
    assert {counter for unit, counter in found if unit == TOWN} == {
        "registered", "assigned", "signed", "delegated", "handle_due", "handled_on_time",
    }  # fmt: skip
    assert [cell.unit_code for cell in times(fact, day_of)] == [TOWN, VILLAGE, VILLAGE]


def test_raised_from_the_grid_to_a_department_nothing_counts_as_a_return() -> None:
    chain = ["G-1", VILLAGE, TOWN, "H-1", "D-1"]
    events = settled("c1", None, "G-1")[:2]
    for hours, (lower, upper) in enumerate(pairwise(chain), start=2):
        events += [
            said(cases.CaseSigned, "c1", occurred_at=at(hours=hours), unit_code=lower),
            passed(passing.CaseRaised, hours, lower, upper),
        ]
    events += [
        said(cases.CaseHandled, "c1", occurred_at=at(hours=9), unit_code="D-1", level=Level.DEPARTMENT),
        said(cases.CaseClosed, "c1", occurred_at=at(hours=10)),
    ]
    found = total(fact_of(*events))
    assert {unit: found[unit, "raised"] for unit in chain[:-1]} == dict.fromkeys(chain[:-1], 1)
    assert found["D-1", "solved_in_department"] == found["D-1", "closed_substantive"] == 1
    assert not {"returns_requested", "returns_refused"} & {counter for _, counter in found}
    assert sum(count for (_, counter), count in found.items() if counter == "assigned") == len(chain)


def test_what_is_taken_back_counts_as_nothing_and_another_may_sign_twice() -> None:
    events = [
        *settled("c1", None, TOWN)[:3],
        passed(passing.CaseDelegated, 3, TOWN, TOWN, VILLAGE),
        said(
            passing.CaseDelegated, "c1", occurred_at=at(hours=4), from_unit=VILLAGE, working_unit=TOWN, lead_unit=TOWN,
            delegates=(), recalled=True,
        ),
        said(cases.CaseSigned, "c1", occurred_at=at(hours=5), unit_code=TOWN),
    ]  # fmt: skip
    found = total(fact_of(*events))
    assert (found[TOWN, "delegated"], found[TOWN, "signed"]) == (1, 2)
    assert {counter for unit, counter in found if unit == VILLAGE} == {"assigned"}
