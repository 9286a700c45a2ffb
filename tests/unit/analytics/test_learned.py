"""A fact as it was known at a cut is the fold of what had been learned by then, whatever came since."""

import random
from functools import reduce
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.common.bus.codec import decode_event
from libs.common.bus.flow import FLOW
from libs.common.events.cases import CaseEvent, CaseRegistered
from services.analytics.facts.actions.events import HEARD, atoms_of
from services.analytics.facts.actions.refold import refold
from services.analytics.facts.domain.atoms import Registration
from services.analytics.facts.domain.documents import from_documents, to_document, to_learned, to_places
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.learned import (
    PART_BITS,
    SAID_BY,
    UNKNOWN,
    is_within,
    known_at,
    noted,
    stamp_of,
)
from services.analytics.facts.domain.places import PLACES
from tests.support.histories import Told, life
from tests.support.mixing import interleave, split

EXAMPLES = Path("tests/contract/examples")
PARTS = 16
SEEDS = st.integers(min_value=0, max_value=2**32)


class Learner:
    """Folds one case, batch after batch, each in a part of its own choice."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.batches = split(interleave(life("case", seed), self.rng), self.rng, repeat=False)
        self.positions = [0] * PARTS
        self.fact: Fact | None = None
        self.learned: dict[str, list[int]] = {}

    def learn(self, batch: list[Told]) -> None:
        part = self.rng.randrange(PARTS)
        self.positions[part] += 1
        for source, seq, event in batch:
            assert isinstance(event, CaseEvent)
            self.fact = reduce(fold, atoms_of(event, seq), self.fact)
            self.learned = noted(self.learned, [(source, seq)], stamp_of(part, self.positions[part]))


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_at_every_cut_it_is_what_had_been_learned(seed: int) -> None:
    learner = Learner(seed)
    cuts: list[tuple[list[int], Fact | None]] = [(list(learner.positions), None)]
    for batch in learner.batches:
        learner.learn(batch)
        cuts.append((list(learner.positions), learner.fact))
    assert learner.fact is not None
    stored = from_documents(*_through_documents(learner.fact))
    for positions, known in cuts:
        assert known_at(stored, learner.learned, positions) == known


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_what_has_no_stamp_was_known_from_the_start(seed: int) -> None:
    told = interleave(life("case", seed), random.Random(seed))
    fact = refold((one.seq, one.event) for one in told)["case"]
    assert known_at(fact, {}, [0] * PARTS) == fact
    later = noted({}, [("dispatch", 1_000)], stamp_of(3, 1))
    assert later["dispatch"][:-1] == [UNKNOWN] * 999
    assert known_at(fact, later, [0] * PARTS) == fact


def test_a_correction_was_not_known_before_it_came() -> None:
    first = next(one.event for one in life("case", 1) if isinstance(one.event, CaseRegistered))
    corrected = first.model_copy(update={"area_code": "999001102201"})
    fact = refold([(1, first), (2, corrected)])[first.case_id]
    learned = noted(noted({}, [("intake", 1)], stamp_of(0, 1)), [("intake", 2)], stamp_of(0, 2))
    stored = from_documents(*_through_documents(fact))
    before, after = (known_at(stored, learned, [position] + [0] * (PARTS - 1)) for position in (1, 2))
    assert before is not None
    assert after is not None
    assert (before.registration.area_code, after.registration.area_code) == (first.area_code, corrected.area_code)
    assert known_at(stored, learned, [0] * PARTS) is None


def test_each_kind_is_said_by_the_service_that_the_map_names() -> None:
    assert set(SAID_BY) == {Registration, *PLACES}
    for route in FLOW:
        if route.event in HEARD:
            example = next((EXAMPLES / route.event.__name__).glob("*.json"))
            event = decode_event(route.event.type_name, example.read_bytes())
            assert isinstance(event, CaseEvent)
            assert {SAID_BY[type(atom)] for atom in atoms_of(event, 1)} == {*route.said_by}


def test_a_stamp_is_part_and_position() -> None:
    assert PARTS <= 1 << PART_BITS
    stamp = stamp_of(5, 7)
    assert is_within(stamp, [0, 0, 0, 0, 0, 7])
    assert not is_within(stamp, [9, 9, 9, 9, 9, 6])


def _through_documents(fact: Fact) -> tuple[dict[str, list[object]], dict[str, list[int]], dict[str, list[object]]]:
    return orjson.loads(to_document(fact)), orjson.loads(to_places(fact)), orjson.loads(to_learned(fact, {}))
