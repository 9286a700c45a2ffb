"""Whatever way a history reaches us, facts and roll-ups come out the same, and the same as counted from nothing."""

import random
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.time.periods import assessment_day
from services.analytics.actions.marks import mark_of
from services.analytics.actions.refold import refold
from services.analytics.domain.counting import add, contribution, difference, recount
from services.analytics.domain.documents import from_document, to_document
from services.analytics.domain.fact import Fact, fold
from services.analytics.domain.terms import COUNTERS, Basis, Cell, Counter, Counts
from tests.unit.analytics.histories import interleave, life, shuffle, split

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
)

SAME_DAY = (
    (Counter.SIGNED_ON_TIME, Counter.SIGN_DUE),
    (Counter.HANDLED_ON_TIME, Counter.HANDLE_DUE),
    (Counter.SOLVED, Counter.VALID_CALLBACKS),
)


def day_of(moment: datetime) -> date:
    return assessment_day(moment, ZoneInfo("Asia/Shanghai"), time(12, 0))


def running(batches: list[list[object]]) -> tuple[dict[str, Fact], dict[Cell, Counts]]:
    """What the service does: fold a batch, add the difference that it made."""
    facts: dict[str, Fact] = {}
    total: dict[Cell, Counts] = {}
    for batch in batches:
        before = {event.case_id: facts.get(event.case_id) for event in batch}  # type: ignore[attr-defined]
        for event in batch:
            case_id = event.case_id  # type: ignore[attr-defined]
            facts[case_id] = fold(facts.get(case_id), mark_of(event))  # type: ignore[arg-type]
        for case_id, old in before.items():
            was = {} if old is None else contribution(old, day_of)
            add(total, difference(was, contribution(facts[case_id], day_of)))
    return facts, total


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_any_order_splitting_and_repetition_gives_the_recount(seed: int) -> None:
    rng = random.Random(seed)
    told = [life(f"case-{index}", rng.randrange(2**32)) for index in range(rng.randrange(1, 12))]
    facts, straight = refold((event for history in told for _, event in history), lambda _: day_of)
    mixed = shuffle([interleave(history, rng) for history in told], rng)
    other_facts, total = running([list(batch) for batch in split(mixed, rng)])
    assert other_facts == facts
    assert total == straight == recount(facts.values(), lambda _: day_of)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_every_prefix_keeps_numerators_within_denominators(seed: int) -> None:
    fact: Fact | None = None
    for _, event in life("case-1", seed):
        fact = fold(fact, mark_of(event))
        for cell, counts in contribution(fact, day_of).items():
            number = dict(zip(COUNTERS, counts, strict=True))
            assert all(count >= 0 for count in counts)
            assert any(counts)
            for part, whole in SAME_DAY if cell.basis == Basis.HAPPENED else SUBSETS:
                assert number[part] <= number[whole], (cell, part, whole)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_each_basis_counts_the_same_things(seed: int) -> None:
    """Only the day differs: the cohort and the day of happening add up to the same totals."""
    facts, total = refold((event for _, event in life("case-1", seed)), lambda _: day_of)
    sums = {basis: [0] * len(COUNTERS) for basis in Basis}
    for cell, counts in total.items():
        for index, count in enumerate(counts):
            sums[Basis(cell.basis)][index] += count
    assert sums[Basis.REGISTERED] == sums[Basis.HAPPENED]
    closed = facts["case-1"].closed_at is not None
    assert sums[Basis.CLOSED] == (sums[Basis.REGISTERED] if closed else [0] * len(COUNTERS))
    assert sums[Basis.REGISTERED][COUNTERS.index(Counter.REGISTERED)] == 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_a_document_gives_the_fact_back(seed: int) -> None:
    facts, _ = refold((event for _, event in life("case-1", seed)), lambda _: day_of)
    document = to_document(facts["case-1"])
    assert from_document(orjson.loads(document)) == facts["case-1"]
    assert to_document(from_document(orjson.loads(document))) == document


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS)
def test_a_reopened_case_is_solved_in_no_figure(seed: int) -> None:
    fact: Fact | None = None
    for _, event in life("case-1", seed):
        fact = fold(fact, mark_of(event))
        valid = fact.valid_callback
        if valid is None or fact.round == valid.round:
            continue
        for counts in contribution(fact, day_of).values():
            number = dict(zip(COUNTERS, counts, strict=True))
            assert number[Counter.SOLVED] == number[Counter.SATISFIED] == number[Counter.BASICALLY_SATISFIED] == 0
            assert number[Counter.CLOSED_SUBSTANTIVE] == 0
