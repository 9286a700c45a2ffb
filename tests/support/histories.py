"""Legal histories of cases, as the services would tell them, from a seed.

How lives go is a matter of :class:`Ways`: ``ANY_WAY`` for whoever only reads what was said, ``BY_THE_RULES`` for the
services themselves, which would have given each case to that very unit. Acts cut a history where a person has to act
before others can say more, so that one service alone can hear an act, let its staff act, and hear the next.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bench.said import said
from libs.common.bus.flow import FLOW
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Channel, Closing, Deadline, Kind, Reached, Satisfaction, SupervisionLevel, Urgency
from libs.common.pack.directory import Directory
from services.dispatch.routing.domain.choosing import Choice, by_rule
from tests.support.service import PACK

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
ACTS = 3
AREAS = ("999001101201", "999001101202", "999001102201", "999001102201001", "999001000000")
UNITS = ("D-WATER", "D-TRANSPORT", "T-999001101", "T-999001102")
CATEGORIES = ("0101", "0102", "02")
SPEAKERS: dict[type[Event], str] = {route.event: str(min(route.said_by)) for route in FLOW}
_SOURCES = ("intake", "dispatch", "followup")
_DIRECTORY = Directory(PACK)
_PLACES = tuple(
    (area, category)
    for area in ("999001101201", "999001101202", "999001101001", "999001102201", "999001103201")
    for category in ("0101", "0102", "0104", "0401", "0402", "0601")
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How lives go: each a share of the cases, or of the times at which it may happen."""

    by_the_rules: bool = False
    """Units are those of the duty directory; what no rule gives to one ends in triage. Citizens are always reached."""
    hurried: float = 0.3
    """Takes no time at all."""
    answered: float = 0.15
    cut: float = 0.4
    """Ends anywhere."""
    withdrawn: float = 0.05
    triaged: float = 0.1
    supplemented: float = 0.0
    reported: float = 0.0
    returned: float = 0.2
    extended: float = 0.2
    unhappy: float = 0.4
    reopened: float = 0.1
    rounds: int = 4


ANY_WAY = Ways()
BY_THE_RULES = Ways(
    by_the_rules=True, hurried=0.0, answered=0.0, cut=0.0, withdrawn=0.06, triaged=0.05, supplemented=0.5,
    reported=0.3, returned=0.0, extended=0.0, reopened=0.0, rounds=2,
)  # fmt: skip


class Told(NamedTuple):
    """An event as its source's ledger has it: its how-manieth about this case."""

    source: str
    seq: int
    event: Event


def numbered(events: Iterable[Event]) -> list[Told]:
    """Whole histories as the ledgers of their speakers number them."""
    spoken: Counter[tuple[str, str]] = Counter()
    told = []
    for event in events:
        place = event.key, SPEAKERS[type(event)]
        spoken[place] += 1
        told.append(Told(place[1], spoken[place], event))
    return told


@dataclass
class _Life:
    """One case being lived; ``acts`` collect what is said, in causal order."""

    case_id: str
    rng: random.Random
    ways: Ways
    now: datetime
    hurried: bool
    acts: list[list[CaseEvent]] = field(default_factory=lambda: [[]])
    round: int = 1
    unit: str | None = None
    choice: Choice | None = None
    category: str | None = None
    support: list[str] = field(default_factory=list)
    handle_due: datetime = START
    sign_due: datetime = START

    def say(self, event: type[CaseEvent], /, **fields: Any) -> None:
        whole = {"occurred_at": self.now, "round": self.round} | fields
        self.acts[-1].append(said(event, self.case_id, **whole))

    def wait(self, most_hours: float = 30) -> None:
        self.now += timedelta(minutes=0 if self.hurried else self.rng.randrange(round(most_hours * 60)))

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share


def life_by_acts(case_id: str, rng: random.Random, ways: Ways, number: int = 0) -> list[list[CaseEvent]]:
    """The whole history of one case."""
    began = START + timedelta(minutes=rng.randrange(60 * 24 * (20 if ways.by_the_rules else 60)))
    case = _Life(case_id, rng, ways, began, rng.random() < ways.hurried)
    _register(case, number)
    while case.maybe(ways.supplemented):
        case.wait(0.5)
        case.say(cases.CaseSupplemented, text=f"补充说明{rng.randrange(1000)}")
    if case.maybe(ways.answered):
        case.wait(2)
        case.unit = rng.choice((None, "H-12345"))
        case.say(cases.CaseAnsweredDirectly, answered_by_unit=case.unit)
        case.say(cases.CallbackDue, handling_unit=case.unit)
        _call_back(case)
    else:
        _live_rounds(case)
    return case.acts


def life(case_id: str, seed: int, ways: Ways = ANY_WAY) -> list[Told]:
    """The history of one case, cut anywhere."""
    rng = random.Random(seed)
    told = numbered(event for act in life_by_acts(case_id, rng, ways) for event in act)
    return told[: rng.randrange(1, len(told) + 1)] if rng.random() < ways.cut else told


def _register(case: _Life, number: int) -> None:
    rng = case.rng
    if case.ways.by_the_rules:
        area, category = rng.choice(_PLACES)
        choice = by_rule(_DIRECTORY, 1, category, area)
        if isinstance(choice, Choice) and not case.maybe(case.ways.triaged):
            case.category, case.choice = category, choice
    else:
        area, case.category = rng.choice(AREAS), rng.choice((*CATEGORIES, None))
    case.say(
        cases.CaseRegistered,
        occurred_at=case.now - timedelta(hours=rng.randrange(5)),
        case_no=f"99900126030300{number:06d}" if number else f"NO-{case.case_id}",
        channel=rng.choice(list(Channel)),
        kind=rng.choice([Kind.HELP, Kind.COMPLAINT, Kind.SUGGEST] if case.ways.by_the_rules else list(Kind)),
        urgency=rng.choice(list(Urgency)),
        category_code=case.category,
        area_code=area,
        registered_at=case.now,
    )


def _live_rounds(case: _Life) -> None:
    if case.ways.by_the_rules and case.choice is None:
        case.say(cases.TriageQueued, reason="登记时没有类别 no category was given")
        _limit(case, Deadline.TRIAGE, 24)
        return
    for number in range(1, case.ways.rounds + 1):
        case.round = number
        if case.maybe(case.ways.withdrawn if case.round == 1 or not case.ways.by_the_rules else 0):
            if not case.ways.by_the_rules:
                _assign(case)
            case.say(cases.CaseWithdrawn)
            case.say(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None)
            return
        _assign(case)
        _work(case)
        case.acts.append([])
        if not _call_back(case):
            return


def _assign(case: _Life) -> None:
    """A unit gets it, by the rule of the house or by lot, and its limits are set."""
    case.wait(3)
    given: dict[str, Any] = {}
    if case.choice is not None:
        case.unit = case.choice.lead_unit
        given = {"support_units": case.choice.support_units, "explanation": case.choice.explanation}
        case.support = list(case.choice.support_units)
    else:
        if case.category is None or case.maybe(case.ways.triaged):
            case.say(cases.TriageQueued)
            case.wait(3)
        case.unit = case.unit if case.round > 1 else case.rng.choice(UNITS)
        case.category = case.category or case.rng.choice(CATEGORIES)
        given = {"support_units": _support(case)}
    case.say(cases.CaseAssigned, lead_unit=case.unit, category_code=case.category, **given)
    limits = _clock(case, Deadline.SIGN, 24), _clock(case, Deadline.HANDLE, 72)
    case.sign_due, case.handle_due = (limit["due_at"] for limit in limits)
    # Together, or one by one as releases before said them.
    for deadlines in [limits] if case.ways.by_the_rules or case.maybe(0.5) else [limits[:1], limits[1:]]:
        case.say(cases.DeadlineSet, deadlines=deadlines)


def _support(case: _Life) -> tuple[str, ...]:
    """协办: up to two other units, perhaps some of those that were named before."""
    others = [unit for unit in UNITS if unit != case.unit]
    case.support = case.rng.sample(others, case.rng.choice((0, 0, 1, 2)))
    return tuple(case.support)


def _do_parts(case: _Life) -> None:
    """Some of the support units end their parts, or are let off."""
    for unit in [] if case.ways.by_the_rules else list(case.support):
        if case.maybe(0.5):
            case.support.remove(unit)
            if case.maybe(0.7):
                case.say(cases.TaskDone, unit_code=unit)
            else:
                successor = case.rng.choice((None, *(code for code in UNITS if code not in (unit, case.unit))))
                case.say(cases.TaskCancelled, unit_code=unit, successor=successor)


def _limit(case: _Life, deadline: Deadline, hours: int, *, starts_at: datetime | None = None) -> datetime:
    clock = _clock(case, deadline, hours, starts_at=starts_at)
    case.say(cases.DeadlineSet, deadlines=(clock,))
    due_at: datetime = clock["due_at"]
    return due_at


def _clock(case: _Life, deadline: Deadline, hours: int, *, starts_at: datetime | None = None) -> dict[str, Any]:
    starts_at = starts_at or case.now
    times = {"warn_at": starts_at + timedelta(hours=hours * 4 // 5), "due_at": starts_at + timedelta(hours=hours)}
    return {"deadline": deadline, "unit_code": case.unit, "starts_at": starts_at, "pack_version": 1, **times}


def _miss(case: _Life, deadline: Deadline, due_at: datetime) -> None:
    if case.now < due_at:
        return
    missed = {"occurred_at": due_at, "deadline": deadline, "unit_code": case.unit, "due_at": due_at}
    case.say(cases.DeadlineWarned, **missed)
    case.say(cases.DeadlineMissed, **missed)
    level = SupervisionLevel.REMINDER if case.ways.by_the_rules else case.rng.choice(list(SupervisionLevel))
    order = f"{case.case_id}-{case.round}-{deadline}"
    case.say(cases.SupervisionIssued, occurred_at=due_at, supervision_id=order, level=level, unit_code=case.unit)


def _work(case: _Life) -> None:
    """The unit signs, perhaps reports or asks to return it, and says that it is done."""
    case.wait()
    _miss(case, Deadline.SIGN, case.sign_due)
    _do_parts(case)
    while case.maybe(case.ways.returned):
        _return(case)
    case.say(cases.CaseSigned, unit_code=case.unit)
    if case.maybe(case.ways.reported):
        case.wait(1)
        case.say(cases.ProgressReported, unit_code=case.unit)
        case.say(cases.CaseSupplemented)
    case.wait(20 if case.ways.by_the_rules else 90)
    _do_parts(case)
    if case.maybe(case.ways.extended):
        # 延期: the same clock with a later end.
        case.handle_due = _limit(case, Deadline.HANDLE, 120, starts_at=case.handle_due - timedelta(hours=72))
    if not case.ways.by_the_rules:
        _miss(case, Deadline.HANDLE, case.handle_due)
    case.say(cases.CaseHandled, unit_code=case.unit)
    case.say(cases.CallbackDue, handling_unit=case.unit)


def _return(case: _Life) -> None:
    case.say(cases.ReturnRequested, unit_code=case.unit)
    case.wait(5)
    approved = case.maybe(0.6)
    case.say(cases.ReturnDecided, unit_code=case.unit, approved=approved)
    if not approved:
        return
    former, case.unit = case.unit, case.rng.choice([unit for unit in UNITS if unit != case.unit])
    case.category = case.rng.choice(CATEGORIES)
    case.say(
        cases.CaseReassigned,
        from_unit=former,
        lead_unit=case.unit,
        category_code=case.category,
        support_units=_support(case),
    )
    case.sign_due = _limit(case, Deadline.SIGN, 24)


def _call_back(case: _Life) -> bool:
    """Whether the case goes on in another round."""
    for attempt in range(1, 4):
        case.wait(10 if case.ways.by_the_rules else 30)
        word, solved = _try(case, attempt)
        if word is None:
            continue
        if solved and word is not Satisfaction.NOT_SATISFIED:
            return _end(case, Closing.SUBSTANTIVE, word)
        _send_back(case)
        return case.unit in UNITS or case.choice is not None
    return _end(case, Closing.UNVERIFIED, None)


def _try(case: _Life, attempt: int) -> tuple[Satisfaction | None, bool | None]:
    """What the citizen says, if anybody is there."""
    rng = case.rng
    word: Satisfaction | None
    if case.ways.by_the_rules:
        unhappy = case.round < case.ways.rounds and case.maybe(case.ways.unhappy)
        reached, word = Reached.ANSWERED, Satisfaction.NOT_SATISFIED if unhappy else Satisfaction.SATISFIED
        contacted, solved = True, not unhappy
    else:
        reached = rng.choice((Reached.ANSWERED, Reached.ANSWERED, Reached.NO_ANSWER, Reached.REFUSED))
        word = rng.choice(list(Satisfaction)) if reached is Reached.ANSWERED else None
        contacted, solved = case.maybe(0.9), case.maybe(0.8)
    answers = (None, None) if word is None else (contacted, solved)
    case.say(
        cases.CallbackTried,
        attempt=attempt,
        reached=reached,
        valid=word is not None,
        contacted=answers[0],
        solved=answers[1],
        satisfaction=word,
        handling_unit=case.unit,
    )
    return word, answers[1]


def _send_back(case: _Life) -> None:
    case.say(cases.CaseSentBack, next_round=case.round + 1, unit_code=case.unit)


def _end(case: _Life, closing: Closing, word: Satisfaction | None) -> bool:
    case.say(cases.CaseClosed, closing=closing, satisfaction=word)
    if case.unit in UNITS and case.maybe(case.ways.reopened):
        case.wait()
        _send_back(case)
        return True
    return False


def history(events: int, lots: random.Random, ways: Ways = BY_THE_RULES) -> list[list[Told]]:
    """Lives of at least so many events together, by act and in each by time; a case keeps its own order."""
    acts: list[list[Told]] = [[] for _ in range(ACTS)]
    number = 0
    while sum(map(len, acts)) < events:
        number += 1
        case_id = f"{number:08d}-0000-7000-8000-{lots.getrandbits(48):012x}"
        lived = life_by_acts(case_id, lots, ways, number)
        told = iter(numbered(event for act in lived for event in act))
        for act, among in zip(lived, acts, strict=False):
            among += [next(told) for _ in act]
    return [sorted(act, key=lambda one: one.event.occurred_at) for act in acts]


def interleave(told: Sequence[Told], rng: random.Random) -> list[Told]:
    """Another order in which a reader might meet one case: the registration first, each source in its own order."""
    first, rest = told[0], list(told[1:])
    return [first, *shuffle([[one for one in rest if one.source == name] for name in _SOURCES], rng)]


def shuffle(histories: Sequence[Sequence[Told]], rng: random.Random) -> list[Told]:
    """Many cases mixed; each keeps its own order."""
    queues = [list(history) for history in histories]
    order: list[Told] = []
    while any(queues):
        order.append(rng.choice([queue for queue in queues if queue]).pop(0))
    return order


def split(events: Sequence[Told], rng: random.Random, *, repeat: bool = True) -> list[list[Told]]:
    """Batches of any size; with ``repeat`` some come a second time, whole, later on."""
    batches: list[list[Told]] = []
    start = 0
    while start < len(events):
        end = start + rng.randrange(1, 8)
        batches.append(list(events[start:end]))
        start = end
        if repeat and rng.random() < 0.3:
            batches.append(list(rng.choice(batches)))
    return batches
