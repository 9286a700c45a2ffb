"""Whatever way a history reaches us, facts and roll-ups come out the same, and the same as counted from nothing."""

import random
from collections import Counter as TypeCounter
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import reduce
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.counters import AMONG, Counter
from libs.common.events import cases, passing, supervision
from libs.common.events.cases import CaseEvent
from libs.common.time.periods import assessment_day
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, Basis, Cell, Counts, add, difference
from services.analytics.facts.actions.events import atoms_of
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.counting import contribution, recount
from services.analytics.facts.domain.documents import from_documents, to_document, to_places
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.petitions import is_excluded
from services.analytics.facts.domain.places import PLACES
from tests.support.histories import Told, life
from tests.support.mixing import interleave, shuffle, split

SEEDS = st.integers(min_value=0, max_value=2**32)
EXAMPLES = 60

SUBSETS = (
    (Counter.SIGNED_ON_TIME, Counter.SIGN_DUE),
    (Counter.HANDLED_ON_TIME, Counter.HANDLE_DUE),
    (Counter.CONTACTED, Counter.VALID_CALLBACKS),
    (Counter.SOLVED, Counter.VALID_CALLBACKS),
    (Counter.VALID_CALLBACKS, Counter.CALLBACKS_DUE),
    (Counter.CLOSED_IN_ONE_ROUND, Counter.CLOSED),
    (Counter.SIGNED, Counter.ASSIGNED),
    (Counter.FIRST_VISITS_SETTLED, Counter.FIRST_VISITS),
    (Counter.FIRST_VISITS_SETTLED, Counter.SETTLED_AT_ONCE),
    (Counter.SETTLED_AT_ONCE, Counter.CLOSED_IN_ONE_ROUND),
    (Counter.SETTLED_AT_ONCE, Counter.CLOSED_SUBSTANTIVE),
    (Counter.BACKLOG_SETTLED, Counter.BACKLOG_CASES),
    (Counter.FIRST_SATISFIED, Counter.FIRST_CALLBACKS),
    (Counter.SUPPORT_DUE, Counter.SUPPORT_GIVEN),
    (Counter.SUPPORT_OPEN, Counter.SUPPORT_GIVEN),
    (Counter.REPORTS_DUE, Counter.CALLS),
    (Counter.CALLS_DUE, Counter.CALLS),
    (Counter.CALLS_OPEN, Counter.CALLS),
)

SUMS = (
    (Counter.HANDLE_DUE, (Counter.HANDLED_ON_TIME, Counter.HANDLED_LATE)),
    (Counter.SUPPORT_DUE, (Counter.SUPPORT_ON_TIME, Counter.SUPPORT_LATE)),
    (Counter.REPORTS_DUE, (Counter.REPORTED_ON_TIME, Counter.REPORTED_LATE, Counter.NEVER_REPORTED)),
    (Counter.CALLS_DUE, (Counter.CALLS_ON_TIME, Counter.CALLS_LATE)),
)
"""What the parts add up to, in every cell."""

ANSWERS = tuple(
    (Counter[f"{kind}_REQUESTED"], tuple(Counter[f"{kind}_{word}"] for word in ("GRANTED", "REFUSED", "LAPSED")))
    for kind in ("RETURNS", "EXTENSIONS", "SUSPENSIONS", "TERMINATIONS")
)

SAME_DAY = (
    (Counter.SIGNED_ON_TIME, Counter.SIGN_DUE),
    (Counter.HANDLED_ON_TIME, Counter.HANDLE_DUE),
    (Counter.SOLVED, Counter.VALID_CALLBACKS),
)


KINDS = {name: kind for kind, name in PLACES.items()}


def newer_atom(name: str, atom: list[object]) -> list[object]:
    """With all that this release may leave out, and more."""
    left_out = len(KINDS[name]._fields) - 1 - len(atom)
    return [*atom, *[""] * left_out, "new"]


def day_of(moment: datetime) -> date:
    return assessment_day(moment, ZoneInfo("Asia/Shanghai"), time(12, 0))


def running(batches: list[list[Told]]) -> tuple[dict[str, Fact], dict[Cell, Counts]]:
    """What the service does: fold a batch, add the difference that it made."""
    facts: dict[str, Fact] = {}
    total: dict[Cell, Counts] = {}
    for batch in batches:
        before = {told.event.key: facts.get(told.event.key) for told in batch}
        for told in batch:
            facts |= fold_one(facts.get(told.event.key), told)
        for case_id, old in before.items():
            was = {} if old is None else contribution(old, day_of)
            add(total, difference(was, contribution(facts[case_id], day_of)))
    return facts, total


def fold_one(fact: Fact | None, told: Told) -> dict[str, Fact]:
    """The fact of the case after one event more."""
    assert isinstance(told.event, CaseEvent)
    grown = reduce(fold, atoms_of(told.event, told.seq), fact)
    assert grown is not None
    return {told.event.case_id: grown}


def straight(told: Iterable[Told]) -> tuple[dict[str, Fact], dict[Cell, Counts]]:
    """Folded in the order in which it was said, and counted from nothing."""
    facts = refold((one.seq, one.event) for one in told)
    return facts, recount(facts.values(), lambda _: day_of)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_any_order_splitting_and_repetition_gives_the_recount(seed: int) -> None:
    rng = random.Random(seed)
    told = [life(f"case-{index}", rng.randrange(2**32)) for index in range(rng.randrange(1, 12))]
    facts, counted = straight(one for history in told for one in history)
    mixed = shuffle([interleave(history, rng) for history in told], rng)
    other_facts, total = running(split(mixed, rng))
    assert other_facts == facts
    assert total == counted


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_places_alone_say_what_came_first(seed: int) -> None:
    """However the events of a case come after its registration, even those of one source."""
    rng = random.Random(seed)
    told = life("case-1", rng.randrange(2**32))
    facts, counted = straight(told)
    later = [*told[1:], *rng.choices(told, k=3)]
    rng.shuffle(later)
    assert running(split([told[0], *later], rng)) == (facts, counted)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_what_counts_each_time_is_counted_as_often_as_it_was_said(seed: int) -> None:
    told = life("case-1", seed)
    _, counted = straight(told)
    sums = dict.fromkeys(COUNTERS, 0)
    for cell, counts in counted.items():
        if cell.basis == Basis.HAPPENED:
            for counter, count in zip(COUNTERS, counts, strict=True):
                sums[counter] += count
    said = TypeCounter(type(one.event) for one in told)
    refused = sum(isinstance(one.event, cases.ReturnDecided) and not one.event.approved for one in told)
    given = cases.CaseAssigned, cases.CaseReassigned, passing.CaseDelegated, passing.CaseRaised
    assert sums[Counter.ASSIGNED] == sum(said[event] for event in given)
    assert sums[Counter.TRIAGED] == said[cases.TriageQueued]
    assert sums[Counter.SIGNED] == said[cases.CaseSigned]
    assert (sums[Counter.RETURNS_REQUESTED], sums[Counter.RETURNS_REFUSED]) == (said[cases.ReturnRequested], refused)
    assert sums[Counter.SENT_BACK] == said[cases.CaseSentBack]
    assert sums[Counter.REMINDERS] + sums[Counter.SUPERVISIONS] == said[supervision.SupervisionIssued]


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_every_prefix_keeps_numerators_within_denominators(seed: int) -> None:
    fact: Fact | None = None
    for told in life("case-1", seed):
        fact = fold_one(fact, told)["case-1"]
        for cell, counts in contribution(fact, day_of).items():
            number = dict(zip(COUNTERS, counts, strict=True))
            assert all(count >= 0 for count in counts)
            assert any(counts)
            for part, whole in SAME_DAY if cell.basis.startswith(Basis.HAPPENED) else SUBSETS:
                assert number[part] <= number[whole], (cell, part, whole)
            for whole, parts in SUMS:
                assert number[whole] == sum(number[part] for part in parts), (cell, whole)
            for asked, answers in () if cell.basis.startswith(Basis.HAPPENED) else ANSWERS:
                assert number[asked] >= sum(number[answer] for answer in answers), (cell, asked)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_what_is_among_something_rare_is_found_by_it(seed: int) -> None:
    """Whatever a case adds to, it adds to the counter along whose index it is looked for."""
    _, counted = straight(life("case-1", seed))
    of_case = [sum(column) for column in zip(*counted.values(), strict=True)]
    for counter, among in AMONG.items():
        assert not of_case[COUNTERS.index(counter)] or of_case[COUNTERS.index(among)], (counter, among)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_each_basis_counts_the_same_things(seed: int) -> None:
    """Only the day differs: the cohort and the day of happening add up to the same totals."""
    facts, total = straight(life("case-1", seed))
    sums = {basis: [0] * len(COUNTERS) for basis in (*Basis, *LEFT_OUT.values())}
    for cell, counts in total.items():
        for index, count in enumerate(counts):
            sums[cell.basis][index] += count
    assert sums[Basis.REGISTERED] == sums[Basis.HAPPENED]
    closed = facts["case-1"].closed_at is not None
    assert sums[Basis.CLOSED] == (sums[Basis.REGISTERED] if closed else [0] * len(COUNTERS))
    assert sums[Basis.REGISTERED][COUNTERS.index(Counter.REGISTERED)] == 1
    for basis, beside in LEFT_OUT.items():
        assert sums[beside] == (sums[basis] if is_excluded(facts["case-1"]) else [0] * len(COUNTERS))


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_its_documents_give_the_fact_back(seed: int) -> None:
    facts, _ = straight(life("case-1", seed))
    fact = facts["case-1"]
    document, places = to_document(fact), to_places(fact)
    again = from_documents(orjson.loads(document), orjson.loads(places))
    assert again == fact
    assert (to_document(again), to_places(again)) == (document, places)


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_documents_of_other_releases_are_read(seed: int) -> None:
    """One that kept no places, and one that has more to say of each atom."""
    fact = straight(life("case-1", seed))[0]["case-1"]
    document, places = orjson.loads(to_document(fact)), orjson.loads(to_places(fact))
    older = from_documents(document, {})
    assert to_document(older) == to_document(fact)
    assert {seq for seqs in orjson.loads(to_places(older)).values() for seq in seqs} == {0}
    newer = {
        name: [newer_atom(name, atom) for atom in atoms] for name, atoms in document.items() if name != "registration"
    }
    assert from_documents({**newer, "registration": [*document["registration"], "new"]}, places) == fact


@settings(max_examples=EXAMPLES)
@given(seed=SEEDS)
def test_a_reopened_case_is_solved_in_no_figure(seed: int) -> None:
    fact: Fact | None = None
    for told in life("case-1", seed):
        fact = fold_one(fact, told)["case-1"]
        valid = fact.valid_callback
        if valid is None or fact.round == valid.round:
            continue
        for counts in contribution(fact, day_of).values():
            number = dict(zip(COUNTERS, counts, strict=True))
            assert number[Counter.SOLVED] == number[Counter.SATISFIED] == number[Counter.BASICALLY_SATISFIED] == 0
            assert number[Counter.CLOSED_SUBSTANTIVE] == 0
