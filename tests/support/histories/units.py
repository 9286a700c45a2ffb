"""What units do with a case in a round: it is given to one, signed, passed on or returned, and handled."""

from datetime import timedelta
from typing import Any

from libs.common.events import cases, passing
from libs.common.events.terms import Deadline, Level
from tests.support.histories.hands import ask, limit_parts, miss_parts, names_of, whistle
from tests.support.histories.limits import clock, limit, miss
from tests.support.histories.ways import CATEGORIES, UNITS, Life


def assign(case: Life) -> None:
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
        case.unit = case.lead if case.round > 1 else case.rng.choice(UNITS)
        case.category = case.category or case.rng.choice(CATEGORIES)
        given = _support(case, ())
    case.lead, case.below = case.unit, ()
    case.say(cases.CaseAssigned, lead_unit=case.unit, category_code=case.category, **given)
    limit_parts(case, given.get("tasks", ()))
    limits = clock(case, Deadline.SIGN, 24), clock(case, Deadline.HANDLE, 72)
    case.sign_due, case.handle_due = (limit["due_at"] for limit in limits)
    # Together, or one by one as releases before said them.
    for deadlines in [limits] if case.ways.by_the_rules or case.maybe(0.5) else [limits[:1], limits[1:]]:
        case.say(cases.DeadlineSet, deadlines=deadlines)


def _support(case: Life, going_on: tuple[str, ...]) -> dict[str, Any]:
    """协办: up to two other units, perhaps some of those that were named before and go on with what they have."""
    others = [unit for unit in UNITS if unit != case.unit]
    case.support = case.rng.sample(others, case.rng.choice((0, 0, 1, 2)))
    tasks = names_of(case, [unit for unit in case.support if unit not in going_on])
    return {"support_units": tuple(case.support), "tasks": tasks}


def _do_parts(case: Life) -> None:
    """Some of the support units end their parts, or are let off; what has a limit may be missed."""
    if case.own.random() < 0.5:
        miss_parts(case)
    for unit in [] if case.ways.by_the_rules else list(case.support):
        if case.maybe(0.5):
            case.support.remove(unit)
            if case.maybe(0.7):
                case.say(cases.TaskDone, unit_code=unit)
            else:
                successor = case.rng.choice((None, *(code for code in UNITS if code not in (unit, case.unit))))
                task = next(iter(names_of(case, [successor] if successor else [])), None)
                case.say(cases.TaskCancelled, unit_code=unit, successor=successor, task=task)
                limit_parts(case, [task] if task else [])
    miss_parts(case)


def work(case: Life) -> None:
    """The unit signs, perhaps reports or asks to return it, and says that it is done."""
    case.wait()
    miss(case, Deadline.SIGN, case.sign_due)
    _do_parts(case)
    while case.maybe(case.ways.returned):
        _return(case)
    case.say(cases.CaseSigned, unit_code=case.unit)
    while case.maybe(case.ways.passed):
        _pass(case)
    if case.maybe(case.ways.reported):
        case.wait(1)
        case.say(cases.ProgressReported, unit_code=case.unit)
        case.say(cases.CaseSupplemented)
    since = case.now
    case.wait(20 if case.ways.by_the_rules else 90)
    whistle(case, since)
    ask(case, since)
    _do_parts(case)
    if case.maybe(case.ways.extended):
        # 延期: the same clock with a later end.
        case.handle_due = limit(case, Deadline.HANDLE, 120, starts_at=case.handle_due - timedelta(hours=72))
    if not case.ways.by_the_rules:
        miss(case, Deadline.HANDLE, case.handle_due)
    case.say(cases.CaseHandled, unit_code=case.unit, level=case.rng.choice((None, *Level)))
    case.say(cases.CallbackDue, handling_unit=case.unit)


def _pass(case: Life) -> None:
    """It goes down a level, or up, or is taken back; who works then signs."""
    former, lead = case.unit, case.lead
    others = [unit for unit in UNITS if unit not in (lead, *case.below)]
    ways = ["up"] * bool(others or case.below) + ["down"] * bool(others) + ["back"] * bool(case.below)
    way, more = case.rng.choice(ways), {}
    if way == "down":
        case.below = (*case.below, case.rng.choice(others))
    elif way == "back":
        case.below, more = case.below[: case.rng.randrange(len(case.below))], {"recalled": True}
    elif case.below:
        case.below = case.below[:-1]
    else:
        case.lead = case.rng.choice(others)
    case.unit = case.below[-1] if case.below else case.lead
    units = {"from_unit": former, "working_unit": case.unit, "lead_unit": case.lead, "delegates": case.below}
    case.wait(5)
    case.say(passing.CaseRaised if way == "up" else passing.CaseDelegated, **units, **more)
    case.sign_due = limit(case, Deadline.SIGN, 24)
    case.wait()
    miss(case, Deadline.SIGN, case.sign_due)
    case.say(cases.CaseSigned, unit_code=case.unit)


def _return(case: Life) -> None:
    case.say(cases.ReturnRequested, unit_code=case.unit)
    case.wait(5)
    approved = case.maybe(0.6)
    case.say(cases.ReturnDecided, unit_code=case.unit, approved=approved)
    if not approved:
        return
    former, case.unit = case.unit, case.rng.choice([unit for unit in UNITS if unit != case.unit])
    case.lead = case.unit
    case.category, going_on = case.rng.choice(CATEGORIES), tuple(case.support)
    given = _support(case, going_on)
    case.say(
        cases.CaseReassigned,
        from_unit=former,
        lead_unit=case.unit,
        category_code=case.category,
        **given,
    )
    limit_parts(case, given["tasks"])
    case.sign_due = limit(case, Deadline.SIGN, 24)
