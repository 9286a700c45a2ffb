"""What a case counts as (计数): from a fact to cells of integers, the difference of two facts, and a recount."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import compress

from libs.common.counters import Counter
from libs.common.events.terms import Deadline, Level
from services.analytics.counters.domain import COUNTERS, LEFT_OUT, Basis, Cell, Counts, add, bits_of
from services.analytics.facts.domain.atoms import Passing, Try
from services.analytics.facts.domain.deciding import Happening, decided
from services.analytics.facts.domain.fact import Fact
from services.analytics.facts.domain.letters import letters, scores
from services.analytics.facts.domain.petitions import (
    MERIT,
    NOT_COUNTED,
    SUBSTANTIVE,
    is_excluded,
    judged,
    petition_of,
    repeat_of,
    settled_at_once,
)
from services.analytics.facts.domain.requests import requests
from services.analytics.facts.domain.tasks import summoned, support

DayOf = Callable[[datetime], date]
"""The assessment day of a moment, by the rules of the case's own pack version."""

LevelOf = Callable[[str], str]
"""How high a unit stands by the case's own pack version, for results of which nobody told; empty when not known."""

_COHORT, _CLOSED, _HAPPENED = Basis.REGISTERED.value, Basis.CLOSED.value, Basis.HAPPENED.value
_MINUTE = timedelta(minutes=1)
_WIDTH = len(COUNTERS)
_BITS = tuple(bits_of([counter]) for counter in COUNTERS)
_POSITION = {counter: index for index, counter in enumerate(COUNTERS)}
_BY_CODE = {counter.value: counter for counter in COUNTERS}
_UNASKED, _PROCEDURAL = "unasked", "procedural"
_BY_CLOSING = {
    SUBSTANTIVE: Counter.CLOSED_SUBSTANTIVE,
    "unverified": Counter.CLOSED_UNVERIFIED,
    _UNASKED: Counter.CLOSED_UNASKED,
    _PROCEDURAL: Counter.CLOSED_PROCEDURAL,
}
_BY_PETITION = {
    "first_visit": Counter.FIRST_VISITS,
    "repeat_visit": Counter.REPEAT_VISITS,
    "backlog": Counter.BACKLOG_CASES,
    "leader_visit": Counter.LEADER_VISITS,
    "appointment": Counter.APPOINTMENTS,
}
_BY_MERIT = {
    "reasonable": Counter.REASONABLE,
    "partly": Counter.PARTLY_REASONABLE,
    "unreasonable": Counter.UNREASONABLE,
}
_SOLVED_IN = {
    Level.GRID: Counter.SOLVED_IN_GRID,
    Level.VILLAGE: Counter.SOLVED_IN_VILLAGE,
    Level.TOWN: Counter.SOLVED_IN_TOWN,
    Level.COUNTY: Counter.SOLVED_IN_COUNTY,
    Level.DEPARTMENT: Counter.SOLVED_IN_DEPARTMENT,
}
_FIRST_WORDS = {
    "satisfied": Counter.FIRST_SATISFIED,
    "basically_satisfied": Counter.FIRST_BASICALLY_SATISFIED,
    "not_satisfied": Counter.FIRST_NOT_SATISFIED,
}
_BY_LEVEL = {"reminder": Counter.REMINDERS, "supervision": Counter.SUPERVISIONS}


def unknown_level(_unit: str) -> str:
    """Where nobody can tell."""
    return ""


def happenings(fact: Fact, level_of: LevelOf = unknown_level) -> Iterator[Happening]:
    """Everything that a case counts as now."""
    yield from _case(fact, level_of)
    yield from _judged(fact)
    yield from _hands(fact)
    yield from _rounds(fact)
    yield from _callback(fact)
    for word in fact.supplements:
        if word.counter:
            yield _BY_CODE[word.counter], fact.leader(word.at), word.at, 1
    for sent in fact.sent_back:
        yield Counter.SENT_BACK, sent.unit, sent.at, 1
    yield from _objections(fact)
    yield from _from_above(fact)
    yield from support(fact)
    yield from summoned(fact)
    yield from requests(fact)
    yield from letters(fact)
    yield from scores(fact)
    for order in fact.supervisions:
        if order.level in _BY_LEVEL:
            yield _BY_LEVEL[order.level], order.unit, order.at, 1


def _case(fact: Fact, level_of: LevelOf) -> Iterator[Happening]:
    yield Counter.REGISTERED, fact.unit, fact.registration.at, 1
    if fact.answers:
        yield Counter.ANSWERED_DIRECTLY, fact.unit, fact.answers[-1].at, 1
    if fact.withdrawn_at is not None:
        yield Counter.WITHDRAWN, fact.unit, fact.withdrawn_at, 1
    if fact.not_accepted_at is not None:
        yield Counter.NOT_ACCEPTED, fact.unit, fact.not_accepted_at, 1
    closure = fact.closure
    if closure is None or fact.closed_at is None:
        return
    yield Counter.CLOSED, fact.unit, closure.at, 1
    if closure.closing in _BY_CLOSING:
        yield _BY_CLOSING[closure.closing], fact.unit, closure.at, 1
    if closure.closing == SUBSTANTIVE and (level := _solved_at(fact, level_of)):
        yield _SOLVED_IN[Level(level)], fact.unit, closure.at, 1
    if closure.round == 1 and closure.closing not in (_UNASKED, _PROCEDURAL):
        yield Counter.CLOSED_IN_ONE_ROUND, fact.unit, closure.at, 1


def _objections(fact: Fact) -> Iterator[Happening]:
    """For the unit that led the case when its citizen objected."""
    led_by = {one.objection_id: fact.leader(one.at) for one in fact.objections}
    for objection in fact.objections:
        yield Counter.OBJECTIONS, led_by[objection.objection_id], objection.at, 1
    for ruling in fact.objection_rulings:
        if ruling.granted:
            yield Counter.OBJECTIONS_GRANTED, led_by.get(ruling.objection_id, ""), ruling.at, 1
    for reopening in fact.reopenings:
        yield Counter.REOPENED, reopening.unit, reopening.at, 1


def _from_above(fact: Fact) -> Iterator[Happening]:
    """An order's last deadline is decided by the answer, else by being missed, for the unit that led the case then."""
    for order in fact.orders:
        yield Counter.UPPER_ORDERS, fact.unit, order.at, 1
    deadlines = [limit for limit in fact.limits if limit.deadline == Deadline.UPPER]
    for answer in fact.answered_above:
        before = [limit for limit in deadlines if limit.seq < answer.seq]
        if before:
            due_at = before[-1].due_at
            yield from decided(Deadline.UPPER.value, due_at, fact.leader(answer.at), in_time=answer.at < due_at)
    if deadlines and not fact.answered_above and fact.was_missed(deadlines[-1]):
        due_at = deadlines[-1].due_at
        yield from decided(Deadline.UPPER.value, due_at, fact.leader(due_at), in_time=False)


def _judged(fact: Fact) -> Iterator[Happening]:
    """What it is as a petition, and what was decided about it; most cases say nothing of either."""
    first, settled, petition = fact.registration, settled_at_once(fact), _BY_PETITION.get(petition_of(fact))
    if settled is not None:
        yield Counter.SETTLED_AT_ONCE, fact.unit, settled.at, 1
    if repeat_of(fact):
        yield Counter.REPEATS, fact.unit, first.at, 1
    if petition is not None:
        yield petition, fact.unit, first.at, 1
    if petition is Counter.FIRST_VISITS and settled is not None:
        yield Counter.FIRST_VISITS_SETTLED, fact.unit, settled.at, 1
    closure = fact.closure
    if petition is Counter.BACKLOG_CASES and closure is not None and closure.closing == SUBSTANTIVE:
        yield Counter.BACKLOG_SETTLED, fact.unit, closure.at, 1
    merit, excluded = judged(fact, MERIT), judged(fact, NOT_COUNTED)
    if merit is not None:
        yield _BY_MERIT[merit.word], fact.unit, merit.at, 1
    if excluded is not None and excluded.word:
        yield Counter.NOT_COUNTED, fact.unit, excluded.at, 1


def _solved_at(fact: Fact, level_of: LevelOf) -> str:
    """办结层级: as was told with the result; of those of before, that of the unit that led when it was closed."""
    result = fact.standing_result
    return (result.level if result is not None else "") or level_of(fact.unit)


def _hands(fact: Fact) -> Iterator[Happening]:
    for index, hand in enumerate(fact.hands):
        if not hand.works:
            yield Counter.TRIAGED, "", hand.at, 1
            continue
        yield Counter.ASSIGNED, hand.works, hand.at, 1
        if isinstance(hand, Passing) and hand.counter:
            yield _BY_CODE[hand.counter], hand.from_unit, hand.at, 1
        signature, limit = fact.signed[index], fact.sign_limit(index)
        if signature is not None:
            yield Counter.SIGNED, hand.works, signature.at, 1
        if limit is not None and (signature is not None or fact.was_missed(limit)):
            in_time = signature is not None and signature.at < limit.due_at
            yield from decided(limit.deadline, limit.due_at, hand.works, in_time=in_time)


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
            yield from decided(limit.deadline, limit.due_at, fact.accountable(first), in_time=True)
        elif first is not None or fact.was_missed(limit):
            yield from decided(limit.deadline, limit.due_at, fact.holder(round_, limit.due_at), in_time=False)


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
    yield from _first_word(fact.valid_callbacks[0])


def _first_word(first: Try) -> Iterator[Happening]:
    """What the citizen said when first asked: whatever becomes of the case, that was said."""
    yield Counter.FIRST_CALLBACKS, first.unit, first.at, 1
    if first.solved:
        yield Counter.FIRST_SOLVED, first.unit, first.at, 1
    if first.satisfaction is not None:
        yield _FIRST_WORDS[first.satisfaction], first.unit, first.at, 1


def contribution(fact: Fact, day_of: DayOf, level_of: LevelOf = unknown_level) -> dict[Cell, Counts]:
    """The cells that a case counts in, none of them empty. The one definition of every figure."""
    # All that a case counts as stands on one day each for the cohort and for the closed: worked out once for both.
    whole: dict[str, list[int]] = {}
    happened: dict[tuple[date, str], list[int]] = {}
    for counter, unit, at, amount in happenings(fact, level_of):
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
    if is_excluded(fact):
        cells |= {cell._replace(basis=LEFT_OUT[cell.basis]): counts for cell, counts in cells.items()}
    return cells


def counted(cells: Iterable[Counts]) -> int:
    """A bit for each of ``COUNTERS`` that is not 0 in some cell."""
    bits = 0
    for counts in cells:
        for bit in compress(_BITS, counts):
            bits |= bit
    return bits


def recount(
    facts: Iterable[Fact], day_of: Callable[[Fact], DayOf], level_of: LevelOf = unknown_level
) -> dict[Cell, Counts]:
    """The roll-ups counted from nothing: what the running ones must equal at any time."""
    total: dict[Cell, Counts] = {}
    for fact in facts:
        add(total, contribution(fact, day_of(fact), level_of))
    return total
