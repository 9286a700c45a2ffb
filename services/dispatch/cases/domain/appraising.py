"""What becomes of a whistle as a whole: consulted on (会商), marked as done, its units scored, and what these claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from libs.common.events.whistle_terms import ClaimKind

Points = Mapping[str, int]
"""Whole points by the criteria of the pack."""


@dataclass(frozen=True, slots=True)
class GivenTask:
    """What one unit has to do from now on, by what measures, until when."""

    task: str
    unit_code: str
    what: str
    measures: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Consultation:
    """A joint consultation: when, which summoned units took part, what they found, and a task for each unit."""

    whistle: int
    held_at: datetime
    took_part: tuple[str, ...]
    findings: str
    tasks: tuple[GivenTask, ...]


@dataclass(frozen=True, slots=True)
class Ticked:
    """One criterion of a whistle that is done, met or not, and how."""

    code: str
    met: bool
    words: str


@dataclass(frozen=True, slots=True)
class WhistleCompletion:
    """The street's mark that its whistle is done; until when a unit may say that it was needless."""

    whistle: int
    criteria: tuple[Ticked, ...]
    claims_until: datetime


@dataclass(frozen=True, slots=True)
class UnitScore:
    """What a summoned unit is scored, of how many points at most, the grade of that, and until when it may object."""

    whistle: int
    task: str
    unit_code: str
    points: Points
    most: int
    grade: str
    never_came: bool
    words: str
    claims_until: datetime


@dataclass(frozen=True, slots=True)
class UnitClaim:
    """What a summoned unit claims, and why."""

    kind: ClaimKind
    whistle: int
    task: str
    unit_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimRuling:
    """The claim that a step answers, by its number; of a granted objection what the unit has instead."""

    claim: int
    kind: ClaimKind
    whistle: int
    task: str
    unit_code: str
    granted: bool
    points: Points | None = None
    grade: str | None = None

    @property
    def ends_task(self) -> bool:
        """Whether the unit's task is over by it: it was given back."""
        return self.granted and self.kind is ClaimKind.RETURN


Appraising = Consultation | WhistleCompletion | UnitScore | UnitClaim | ClaimRuling
