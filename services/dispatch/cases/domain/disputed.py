"""What steps bring where units dispute whose a case is (争议裁定), or where nobody decided in time (提级审核)."""

from dataclasses import dataclass
from datetime import datetime

from libs.common.events.asking_terms import RequestKind


@dataclass(frozen=True, slots=True)
class ArbitrationRuling:
    """What was ruled in which session between whom (裁定): the minutes with their files, and why."""

    arbitration: int
    units: tuple[str, ...]
    minutes: str
    files: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """Between which units it is to be ruled on whose a case is, and whether that went up by itself."""

    units: tuple[str, ...]
    question: str
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class UnitStatement:
    """What a unit in dispute says in a session, or that it was asked and did not come."""

    arbitration: int
    unit_code: str
    words: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class RaisedRequest:
    """The request that nobody decided in time, whoever's it was, and until when it was to be decided."""

    request: int
    kind: RequestKind
    unit_code: str | None
    due_at: datetime
