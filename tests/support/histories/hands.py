"""Several hands on one case: units that a street summons, tasks of support units with limits, and what units ask for.

All of it by a lot of its own and within time that goes by anyway, so that lives go as they always did.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from libs.common.events import asking, cases, whistles
from libs.common.events.asking_terms import RequestKind
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Deadline
from tests.support.histories.ways import UNITS, Life

KINDS = (RequestKind.EXTENSION, RequestKind.SUSPENSION, RequestKind.TERMINATION)
Moment = tuple[datetime, int, type[CaseEvent], dict[str, Any]]


def names_of(case: Life, units: Iterable[str]) -> tuple[str, ...]:
    """Names of tasks for these units: none where dispatch did not give them names yet."""
    case.steps += 1
    return tuple(f"{case.steps}.{unit}" for unit in units) if case.named else ()


def promise(case: Life, name: str, what: Deadline, starts_at: datetime, hours: float) -> dict[str, Any]:
    """The clock of a task."""
    due_at = starts_at + timedelta(hours=hours)
    times = {"starts_at": starts_at, "warn_at": starts_at, "due_at": due_at}
    return {"deadline": what, "about": name, "unit_code": name.partition(".")[2], "pack_version": 1, **times}


def limit_parts(case: Life, names: Iterable[str]) -> None:
    """Each has a limit, as followup sets it; or not."""
    for name in names:
        if case.own.random() < 0.7:
            clock = promise(case, name, Deadline.TASK, case.now, case.own.choice((1, 20, 200)))
            case.promises.append((name, clock["due_at"], case.round))
            case.say(cases.DeadlineSet, deadlines=(clock,))


def miss_parts(case: Life) -> None:
    """What was promised of tasks and is over by now is said to be missed: now and then also of what was done before."""
    for name, due_at, number in [one for one in case.promises if one[1] <= case.now]:
        case.promises.remove((name, due_at, number))
        late = {"deadline": Deadline.TASK, "about": name, "unit_code": name.partition(".")[2], "due_at": due_at}
        case.say(cases.DeadlineMissed, occurred_at=due_at, round=number, **late)


def whistle(case: Life, since: datetime) -> None:
    """Between then and now a street summons units: some come in time, some late or never, and some are let off."""
    if case.own.random() >= case.ways.summoned:
        return
    said: list[Moment] = []
    for _ in range(case.own.choice((1, 1, 2))):
        _sound(case, said, since)
    _tell(case, said)


def _sound(case: Life, said: list[Moment], since: datetime) -> None:
    own, order, at = case.own, count(len(said)), _between(case, since, case.now)
    units = own.sample([unit for unit in UNITS if unit != case.unit], own.choice((1, 2)))
    case.steps += 1
    names = tuple(f"{case.steps}.{unit}" for unit in units)
    told = {"unit_code": case.unit, "units": tuple(units), "tasks": names, "report_due_at": None}
    said.append((at, next(order), whistles.StreetWhistled, told))
    for name in names:
        unit = {"task": name, "unit_code": name.partition(".")[2]}
        for what, hours in ((Deadline.REPORT_IN, own.choice((0.5, 2))), (Deadline.CALLED, own.choice((1, 12)))):
            if own.random() < 0.8:
                clock = promise(case, name, what, at, hours)
                said.append((at, next(order), cases.DeadlineSet, {"deadlines": (clock,)}))
                if clock["due_at"] <= case.now and own.random() < 0.7:
                    late = unit | {"deadline": what, "about": name, "due_at": clock["due_at"]}
                    late.pop("task")
                    said.append((clock["due_at"], next(order), cases.DeadlineMissed, late))
        there = _between(case, at, case.now)
        if own.random() < 0.7:
            said.append((there, next(order), whistles.UnitArrived, unit | {"late": False}))
            if own.random() < 0.8:
                said.append((_between(case, there, case.now), next(order), whistles.CallDone, unit))
        elif own.random() < 0.5:
            said.append((there, next(order), whistles.CallCancelled, unit))


def ask(case: Life, since: datetime) -> None:
    """Between then and now the unit asks for something; it is decided, lapses, or the case goes on without it."""
    said: list[Moment] = []
    order = count()
    while case.own.random() < case.ways.asked:
        since = _between(case, since, case.now)
        case.steps += 1
        of_it = {"kind": case.own.choice(KINDS), "request": case.steps, "unit_code": case.unit}
        said.append((since, next(order), asking.RequestMade, of_it))
        answers = (asking.RequestGranted, asking.RequestRefused, asking.RequestLapsed, None)
        answer = case.own.choice(answers)
        if answer is None or (answer is asking.RequestGranted and of_it["kind"] is RequestKind.TERMINATION):
            break
        since = _between(case, since, case.now)
        said.append((since, next(order), answer, of_it))
    _tell(case, said)


def _tell(case: Life, said: list[Moment]) -> None:
    for at, _, event, told in sorted(said, key=lambda one: one[:2]):
        case.say(event, **{"occurred_at": at} | told)


def _between(case: Life, first: datetime, last: datetime) -> datetime:
    return first + timedelta(seconds=case.own.randrange(max(1, round((last - first).total_seconds()) + 1)))
