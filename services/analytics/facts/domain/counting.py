"""What a case counts as (计数): from a fact to cells of integers, the difference of two facts, and a recount."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import compress
from operator import add as plus
from operator import neg, sub

from libs.common.counters import Counter
from libs.common.events.terms import Deadline
from services.analytics.counters.domain import COUNTERS, Basis, Cell, CellT, Counts, bits_of
from services.analytics.facts.domain.atoms import LimitSet
from services.analytics.facts.domain.fact import Fact, precedes

DayOf = Callable[[datetime], date]
"""The assessment day of a moment, by the rules of the case's own pack version."""

_COHORT, _CLOSED, _HAPPENED = Basis.REGISTERED.value, Basis.CLOSED.value, Basis.HAPPENED.value
_INSTANT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_WIDTH = len(COUNTERS)
_BITS = tuple(bits_of([counter]) for counter in COUNTERS)
_POSITION = {counter: index for index, counter in enumerate(COUNTERS)}
_BY_CODE = {counter.value: counter for counter in COUNTERS}
_BY_CLOSING = {"substantive": Counter.CLOSED_SUBSTANTIVE, "unverified": Counter.CLOSED_UNVERIFIED}
_BY_LEVEL = {"reminder": Counter.REMINDERS, "supervision": Counter.SUPERVISIONS}


Happening = tuple[Counter, str, datetime, int]
"""Something that counts: which counter, for which unit, when, and how much. A plain tuple: there are many."""


def happenings(fact: Fact) -> Iterator[Happening]:
    """Everything that a case counts as now."""
    yield from _case(fact)
    yield from _stints(fact)
    yield from _rounds(fact)
    yield from _callback(fact)
    for word in fact.supplements:
        if word.counter:
            yield _BY_CODE[word.counter], fact.leader(word.at), word.at, 1
    for sent in fact.sent_back:
        yield Counter.SENT_BACK, sent.unit, sent.at, 1
    yield from _support(fact)
    for asked in fact.returns:
        yield Counter.RETURNS_REQUESTED, asked.unit, asked.at, 1
    for ruling in fact.rulings:
        if not ruling.approved:
            yield Counter.RETURNS_REFUSED, ruling.unit, ruling.at, 1
    for order in fact.supervisions:
        if order.level in _BY_LEVEL:
            yield _BY_LEVEL[order.level], order.unit, order.at, 1


def _case(fact: Fact) -> Iterator[Happening]:
    yield Counter.REGISTERED, fact.unit, fact.registration.at, 1
    if fact.answers:
        yield Counter.ANSWERED_DIRECTLY, fact.unit, fact.answers[-1].at, 1
    if fact.withdrawn_at is not None:
        yield Counter.WITHDRAWN, fact.unit, fact.withdrawn_at, 1
    closure = fact.closure
    if closure is None or fact.closed_at is None:
        return
    yield Counter.CLOSED, fact.unit, closure.at, 1
    if closure.closing in _BY_CLOSING:
        yield _BY_CLOSING[closure.closing], fact.unit, closure.at, 1
    if closure.round == 1:
        yield Counter.CLOSED_IN_ONE_ROUND, fact.unit, closure.at, 1


def _stints(fact: Fact) -> Iterator[Happening]:
    for index, stint in enumerate(fact.stints):
        if not stint.unit:
            yield Counter.TRIAGED, "", stint.at, 1
            continue
        yield Counter.ASSIGNED, stint.unit, stint.at, 1
        signature, limit = fact.signed[index], fact.sign_limit(index)
        if signature is not None:
            yield Counter.SIGNED, stint.unit, signature.at, 1
        if limit is not None and (signature is not None or fact.was_missed(limit)):
            yield from _decided(limit, stint.unit, in_time=signature is not None and signature.at < limit.due_at)


def _support(fact: Fact) -> Iterator[Happening]:
    if any(stint.support for stint in fact.stints):
        yield from _parts_given(fact)
    for done in fact.parts_done:
        yield Counter.SUPPORT_DONE, done.unit, done.at, 1
    for off in fact.parts_cancelled:
        yield Counter.SUPPORT_CANCELLED, off.unit, off.at, 1


def _parts_given(fact: Fact) -> Iterator[Happening]:
    """Who is named again by the next assignment of the round goes on with the same part."""
    named: frozenset[str] = frozenset()
    before = None
    for stint in fact.stints:
        if before is not None and before.round == stint.round:
            named -= {off.unit for off in fact.parts_cancelled if precedes(before, off) and precedes(off, stint)}
        else:
            named = frozenset()
        support = stint.support.split()
        for unit in support:
            if unit not in named:
                yield Counter.SUPPORT_GIVEN, unit, stint.at, 1
        before, named = stint, frozenset(support)


def _rounds(fact: Fact) -> Iterator[Happening]:
    outcomes = {}
    for outcome, begun in fact.first_results:
        outcomes[outcome.round] = outcome
        yield Counter.HANDLED, outcome.unit, outcome.at, 1
        minutes = (outcome.at - begun) // _MINUTE if begun else 0
        if minutes > 0:
            yield Counter.HANDLE_MINUTES, outcome.unit, outcome.at, minutes
    for round_ in sorted({limit.round for limit in fact.limits}):
        limit = fact.handle_limit(round_)
        if limit is None:
            continue
        first = outcomes.get(round_)
        if first is not None and first.at < limit.due_at:
            yield from _decided(limit, first.unit, in_time=True)
        elif first is not None or fact.was_missed(limit):
            yield from _decided(limit, fact.holder(round_, limit.due_at), in_time=False)


def _decided(limit: LimitSet, unit: str, *, in_time: bool) -> Iterator[Happening]:
    due, on_time = Deadline.read(limit.deadline).promise.counted_as
    yield due, unit, _day_due(limit.due_at), 1
    if in_time:
        yield on_time, unit, _day_due(limit.due_at), 1


def _callback(fact: Fact) -> Iterator[Happening]:
    valid = fact.valid_callback
    if valid is None:
        if fact.callbacks:
            yield Counter.CALLBACKS_DUE, fact.callbacks[-1].unit, fact.callbacks[-1].at, 1
        return
    opened = [atom.at for atom in fact.callbacks if atom.round == valid.round]
    yield Counter.CALLBACKS_DUE, valid.unit, opened[0] if opened else valid.at, 1
    yield Counter.VALID_CALLBACKS, valid.unit, valid.at, 1
    stands = fact.round == valid.round
    counted = {
        Counter.CONTACTED: valid.contacted is True,
        Counter.SOLVED: valid.solved is True and stands,
        Counter.SATISFIED: valid.satisfaction == "satisfied" and stands,
        Counter.BASICALLY_SATISFIED: valid.satisfaction == "basically_satisfied" and stands,
        Counter.NOT_SATISFIED: valid.satisfaction == "not_satisfied",
    }
    for counter, counts in counted.items():
        if counts:
            yield counter, valid.unit, valid.at, 1


def _day_due(due_at: datetime) -> datetime:
    """A limit that ends at midnight falls due on the day before: that midnight is already late."""
    return due_at - _INSTANT


def contribution(fact: Fact, day_of: DayOf) -> dict[Cell, Counts]:
    """The cells that a case counts in, none of them empty. The one definition of every figure."""
    # All that a case counts as stands on one day each for the cohort and for the closed: worked out once for both.
    whole: dict[str, list[int]] = {}
    happened: dict[tuple[date, str], list[int]] = {}
    for counter, unit, at, amount in happenings(fact):
        position = _POSITION[counter]
        if unit not in whole:
            whole[unit] = [0] * _WIDTH
        whole[unit][position] += amount
        own = day_of(at), unit
        if own not in happened:
            happened[own] = [0] * _WIDTH
        happened[own][position] += amount
    first, closed_at = fact.registration, fact.closed_at
    area, rest = first.area_code, (fact.category, first.channel, first.kind)
    total = {unit: tuple(counts) for unit, counts in whole.items()}
    day = day_of(first.at)
    cells = {Cell(_COHORT, day, area, unit, *rest): counts for unit, counts in total.items()}
    if closed_at is not None:
        day = day_of(closed_at)
        cells |= {Cell(_CLOSED, day, area, unit, *rest): counts for unit, counts in total.items()}
    for (day, unit), counts in happened.items():
        cells[Cell(_HAPPENED, day, area, unit, *rest)] = tuple(counts)
    return cells


def counted(cells: Iterable[Counts]) -> int:
    """A bit for each of ``COUNTERS`` that is not 0 in some cell."""
    bits = 0
    for counts in cells:
        for bit in compress(_BITS, counts):
            bits |= bit
    return bits


def difference(old: Mapping[CellT, Counts], new: Mapping[CellT, Counts]) -> dict[CellT, Counts]:
    """What has to be added to roll-ups that hold ``old`` so that they hold ``new``."""
    changes: dict[CellT, Counts] = {}
    for cell, after in new.items():
        before = old.get(cell)
        if before is None:
            changes[cell] = after
        elif before != after:
            changes[cell] = tuple(map(sub, after, before))
    for cell in old.keys() - new.keys():
        changes[cell] = tuple(map(neg, old[cell]))
    return changes


def add(total: dict[CellT, Counts], changes: Mapping[CellT, Counts]) -> None:
    """Add ``changes`` to roll-ups in memory; a cell that becomes empty is dropped."""
    for cell, counts in changes.items():
        known = total.get(cell)
        summed = counts if known is None else tuple(map(plus, known, counts))
        if any(summed):
            total[cell] = summed
        else:
            total.pop(cell, None)


def recount(facts: Iterable[Fact], day_of: Callable[[Fact], DayOf]) -> dict[Cell, Counts]:
    """The roll-ups counted from nothing: what the running ones must equal at any time."""
    total: dict[Cell, Counts] = {}
    for fact in facts:
        add(total, contribution(fact, day_of(fact)))
    return total
