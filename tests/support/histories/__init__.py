"""Legal histories of cases, as the services would tell them, from a seed.

How lives go is a matter of :class:`Ways`: ``ANY_WAY`` for whoever only reads what was said, ``BY_THE_RULES`` for the
services themselves, which would have given each case to that very unit. Acts cut a history where a person has to act
before others can say more, so that one service alone can hear an act, let its staff act, and hear the next.
"""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from libs.common.bus.flow import FLOW
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.cases import CaseEvent
from libs.common.events.terms import Channel, Closing, Deadline, Kind, Petition, Urgency
from libs.common.pack.directory import Directory
from services.dispatch.routing.domain.choosing import Choice, by_rule
from tests.support.histories.citizens import call_back
from tests.support.histories.judged import judge
from tests.support.histories.limits import limit
from tests.support.histories.units import assign, work
from tests.support.histories.ways import ANY_WAY, BY_THE_RULES, CATEGORIES, START, UNITS, Life, Ways
from tests.support.service import PACK

__all__ = ["ANY_WAY", "BY_THE_RULES", "CATEGORIES", "START", "UNITS", "Ways"]

ACTS = 3
AREAS = ("999001101201", "999001101202", "999001102201", "999001102201001", "999001000000")
SPEAKERS: dict[type[Event], str] = {route.event: str(min(route.said_by)) for route in FLOW}
_DIRECTORY = Directory(PACK)
_PLACES = tuple(
    (area, category)
    for area in ("999001101201", "999001101202", "999001101001", "999001102201", "999001103201")
    for category in ("0101", "0102", "0104", "0401", "0402", "0601")
)


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


def life_by_acts(case_id: str, rng: random.Random, ways: Ways, number: int = 0) -> list[list[CaseEvent]]:
    """The whole history of one case."""
    began = START + timedelta(minutes=rng.randrange(60 * 24 * (20 if ways.by_the_rules else 60)))
    case = Life(case_id, rng, ways, began, rng.random() < ways.hurried, own=random.Random(f"{case_id} {began}"))
    case.named = not ways.by_the_rules and case.own.random() < 0.8
    _register(case, number)
    while case.maybe(ways.supplemented):
        case.wait(0.5)
        case.say(cases.CaseSupplemented, text=f"补充说明{rng.randrange(1000)}")
    if case.maybe(ways.answered):
        case.wait(2)
        case.unit = rng.choice((None, "H-12345"))
        case.say(cases.CaseAnsweredDirectly, answered_by_unit=case.unit)
        case.say(cases.CallbackDue, handling_unit=case.unit)
        call_back(case)
    else:
        _live_rounds(case)
    judge(case)
    return case.acts


def life(case_id: str, seed: int, ways: Ways = ANY_WAY) -> list[Told]:
    """The history of one case, cut anywhere."""
    rng = random.Random(seed)
    told = numbered(event for act in life_by_acts(case_id, rng, ways) for event in act)
    return told[: rng.randrange(1, len(told) + 1)] if rng.random() < ways.cut else told


def _register(case: Life, number: int) -> None:
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
        petition=case.own.choice([*Petition, None]) if case.ways.judged else None,
        repeat_of=case.own.choice(("case-a", None, None)) if case.ways.judged else None,
    )


def _live_rounds(case: Life) -> None:
    if case.ways.by_the_rules and case.choice is None:
        case.say(cases.TriageQueued, reason="登记时没有类别 no category was given")
        limit(case, Deadline.TRIAGE, 24)
        return
    for number in range(1, case.ways.rounds + 1):
        case.round = number
        if case.maybe(case.ways.withdrawn if case.round == 1 or not case.ways.by_the_rules else 0):
            if not case.ways.by_the_rules:
                assign(case)
            case.say(cases.CaseWithdrawn)
            case.say(cases.CaseClosed, closing=Closing.WITHDRAWN, satisfaction=None)
            return
        assign(case)
        work(case)
        case.acts.append([])
        if not call_back(case):
            return
