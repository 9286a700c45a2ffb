"""Orders in which histories might be heard: mixed, in batches, some twice."""

import random
from collections.abc import Sequence

from tests.support.histories import ACTS, BY_THE_RULES, Told, Ways, life_by_acts, numbered

_SOURCES = ("intake", "dispatch", "followup")


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
