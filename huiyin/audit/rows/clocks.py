"""The clocks of a case in followup, and before which step each stands by now.

Each deadline that was set warns, is missed, and then climbs the ladder of its pack. A clock of the case that was
started in answer to an event is said behind the whole batch; the n-th that was started is the n-th that was said. One
about an order is named by it.
"""

from collections import deque
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from huiyin.audit.packs import Packs
from huiyin.audit.rows.comparing import Columns, Json, NotBefore, Unseen, as_told
from libs.common.events import cases
from libs.common.events.base import Event
from libs.common.events.deadlines import SetDeadline
from libs.common.events.terms import Deadline
from libs.common.events.whistle_terms import gives_back
from libs.common.time.due import Limit, LimitUnit, Pause, due
from services.followup.ladder.actions.firing import rungs_of
from services.followup.supervision.actions import number_of

_Told = tuple[datetime, SetDeadline]
"""What was said, and when: a promise may have the same end twice, and another in between."""
_LIMIT = ("limit_value", "limit_unit", "first_day")


@dataclass(slots=True)
class FoldedClock:
    """A deadline that was set, and what became of it."""

    number: int
    """Which of the case's clocks it is, from 1."""
    said: cases.RoundEvent
    """The event that set it."""
    set: SetDeadline
    """As it was set last: a pause that is over, or more time, sets it anew."""
    ends: datetime
    """Its end as it was said last, in all that was said."""
    units: list[str | None]
    """Whose it was, one after the other."""
    stopped: bool = False
    warned: cases.DeadlineWarned | None = None
    missed: cases.DeadlineMissed | None = None
    pauses: list[Pause] = field(default_factory=list)
    """When it stands still, one after the other."""


class Clocks:
    """All clocks of a case, as its promise starts and stops them."""

    def __init__(self, said: Iterable[Event]) -> None:
        self.started: list[FoldedClock] = []
        self._every: list[FoldedClock] = []
        self._anew: dict[_Told, FoldedClock] = {}
        self._behind: dict[_Told, FoldedClock] = {}
        """By what gave more time to a promise that was missed, its new clock."""
        missed: set[tuple[object, ...]] = set()
        for event in said:
            if isinstance(event, cases.DeadlineMissed):
                missed.add((event.round, event.deadline, event.due_at, event.about))
            for one in cases.deadlines_in(event):
                self._tell(cast("cases.RoundEvent", event), one, missed)
        behind = set(map(id, self._behind.values()))
        self._set = iter([clock for clock in self._every if not clock.set.about and id(clock) not in behind])
        self._about: dict[str, dict[Deadline, deque[FoldedClock]]] = {}
        for clock in self._every:
            if clock.set.about and id(clock) not in behind:
                of_one = self._about.setdefault(clock.set.about, {})
                of_one.setdefault(clock.set.deadline, deque()).append(clock)
        self._missed: list[FoldedClock] = []

    def _tell(self, event: cases.RoundEvent, one: SetDeadline, missed: Container[tuple[object, ...]]) -> None:
        """A promise that began at the same moment and ends at another is the same one, set anew."""
        place = event.round, one.deadline, one.about, one.starts_at
        before = [
            clock
            for clock in self._every
            if (clock.said.round, clock.set.deadline, clock.set.about, clock.set.starts_at) == place
            and (clock.ends != one.due_at or one.deadline is Deadline.HANDLE)
        ]
        if before and (event.round, one.deadline, before[-1].ends, one.about) not in missed:
            self._anew[event.occurred_at, one] = before[-1]
            before[-1].ends = one.due_at
            return
        self._every.append(FoldedClock(len(self._every) + 1, event, one, one.due_at, [one.unit_code]))
        if before:
            self._behind[event.occurred_at, one] = self._every[-1]

    def set_anew(self, event: cases.DeadlineSet) -> list[SetDeadline]:
        """The promises among these that ran before have other times now, and what was missed is not any more."""
        at = event.occurred_at
        anew = [one for one in event.deadlines if (at, one) in self._anew or (at, one) in self._behind]
        for one in anew:
            if (clock := self._anew.get((at, one))) is not None:
                clock.set = one
                clock.warned = clock.warned if one.warn_at <= at else None
                continue
            behind = self._behind[at, one]
            for clock in self.started:
                if (clock.set.deadline, clock.set.about) == (one.deadline, one.about):
                    clock.stopped, behind.pauses = True, list(clock.pauses)
            self.started.append(behind)
        return anew

    def suspend(self, what: Deadline, at: datetime, until: datetime) -> None:
        """Those of the case that run, and were not missed before, stand still until then."""
        for clock in self._running(what):
            if clock.set.due_at > at:
                clock.pauses.append(Pause(at, until))

    def lift(self, what: Deadline, at: datetime) -> None:
        """Those that stand still, and were not missed before, run on."""
        for clock in self._running(what):
            if clock.pauses and clock.set.due_at > at and clock.pauses[-1].end > at:
                clock.pauses[-1] = Pause(clock.pauses[-1].start, at)

    def _running(self, what: Deadline) -> list[FoldedClock]:
        return [one for one in self.started if one.set.deadline is what and not (one.stopped or one.set.about)]

    @property
    def overdue(self) -> list[str]:
        """Deadlines that have passed and are still not met."""
        return [clock.set.deadline.value for clock in self._missed if not (clock.stopped or clock.set.about)]

    def start(self) -> FoldedClock | None:
        """The next one of the case itself; None where nobody said so."""
        return self._start(next(self._set, None))

    def is_to_start(self, number: int, deadline: Deadline) -> bool:
        """Whether such a clock of the case was ever set in a round, and none stands that was started before."""
        of_round = [clock for clock in self._every if (clock.said.round, clock.set.deadline) == (number, deadline)]
        standing = {id(clock) for clock in self.started if not clock.stopped}
        return bool(of_round) and standing.isdisjoint(map(id, of_round))

    def start_about(self, order: str) -> None:
        """The next one of each promise about an order or a task, if it has any: those of before had none."""
        for waiting in self._about.get(order, {}).values():
            self._start(waiting.popleft() if waiting else None)

    def _start(self, clock: FoldedClock | None) -> FoldedClock | None:
        if clock is not None:
            self.started.append(clock)
        return clock

    def stop(self, *kinds: Deadline) -> None:
        """Nothing of these fires any more."""
        for clock in self.started:
            clock.stopped |= not clock.set.about and clock.set.deadline in kinds

    def stop_about(self, order: str, *kinds: Deadline) -> None:
        """The order was answered; of a task what these promise was done, or all when none is named."""
        for clock in self.started:
            clock.stopped |= clock.set.about == order and (not kinds or clock.set.deadline in kinds)

    def stop_task(self, number: int, unit_code: str) -> None:
        """This unit's part is done, or it was let off."""
        for clock in self.started:
            of_the_unit = clock.said.round == number and clock.units[-1] == unit_code
            clock.stopped |= clock.set.deadline is Deadline.TASK and of_the_unit

    def stop_tasks(self, number: int, but_not: Collection[str] = ()) -> None:
        """Nobody waits for the parts of these support units in this round."""
        for clock in self.started:
            gone = clock.said.round == number and clock.units[-1] not in but_not
            clock.stopped |= clock.set.deadline is Deadline.TASK and gone

    def stop_decisions(self, number: int) -> None:
        """Nobody waits for what was asked for in this round to be decided."""
        for clock in self.started:
            clock.stopped |= clock.set.deadline is Deadline.DECISION and clock.said.round == number

    def stop_giving_back(self, task: str) -> None:
        """Nobody waits for it to be decided whether this task is given back."""
        for clock in self.started:
            clock.stopped |= clock.set.deadline is Deadline.CLAIM and gives_back(clock.set.about, task)

    def stop_all(self) -> None:
        """The case is over, and whatever was to be answered about it but for what runs after the end."""
        for clock in self.started:
            clock.stopped |= not clock.set.deadline.promise.after_the_end

    def hand_over(self, unit_code: str | None, *kinds: Deadline) -> None:
        """Those of the case run on, and are this unit's."""
        for clock in self.started:
            if clock.set.deadline in kinds and not (clock.set.about or clock.stopped):
                clock.units.append(unit_code)

    def hand_over_about(self, about: str, unit_code: str) -> None:
        """That of one thing runs on, and is this unit's."""
        for clock in self.started:
            if clock.set.about == about and not clock.stopped:
                clock.units.append(unit_code)

    def warn(self, event: cases.DeadlineWarned) -> None:
        """A warning was told."""
        for clock in self._of(event, "warned"):
            clock.warned = event

    def miss(self, event: cases.DeadlineMissed) -> None:
        """A miss was told; what met the deadline in the same batch may have come before it here."""
        for clock in self._of(event, "missed"):
            clock.missed = event
            self._missed.append(clock)

    def _of(self, event: cases.DeadlineWarned | cases.DeadlineMissed, told_as: str) -> list[FoldedClock]:
        """The clock that it is told of: the one that runs, where a unit had two that end at one moment."""
        place = event.round, event.deadline, event.due_at, event.about
        found = [clock for clock in self.started if _place(clock) == place]
        untold = [clock for clock in found if getattr(clock, told_as) is None]
        return sorted(untold, key=lambda clock: (event.unit_code not in clock.units, clock.stopped))[:1]


def clocks_of(
    clocks: Clocks, orders: Collection[Columns], packs: Packs, kept: Mapping[str, Mapping[str, Any]], *, ordered: bool
) -> Iterator[Columns]:
    """The rows of the clocks of a case, which an order from above may hurry (``ordered``).

    One that failed is an operator's: nothing stops it or hands it over.
    """
    for clock in clocks.started:
        row = _row(clock, orders, packs)
        stands = kept.get(row["clock_id"], {})
        if stands.get("state") == "failed":
            row |= {"state": "failed", "unit_code": frozenset(clock.units)}
        yield row | _limit_of(clock, packs, stands, ordered=ordered)


def _limit_of(clock: FoldedClock, packs: Packs, stands: Mapping[str, Any], *, ordered: bool) -> dict[str, Any]:
    """No event tells the limit: the one that is kept has to give the due time that was told, or a later one where an
    order from above comes first."""
    pack, value = packs.find(clock.set.pack_version), stands.get("limit_value")
    if value is None or pack is None:
        return {"limit_value": None if pack else Unseen.OLD, "limit_unit": Unseen.OLD, "first_day": Unseen.OLD}
    limit = Limit(value, LimitUnit(stands["limit_unit"]), stands["first_day"])
    ends = due(clock.set.starts_at, limit, pack.calendar(), clock.pauses)
    sooner = ordered and clock.set.deadline.promise.ahead_of_above
    fits = clock.set.due_at <= ends if sooner else clock.set.due_at == ends
    return {name: stands[name] if fits else f"one that ends at {clock.set.due_at}" for name in _LIMIT}


def _place(clock: FoldedClock) -> tuple[object, ...]:
    return clock.said.round, clock.set.deadline, clock.set.due_at, clock.set.about


def _row(clock: FoldedClock, orders: Collection[Columns], packs: Packs) -> dict[str, Any]:
    event = clock.set
    row = (
        as_told(clock.said, "case_id", "round")
        | as_told(event, "starts_at", "warn_at", "due_at", "pack_version")
        | {
            "clock_id": f"{clock.said.key}.{clock.number}",
            "what": event.deadline,
            "about": event.about,
            "error": Unseen.WORDS,
            "pauses": Json([[pause.start.isoformat(), pause.end.isoformat()] for pause in clock.pauses]),
            "every_days": None,
        }
    )
    if clock.missed is None:
        step, at = ("warn", event.warn_at) if clock.warned is None else ("miss", event.due_at)
        return row | _standing(clock, step, at)
    return row | _on_the_ladder(clock, clock.missed, orders, packs)


def _standing(clock: FoldedClock, step: str, at: Any) -> dict[str, Any]:
    """Before a step that was not taken."""
    state = "cancelled" if clock.stopped else "pending"
    return {"step": step, "next_at": at, "state": state, "unit_code": clock.units[-1]}


def _on_the_ladder(
    clock: FoldedClock, missed: cases.DeadlineMissed, orders: Collection[Columns], packs: Packs
) -> dict[str, Any]:
    """Behind the miss: before the first rung whose orders were not given, or at its end."""
    pack = packs.find(clock.set.pack_version)
    if pack is None:
        return {"step": Unseen.OLD, "next_at": Unseen.OLD, "state": Unseen.OLD, "unit_code": frozenset(clock.units)}
    end: dict[str, Any] = {"step": "miss", "next_at": clock.set.due_at, "state": "fired", "unit_code": missed.unit_code}
    for at, rung in sorted(rungs_of(pack, clock.set.deadline, clock.set.due_at)):
        given = _given(orders, clock, rung, at, pack.ladder.steps[rung].code)
        if given is None:
            return _standing(clock, f"ladder:{rung}", NotBefore(clock.set.due_at) if clock.stopped else at)
        end = {"step": f"ladder:{rung}", "next_at": given, "state": "fired", "unit_code": frozenset(clock.units)}
    return end


def _given(orders: Iterable[Columns], clock: FoldedClock, rung: int, at: datetime, code: str) -> datetime | None:
    """When the orders of a step were given, if they were; at another time, too, if days were counted otherwise then."""
    if clock.set.about:
        name = f"{clock.said.key}.{clock.number}.ladder:{rung}"
        theirs = (order for order in orders if order["supervision_id"] == number_of(name, order["unit_code"]))
        return next((order["issued_at"] for order in theirs), None)
    moments = {
        order["issued_at"]
        for order in orders
        if order["by_rule"] and code in order["rule_code"] and order["round"] == clock.said.round
    }
    if at in moments or at == clock.set.due_at:
        return at if at in moments else None
    return min((moment for moment in moments if moment > clock.set.due_at), default=None)
