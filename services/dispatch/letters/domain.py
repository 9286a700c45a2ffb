"""The rules of letters, pure: who may take which step, and what a letter becomes by it.

A letter is its office's to write, send, accept and withdraw, and its receiver's to acknowledge and answer; nobody does
both for one letter, by whatever account. Its number is given when it is sent, and stays when it is withdrawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from libs.common.events.letter_terms import LetterStatus, LetterStep
from libs.common.rules.apart import check_not_worked, names_of
from libs.common.rules.machine import SYSTEM, Actor, NotTheirs, OutOfTurn

WAITING = (LetterStatus.SENT, LetterStatus.ACKNOWLEDGED, LetterStatus.SENT_BACK)
"""The receiver has to reply."""
ENDED = (LetterStatus.ACCEPTED, LetterStatus.WITHDRAWN)

STEPS: dict[tuple[LetterStatus, LetterStep], LetterStatus] = {
    (LetterStatus.DRAFTED, LetterStep.SEND): LetterStatus.SENT,
    (LetterStatus.SENT, LetterStep.ACKNOWLEDGE): LetterStatus.ACKNOWLEDGED,
    **{(status, LetterStep.REPLY): LetterStatus.REPLIED for status in WAITING},
    **{(status, LetterStep.REMIND): status for status in WAITING},
    (LetterStatus.REPLIED, LetterStep.ACCEPT): LetterStatus.ACCEPTED,
    (LetterStatus.REPLIED, LetterStep.SEND_BACK): LetterStatus.SENT_BACK,
    **{(status, LetterStep.WITHDRAW): LetterStatus.WITHDRAWN for status in LetterStatus if status not in ENDED},
    **{(status, LetterStep.HAND_ON): status for status in LetterStatus if status not in ENDED},
}

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
_BY_RECEIVER = (LetterStep.ACKNOWLEDGE, LetterStep.REPLY)


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
    _check_whose(letter, step, by)
    if (letter.status, step) not in STEPS:
        zh, en = LETTER_LABELS[letter.status]
        raise OutOfTurn(
            f"That is not possible: the letter is {en}",
            f"函件当前为“{zh}”，不能进行此操作",
            extra={"state": letter.status.value},
        )
    drafted_by = names_of(letter.drafted_by, letter.drafted_by_staff)
    if step is LetterStep.SEND and another_signs and not by.names.isdisjoint(drafted_by):
        raise NotTheirs("Whoever drafted a letter of this kind does not sign it off", "本类函件的拟稿人不得签发")
    if step is LetterStep.REPLY:
        facts["late"] = letter.late or (letter.due_at is not None and now >= letter.due_at)
    return LetterSaid(step, max(now, letter.drafted_at), by, facts)


def _check_whose(letter: LetterState, step: LetterStep, by: Actor) -> None:
    if step in _BY_RECEIVER:
        if by.unit_code != letter.to_unit:
            raise NotTheirs("Only the unit that the letter goes to answers it", "仅收函单位可以签收和复函")
        drafted = names_of(letter.drafted_by, letter.drafted_by_staff) | names_of(letter.sent_by, letter.sent_by_staff)
        if not by.names.isdisjoint(drafted):
            raise NotTheirs("Whoever wrote or sent a letter does not answer it", "拟稿人、签发人不得代收函单位复函")
        return
    if by is SYSTEM and step in (LetterStep.WITHDRAW, LetterStep.HAND_ON):
        return
    if step is LetterStep.HAND_ON:
        raise NotTheirs("A letter goes along by itself when its receiver is merged", "收函单位撤并时由系统移交")
    if by.unit_code != letter.office:
        raise NotTheirs("Only the office that writes the letter may do this", "仅发函单位可以操作")
    check_not_worked(letter.worked_by, by)


def evolve(letter: LetterState, said: LetterSaid) -> LetterState:
    """The letter after the step. OutOfTurn for one that the table does not have."""
    status = STEPS.get((letter.status, said.step))
    if status is None:
        raise OutOfTurn(f"{said.step} from {letter.status}", f"{said.step} from {letter.status}")
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
