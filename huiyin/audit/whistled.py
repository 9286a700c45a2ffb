"""Whistles (吹哨) are done, scored and judged by whom they may be (I5): written anew, as an independent witness."""

from collections.abc import Iterator
from typing import Any

from libs.common.events import whistles
from libs.common.events.task_terms import task_name
from libs.common.events.whistle_terms import ClaimKind
from libs.common.rules.apart import names_of


class WhistleHistory:
    """The whistles of a case, with their tasks, scores and claims."""

    def __init__(self) -> None:
        self._street: dict[str, str] = {}
        """By task the street that whistled."""
        self._open: set[str] = set()
        self._came: set[str] = set()
        self._hands: dict[str, frozenset[str]] = {}
        """By task who whistled, worked on it or scored it, by all their names."""
        self._done: set[int] = set()
        self._scored: dict[str, int] = {}
        self._claims: dict[int, whistles.ClaimMade] = {}

    def problems(self, event: Any) -> Iterator[str]:
        """What is wrong with the next event of a whistle; nothing about others."""
        match event:
            case whistles.StreetWhistled():
                for task in event.tasks:
                    self._street[task] = event.unit_code
                    self._hands[task] = names_of(event.by, event.by_staff)
                self._open.update(event.tasks)
            case whistles.CallAcknowledged() | whistles.UnitArrived() | whistles.CallReported():
                self._work(event)
            case whistles.CallDone():
                self._work(event)
                self._open.discard(event.task)
            case whistles.CallCancelled():
                self._open.discard(event.task)
            case _:
                yield from self._of_all(event)

    def _work(self, event: Any) -> None:
        self._hands[event.task] = self._hands.get(event.task, frozenset()) | names_of(event.by, event.by_staff)
        if isinstance(event, whistles.UnitArrived):
            self._came.add(event.task)

    def _of_all(self, event: Any) -> Iterator[str]:
        match event:
            case whistles.ConsultationHeld():
                for unit in event.took_part:
                    if task_name(event.whistle, unit) not in self._came:
                        yield f"{unit} took part in a consultation and was never there"
                yield from (f"{one.task} had ended" for one in event.tasks if one.task not in self._open)
            case whistles.WhistleDone():
                yield from self._is_done(event)
            case whistles.UnitScored():
                yield from self._is_scored(event)
            case whistles.ClaimMade():
                self._claims[event.claim] = event
            case whistles.ClaimDecided():
                yield from self._is_decided(event)

    def _is_done(self, event: whistles.WhistleDone) -> Iterator[str]:
        if event.whistle in self._done:
            yield "the whistle was done before"
        self._done.add(event.whistle)
        for task in sorted(self._open):
            if task.startswith(f"{event.whistle}."):
                yield f"the whistle is done while {task} is open"

    def _is_scored(self, event: whistles.UnitScored) -> Iterator[str]:
        if event.task in self._scored:
            yield f"{event.task} was scored before"
        if event.task in self._open:
            yield f"{event.task} was scored while it is open"
        if self._street.get(event.task) != event.street_unit:
            yield f"{event.street_unit} scored a unit that it did not summon"
        if event.never_came is (event.task in self._came):
            yield f"{event.task} was scored as if the unit had {'never ' if event.never_came else ''}come"
        if event.by_unit == event.unit_code:
            yield f"{event.unit_code} scored itself"
        self._scored[event.task] = sum(one.points for one in event.points)
        self._work(event)

    def _is_decided(self, event: whistles.ClaimDecided) -> Iterator[str]:
        made = self._claims.pop(event.claim, None)
        if made is None or (made.kind, made.task) != (event.kind, event.task):
            yield f"nobody claimed what {event.claim} decides on, or it was decided before"
            return
        hands = self._hands.get(event.task, frozenset()) | names_of(made.by, made.by_staff)
        if not names_of(event.by, event.by_staff).isdisjoint(hands):
            yield "whoever had a hand in it decided on a claim"
        if event.by_unit in (made.unit_code, self._street.get(event.task)):
            yield f"{event.by_unit} decided on a claim of its own or against itself"
        if event.granted and event.kind is ClaimKind.RETURN:
            self._open.discard(event.task)
        if event.granted and event.kind is ClaimKind.SCORE:
            total = sum(one.points for one in event.points)
            if total <= self._scored.get(event.task, -1):
                yield f"an objection to {self._scored.get(event.task)} points came to {total}"
