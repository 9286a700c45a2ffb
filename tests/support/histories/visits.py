"""Histories of households, their visits, rounds and teams, as intake would tell them, from a seed."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from libs.common.events.base import Event
from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor
from libs.common.events.households import HouseholdRecorded
from libs.common.events.teams import TeamChanged, TeamDissolved, TeamFormed, TeamSeat
from libs.common.events.terms import Kind
from libs.common.events.visit_terms import MatterEnd, SlotRule, VisitOutcome, VisitSlot
from libs.common.events.visits import (
    RoundClosed,
    RoundOpened,
    VisitCorrected,
    VisitedMatter,
    VisitedQuantity,
    VisitRecorded,
    VisitVoided,
)
from services.intake.visits.domain import VisitBeside, duplicates

FIRST = date(2026, 3, 1)
DAYS = 60
VILLAGES = ("999001101201", "999001101202", "999001102201", "999001101201001")
TOWNS = ("999001101000", "999001102000", "999001000000")
PEOPLE = tuple(f"staff-{number}" for number in range(1, 7))
PURPOSES = ("policy", "safety", "thanks")
_H, _S = HouseholdFact, HouseholdStep


def _id(kind: str, number: int) -> str:
    return f"00000000-0000-4000-{kind}000-{number:012}"


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day, as the place's clock has it less eight hours."""
    return datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=UTC)


class VisitCounty:
    """Rounds, teams and households of a small county; each history alone is in the order of its key."""

    def __init__(self, seed: int, households: int = 5) -> None:
        self.rng = random.Random(seed)
        rounds = [_id("8", number) for number in range(self.rng.randint(1, 3))]
        teams = [_id("9", number) for number in range(self.rng.randint(0, 3))]
        self.rounds = {round_id: self._round(round_id) for round_id in rounds}
        self.teams = {team_id: self._team(team_id) for team_id in teams}
        self.households = {
            f"household-{number}": HouseholdLife(self, f"household-{number}").live() for number in range(households)
        }

    @property
    def histories(self) -> list[list[Event]]:
        """One by key."""
        return [*self.rounds.values(), *self.teams.values(), *self.households.values()]

    def day(self, since: date = FIRST) -> date:
        """Some day of the span."""
        left = max(1, (FIRST + timedelta(days=DAYS) - since).days)
        return since + timedelta(days=self.rng.randrange(left))

    def terms(self) -> list[RoundOpened]:
        """The openings of all rounds."""
        return [event for history in self.rounds.values() for event in history if isinstance(event, RoundOpened)]

    def _round(self, round_id: str) -> list[Event]:
        rng, begins = self.rng, self.day() - timedelta(days=10)
        ends = begins + timedelta(days=rng.randint(5, 40))
        opened = RoundOpened(
            occurred_at=at(begins, 1),
            round_id=round_id,
            name="二季度走访",
            area_code=rng.choice((*TOWNS, "999001101201")),
            begins_on=begins,
            ends_on=ends,
            classes=(HouseholdClass.RESIDENT, *((HouseholdClass.SHOP,) if rng.random() < 0.3 else ())),
            purposes=PURPOSES[: rng.randint(0, 3)],
            gap_days=0,
            slots=rng.choice(tuple(SlotRule)),
        )
        if rng.random() < 0.5:
            return [opened]
        closed_at = at(self.day(begins), 11, 30)
        closing = RoundClosed(
            occurred_at=closed_at, round_id=round_id, closed_at=closed_at, households=0, reached=0, refused=0
        )
        return [opened, closing]

    def _team(self, team_id: str) -> list[Event]:
        rng, first = self.rng, self.day()
        last = first + timedelta(days=rng.randint(0, 20))
        whom: dict[str, Any] = {"team_id": team_id, "until_day": last}
        told: list[Event] = [
            TeamFormed(
                occurred_at=at(first, 2),
                version=1,
                rule="night",
                area_code=VILLAGES[0],
                from_day=first,
                seats=self._seats(first, last),
                **whom,
            )
        ]
        if rng.random() < 0.6:
            seats = self._seats(first, last)
            told.append(TeamChanged(occurred_at=at(first, 5), version=2, holds_from=first, seats=seats, **whom))
        if rng.random() < 0.3:
            day = first + timedelta(days=rng.randint(0, 3))
            about: dict[str, Any] = {"team_id": team_id, "version": len(told) + 2, "holds_from": day}
            told.append(TeamDissolved(occurred_at=at(day, 6), seats=self._seats(first, last), **about))
        return told

    def _seats(self, first: date, last: date) -> tuple[TeamSeat, ...]:
        who = self.rng.sample(PEOPLE, self.rng.randint(1, 3))
        return tuple(TeamSeat(staff_id=one, part="on_duty", from_day=first, until_day=last) for one in who)


class HouseholdLife:
    """One household and its visits."""

    def __init__(self, county: VisitCounty, household_id: str) -> None:
        self.county, self.rng, self.household_id = county, county.rng, household_id
        self.told: list[Event] = []
        self.now = at(FIRST - timedelta(days=20))
        self.version = 0
        self.area = self.rng.choice(VILLAGES)
        self.visits: dict[str, dict[str, Any]] = {}
        self.void: set[str] = set()

    def live(self) -> list[Event]:
        """Its whole history."""
        first: dict[HouseholdFact, Any] = {
            _H.AREA_CODE: self.area,
            _H.HOUSEHOLD_CLASS: self.rng.choice(
                (HouseholdClass.RESIDENT, HouseholdClass.RESIDENT, HouseholdClass.SHOP)
            ),
            _H.KINDS: self.rng.choice(((), ("veteran",))),
            _H.CONTACT_STAFF_ID: self.rng.choice((None, *PEOPLE)),
        }
        self._step(_S.REGISTER, self.now.date(), first)
        for _ in range(self.rng.randint(0, 12)):
            self.now = max(
                self.now, at(self.county.day(self.now.date()), self.rng.randrange(12), self.rng.randrange(60))
            )
            self.rng.choice((self._moves, self._changes, self._is_visited, self._is_visited, self._is_corrected))()
        return self.told

    def _step(self, step: HouseholdStep, day: date, facts: dict[HouseholdFact, Any], **more: Any) -> None:
        self.version += 1
        self.now += timedelta(seconds=1)
        said: dict[str, Any] = {"area_code": self.area} | {fact.value: value for fact, value in facts.items()} | more
        self.told.append(
            HouseholdRecorded(
                occurred_at=self.now,
                household_id=self.household_id,
                version=self.version,
                step=step,
                holds_from=day,
                changed=tuple(facts),
                **said,
            )
        )

    def _moves(self) -> None:
        self.area = self.rng.choice(VILLAGES)
        self._step(_S.CHANGE, self._some_day(), {_H.AREA_CODE: self.area})

    def _changes(self) -> None:
        kind = self.rng.randrange(4)
        day = self._some_day()
        if kind == 0:
            self._step(_S.ASSIGN, day, {_H.CONTACT_STAFF_ID: self.rng.choice((None, *PEOPLE))})
        elif kind == 1:
            self._step(_S.CHANGE, day, {_H.HOUSEHOLD_CLASS: self.rng.choice(tuple(HouseholdClass))})
        elif kind == 2:
            self._step(_S.CONFIRM_MUTE, day, {_H.MUTED_FOR: MutedFor.MOVED_AWAY})
        else:
            self._step(_S.UNMUTE, day, {_H.MUTED_FOR: None})

    def _some_day(self) -> date:
        """Since the household is known, and not ahead."""
        begun = FIRST - timedelta(days=20)
        return begun + timedelta(days=self.rng.randint(0, (self.now.date() - begun).days))

    def _is_visited(self) -> None:
        visit_id = f"{self.household_id}-visit-{len(self.visits)}"
        day = self._some_day() if self.rng.random() < 0.3 else self.now.date()
        self.now += timedelta(seconds=1)
        self.visits[visit_id] = {
            "visit_id": visit_id,
            "household_id": self.household_id,
            "version": 0,
            "recorded_at": self.now,
            "area_code": self.area,
            "duplicate_of": None,
            **self._made_on(day),
        }
        self._settle(visit_id, VisitRecorded)

    def _made_on(self, day: date) -> dict[str, Any]:
        rng = self.rng
        outcome = rng.choice((*VisitOutcome, VisitOutcome.REACHED, VisitOutcome.REACHED))
        reached = outcome is VisitOutcome.REACHED
        ends = rng.choices(tuple(MatterEnd), k=rng.randint(0, 2)) if reached else []
        return {
            "day": day,
            "started_at": at(day, 8),
            "ended_at": at(day, 8, 30),
            "slot": rng.choice(tuple(VisitSlot)),
            "outcome": outcome,
            "staff_ids": tuple(rng.sample(PEOPLE, rng.randint(1, 3))),
            "purposes": tuple(rng.sample(PURPOSES, rng.randint(0, 3))) if reached else (),
            "materials": {"leaflet": rng.randint(1, 3)} if rng.random() < 0.5 else {},
            "topics": tuple(rng.sample(("gas", "school"), rng.randint(0, 2))),
            "findings": {"gas": rng.random() < 0.5, "plots": rng.randint(0, 4), "yard": "整洁"},
            "quantities": (VisitedQuantity(what="rubbish", number=f"{rng.randint(0, 50) / 8:.3f}", unit="t"),),
            "matters": tuple(
                VisitedMatter(number=number, end=end, kind=Kind.HELP) for number, end in enumerate(ends, start=1)
            ),
            "rounds": tuple(
                opened.round_id
                for opened in self.county.terms()
                if opened.begins_on <= day <= opened.ends_on and rng.random() < 0.9
            ),
        }

    def _is_corrected(self) -> None:
        living = sorted(self.visits.keys() - self.void)
        if not living:
            return
        visit_id = self.rng.choice(living)
        self.now += timedelta(seconds=1)
        if self.rng.random() < 0.4:
            self.void.add(visit_id)
            visit = self.visits[visit_id]
            visit["version"] += 2
            said = {name: visit[name] for name in ("visit_id", "household_id", "version")}
            self.told.append(VisitVoided(occurred_at=self.now, **said))
            self._settle(None, VisitCorrected)
        else:
            day = self._some_day() if self.rng.random() < 0.5 else self.visits[visit_id]["day"]
            self.visits[visit_id] |= self._made_on(day)
            self._settle(visit_id, VisitCorrected)

    def _settle(self, changed: str | None, kind: type[Event]) -> None:
        """Say it, and of each other visit that is one with another by now, or is not any more."""
        beside = [
            VisitBeside(visit_id, one["day"], one["outcome"], one["recorded_at"])
            for visit_id, one in self.visits.items()
            if visit_id not in self.void
        ]
        for visit_id, first in duplicates(beside).items():
            visit = self.visits[visit_id]
            if visit["duplicate_of"] == first and visit_id != changed:
                continue
            visit["duplicate_of"], visit["version"] = first, visit["version"] + 1
            event = kind if visit_id == changed else VisitCorrected
            self.told.append(event(occurred_at=self.now, **visit))


def in_pieces(county: VisitCounty, rng: random.Random) -> list[list[Event]]:
    """All of it in batches, key among key, some of them twice; each key keeps its order."""
    left = [list(history) for history in county.histories]
    told: list[Event] = []
    while left := [history for history in left if history]:
        told.append(rng.choice(left).pop(0))
    return cut(told, rng)


def cut(told: Sequence[Event], rng: random.Random) -> list[list[Event]]:
    """Batches of any size."""
    batches: list[list[Event]] = []
    start = 0
    while start < len(told):
        size = rng.randint(1, 9)
        batches.append([*told[start : start + size]])
        start += size
    return batches
