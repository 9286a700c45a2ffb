"""One case as the ledgers tell it and as the tables show it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import orjson

from huiyin.audit.merge import Group
from huiyin.audit.queries import SERVICES
from huiyin.audit.snapshot import Row
from libs.common.bus.flow import Service
from libs.common.events.base import Event

EventT = TypeVar("EventT", bound=Event)

INTAKE, DISPATCH, FOLLOWUP, ANALYTICS = (
    Service.INTAKE.value,
    Service.DISPATCH.value,
    Service.FOLLOWUP.value,
    Service.ANALYTICS.value,
)


@dataclass(frozen=True, slots=True)
class LedgerSaid:
    """An event where it stands in its service's ledger.

    ``causes`` is what its speaker had applied of others when it was committed. An event that was said in answer to
    another was committed together with everything else of that batch, so some of the causes may have come after it;
    what a person said at the door has exactly these causes.
    """

    service: str
    seq: int
    causes: Mapping[str, int]
    event: Event
    recorded_at: datetime


@dataclass(slots=True)
class CaseView:
    """Everything about one case on the cut."""

    case_id: str
    rows: Group
    said: dict[str, list[LedgerSaid]] = field(default_factory=lambda: {service: [] for service in SERVICES})
    """By service, in order; events of types that this code does not know are left out."""
    lengths: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))
    """By service, the highest number."""
    marks: dict[tuple[str, str], int] = field(default_factory=dict)
    """By reader and source, how far the one has applied what the other said."""
    dropped: set[tuple[str, str, int]] = field(default_factory=set)
    """(reader, source, seq) of events that a person gave up: they count as applied and did nothing."""
    _types: dict[str, tuple[int, set[type[Event]]]] = field(default_factory=dict)
    """By service how many events were looked at, and of which types these are."""

    @classmethod
    def begin(cls, case_id: str, rows: Group) -> "CaseView":
        """With what was applied and dropped, and no event yet."""
        return cls(
            case_id,
            rows,
            marks={(row["service"], row["source"]): row["seq"] for row in rows["marks"]},
            dropped={
                (row["reader"], row["source"], row["seq"]) for row in rows["transit"] if row["place"] == "dropped"
            },
        )

    def row(self, table: str) -> Row | None:
        """The row of a table that has one for each case."""
        rows = self.rows[table]
        return rows[0] if rows else None

    def has_applied(self, reader: str, one: LedgerSaid) -> bool:
        """Whether an event has had its effect at a reader."""
        if one.service == reader:
            return True
        place = (reader, one.service, one.seq)
        return one.seq <= self.marks.get((reader, one.service), 0) and place not in self.dropped

    def applied(self, reader: str, *sources: str) -> Iterator[LedgerSaid]:
        """What a reader has applied of these sources, source by source, each in its order."""
        for source in sources:
            yield from (one for one in self.said[source] if self.has_applied(reader, one))

    def of(self, source: str, kind: type[EventT], reader: str | None = None) -> list[EventT]:
        """The events of one type, in order; only those that ``reader`` has applied when one is named."""
        if not any(issubclass(each, kind) for each in self._types_of(source)):
            return []
        return [
            one.event
            for one in self.said[source]
            if isinstance(one.event, kind) and (reader is None or self.has_applied(reader, one))
        ]

    def _types_of(self, source: str) -> set[type[Event]]:
        """Most of the types that are asked for nobody ever said of one key."""
        said = self.said[source]
        looked_at, found = self._types.get(source, (-1, set[type[Event]]()))
        if looked_at != len(said):
            found = {type(one.event) for one in said}
            self._types[source] = len(said), found
        return found


def in_causal_order(
    said: Mapping[str, Sequence[LedgerSaid]], prefer: Callable[[], str | None] = lambda: None
) -> Iterator[LedgerSaid]:
    """Events of several services merged so that each stands behind its causes.

    Ties go to whom ``prefer`` names, else by the order of the services. Causes that are not among the events (a hole in
    a ledger) hold nobody up.
    """
    waiting = {service: events for service, events in said.items() if events}
    places = dict.fromkeys(said, 0)
    seen = dict.fromkeys(said, 0)
    while len(waiting) > 1:
        service = next((s for s in waiting if _ready(said[s][places[s]], seen, said, places)), next(iter(waiting)))
        preferred = prefer()
        if preferred in waiting and _ready(said[preferred][places[preferred]], seen, said, places):
            service = preferred
        one = said[service][places[service]]
        places[service] += 1
        seen[service] = one.seq
        if places[service] == len(said[service]):
            del waiting[service]
        yield one
    for service, events in waiting.items():
        yield from events[places[service] :]


def _ready(
    one: LedgerSaid, seen: Mapping[str, int], said: Mapping[str, Sequence[LedgerSaid]], places: Mapping[str, int]
) -> bool:
    for source, seq in one.causes.items():
        if source not in said or source == one.service or seen[source] >= seq:
            continue
        if places[source] < len(said[source]) and said[source][places[source]].seq <= seq:
            return False
    return True


def as_applied(view: CaseView, reader: str, prefer: Callable[[], str | None] = lambda: None) -> Iterator[LedgerSaid]:
    """What a service said and what it had applied of others, in the order in which it happened to it.

    What it said in answer to an event comes after all of that batch; whoever needs it earlier looks ahead for it.
    """
    heard = {s: list(view.applied(reader, s)) for s in SERVICES if s != reader}
    for one in view.said[reader]:
        before = {s: [other for other in heard[s] if other.seq <= one.causes.get(s, 0)] for s in heard}
        yield from in_causal_order(before, prefer)
        yield one
        heard = {s: heard[s][len(before[s]) :] for s in heard}
    yield from in_causal_order(heard, prefer)


def causes_of(row: Row) -> Mapping[str, int]:
    """The causes of a ledger row; what is no number counts for nothing."""
    return _parsed(row["causes"])


@lru_cache(10_000)
def _parsed(text: str) -> Mapping[str, int]:
    """Most rows have one of a few."""
    causes = orjson.loads(text)
    if not isinstance(causes, dict):
        return {}
    return {source: seq for source, seq in causes.items() if isinstance(seq, int)}
