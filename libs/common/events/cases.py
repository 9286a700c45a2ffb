"""Every event about a case (诉求件). None carries a person's name, phone, ID number or home address."""

from datetime import date
from typing import Any, ClassVar

from pydantic import ConfigDict, SerializerFunctionWrapHandler, model_serializer, model_validator

from libs.common.events.base import Event, Moment, SaidByHand
from libs.common.events.deadlines import SetDeadline, alone_or_together
from libs.common.events.ordered_above import UpperOrder
from libs.common.events.task_parts import NamedParts
from libs.common.events.terms import (
    FIRST_REQUESTER,
    Channel,
    Closing,
    Deadline,
    Declined,
    Kind,
    Level,
    Petition,
    Reached,
    ResultKind,
    Satisfaction,
    Urgency,
)


class CaseEvent(Event):
    """An event about one case; ``case_id`` is its key."""

    case_id: str

    @property
    def key(self) -> str:
        return self.case_id


class RoundEvent(CaseEvent):
    """An event of one round (轮次): every send-back opens the next; word of an older one changes nothing."""

    round: int


class CaseRegistered(CaseEvent, SaidByHand):
    """登记: a complaint was accepted at a door. Text is already masked. ``occurred_at`` is when the citizen spoke."""

    type_name: ClassVar[str] = "cn.huiyin.case.registered"

    case_no: str
    channel: Channel
    kind: Kind
    urgency: Urgency
    category_code: str | None
    area_code: str
    title: str
    text: str
    confidential: bool = False
    accused_unit: str | None = None
    """The unit complained about (被反映单位): it and those below it take no part in the case and see it nowhere."""
    accused_units: tuple[str, ...] = ()
    """All of them, where there are several; ``accused_unit`` is the first. Older events name one, and this is empty."""
    accused_staff: tuple[str, ...] = ()
    """The members of staff complained about (被反映人), by their ids: likewise, by whatever account they come."""
    callback_wanted: bool = True
    callback_declined_how: Declined | None = None  # None where he wants one, and in events from before.
    callback_declined_at: Moment | None = None
    answered_at_once: bool = False
    """The door answers it in the same breath (直接答复): no unit is to be found for it."""
    needed_by: date | None = None
    """The citizen's own date (需办日期), by the place's calendar: handling is due by its end at the latest."""
    source_system: str | None = None
    source_no: str | None = None
    pack_version: int
    registered_at: Moment
    """When the office took it in: the start of every limit; never before ``occurred_at``."""
    sealed: str | None = None
    """A digest of what was sealed with it: who spoke, and the words before masking. None in events from before."""
    anonymous: bool = False
    """匿名件: whoever spoke does not want to be known."""
    held: bool = False
    """待审定: title and text say nothing yet. A person writes or confirms what travels, and no unit is found before."""
    petition: Petition | None = None
    """信访类别, where it is a petition; ``PetitionClassified`` may say otherwise later."""
    repeat_of: str | None = None
    """The earlier case that it repeats (重复诉求), as whoever registered it says; ``RepeatNamed`` may change it."""
    visited_by: tuple[str, ...] = ()
    """Who made the visit (走访人) at which it was raised: each had a hand in it, whoever wrote it down."""
    upper_order: UpperOrder | None = None


class CaseSupplemented(CaseEvent, SaidByHand):
    """补充: the citizen added something; ``sealed`` is a digest of what was sealed of it, None in older events."""

    type_name: ClassVar[str] = "cn.huiyin.case.supplemented"

    text: str
    sealed: str | None = None
    supplement_id: str | None = None
    """Which addition of a held case was released by this; None: it was told as it came."""


class CaseWithdrawn(CaseEvent, SaidByHand):
    """撤单, as it was said until wishes were confirmed: it ended the case by itself. Read for ever, said no more."""

    type_name: ClassVar[str] = "cn.huiyin.case.withdrawn"

    reason: str
    sealed: str | None = None


class CaseAnsweredDirectly(RoundEvent):
    """直接答复: answered at the door, no unit needed; it still gets its callback."""

    type_name: ClassVar[str] = "cn.huiyin.case.answered_directly"

    answer: str
    answered_by_unit: str | None = None
    answered_by: str | None = None
    """The account that answered, never a citizen; None in events from before it was told."""
    answered_by_staff: str | None = None
    """The member of staff whose account it is (人员编号), where the token says so."""
    level: Level | None = None
    """That of the unit; None without one, and in events from before it was told."""


class TriageQueued(RoundEvent):
    """待派: no rule named a unit, a person has to."""

    type_name: ClassVar[str] = "cn.huiyin.case.triage_queued"

    reason: str
    recusal: bool = False
    """回避: whoever led it is complained about, so the case was taken from them; they did not give it up."""


class GivenToUnits(RoundEvent, NamedParts):
    """A unit leads from now on, beside support units. ``explanation`` says which rule, or who, chose it."""

    lead_unit: str
    support_units: tuple[str, ...] = ()
    category_code: str
    explanation: str
    pack_version: int


class CaseAssigned(GivenToUnits):
    """派单: a unit leads."""

    type_name: ClassVar[str] = "cn.huiyin.case.assigned"

    by_rule: bool


class CaseReassigned(GivenToUnits):
    """改派: another unit leads the same round; the handling clock runs on."""

    type_name: ClassVar[str] = "cn.huiyin.case.reassigned"

    from_unit: str
    succession: bool = False
    """撤并: ``from_unit`` is no more, and another has its work; it did not give the case up."""
    recusal: bool = False
    """回避: ``from_unit`` is complained about, so the case was taken from it; it did not give the case up."""
    delegates: tuple[str, ...] = ()
    """Of a succession the units below that it had been delegated to, one by the other: the last goes on working."""
    reason_code: str | None = None
    """移交原因: of those of the pack, where a person named one."""
    for_cause: bool = True
    """Whether ``from_unit`` could not do it, and not somebody else was mistaken; so were all of before."""


class CaseSigned(RoundEvent, SaidByHand):
    """签收: the unit has taken it on."""

    type_name: ClassVar[str] = "cn.huiyin.case.signed"

    unit_code: str


class ProgressReported(RoundEvent, SaidByHand):
    """办理进展."""

    type_name: ClassVar[str] = "cn.huiyin.case.progress_reported"

    unit_code: str
    note: str


class CaseHandled(RoundEvent, SaidByHand):
    """办结反馈: the unit says it is done. Whether that is true, the citizen says."""

    type_name: ClassVar[str] = "cn.huiyin.case.handled"

    unit_code: str
    result_kind: ResultKind
    result: str
    contacted_at: Moment | None = None
    without_support: tuple[str, ...] = ()
    """Support units that had not done their part, and that the lead unit said it need not wait for."""
    level: Level | None = None
    """办结层级: that of the unit by the pack in force; None in events from before it was told."""


class TaskDone(RoundEvent, SaidByHand):
    """协办办结: a support unit has done its part, as files of these SHA-256 show; the case is still the lead unit's."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_done"

    unit_code: str
    result: str
    evidence: tuple[str, ...] = ()


class TaskCancelled(RoundEvent, SaidByHand):
    """撤销协办: a support unit was let off its part, or merged away; then its ``successor`` may have it from now on."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_cancelled"

    unit_code: str
    reason: str
    successor: str | None = None
    task: str | None = None


class ReturnRequested(RoundEvent, SaidByHand):
    """退单申请: the unit says it is not theirs. ``request`` is its number among the steps; older events have none."""

    type_name: ClassVar[str] = "cn.huiyin.case.return_requested"

    unit_code: str
    reason_code: str
    note: str
    request: int | None = None


class ReturnDecided(RoundEvent, SaidByHand):
    """退单审核: approved (a reassignment or triage follows) or refused (the unit goes on)."""

    type_name: ClassVar[str] = "cn.huiyin.case.return_decided"

    unit_code: str
    approved: bool
    note: str


class DeadlineSet(RoundEvent):
    """Promises got their clocks. Set under the pack version named; never silently recomputed.

    One alone is said in the event's own fields, as ever. What one step sets together stands in ``deadlines``, without
    those fields: a reader of before refuses it, and so loses none. Set again for the same promise, the later one holds.
    """

    type_name: ClassVar[str] = "cn.huiyin.case.deadline_set"
    model_config = ConfigDict(json_schema_extra=alone_or_together)

    deadlines: tuple[SetDeadline, ...]

    @model_validator(mode="before")
    @classmethod
    def _one_alone(cls, fields: Any) -> Any:
        return fields if not isinstance(fields, dict) or "deadlines" in fields else {**fields, "deadlines": (fields,)}

    @model_serializer(mode="wrap")
    def _as_said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        return fields | fields.pop("deadlines")[0] if len(self.deadlines) == 1 else fields


class DeadlineWarned(RoundEvent):
    """预警: 80 % of the limit has passed (share by pack)."""

    type_name: ClassVar[str] = "cn.huiyin.case.deadline_warned"

    deadline: Deadline
    about: str = ""
    unit_code: str | None
    due_at: Moment


class DeadlineMissed(RoundEvent):
    """超期: the limit passed and it is not done. ``occurred_at`` is the due time itself."""

    type_name: ClassVar[str] = "cn.huiyin.case.deadline_missed"

    deadline: Deadline
    about: str = ""
    unit_code: str | None
    due_at: Moment


class CallbackDue(RoundEvent):
    """待回访: the ``requesters`` are to be asked, each on its own; when all are satisfied, the round ends as solved."""

    type_name: ClassVar[str] = "cn.huiyin.case.callback_due"

    handling_unit: str | None
    deadline: SetDeadline | None = None
    """Until when, if the pack has a limit; None in events from before, which a ``DeadlineSet`` follows."""
    requesters: tuple[str, ...] = (FIRST_REQUESTER,)


class CallbackTried(RoundEvent):
    """回访: one try; ``valid`` (有效回访) when the citizen was reached and answered: only then the answers count."""

    type_name: ClassVar[str] = "cn.huiyin.case.callback_tried"

    attempt: int
    reached: Reached
    valid: bool
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = None
    handling_unit: str | None = None
    caller: str
    """The caller's account, never a citizen."""
    caller_staff: str | None = None
    """The member of staff whose account it is (人员编号), where the token says so."""
    requester: str = FIRST_REQUESTER
    waits_for: tuple[str, ...] = ()
    """Of a satisfied word, the other requesters who have not said so yet: it decides nothing while there are any."""

    @property
    def decides(self) -> bool:
        """Whether the round ends by what the citizen said."""
        return self.valid and not self.waits_for


class CaseSentBack(RoundEvent):
    """发回重办: the citizen is not satisfied; ``round`` is the round that failed, ``next_round`` the one that opens."""

    type_name: ClassVar[str] = "cn.huiyin.case.sent_back"

    next_round: int
    unit_code: str | None
    words: str


class CaseClosed(RoundEvent, SaidByHand):
    """销号: the case ended. Substantive only after a valid satisfied callback of this round."""

    type_name: ClassVar[str] = "cn.huiyin.case.closed"

    closing: Closing
    satisfaction: Satisfaction | None = None


def deadlines_in(event: Event) -> tuple[SetDeadline, ...]:
    """The clocks that an event sets, in their order."""
    alone = (event.deadline,) if isinstance(event, CallbackDue) and event.deadline is not None else ()
    return event.deadlines if isinstance(event, DeadlineSet) else alone
