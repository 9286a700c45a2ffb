"""Every event about a case (诉求件). None carries a person's name, phone, ID number or home address."""

from datetime import date
from typing import Any, ClassVar

from pydantic import ConfigDict, SerializerFunctionWrapHandler, model_serializer, model_validator

from libs.common.events.base import Event, Moment, SaidByHand
from libs.common.events.deadlines import SetDeadline, alone_or_together
from libs.common.events.terms import (
    FIRST_REQUESTER,
    Channel,
    Closing,
    Deadline,
    Kind,
    Reached,
    ResultKind,
    Satisfaction,
    SupervisionLevel,
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
    callback_wanted: bool = True
    answered_at_once: bool = False
    """The door answers it in the same breath (直接答复): no unit is to be found for it."""
    source_system: str | None = None
    source_no: str | None = None
    pack_version: int
    registered_at: Moment
    """When the office took it in: the start of every limit; never before ``occurred_at``."""
    sealed: str | None = None
    """A digest of what was sealed with it: who spoke, and the words before masking. None in events from before."""


class CaseSupplemented(CaseEvent, SaidByHand):
    """补充: the citizen added something; ``sealed`` is a digest of what was sealed of it, None in older events."""

    type_name: ClassVar[str] = "cn.huiyin.case.supplemented"

    text: str
    sealed: str | None = None


class CaseUrged(CaseEvent, SaidByHand):
    """催办来电: the citizen called again and asks to hurry. The words are masked; ``sealed`` as of what is added."""

    type_name: ClassVar[str] = "cn.huiyin.case.urged"

    text: str
    sealed: str | None = None


class RequesterRevealed(CaseEvent, SaidByHand):
    """查看诉求人: somebody looked at who spoke, or at the words before masking. The reason is masked."""

    type_name: ClassVar[str] = "cn.huiyin.case.requester_revealed"

    reveal_id: str
    reason: str
    fields: tuple[str, ...]


class CaseWithdrawn(CaseEvent, SaidByHand):
    """撤单: the citizen took it back; ``sealed`` as of what is added."""

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


class TriageQueued(RoundEvent):
    """待派: no rule named a unit, a person has to."""

    type_name: ClassVar[str] = "cn.huiyin.case.triage_queued"

    reason: str


class CaseAssigned(RoundEvent, SaidByHand):
    """派单: a unit leads. ``explanation`` says which rule, or who, chose it."""

    type_name: ClassVar[str] = "cn.huiyin.case.assigned"

    lead_unit: str
    support_units: tuple[str, ...] = ()
    category_code: str
    by_rule: bool
    explanation: str
    pack_version: int


class CaseReassigned(RoundEvent, SaidByHand):
    """改派: another unit leads the same round; the handling clock runs on."""

    type_name: ClassVar[str] = "cn.huiyin.case.reassigned"

    from_unit: str
    lead_unit: str
    support_units: tuple[str, ...] = ()
    category_code: str
    explanation: str
    pack_version: int
    succession: bool = False
    """撤并: ``from_unit`` is no more, and another has its work; it did not give the case up."""


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


class TaskDone(RoundEvent, SaidByHand):
    """协办办结: a support unit has done its part; the case is still the lead unit's."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_done"

    unit_code: str
    result: str


class TaskCancelled(RoundEvent, SaidByHand):
    """撤销协办: a support unit was let off its part, or merged away; then its ``successor`` may have it from now on."""

    type_name: ClassVar[str] = "cn.huiyin.case.task_cancelled"

    unit_code: str
    reason: str
    successor: str | None = None


class ReturnRequested(RoundEvent, SaidByHand):
    """退单申请: the unit says it is not theirs."""

    type_name: ClassVar[str] = "cn.huiyin.case.return_requested"

    unit_code: str
    reason_code: str
    note: str


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
        alone = isinstance(fields, dict) and "deadlines" not in fields
        return {**fields, "deadlines": (fields,)} if alone else fields

    @model_serializer(mode="wrap")
    def _as_said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        if len(self.deadlines) == 1:
            fields |= fields.pop("deadlines")[0]
        return fields


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


class SupervisionIssued(RoundEvent):
    """催办 / 督办: one step of the ladder; each order is answered on its own."""

    type_name: ClassVar[str] = "cn.huiyin.case.supervision_issued"

    supervision_id: str
    level: SupervisionLevel
    unit_code: str | None
    reason: str
    by_rule: bool
    reply_due: date | None = None


class SupervisionReplied(RoundEvent, SaidByHand):
    """督办回复."""

    type_name: ClassVar[str] = "cn.huiyin.case.supervision_replied"

    supervision_id: str
    unit_code: str | None
    reply: str


def deadlines_in(event: Event) -> tuple[SetDeadline, ...]:
    """The clocks that an event sets, in their order."""
    if isinstance(event, DeadlineSet):
        return event.deadlines
    return (event.deadline,) if isinstance(event, CallbackDue) and event.deadline is not None else ()
