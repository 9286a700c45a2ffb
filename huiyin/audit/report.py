"""What an audit looks for, and what it found."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LIMIT = 100
"""Violations of one invariant that a report names; all are counted."""


class Invariant(StrEnum):
    """What must hold at any moment (不变量)."""

    ACCEPTED = "I1"
    CHAIN = "I2"
    SENT = "I3"
    APPLIED = "I4"
    HISTORY = "I5"
    STATE = "I6"
    PROMISE = "I7"
    FIGURE = "I8"
    IDENTITY = "I9"
    FILE = "I10"
    ANCHOR = "I11"


SENTENCES: Mapping[Invariant, str] = {
    Invariant.ACCEPTED: "Every accepted case has exactly one history, and every service knows it.",
    Invariant.CHAIN: "What a service said of a key is numbered 1, 2, 3 ..., and every hash holds.",
    Invariant.SENT: "Every event was sent or is marked to be sent.",
    Invariant.APPLIED: "What was sent was applied by every reader, once, or is still on its way.",
    Invariant.HISTORY: "Every step was allowed when it was taken; only a satisfied citizen closes a case as solved.",
    Invariant.STATE: "Where a case stands, in each service, is what its events say.",
    Invariant.PROMISE: "No open case is without a unit, a clock or somebody who asks the citizen.",
    Invariant.FIGURE: "Every fact and every figure equals its recount from the ledgers.",
    Invariant.IDENTITY: "Nothing that identifies somebody is outside the vault, as far as rules find it.",
    Invariant.FILE: "Every attached file is there, byte for byte.",
    Invariant.ANCHOR: "What was anchored outside the database is what the ledgers still say.",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One difference. ``key`` is the case, or whatever else the broken thing is about."""

    invariant: Invariant
    key: str
    service: str
    message: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The verdict. ``violations`` are the first of each invariant; ``found`` counts them all."""

    violations: tuple[Violation, ...]
    found: Mapping[Invariant, int]
    checked: Mapping[Invariant, int]
    """What was looked at: cases, events, readings, states, cells."""
    pending: Mapping[str, int]
    """What is not wrong and not finished either, such as events on their way."""
    cases: int
    events: int
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(self.found.values())

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "clean": self.clean,
            "violations": sum(self.found.values()),
            "cases": self.cases,
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "invariants": {
                invariant.value: {
                    "sentence": sentence,
                    "checked": self.checked.get(invariant, 0),
                    "violations": self.found.get(invariant, 0),
                }
                for invariant, sentence in SENTENCES.items()
            },
            "pending": dict(self.pending),
            "first": [
                {"invariant": one.invariant.value, "key": one.key, "service": one.service, "message": one.message}
                for one in self.violations
            ],
        }


@dataclass(slots=True)
class Findings:
    """Collects while an audit runs."""

    limit: int = LIMIT
    violations: list[Violation] = field(default_factory=list)
    found: Counter[Invariant] = field(default_factory=Counter)
    checked: Counter[Invariant] = field(default_factory=Counter)
    pending: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    events: int = 0

    def violated(self, invariant: Invariant, key: str, service: str, message: str) -> None:
        """Note a difference; beyond the limit it is only counted."""
        self.found[invariant] += 1
        if self.found[invariant] <= self.limit:
            self.violations.append(Violation(invariant, key, service, message))

    def add(self, other: "Findings") -> None:
        """What was found in other cases."""
        for one in other.violations:
            if sum(known.invariant is one.invariant for known in self.violations) < self.limit:
                self.violations.append(one)
        self.found.update(other.found)
        self.checked.update(other.checked)
        self.pending.update(other.pending)
        self.cases += other.cases
        self.events += other.events

    def report(self, seconds: float) -> AuditReport:
        """All of it, in the order of the invariants."""
        return AuditReport(
            violations=tuple(sorted(self.violations, key=lambda one: list(Invariant).index(one.invariant))),
            found=dict(self.found),
            checked=dict(self.checked),
            pending={what: count for what, count in sorted(self.pending.items()) if count},
            cases=self.cases,
            events=self.events,
            seconds=seconds,
        )
