"""How the lives of cases go, and what one is lived with: its own lots, what it says, how its time goes by."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.said import said
from libs.common.events.cases import CaseEvent
from services.dispatch.routing.domain.choosing import Choice

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
UNITS = ("D-WATER", "D-TRANSPORT", "T-999001101", "T-999001102")
CATEGORIES = ("0101", "0102", "02")


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
    passed: float = 0.25
    extended: float = 0.2
    unhappy: float = 0.4
    reopened: float = 0.1
    rounds: int = 4
    judged: float = 0.3
    summoned: float = 0.3
    asked: float = 0.3


ANY_WAY = Ways()
BY_THE_RULES = Ways(
    by_the_rules=True, hurried=0.0, answered=0.0, cut=0.0, withdrawn=0.06, triaged=0.05, supplemented=0.5,
    reported=0.3, returned=0.0, passed=0.0, extended=0.0, reopened=0.0, rounds=2, judged=0.0,
    summoned=0.0, asked=0.0,
)  # fmt: skip


@dataclass
class Life:
    """One case being lived; ``acts`` collect what is said, in causal order."""

    case_id: str
    rng: random.Random
    ways: Ways
    now: datetime
    hurried: bool
    acts: list[list[CaseEvent]] = field(default_factory=lambda: [[]])
    round: int = 1
    unit: str | None = None
    """Who works."""
    lead: str | None = None
    below: tuple[str, ...] = ()
    """By which units it came down from the lead to the one that works."""
    choice: Choice | None = None
    category: str | None = None
    support: list[str] = field(default_factory=list)
    handle_due: datetime = START
    sign_due: datetime = START
    steps: int = 0
    """By which tasks and requests are told apart."""
    named: bool = False
    """Whether tasks of support units have names."""
    promises: list[tuple[str, datetime, int]] = field(default_factory=list)
    """Tasks of support units, until when each is to be done, and their rounds."""
    own: random.Random = field(default_factory=random.Random)
    """A lot of its own for what came later, so that lives go as they always did."""

    def say(self, event: type[CaseEvent], /, **fields: Any) -> None:
        whole = {"occurred_at": self.now, "round": self.round} | fields
        self.acts[-1].append(said(event, self.case_id, **whole))

    def wait(self, most_hours: float = 30) -> None:
        self.now += timedelta(minutes=0 if self.hurried else self.rng.randrange(round(most_hours * 60)))

    def maybe(self, share: float) -> bool:
        return self.rng.random() < share
