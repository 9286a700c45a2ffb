"""Phones, what they are given, what they bring back, and the receipts for it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import SlotRule, VisitOutcome
from libs.common.pack.schema import MOST_ON_A_PHONE
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, Moment, Reason, RequestBody, ShortText, Uuid
from services.intake.devices.domain.items import ItemDecision, ItemKind, ItemOutcome
from services.intake.households.schemas import HouseholdId
from services.intake.visits.schemas import MOST_MATTERS, CorrectVisit, VisitId, VisitWord

MOST_ITEMS = 200
DeviceId = Annotated[Uuid, Field(description="Phone id (手机编号), a UUID in lower case that the phone makes")]
LARGEST_SEQ = 2_147_483_647
Seq = Annotated[int, Field(strict=True, ge=1, le=LARGEST_SEQ, description="The phone's own number of it, from 1 on")]
ReceiptCursor = Annotated[
    str | None, Field(pattern=r"^[0-9]{1,9}$", description="`cursor` of the answer before; null: from the beginning")
]


class RegisterDevice(RequestBody):
    """A phone (手机登记): it belongs to the member of staff who asks."""

    device_id: DeviceId
    name: ShortText


class DeviceOut(AnswerBody):
    """A phone, as its person is told."""

    device_id: str
    name: str
    staff_id: str
    registered_at: datetime
    next_seq: Annotated[int, Field(description="The number of the next item that is waited for")]
    lost_at: datetime | None
    gave_up_at: datetime | None
    version: int


class OwnDevices(AnswerBody):
    """The phones of whoever asks."""

    items: list[DeviceOut]


class DeviceState(StrEnum):
    """What becomes of a phone (手机状态)."""

    IN_USE = "in_use"
    LOST = "lost"
    GIVEN_UP = "given_up"


class DeviceQuery(PageQuery):
    """Which phones, the longest silent first."""

    silent_days: Annotated[int | None, Field(ge=0, le=3_660, description="Not synced for so many days or more")] = None
    state: DeviceState | None = None


class DeviceItemOfList(AnswerBody):
    """A phone in a list."""

    device_id: str
    name: str
    staff_id: str
    staff_name: str | None
    registered_at: datetime
    last_sync_at: datetime
    silent_days: int
    unsent: Annotated[int, Field(description="Items that the phone had not sent, as it told last")]
    held: int
    refused_open: Annotated[int, Field(description="Refused items about which nobody has decided")]
    state: DeviceState
    lost_at: datetime | None
    gave_up_at: datetime | None


class DeviceReason(RequestBody):
    """Why a phone is lost, found again, or given up."""

    reason: Reason


class Pull(RequestBody):
    """What a phone asks for (下载): receipts since a cursor, and what it has."""

    since: ReceiptCursor = None
    unsent: Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="Items that it has not sent")] = 0
    have: Annotated[
        tuple[HouseholdId, ...] | None, Field(max_length=MOST_ON_A_PHONE, description="Households that it holds")
    ] = None


class TextOut(AnswerBody):
    """The same in both languages."""

    en: str
    zh: str


class ConflictOut(AnswerBody):
    """A field of the household that is otherwise than the phone knew (冲突)."""

    field: str
    at_base: Any
    now: Any
    yours: Any
    hard: Annotated[bool, Field(description="A person has to look at it; else it is only told")]


class ReceiptOut(AnswerBody):
    """What became of an item (回执). The newest of an item counts."""

    seq: int
    item_id: str
    outcome: ItemOutcome
    code: str
    text: TextOut
    until: Annotated[datetime | None, Field(description="When it is waited for no longer")]
    who_decides: Annotated[str | None, Field(description="`supervisor`, or null: nobody has to")]
    visit_id: str | None
    case_ids: list[str]
    conflicts: list[ConflictOut]


class ReceiptsOut(AnswerBody):
    """Receipts since a cursor, in the order in which they were given."""

    receipts: list[ReceiptOut]
    cursor: str


class PlannedFor(AnswerBody):
    """When a household is to be visited, and by which team."""

    plan_id: str
    team_id: str
    on: date
    order: int


class InRoundOut(AnswerBody):
    """A household's place in a round that is open."""

    round_id: str
    purposes_left: list[str]
    reached: bool


class PulledHousehold(AnswerBody):
    """A household as a phone keeps it, with who lives there unmasked: a look on the record."""

    household_id: str
    version: int
    area_code: str
    household_no: str | None
    household_class: Annotated[HouseholdClass, Field(serialization_alias="class")]
    kinds: list[str]
    head: str | None
    phone: str | None
    door: str | None
    notes: Annotated[list[str], Field(description="What of the register somebody at the door has to know")]
    last_visited_on: date | None
    rounds: list[InRoundOut]
    planned: PlannedFor | None


class PulledRound(AnswerBody):
    """A round in which one of these households stands."""

    round_id: str
    name: str
    begins_on: date
    ends_on: date
    purposes: list[str]
    slots: SlotRule
    gap_days: int


class PulledLists(AnswerBody):
    """The place's words of visits."""

    purposes: list[VisitWord]
    topics: list[VisitWord]
    materials: list[VisitWord]
    findings: list[VisitWord]
    outcomes: list[VisitWord]
    night_from: str | None
    night_until: str | None


class PullOut(AnswerBody):
    """What a phone gets (下载): the person's own households and no more. `wipe`: it forgets all that it holds."""

    wipe: bool = False
    as_of: datetime
    cursor: str
    keep_days: Annotated[int, Field(description="So long may it keep them without asking again")]
    oldest_days: Annotated[
        int, Field(description="What it brings later than so many days after it was recorded a person looks at first")
    ]
    most_households: Annotated[int, Field(description="So many may it hold")]
    left_out: Annotated[int, Field(description="Households of the person beyond the most that a phone gets")]
    households: list[PulledHousehold]
    purge: Annotated[list[str], Field(description="Households that are no longer the person's, to be forgotten")]
    rounds: list[PulledRound]
    lists: PulledLists
    receipts: list[ReceiptOut]


class WipeOut(AnswerBody):
    """To a phone that was lost, and nothing else."""

    wipe: bool = True


class ItemIn(RequestBody):
    """Something that was recorded on the phone. What is wrong inside `body` refuses this item alone."""

    seq: Seq
    item_id: Uuid
    kind: ItemKind
    begun_at: Moment
    made_at: Moment
    base_version: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=2_147_483_647,
            description="Of the household, or of the record that is corrected, as it had it",
        ),
    ]
    body: Annotated[
        dict[str, Any],
        Field(
            description="Of a visit what `POST /visits` takes; of a correction what its own door does, with `visit_id`"
        ),
    ]


class Push(RequestBody):
    """What a phone brings back (上传), in whatever order; sent again, it is answered the same."""

    items: Annotated[tuple[ItemIn, ...], Field(min_length=1, max_length=MOST_ITEMS)]


class PushOut(AnswerBody):
    """A receipt for each item that was sent."""

    receipts: list[ReceiptOut]
    next_seq: int


class CorrectionBody(CorrectVisit):
    """What of a visit's record is to be otherwise, as a phone says it."""

    visit_id: VisitId


class ItemQuery(PageQuery):
    """Which items, those that came first first: held or refused, about which somebody has to decide."""

    outcome: ItemOutcome | None = None


class SaidOfVisit(AnswerBody):
    """What a held or refused visit says, without any words."""

    started_at: datetime
    outcome: VisitOutcome
    staff_ids: list[str]
    purposes: list[str]
    matters: int


class ItemToDecide(AnswerBody):
    """An item about which somebody has to decide."""

    device_id: str
    seq: int
    item_id: str
    kind: ItemKind
    staff_id: str
    staff_name: str | None
    household_id: str | None
    begun_at: datetime
    made_at: datetime
    came_at: datetime
    outcome: ItemOutcome
    code: str
    text: TextOut
    conflicts: list[ConflictOut]
    said: SaidOfVisit | None


class DecideItem(RequestBody):
    """What somebody decides who did not make it. `item_id` where two items came under one number."""

    decision: ItemDecision
    reason: Reason
    item_id: Uuid | None = None


class HeldPhoto(RequestBody):
    """To what of the item a photo belongs."""

    matter: Annotated[
        int | None,
        Field(ge=1, le=MOST_MATTERS, description="The matter's number, from 1 on: the photo goes to its case, if any"),
    ] = None


class HeldPhotoOut(AnswerBody):
    """A photo that is kept with an item that waits (待处理条目照片)."""

    item_id: str
    sha256: str
    size: Annotated[int, Field(description="Bytes")]
    media_type: Annotated[str, Field(description="By its content", examples=["image/jpeg"])]


class ReceiptsQuery(RequestBody):
    """Since which receipt."""

    since: ReceiptCursor = None
