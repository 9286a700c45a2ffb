"""What a case counts as, by example: the rules that properties cannot tell."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from libs.common.bus.flow import Service, heard
from libs.common.counters import Counter
from libs.common.events.directory import PackPublished, StaffRecorded
from libs.common.events.ops import ResendRequested
from libs.common.time.periods import assessment_day
from services.analytics.counters.domain import COUNTERS, Basis
from services.analytics.facts.actions.events import HEARD
from services.analytics.facts.domain.atoms import (
    Atom,
    CallbackOpened,
    Closure,
    DirectAnswer,
    LimitSet,
    Missed,
    Outcome,
    Registration,
    ReturnRequest,
    ReturnRuling,
    SentBack,
    Signature,
    Stint,
    Try,
    Withdrawal,
)
from services.analytics.facts.domain.counting import contribution
from services.analytics.facts.domain.documents import from_documents, to_document, to_places
from services.analytics.facts.domain.fact import Fact, UnknownCase, fold
from services.analytics.facts.domain.status import Status
from services.analytics.facts.domain.summoned import PartCancelled, PartDone
from services.analytics.handlers import REACTIONS
from services.analytics.visits.actions.events import HEARD as HEARD_OF_VISITS

MONDAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
REGISTRATION = Registration("case-1", "NO-1", "999001101201", "0101", "hotline", "help", "normal", 1, MONDAY, seq=1)
A, B = "D-WATER", "D-TRANSPORT"


def at(**later: float) -> datetime:
    return MONDAY + timedelta(**later)


def day_of(moment: datetime) -> date:
    return assessment_day(moment, SHANGHAI)


def of(*atoms: Atom) -> Fact:
    return then(fold(None, REGISTRATION), *atoms)


def then(fact: Fact, *atoms: Atom) -> Fact:
    """The fact after more events, each at the next place of its ledger."""
    for atom in atoms:
        fact = fold(fact, atom._replace(seq=fact.version + 1))
    return fact


def counted(fact: Fact, basis: Basis = Basis.HAPPENED) -> dict[tuple[date, str], dict[str, int]]:
    """What is not 0, by day and unit."""
    return {
        (cell.day, cell.unit_code): {name.value: count for name, count in zip(COUNTERS, counts, strict=True) if count}
        for cell, counts in contribution(fact, day_of).items()
        if cell.basis == basis
    }


def total(fact: Fact, *counters: Counter) -> list[int]:
    sums = dict.fromkeys(COUNTERS, 0)
    for cell, counts in contribution(fact, day_of).items():
        if cell.basis == Basis.REGISTERED:
            for name, count in zip(COUNTERS, counts, strict=True):
                sums[name] += count
    return [sums[counter] for counter in counters]


def handle_limit(due_at: datetime, set_at: datetime = MONDAY, unit: str = A) -> LimitSet:
    return LimitSet(1, "handle", unit, MONDAY, due_at, set_at)


def sign_limit(unit: str, starts_at: datetime, due_at: datetime) -> LimitSet:
    return LimitSet(1, "sign", unit, starts_at, due_at, starts_at)


def answered(round_: int, word: str, *, solved: bool = True, when: datetime = MONDAY, unit: str = A) -> Try:
    return Try(round_, 1, unit, "answered", True, True, solved, word, when)


def test_all_that_the_map_sends_is_heard() -> None:
    of_the_library = {ResendRequested}
    assert set(REACTIONS.handlers) == set(heard(Service.ANALYTICS)) - of_the_library
    assert set(REACTIONS.handlers) - {PackPublished, StaffRecorded} == HEARD | HEARD_OF_VISITS


def test_a_limit_that_ends_at_midnight_falls_due_on_the_day_before() -> None:
    midnight = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)
    fact = of(Stint(1, A, "0101", at()), handle_limit(midnight), Outcome(1, A, "substantive", at(hours=5)))
    assert counted(fact)[date(2026, 6, 3), A] == {"handle_due": 1, "handled_on_time": 1}


def test_at_the_very_limit_it_is_late() -> None:
    due = at(hours=5)
    on_time = of(Stint(1, A, "0101", at()), handle_limit(due), Outcome(1, A, "substantive", due - timedelta(seconds=1)))
    late = of(Stint(1, A, "0101", at()), handle_limit(due), Outcome(1, A, "substantive", due))
    assert total(on_time, Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME) == [1, 1]
    assert total(late, Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME) == [1, 0]


def test_a_running_limit_is_not_counted_yet() -> None:
    running = of(Stint(1, A, "0101", at()), handle_limit(at(hours=5)))
    assert total(running, Counter.HANDLE_DUE) == [0]
    assert running.running_limit == handle_limit(at(hours=5))._replace(seq=3)
    missed = then(running, Missed(1, "handle", at(hours=5), at(hours=5)))
    assert total(missed, Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME) == [1, 0]


def test_a_result_that_arrives_late_but_was_given_in_time_restates() -> None:
    missed = of(Stint(1, A, "0101", at()), handle_limit(at(hours=5)), Missed(1, "handle", at(hours=5), at(hours=5)))
    restated = then(missed, Outcome(1, A, "substantive", at(hours=4)))
    assert total(restated, Counter.HANDLE_DUE, Counter.HANDLED_ON_TIME) == [1, 1]


def test_after_an_extension_the_old_limit_counts_no_more() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        handle_limit(at(hours=5)),
        Missed(1, "handle", at(hours=5), at(hours=5)),
        handle_limit(at(hours=30), set_at=at(hours=4)),
    )
    assert total(fact, Counter.HANDLE_DUE) == [0]
    assert total(then(fact, Outcome(1, A, "staged", at(hours=29))), Counter.HANDLED_ON_TIME) == [1]


def test_a_return_counts_for_the_unit_that_gave_back() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        sign_limit(A, at(), at(hours=8)),
        ReturnRequest(1, A, "wrong_area", at(hours=1)),
        ReturnRuling(1, A, True, at(hours=2)),
        Stint(1, B, "0102", at(hours=2)),
        sign_limit(B, at(hours=2), at(hours=10)),
        Signature(1, B, at(hours=3)),
        ReturnRequest(1, B, "overlap", at(hours=4)),
        ReturnRuling(1, B, False, at(hours=5)),
    )
    assert counted(fact) == {
        (date(2026, 6, 1), A): {"assigned": 1, "returns_requested": 1, "returns_granted": 1},
        (date(2026, 6, 1), B): {
            "registered": 1,
            "assigned": 1,
            "signed": 1,
            "sign_due": 1,
            "signed_on_time": 1,
            "returns_requested": 1,
            "returns_refused": 1,
        },
    }
    assert {cell.category_code for cell in contribution(fact, day_of)} == {"0102"}


def test_a_unit_that_leads_twice_is_asked_twice() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        sign_limit(A, at(), at(hours=8)),
        Stint(1, B, "0101", at(hours=2)),
        Stint(1, A, "0101", at(hours=9)),
        sign_limit(A, at(hours=9), at(hours=17)),
        Signature(1, A, at(hours=20)),
    )
    assert total(fact, Counter.ASSIGNED, Counter.SIGNED, Counter.SIGN_DUE, Counter.SIGNED_ON_TIME) == [3, 1, 1, 0]
    assert fact.status is Status.SIGNED


def test_a_missed_limit_counts_for_whoever_held_the_case_when_it_passed() -> None:
    fact = of(
        Stint(1, A, "0101", at()),
        handle_limit(at(hours=5)),
        Missed(1, "handle", at(hours=5), at(hours=5)),
        Stint(1, B, "0101", at(hours=6)),
        Outcome(1, B, "substantive", at(hours=7)),
    )
    cells = counted(fact)
    assert cells[date(2026, 6, 1), A] == {"assigned": 1, "handle_due": 1, "handled_late": 1}
    assert cells[date(2026, 6, 1), B] == {"registered": 1, "assigned": 1, "handled": 1, "handle_minutes": 60}


def rates_of(fact: Fact) -> list[int]:
    return total(
        fact,
        Counter.CALLBACKS_DUE,
        Counter.VALID_CALLBACKS,
        Counter.SOLVED,
        Counter.SATISFIED,
        Counter.NOT_SATISFIED,
        Counter.CLOSED,
    )


def test_reopening_clears_solved_in_every_figure() -> None:
    closed = of(
        Stint(1, A, "0101", at()),
        CallbackOpened(1, A, at()),
        answered(1, "satisfied"),
        Closure(1, "substantive", "satisfied", at(days=1)),
    )
    assert rates_of(closed) == [1, 1, 1, 1, 0, 1]
    assert counted(closed, Basis.CLOSED).keys() == {(date(2026, 6, 2), A)}
    reopened = then(closed, SentBack(1, 2, A, at(days=9)))
    assert rates_of(reopened) == [1, 1, 0, 0, 0, 0]
    assert counted(reopened, Basis.CLOSED) == {}
    assert reopened.status is Status.SENT_BACK
    again = then(reopened, answered(2, "satisfied", when=at(days=10)), Closure(2, "substantive", None, at(days=10)))
    assert rates_of(again) == [1, 1, 1, 1, 0, 1]
    assert total(again, Counter.CLOSED_IN_ONE_ROUND) == [0]


def test_the_latest_valid_callback_counts_alone() -> None:
    unanswered = Try(1, 2, A, "no_answer", False, None, None, None, at(days=2))
    fact = of(CallbackOpened(1, A, at()), answered(1, "not_satisfied", solved=False), unanswered)
    assert rates_of(fact) == [1, 1, 0, 0, 1, 0]


def test_whom_nobody_reached_is_in_no_satisfaction_rate() -> None:
    unanswered = Try(1, 1, A, "no_answer", False, None, None, None, at(days=1))
    fact = of(CallbackOpened(1, A, at()), unanswered, Closure(1, "unverified", None, at(days=5)))
    assert rates_of(fact) == [1, 0, 0, 0, 0, 1]
    assert total(fact, Counter.CLOSED_UNVERIFIED, Counter.CLOSED_SUBSTANTIVE) == [1, 0]


def test_a_withdrawal_is_no_closing() -> None:
    fact = of(Stint(1, A, "0101", at()), Withdrawal(at(hours=1)), Closure(1, "withdrawn", None, at(hours=2)))
    assert total(fact, Counter.WITHDRAWN, Counter.CLOSED) == [1, 0]
    assert fact.status is Status.WITHDRAWN
    assert counted(fact, Basis.CLOSED) == {}


def test_what_is_not_accepted_is_counted_apart_until_it_is_reopened() -> None:
    queue = Stint(1, "", "", at())
    fact = of(queue, Closure(1, "not_accepted", None, at(hours=2)))
    assert total(fact, Counter.NOT_ACCEPTED, Counter.CLOSED, Counter.CLOSED_IN_ONE_ROUND, Counter.WITHDRAWN) == [
        *(1, 0, 0, 0),
    ]
    assert (fact.status, fact.is_open, counted(fact, Basis.CLOSED)) == (Status.NOT_ACCEPTED, False, {})
    again = of(queue, Closure(1, "not_accepted", None, at(hours=2)), SentBack(1, 2, "", at(days=1)))
    assert total(again, Counter.NOT_ACCEPTED) == [0]
    assert again.is_open


def test_a_direct_answer_counts_for_whoever_gave_it() -> None:
    fact = of(DirectAnswer(1, "H-12345", at()), CallbackOpened(1, "H-12345", at()))
    assert counted(fact) == {
        (date(2026, 6, 1), "H-12345"): {"registered": 1, "answered_directly": 1, "callbacks_due": 1}
    }
    assert fact.status is Status.ANSWERED


def test_a_case_without_a_registration_is_unknown() -> None:
    with pytest.raises(UnknownCase):
        fold(None, Withdrawal(at()))


def test_a_late_correction_of_last_week_restates_last_week() -> None:
    history: Iterable[Atom] = (Stint(1, A, "0101", at()), Outcome(1, A, "substantive", at(days=1)))
    before = of(*history)
    after = then(before, Stint(1, B, "02", at(days=10)))
    assert set(counted(before, Basis.REGISTERED)) == {(date(2026, 6, 1), A)}
    assert counted(after, Basis.REGISTERED)[date(2026, 6, 1), B] == {"registered": 1, "assigned": 1}
    assert {cell.category_code for cell in contribution(after, day_of)} == {"02"}


def test_a_support_unit_counts_its_parts_and_enters_no_rate_of_the_lead() -> None:
    alone = of(Stint(1, A, "0101", at()), Outcome(1, A, "substantive", at(hours=9)))
    helped = of(
        Stint(1, A, "0101", at(), "V-1 V-2"),
        PartDone(1, "V-1", at(hours=1)),
        PartCancelled(1, "V-2", at(hours=2)),
        Outcome(1, A, "substantive", at(hours=9)),
    )
    lead = {cell: counts for cell, counts in contribution(helped, day_of).items() if cell.unit_code in ("", A)}
    assert lead == contribution(alone, day_of)
    parts = {unit: counts for (_, unit), counts in counted(helped).items() if unit != A}
    assert parts == {
        "V-1": {"support_given": 1, "support_done": 1},
        "V-2": {"support_given": 1, "support_cancelled": 1},
    }


def test_who_is_named_again_in_the_same_round_goes_on_with_its_part() -> None:
    first = of(Stint(1, A, "0101", at(), "V-1 V-2"), PartCancelled(1, "V-2", at(hours=1)))
    again = then(first, Stint(1, B, "0101", at(hours=2), "V-1 V-2"))
    assert total(first, Counter.SUPPORT_GIVEN) == [2]
    assert total(again, Counter.SUPPORT_GIVEN) == [3]
    assert total(then(again, Stint(2, B, "0101", at(hours=3), "V-1")), Counter.SUPPORT_GIVEN) == [4]
    assert total(then(again, Stint(1, "", "", at(hours=3))), Counter.SUPPORT_GIVEN) == [3]


def test_the_part_of_a_merged_unit_is_given_to_its_successor() -> None:
    moved = of(Stint(1, A, "0101", at(), "V-1"), PartCancelled(1, "V-1", at(hours=1), "V-2"))
    parts = {unit: counts for (_, unit), counts in counted(moved).items() if unit.startswith("V")}
    assert parts == {
        "V-1": {"support_given": 1, "support_cancelled": 1},
        "V-2": {"support_given": 1, "support_open": 1},
    }
    again = then(moved, Stint(1, B, "0101", at(hours=2), "V-2"))
    assert total(again, Counter.SUPPORT_GIVEN) == [2]
    assert total(then(again, Stint(1, A, "0101", at(hours=3), "V-1")), Counter.SUPPORT_GIVEN) == [3]


def test_what_a_fact_does_not_say_of_support_is_not_written() -> None:
    """So that a fact of a release before is what its events give."""
    plain, helped = of(Stint(1, A, "0101", at())), of(Stint(1, A, "0101", at(), "V-1"))
    moved = then(helped, PartCancelled(1, "V-1", at(hours=1), "V-2"))
    assert len(orjson.loads(to_document(plain))["stints"][0]) == 4
    for fact in (plain, helped, moved):
        assert from_documents(orjson.loads(to_document(fact)), orjson.loads(to_places(fact))) == fact
