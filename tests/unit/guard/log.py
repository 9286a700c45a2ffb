"""What really happened to the case of the guard, kept beside the rules."""

from dataclasses import dataclass, field

from libs.common.events import aids, cases, letters, mediations, tasks
from libs.common.events.accepting import CaseNotAccepted
from libs.common.events.asking import RequestGranted
from libs.common.rules.machine import Actor
from services.followup.cases.domain.terms import Action, Answer, Purpose

WORK = (
    *(cases.CaseRegistered, cases.CaseAssigned, cases.CaseReassigned, cases.CaseSigned, cases.ProgressReported),
    *(cases.CaseHandled, tasks.TaskSigned, tasks.TaskReported, cases.TaskDone),
    *(letters.LetterAcknowledged, letters.LetterReplied, aids.AidFound, aids.AidApplied),
    *(mediations.MediationHeld, mediations.MediationAgreed, mediations.MediationFailed),
)
"""Whoever does one of these has a hand in the case."""
Place = tuple[int, str, Purpose]
"""A round, one of its requesters, and what he is asked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody recorded of a citizen, and what the house made of it."""

    callback_round: int
    answer: Answer
    by: Actor
    action: Action
    requester: str
    purpose: Purpose
    led_by: str | None
    """The unit that had the case then."""
    known: frozenset[str]
    """The people who were known by then to have had a hand in the case."""
    wish: int = 0
    """How many wishes had been told by then, in all rounds."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What somebody decided about an objection against the closing of a round."""

    round: int
    granted: bool
    by: Actor
    known: frozenset[str]
    """The people who were known by then to have had a hand in the case, to have asked its citizen or reviewed it."""
    led_by: str | None
    """The unit that had the case when it was closed."""


@dataclass(frozen=True, slots=True)
class Link:
    """One that somebody had made for one requester; it stays in his hands, or anybody else's, for ever."""

    place: Place
    wish: int
    maker: Actor
    made_at_wish: int
    """How many wishes had been told by then, in all rounds."""


@dataclass
class Log:
    """What really happened, kept beside the rules."""

    told: list[Told] = field(default_factory=list)
    done_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the unit whose result or answer opened its callback."""
    answered_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the account whose answer at the door opened its callback."""
    reviewed_by: Actor | None = None
    """Who looked last at a citizen that was never reached, or never asked."""
    wished_by: str | None = None
    """The person who said last that the citizen takes it back."""
    wishes: int = 0
    """How often somebody said so and the citizen was asked, in all rounds."""
    linked: dict[int, Link] = field(default_factory=dict)
    """By its number in ``told``: the link by which it came."""
    declined_by: str | None = None
    """The person who said that he wants no callback."""
    withdrawn_as_before: bool = False
    ruled: list[Ruled] = field(default_factory=list)
    """What was decided about objections."""
    raised_by: dict[int, str | None] = field(default_factory=dict)
    """Round -> the person who took the objection against its closing."""
    not_accepted_on: CaseNotAccepted | None = None
    """What was said when the case ended as not accepted."""
    led_then: str | None = None
    """And the unit that had it."""
    terminated_on: RequestGranted | None = None
    """What was said when its handling ended (终止办理)."""
    chain_then: tuple[str | None, ...] = ()
    """And the units that had it."""

    def asked_for(self, purpose: Purpose) -> list[Told]:
        """What was recorded of callbacks for one purpose."""
        return [told for told in self.told if told.purpose is purpose]

    hands: dict[str, Actor] = field(default_factory=dict)
    """By person: whoever is known to have had a hand in the case, in whatever round."""
