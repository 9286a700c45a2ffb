"""Events of letters (发函商请、督办函、交办单): under the key of the case that each is about, or under its own."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from libs.common.events.base import Moment, SaidByHand
from libs.common.events.cases import RoundEvent
from libs.common.events.letter_terms import LetterStatus, LetterStep


class LetterEvent(RoundEvent, SaidByHand):
    """A step of a letter about a case, from the unit ``office`` to the unit ``to_unit``."""

    letter_id: str
    office: str
    to_unit: str


class LetterDrafted(LetterEvent):
    """拟稿: masked words of the office; beside them the case's own wording travels, and nobody's name or phone."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_drafted"

    kind: str
    subject: str
    body: str
    days: int
    """Within how many working days a reply is due, from the day on which it is sent."""


class LetterSent(LetterEvent):
    """签发: signed off and sent. ``no`` is its number as it is written: ``翠街函〔2019〕12号``."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_sent"

    number: int
    """The how manieth of its office, kind and year: none is left out, none is given twice."""
    year: int
    no: str
    edition: int
    """Which deadline of the letter it is: 1, and one more whenever a reply is sent back."""
    warn_at: Moment
    due_at: Moment


class LetterAcknowledged(LetterEvent):
    """签收函件: the receiver has it."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_acknowledged"


class LetterReplied(LetterEvent):
    """复函. ``late``: after its deadline, this time or a time before."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_replied"

    edition: int
    reply: str
    evidence: tuple[str, ...] = ()
    """SHA-256 of each file that goes with it."""
    late: bool


class LetterAccepted(LetterEvent):
    """复函认可: the office takes the reply for good; the case's result waits for the letter no longer."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_accepted"

    opinion: str


class LetterSentBack(LetterEvent):
    """复函退回: the reply does not do; there is a new deadline for the next one."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_sent_back"

    opinion: str
    edition: int
    warn_at: Moment
    due_at: Moment


class LetterReminded(LetterEvent):
    """催复: a reminder goes after a letter that has no reply."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_reminded"

    reminder: str


class LetterHandedOn(LetterEvent):
    """收函单位承接: ``from_unit`` was merged away, and ``to_unit`` has the letter from now on; its deadline stays."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_handed_on"

    from_unit: str
    edition: int
    """Which deadline of the letter runs on; 0 before it is sent."""


class LetterWithdrawn(LetterEvent):
    """撤回函件: nobody waits for it any more. It keeps the number that it had."""

    type_name: ClassVar[str] = "cn.huiyin.case.letter_withdrawn"

    edition: int
    opinion: str


class LetterSheet(BaseModel):
    """A letter about no case as it stands after a step, under its columns' names."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    office: str
    to_unit: str
    subject: str
    body: str
    days: int
    status: LetterStatus
    number: int | None = None
    year: int | None = None
    no: str | None = None
    drafted_by: str
    drafted_by_staff: str | None = None
    drafted_at: Moment
    sent_by: str | None = None
    sent_by_staff: str | None = None
    sent_at: Moment | None = None
    edition: int = 0
    warn_at: Moment | None = None
    due_at: Moment | None = None
    acknowledged_at: Moment | None = None
    reply: str | None = None
    evidence: tuple[str, ...] = ()
    replied_by: str | None = None
    replied_at: Moment | None = None
    late: bool = False
    opinion: str | None = None
    reminder: str | None = None
    reminders: int = 0
    reminded_at: Moment | None = None
    ended_at: Moment | None = None
    worked_by: tuple[str, ...] = ()
    version: int


class OfficeLetterKept(SaidByHand):
    """函件登记: a letter that is about no case took a step; ``letter`` says all of it as it is after that."""

    type_name: ClassVar[str] = "cn.huiyin.directory.office_letter_kept"

    letter_id: str
    step: LetterStep
    letter: LetterSheet

    @property
    def key(self) -> str:
        return self.letter_id
