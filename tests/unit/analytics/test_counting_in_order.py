"""What counts when events come twice, late, or at one moment: each by its place in its ledger."""

from datetime import date
from pathlib import Path

from libs.common.bus.codec import decode_event
from libs.common.counters import Counter
from libs.common.events.cases import CaseEvent
from services.analytics.facts.actions.events import HEARD, atoms_of
from services.analytics.facts.domain.atoms import (
    Missed,
    Outcome,
    Registration,
    ReturnRequest,
    ReturnRuling,
    Signature,
    Stint,
)
from services.analytics.facts.domain.fact import Fact, fold
from services.analytics.facts.domain.places import PLACES
from services.analytics.facts.domain.status import Status
from tests.support.histories import SPEAKERS
from tests.unit.analytics.test_counting import MONDAY, REGISTRATION, A, B, at, counted, of, sign_limit, then, total


def test_what_is_said_twice_at_one_moment_counts_twice() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        ReturnRequest(1, A, "wrong_area", at(hours=1)),
        ReturnRuling(1, A, False, at(hours=1)),
        ReturnRequest(1, A, "wrong_area", at(hours=1)),
        ReturnRuling(1, A, False, at(hours=1)),
        Stint(1, B, "0101", at(hours=1)),
        Stint(1, A, "0101", at(hours=1)),
        Stint(1, B, "0101", at(hours=1)),
    )
    assert total(fact, Counter.RETURNS_REQUESTED, Counter.RETURNS_REFUSED, Counter.ASSIGNED) == [2, 2, 4]
    assert (fact.lead, fact.version) == (B, 9)


def test_the_same_event_again_changes_nothing_and_a_late_one_takes_its_place() -> None:
    first, second = Stint(1, A, "0101", MONDAY, seq=2), Stint(1, B, "0101", MONDAY, seq=4)
    fact = fold(fold(fold(None, REGISTRATION), second), first)
    assert (fact.stints, fact.lead) == ((first, second), B)
    assert fold(fact, first) is fold(fact, second) is fold(fact, REGISTRATION) is fact


def test_within_one_moment_a_signature_is_that_of_the_stint_before_it() -> None:
    fact = of(Stint(1, A, "0101", at()), Signature(1, A, at()), Stint(1, B, "0101", at()), Stint(1, A, "0101", at()))
    assert total(fact, Counter.SIGNED) == [1]
    assert fact.status is Status.ASSIGNED
    assert then(fact, Signature(1, A, at())).status is Status.SIGNED


def test_of_clocks_that_fall_due_together_the_one_set_last_is_missed() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        sign_limit(A, at(), at(hours=8)),
        Stint(1, B, "0101", at()),
        sign_limit(B, at(), at(hours=8)),
        Stint(1, A, "0101", at()),
        sign_limit(A, at(), at(hours=8)),
        Missed(1, "sign", at(hours=8), at(hours=8)),
    )
    assert total(fact, Counter.SIGN_DUE, Counter.SIGNED_ON_TIME) == [1, 0]
    assert counted(fact)[date(2026, 6, 1), A]["sign_due"] == 1


def test_a_result_before_its_assignment_by_the_clock_took_no_time() -> None:
    """The clock was ahead when the unit got it, and right when it was done."""
    fact = of(Stint(1, A, "0101", at(hours=2)), Outcome(1, A, "substantive", at(hours=1)))
    assert total(fact, Counter.HANDLED, Counter.HANDLE_MINUTES) == [1, 0]


EXAMPLES = Path(__file__).parents[2] / "contract" / "examples"


def test_marks_without_a_place_are_told_apart_by_time() -> None:
    """As they stand in facts that were folded before places were kept; what comes to them has one."""
    old = Fact(
        REGISTRATION._replace(seq=0),
        stints=(Stint(1, A, "0101", at()), Stint(1, B, "0101", at(hours=2))),
        signatures=(Signature(1, A, at(hours=1)),),
        limits=(sign_limit(A, at(), at(hours=8)), sign_limit(B, at(hours=2), at(hours=10))),
        misses=(Missed(1, "sign", at(hours=10), at(hours=10)),),
    )
    assert total(old, Counter.SIGNED, Counter.SIGN_DUE, Counter.SIGNED_ON_TIME) == [1, 2, 1]
    late = fold(fold(old, Signature(1, B, at(hours=11), 5)), Outcome(1, B, "substantive", at(hours=12), seq=6))
    assert total(late, Counter.SIGNED, Counter.HANDLED, Counter.HANDLE_MINUTES) == [2, 1, 600]
    again = fold(late, Stint(1, A, "0101", at(hours=2), seq=7))
    assert [signature is not None for signature in again.signed] == [True, True, False]


def test_each_kind_of_mark_is_said_by_one_service() -> None:
    """So the places of a kind are those of one ledger, and may be compared."""
    speakers: dict[type[object], set[str]] = {}
    for kind in HEARD:
        for example in (EXAMPLES / kind.__name__).glob("*.json"):
            event = decode_event(kind.type_name, example.read_bytes())
            assert isinstance(event, CaseEvent)
            for atom in atoms_of(event, 1):
                speakers.setdefault(type(atom), set()).add(SPEAKERS[kind])
    assert speakers.keys() == {Registration, *PLACES}
    assert {len(services) for services in speakers.values()} == {1}
