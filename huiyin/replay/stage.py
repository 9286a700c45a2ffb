"""What the people of a replay have in hand, and what is written down of what they did."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from huiyin.office.people import People, Person
from huiyin.replay.classify import Classifier
from huiyin.replay.habits import Habits
from huiyin.replay.rows import Row, RowRefusal
from libs.common.pack.directory import Directory
from libs.common.security.principal import Role
from libs.common.time.clock import SimulatedClock

MOST_TROUBLES = 20
"""Unexpected refusals that are kept word for word; all are counted."""


class Doing(StrEnum):
    """One thing that somebody does with a case."""

    REGISTER = "registered"
    CHOOSE_UNIT = "assigned by hand"
    SIGN = "signed"
    REPORT = "progress reported"
    ASK_RETURN = "returns asked"
    DECIDE_RETURN = "returns decided"
    HAND_IN = "handled"
    CALL_BACK = "called back"
    REVIEW = "reviewed"
    ANSWER_ORDER = "supervision answered"


@dataclass(slots=True)
class Life:
    """One row on its way through the house, as the people around it see it."""

    index: int
    row: Row
    habits: Habits
    category_code: str | None
    area_code: str
    case_id: str = ""
    lead_unit: str | None = None
    round: int = 1
    turn: int = 0
    """How many times it came to a unit."""
    came_at: datetime | None = None
    """When it came to the unit that has it."""
    done_at: datetime | None = None
    """When the result of this round is to come; None when the data does not tell of any."""
    lateness: float = 0.0
    callback_id: str = ""
    attempts: int = 0
    """Tries in this round."""
    reviews: int = 0
    support: list[str] = field(default_factory=list)
    """Support units that have a part to do, as the lead unit read when it signed."""
    orders: list[tuple[datetime, str, str]] = field(default_factory=list)
    """Orders of supervision to answer: when, which, and the unit that has to."""
    ended: bool = False


Step = Callable[["Stage", Life, datetime], Awaitable[None]]


@dataclass(slots=True)
class Journal:
    """What happened so far. ``registered`` maps (source, number) to the case."""

    registered: dict[tuple[str, str], str] = field(default_factory=dict)
    known_before: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: list[RowRefusal] = field(default_factory=list)
    done: Counter[Doing] = field(default_factory=Counter)
    ended: int = 0
    sent_back: int = 0
    troubles: list[str] = field(default_factory=list)
    troubles_in_all: int = 0

    def note_trouble(self, life: Life, error: Exception) -> None:
        """Something was refused that should not have been; the case stays as it is."""
        self.troubles_in_all += 1
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(f"{life.row.number}: {error}")


def _nobody_plans(_life: Life, _at: datetime, _what: Doing) -> None:
    raise ValueError("nobody drives this stage")


@dataclass(slots=True)
class Stage:
    """Everything around the lives. ``plan`` is set by the driver: it takes what is to happen, and when."""

    people: People
    clock: SimulatedClock
    directory: Directory
    classifier: Classifier
    plan: Callable[[Life, datetime, Doing], None] = _nobody_plans
    journal: Journal = field(default_factory=Journal)
    callbacks: dict[tuple[str, int], str] = field(default_factory=dict)
    """The callback of a case's round, as the queue of followup showed it."""

    def person(self, role: Role, name: str = "", *, unit: str | None = None, area: str | None = None) -> Person:
        """Somebody with a role, of the whole county unless an area is given; each is called simulated."""
        subject = "-".join(filter(None, ("simulated", role.value, name or unit)))
        return self.people.person(subject, role, area=area, unit=unit)

    def handler(self, unit_code: str) -> Person:
        """Somebody of a unit, in the unit's area."""
        unit = self.directory.unit(unit_code)
        return self.person(Role.HANDLER, unit=unit.code, area=unit.area_code)
