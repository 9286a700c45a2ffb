"""Legal histories of cases, as the three other services would tell them, from a seed."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from libs.common.bus.flow import FLOW
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.terms import (
    Channel,
    Closing,
    Deadline,
    Kind,
    Reached,
    ResultKind,
    Satisfaction,
    SupervisionLevel,
    Urgency,
)

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
AREAS = ("999001101201", "999001101202", "999001102201", "999001102201001", "999001000000")
UNITS = ("D-WATER", "D-TRANSPORT", "T-999001101", "T-999001102")
CATEGORIES = ("0101", "0102", "02")

INTAKE, DISPATCH, FOLLOWUP = "intake", "dispatch", "followup"
SPEAKERS: dict[type[Event], str] = {route.event: str(min(route.said_by)) for route in FLOW}


class Told(NamedTuple):
    """An event as its source's ledger has it: its how-manieth about this case."""

    source: str
    seq: int
    event: Event


def numbered(events: Iterable[Event]) -> list[Told]:
    """Whole histories as the ledgers of their speakers number them."""
    said: Counter[tuple[str, str]] = Counter()
    told = []
    for event in events:
        place = event.key, SPEAKERS[type(event)]
        said[place] += 1
        told.append(Told(place[1], said[place], event))
    return told


@dataclass
class Life:
    """One case being lived; ``told`` collects what is said, in causal order. A ``hurried`` one takes no time at all."""

    case_id: str
    rng: random.Random
    now: datetime
    hurried: bool = False
    told: list[Told] = field(default_factory=list)
    unit: str = ""
    category: str | None = None
    support: list[str] = field(default_factory=list)
    handle_due: datetime = START
    sign_due: datetime = START

    def say(self, source: str, event: Event) -> None:
        said = sum(told.source == source for told in self.told)
        self.told.append(Told(source, said + 1, event))

    def wait(self, *, most_hours: int = 30) -> None:
        self.now += timedelta(minutes=0 if self.hurried else self.rng.randrange(most_hours * 60))

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share


def life(case_id: str, seed: int) -> list[Told]:
    """The whole history of one case, cut anywhere."""
    rng = random.Random(seed)
    case = Life(case_id, rng, START + timedelta(minutes=rng.randrange(60 * 24 * 60)), hurried=rng.random() < 0.3)
    _register(case)
    if case.maybe(0.15):
        _answer_directly(case)
    else:
        _handle_rounds(case)
    cut = rng.randrange(1, len(case.told) + 1) if case.maybe(0.4) else len(case.told)
    return case.told[:cut]


def _register(case: Life) -> None:
    rng = case.rng
    case.category = rng.choice((*CATEGORIES, None))
    case.say(
        INTAKE,
        cases.CaseRegistered(
            occurred_at=case.now - timedelta(hours=rng.randrange(5)),
            case_id=case.case_id,
            case_no=f"NO-{case.case_id}",
            channel=rng.choice(list(Channel)),
            kind=rng.choice(list(Kind)),
            urgency=rng.choice(list(Urgency)),
            category_code=case.category,
            area_code=rng.choice(AREAS),
            title="路灯不亮",
            text="路灯坏了三天",
            pack_version=1,
            registered_at=case.now,
        ),
    )


def _answer_directly(case: Life) -> None:
    case.wait(most_hours=2)
    unit = case.rng.choice((None, "H-12345"))
    case.say(
        INTAKE,
        cases.CaseAnsweredDirectly(
            occurred_at=case.now, case_id=case.case_id, round=1, answer="已答复", answered_by_unit=unit
        ),
    )
    _call_back(case, 1, unit)


def _handle_rounds(case: Life) -> None:
    for round_ in range(1, 5):
        _assign(case, round_)
        if case.maybe(0.05):
            case.say(INTAKE, cases.CaseWithdrawn(occurred_at=case.now, case_id=case.case_id, reason="不用了"))
            case.say(
                FOLLOWUP,
                cases.CaseClosed(occurred_at=case.now, case_id=case.case_id, round=round_, closing=Closing.WITHDRAWN),
            )
            return
        _work(case, round_)
        if not _call_back(case, round_, case.unit):
            return


def _assign(case: Life, round_: int) -> None:
    case.wait(most_hours=3)
    if case.category is None or case.maybe(0.1):
        case.say(
            DISPATCH, cases.TriageQueued(occurred_at=case.now, case_id=case.case_id, round=round_, reason="no rule")
        )
        case.wait(most_hours=3)
    case.unit = case.unit if round_ > 1 else case.rng.choice(UNITS)
    case.category = case.category or case.rng.choice(CATEGORIES)
    case.say(
        DISPATCH,
        cases.CaseAssigned(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            lead_unit=case.unit,
            support_units=_support(case),
            category_code=case.category,
            by_rule=True,
            explanation="rule",
            pack_version=1,
        ),
    )
    case.sign_due = _limit(case, round_, Deadline.SIGN, hours=24)
    case.handle_due = _limit(case, round_, Deadline.HANDLE, hours=72)


def _support(case: Life) -> tuple[str, ...]:
    """协办: up to two other units, perhaps some of those that were named before."""
    others = [unit for unit in UNITS if unit != case.unit]
    case.support = case.rng.sample(others, case.rng.choice((0, 0, 1, 2)))
    return tuple(case.support)


def _do_parts(case: Life, round_: int) -> None:
    said: dict[str, Any] = {"occurred_at": case.now, "case_id": case.case_id, "round": round_}
    for unit in list(case.support):
        if case.maybe(0.5):
            case.support.remove(unit)
            if case.maybe(0.7):
                case.say(DISPATCH, cases.TaskDone(**said, unit_code=unit, result="已协助"))
            else:
                case.say(DISPATCH, cases.TaskCancelled(**said, unit_code=unit, reason="无须协办"))


def _limit(case: Life, round_: int, deadline: Deadline, *, hours: int) -> datetime:
    due_at = case.now + timedelta(hours=hours)
    case.say(
        FOLLOWUP,
        cases.DeadlineSet(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            deadline=deadline,
            unit_code=case.unit,
            starts_at=case.now,
            warn_at=case.now + timedelta(hours=hours * 4 // 5),
            due_at=due_at,
            pack_version=1,
        ),
    )
    return due_at


def _miss(case: Life, round_: int, deadline: Deadline, due_at: datetime) -> None:
    if case.now < due_at:
        return
    case.say(
        FOLLOWUP,
        cases.DeadlineMissed(
            occurred_at=due_at,
            case_id=case.case_id,
            round=round_,
            deadline=deadline,
            unit_code=case.unit,
            due_at=due_at,
        ),
    )
    case.say(
        FOLLOWUP,
        cases.SupervisionIssued(
            occurred_at=due_at,
            case_id=case.case_id,
            round=round_,
            supervision_id=f"{case.case_id}-{len(case.told)}",
            level=case.rng.choice(list(SupervisionLevel)),
            unit_code=case.unit,
            reason="超期",
            by_rule=True,
        ),
    )


def _work(case: Life, round_: int) -> None:
    case.wait()
    _miss(case, round_, Deadline.SIGN, case.sign_due)
    _do_parts(case, round_)
    while case.maybe(0.2):
        _return(case, round_)
    case.say(
        DISPATCH,
        cases.CaseSigned(occurred_at=case.now, case_id=case.case_id, round=round_, unit_code=case.unit),
    )
    case.wait(most_hours=90)
    _do_parts(case, round_)
    if case.maybe(0.2):
        case.handle_due = _extend(case, round_)
    _miss(case, round_, Deadline.HANDLE, case.handle_due)
    case.say(
        DISPATCH,
        cases.CaseHandled(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            unit_code=case.unit,
            result_kind=ResultKind.SUBSTANTIVE,
            result="已修复",
        ),
    )


def _extend(case: Life, round_: int) -> datetime:
    """延期: the same clock with a later end."""
    due_at = case.handle_due + timedelta(hours=48)
    case.say(
        FOLLOWUP,
        cases.DeadlineSet(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            deadline=Deadline.HANDLE,
            unit_code=case.unit,
            starts_at=case.handle_due - timedelta(hours=72),
            warn_at=case.handle_due,
            due_at=due_at,
            pack_version=1,
        ),
    )
    return due_at


def _return(case: Life, round_: int) -> None:
    case.say(
        DISPATCH,
        cases.ReturnRequested(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            unit_code=case.unit,
            reason_code="wrong_area",
            note="不属于我单位",
        ),
    )
    case.wait(most_hours=5)
    approved = case.maybe(0.6)
    case.say(
        DISPATCH,
        cases.ReturnDecided(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            unit_code=case.unit,
            approved=approved,
            note="",
        ),
    )
    if not approved:
        return
    former, case.unit = case.unit, case.rng.choice([unit for unit in UNITS if unit != case.unit])
    case.category = case.rng.choice(CATEGORIES)
    case.say(
        DISPATCH,
        cases.CaseReassigned(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            from_unit=former,
            lead_unit=case.unit,
            support_units=_support(case),
            category_code=case.category,
            explanation="改派",
            pack_version=1,
        ),
    )
    case.sign_due = _limit(case, round_, Deadline.SIGN, hours=24)


def _call_back(case: Life, round_: int, unit: str | None) -> bool:
    """Whether the case goes on in another round."""
    case.say(
        FOLLOWUP,
        cases.CallbackDue(occurred_at=case.now, case_id=case.case_id, round=round_, handling_unit=unit),
    )
    for attempt in range(1, 4):
        case.wait()
        reached = case.rng.choice((Reached.ANSWERED, Reached.ANSWERED, Reached.NO_ANSWER, Reached.REFUSED))
        word = case.rng.choice(list(Satisfaction)) if reached is Reached.ANSWERED else None
        solved = None if word is None else case.maybe(0.8)
        _try(case, round_, attempt, unit, (reached, word, solved))
        if word is None:
            continue
        if solved and word is not Satisfaction.NOT_SATISFIED:
            return _end(case, round_, unit, Closing.SUBSTANTIVE, word)
        _send_back(case, round_, unit)
        return unit is not None and unit in UNITS
    return _end(case, round_, unit, Closing.UNVERIFIED, None)


def _try(
    case: Life,
    round_: int,
    attempt: int,
    unit: str | None,
    answers: tuple[Reached, Satisfaction | None, bool | None],
) -> None:
    reached, word, solved = answers
    case.say(
        FOLLOWUP,
        cases.CallbackTried(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            attempt=attempt,
            reached=reached,
            valid=word is not None,
            contacted=None if word is None else case.maybe(0.9),
            solved=solved,
            satisfaction=word,
            handling_unit=unit,
            caller="caller-1",
        ),
    )


def _send_back(case: Life, round_: int, unit: str | None) -> None:
    case.say(
        FOLLOWUP,
        cases.CaseSentBack(
            occurred_at=case.now,
            case_id=case.case_id,
            round=round_,
            next_round=round_ + 1,
            unit_code=unit,
            words="没有解决",
        ),
    )


def _end(case: Life, round_: int, unit: str | None, closing: Closing, word: Satisfaction | None) -> bool:
    case.say(
        FOLLOWUP,
        cases.CaseClosed(occurred_at=case.now, case_id=case.case_id, round=round_, closing=closing, satisfaction=word),
    )
    if unit in UNITS and case.maybe(0.1):
        case.wait()
        _send_back(case, round_, unit)
        return True
    return False


def interleave(told: Sequence[Told], rng: random.Random) -> list[Told]:
    """Another order in which a reader might meet one case: the registration first, each source in its own order."""
    first, rest = told[0], list(told[1:])
    queues = [[one for one in rest if one.source == name] for name in (INTAKE, DISPATCH, FOLLOWUP)]
    order = [first]
    while any(queues):
        order.append(rng.choice([queue for queue in queues if queue]).pop(0))
    return order


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
