"""The rules of letters, pure: who may take which step, and what a letter becomes by it.

A letter is its office's to write, send, accept and withdraw, and its receiver's to acknowledge and answer; nobody does
both for one letter, by whatever account. Its number is given when it is sent, and stays when it is withdrawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from libs.common.events.letter_terms import LetterStatus, LetterStep
from libs.common.rules.apart import check_not_worked, names_of
from libs.common.rules.machine import (
    SYSTEM,
    Actor,
    Label,
    Machine,
    NotTheirs,
    Transition,
    asks,
    whose_is_checked,
)
from services.dispatch.cases.domain.terms import ACTION_LABELS, Action

WAITING = (LetterStatus.SENT, LetterStatus.ACKNOWLEDGED, LetterStatus.SENT_BACK)
"""The receiver has to reply."""
ENDED = (LetterStatus.ACCEPTED, LetterStatus.WITHDRAWN)


class LetterParty(StrEnum):
    """Whose step of a letter it is."""

    OFFICE = "office"
    RECEIVER = "receiver"
    SYSTEM = "system"


LETTER_LABELS: dict[LetterStatus, tuple[str, str]] = {
    LetterStatus.DRAFTED: ("拟稿待签发", "drafted, not sent yet"),
    LetterStatus.SENT: ("已发出待签收", "sent, not acknowledged yet"),
    LetterStatus.ACKNOWLEDGED: ("已签收待复函", "acknowledged, waiting for the reply"),
    LetterStatus.REPLIED: ("已复函待认可", "answered, the reply waiting to be accepted"),
    LetterStatus.SENT_BACK: ("复函退回待重复", "sent back, waiting for another reply"),
    LetterStatus.ACCEPTED: ("已办结", "answered for good"),
    LetterStatus.WITHDRAWN: ("已撤回", "withdrawn"),
}
"""Chinese and English."""
LETTER_STEPS: dict[LetterStep, Label] = {step: ACTION_LABELS[Action(f"letter_{step}")] for step in LetterStep}
"""As the step of the case is called that each is."""


@dataclass(frozen=True, slots=True)
class LetterState:
    """A letter under its columns' names. ``version`` grows with every step."""

    letter_id: str
    case_id: str | None
    """The case that it is about, if any, and its round when it was drafted."""
    round: int | None
    kind: str
    office: str
    to_unit: str
    subject: str
    body: str
    days: int
    drafted_by: str
    drafted_by_staff: str | None
    drafted_at: datetime
    status: LetterStatus = LetterStatus.DRAFTED
    number: int | None = None
    year: int | None = None
    no: str | None = None
    """Its number as it is written (发文字号)."""
    sent_by: str | None = None
    """Who signed it off (签发人)."""
    sent_by_staff: str | None = None
    sent_at: datetime | None = None
    edition: int = 0
    """Which of its deadlines ``due_at`` is."""
    warn_at: datetime | None = None
    due_at: datetime | None = None
    acknowledged_at: datetime | None = None
    reply: str | None = None
    evidence: tuple[str, ...] = ()
    replied_by: str | None = None
    replied_at: datetime | None = None
    late: bool = False
    """Whether a reply came after its deadline."""
    opinion: str | None = None
    """What the office said of the reply, or why it withdrew the letter."""
    reminder: str | None = None
    reminders: int = 0
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    worked_by: tuple[str, ...] = ()
    """Names of the receiver's people who acknowledged or answered it, sorted."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class LetterSaid:
    """A step, when it was taken and by whom, and what it makes true, under the columns' names."""

    step: LetterStep
    at: datetime
    by: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)


def decide(
    letter: LetterState, step: LetterStep, by: Actor, now: datetime, *, another_signs: bool = True, **facts: Any
) -> LetterSaid:
    """The step with what it makes true. ``another_signs``: nobody sends what they drafted.

    Raises:
        NotTheirs: whoever takes it may not.
        OutOfTurn: it cannot be taken as the letter stands.
    """
    _WHOSE[MACHINE.who[step]](letter, step, by)
    MACHINE.target(letter.status, step, letter, LetterHands(by, another_signs))
    if step is LetterStep.REPLY:
        facts["late"] = letter.late or (letter.due_at is not None and now >= letter.due_at)
    return LetterSaid(step, max(now, letter.drafted_at), by, facts)


def _check_receiver(letter: LetterState, _step: LetterStep, by: Actor) -> None:
    if by.unit_code != letter.to_unit:
        raise NotTheirs("Only the unit that the letter goes to answers it", "仅收函单位可以签收和复函")
    drafted = names_of(letter.drafted_by, letter.drafted_by_staff) | names_of(letter.sent_by, letter.sent_by_staff)
    if not by.names.isdisjoint(drafted):
        raise NotTheirs("Whoever wrote or sent a letter does not answer it", "拟稿人、签发人不得代收函单位复函")


def _check_system(_letter: LetterState, _step: LetterStep, by: Actor) -> None:
    if by is not SYSTEM:
        raise NotTheirs("A letter goes along by itself when its receiver is merged", "收函单位撤并时由系统移交")


def _check_office(letter: LetterState, step: LetterStep, by: Actor) -> None:
    """What its receiver's end makes void is withdrawn by itself."""
    if by is SYSTEM and step is LetterStep.WITHDRAW:
        return
    if by.unit_code != letter.office:
        raise NotTheirs("Only the office that writes the letter may do this", "仅发函单位可以操作")
    check_not_worked(letter.worked_by, by)


_WHOSE: Mapping[LetterParty, Callable[[LetterState, LetterStep, Actor], None]] = {
    LetterParty.OFFICE: _check_office,
    LetterParty.RECEIVER: _check_receiver,
    LetterParty.SYSTEM: _check_system,
}


@dataclass(frozen=True, slots=True)
class LetterHands:
    """Who takes a step, and whether by the pack another person than its writer signs a letter of the kind off."""

    by: Actor
    another_signs: bool


def signed_by_another(letter: LetterState, hands: LetterHands) -> None:
    """Whoever drafted a letter does not sign it off, where its kind wants another person to."""
    drafted_by = names_of(letter.drafted_by, letter.drafted_by_staff)
    if hands.another_signs and not hands.by.names.isdisjoint(drafted_by):
        raise NotTheirs("Whoever drafted a letter of this kind does not sign it off", "本类函件的拟稿人不得签发")


_S, _P, _OPEN = LetterStatus, LetterParty, tuple(status for status in LetterStatus if status not in ENDED)
_T = Transition[LetterStatus, LetterStep, LetterParty, [LetterState, LetterHands]]

MACHINE: Machine[LetterStatus, LetterStep, LetterParty, [LetterState, LetterHands]] = Machine(
    steps=(
        _T(LetterStep.DRAFT, None, _S.DRAFTED, _P.OFFICE),
        _T(LetterStep.SEND, _S.DRAFTED, _S.SENT, _P.OFFICE, (signed_by_another,)),
        _T(LetterStep.ACKNOWLEDGE, _S.SENT, _S.ACKNOWLEDGED, _P.RECEIVER),
        *_T.each(WAITING, LetterStep.REPLY, _P.RECEIVER, to=_S.REPLIED),
        *_T.each(WAITING, LetterStep.REMIND, _P.OFFICE),
        _T(LetterStep.ACCEPT, _S.REPLIED, _S.ACCEPTED, _P.OFFICE),
        _T(LetterStep.SEND_BACK, _S.REPLIED, _S.SENT_BACK, _P.OFFICE),
        *_T.each(_OPEN, LetterStep.WITHDRAW, _P.OFFICE, to=_S.WITHDRAWN),
        *_T.each(_OPEN, LetterStep.HAND_ON, _P.SYSTEM),
    ),
    statuses=LETTER_LABELS,
    actions=LETTER_STEPS,
    people=(_P.OFFICE, _P.RECEIVER),
    ends=ENDED,
    must=(
        whose_is_checked(_WHOSE),
        asks(_P.OFFICE, (LetterStep.SEND,), signed_by_another),
        asks(_P.RECEIVER, (LetterStep.ACKNOWLEDGE, LetterStep.REPLY)),
        asks(_P.OFFICE, (LetterStep.ACCEPT, LetterStep.SEND_BACK)),
    ),
    noun="the letter",
)


def evolve(letter: LetterState, said: LetterSaid) -> LetterState:
    """The letter after the step. OutOfTurn for one that the table does not have."""
    status = MACHINE.step(letter.status, said.step).target
    return replace(letter, status=status, version=letter.version + 1, **said.facts, **_kept(letter, said))


def _kept(letter: LetterState, said: LetterSaid) -> dict[str, Any]:
    """What the moment and the person of a step make true."""
    who, at = said.by.subject, said.at
    match said.step:
        case LetterStep.SEND:
            return {"sent_by": who, "sent_by_staff": said.by.staff_id, "sent_at": at, "edition": 1}
        case LetterStep.ACKNOWLEDGE:
            return {"acknowledged_at": at, "worked_by": _with(letter, said)}
        case LetterStep.REPLY:
            there = letter.acknowledged_at or at
            return {"replied_by": who, "replied_at": at, "acknowledged_at": there, "worked_by": _with(letter, said)}
        case LetterStep.SEND_BACK:
            return {"edition": letter.edition + 1}
        case LetterStep.REMIND:
            return {"reminders": letter.reminders + 1, "reminded_at": at}
    return {} if said.step is LetterStep.HAND_ON else {"ended_at": at}


def _with(letter: LetterState, said: LetterSaid) -> tuple[str, ...]:
    return tuple(sorted({*letter.worked_by, *said.by.names}))
