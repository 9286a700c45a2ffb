"""Households as they are entered, shown and looked at."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from libs.common.events.household_terms import HouseholdClass, HouseholdFact, HouseholdStep, MutedFor, VisitEvery
from libs.common.security.personal_numbers import is_personal_number
from libs.common.security.phones import NotAPhone, normalised_phone
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    Day,
    Flag,
    LookReason,
    Moment,
    Reason,
    RequestBody,
    ShortText,
    StaffId,
    UnitCode,
    Uuid,
    fault,
)
from services.intake.households.domain import Status

HEAD = "The head's name (户主); of a shop its owner, of a building whom to ask for at it (楼宇联系人), which it needs"
MOST_MEMBERS = 20
MOST_WORDS = 20


def _is_phone(text: str) -> str:
    try:
        normalised_phone(text)
    except NotAPhone:
        raise fault("not_a_phone", "must be a phone number", "须为电话号码") from None
    return text


def _is_no_number_of_a_person(text: str) -> str:
    # Longer ones are cards and ID numbers; of those that are left only a mobile number looks like a person's.
    if sum(sign.isdecimal() for sign in text) > 12 or is_personal_number(text, date.min):  # noqa: PLR2004
        raise fault("personal_number", "looks like a phone, ID or card number", "形似手机号、证件号或卡号")
    return text


HouseholdId = Annotated[Uuid, Field(description="Household id (户编码), a UUID in lower case")]
HouseholdNo = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,63}$"),
    AfterValidator(_is_no_number_of_a_person),
    Field(
        description="The office's own number of a household (户编号), no phone and no ID number", examples=["H-0012"]
    ),
]
Phone = Annotated[ShortText, AfterValidator(_is_phone)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Kinds = Annotated[
    tuple[Word, ...], Field(max_length=MOST_WORDS, description="Kinds of key household of the pack (重点户类型)")
]
Resources = Annotated[
    tuple[Word, ...], Field(max_length=MOST_WORDS, description="What it has to give, by words of the pack (群众资源)")
]
HoldsFrom = Annotated[Day | None, Field(description="The first day on which it holds; today unless it says so")]


class MemberIn(RequestBody):
    """Somebody who lives there (家庭成员), as far as the office needs it."""

    name: ShortText
    relation: Annotated[ShortText | None, Field(description="To the head of the household (与户主关系)")] = None
    phone: Phone | None = None


Latitude = Annotated[float, Field(ge=3, le=54, allow_inf_nan=False, description="North (纬度)", examples=[30.4265])]
Longitude = Annotated[float, Field(ge=73, le=136, allow_inf_nan=False, description="East (经度)", examples=[116.3021])]


class PlaceIn(RequestBody):
    """Where a household is (位置): decimal degrees of WGS84, as a phone's receiver tells them; as good as its door."""

    latitude: Latitude
    longitude: Longitude


Members = Annotated[tuple[MemberIn, ...], Field(max_length=MOST_MEMBERS)]


class RegisterHousehold(RequestBody):
    """A household that is new to the register. Head, phone, door and members are sealed and travel in no event."""

    area_code: AreaCode
    household_no: HouseholdNo | None = None
    household_class: HouseholdClass = HouseholdClass.RESIDENT
    kinds: Kinds = ()
    resources: Resources = ()
    visit_every: VisitEvery | None = None
    contact_staff_id: Annotated[StaffId | None, Field(description="Who looks after it (包保人)")] = None
    holds_from: HoldsFrom = None
    head: Annotated[ShortText | None, Field(description=HEAD)] = None
    phone: Phone | None = None
    door: Annotated[ShortText | None, Field(description="House, group and door (门牌)")] = None
    members: Members = ()
    place: PlaceIn | None = None
    known_to_be_another: Annotated[
        Flag, Field(description="There is one with this phone or door already, and this is another all the same")
    ] = False


class ChangeHousehold(RequestBody):
    """What is otherwise of a household, and nothing else. Facts hold from a day; what is sealed holds at once."""

    holds_from: HoldsFrom = None
    area_code: AreaCode | None = None
    household_class: HouseholdClass | None = None
    kinds: Kinds | None = None
    resources: Resources | None = None
    visit_every: Annotated[VisitEvery | None, Field(description="null: no fixed frequency")] = None
    head: ShortText | None = None
    phone: Phone | None = None
    door: ShortText | None = None
    members: Members | None = None
    place: Annotated[PlaceIn | None, Field(description="null: it is not known any more")] = None
    known_to_be_another: Annotated[
        Flag, Field(description="The phone or door is another's already, and this is another household all the same")
    ] = False


class AskMuting(RequestBody):
    """静默申请: a household that shall not be visited any more, which somebody else has to confirm."""

    reason: MutedFor
    why: Reason
    holds_from: HoldsFrom = None


class DecideMuting(RequestBody):
    """What somebody else says to it."""

    granted: Flag
    why: Annotated[Reason | None, Field(description="Needed where it is refused")] = None


class Unmute(RequestBody):
    """解除静默: they are back, or may be visited again."""

    why: Reason
    holds_from: HoldsFrom = None


class SplitHousehold(RequestBody):
    """分户: part of a household becomes one of its own."""

    new: RegisterHousehold
    members: Annotated[Members | None, Field(description="Who is left in the old one; as it was where it is null")] = (
        None
    )


class MergeHousehold(RequestBody):
    """并户: the household is no more, and is part of another."""

    into: HouseholdId
    holds_from: HoldsFrom = None
    why: Reason


class HouseholdOut(AnswerBody):
    """A household, masked. Who lives there is looked at with a reason, on the record."""

    household_id: str
    household_no: str | None
    status: Status
    status_zh: str
    area_code: str
    area_name: str
    household_class: HouseholdClass
    kinds: list[str]
    resources: list[str]
    visit_every: VisitEvery | None
    contact_staff_id: str | None
    contact_name: Annotated[str | None, Field(description="As the register of people has it (包保人姓名)")]
    contact_since: date | None
    muted_for: MutedFor | None
    muted_since: date | None
    mute_asked_for: Annotated[MutedFor | None, Field(description="Waits for somebody else to confirm it")]
    merged_into: str | None
    split_from: str | None
    head: Annotated[str | None, Field(description="Masked, as 张*")]
    phone: Annotated[str | None, Field(description="Masked, as 138****1234")]
    door: Annotated[str | None, Field(description="**** where there is one")]
    members: Annotated[int, Field(description="How many are known, beside the head")]
    erased_at: Annotated[datetime | None, Field(description="When who lives there was erased for good (户内信息删除)")]
    registered_at: datetime
    version: int


class HouseholdItem(AnswerBody):
    """A household in a list, with nothing of who lives there."""

    household_id: str
    household_no: str | None
    status: Status
    area_code: str
    household_class: HouseholdClass
    kinds: list[str]
    resources: list[str]
    visit_every: VisitEvery | None
    contact_staff_id: str | None
    muted_for: MutedFor | None
    version: int


class HouseholdNarrowing(RequestBody):
    """Which households. Each filter narrows; those that were merged into others are left out."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    status: Status | None = None
    household_class: HouseholdClass | None = None
    kind: Word | None = None
    resource: Annotated[Word | None, Field(description="Who has this to give (群众资源对接)")] = None
    visit_every: VisitEvery | None = None
    contact_staff_id: Annotated[StaffId | None, Field(description="Whom somebody looks after (包保人)")] = None
    without_contact: Annotated[bool | None, Field(description="true: those that nobody looks after")] = None


class HouseholdQuery(HouseholdNarrowing, PageQuery):
    """Which households, by area and id, and which page of them."""


class ExportInClear(HouseholdNarrowing):
    """A table with who lives there (户表导出), of which each household is a look that is recorded with the reason."""

    without_contact: Annotated[Flag | None, Field(description="true: those that nobody looks after")] = None
    reason: LookReason


class ThenQuery(RequestBody):
    """Of which day."""

    on: Annotated[Day | None, Field(description="As it was on that day, by all that is known now")] = None


class ChangeItem(AnswerBody):
    """One step of a household (户变动记录), with what is new by it."""

    version: int
    action: HouseholdStep
    action_zh: str
    holds_from: date
    changed: list[HouseholdFact]
    area_code: str | None
    household_class: HouseholdClass | None
    kinds: list[str]
    resources: list[str]
    visit_every: VisitEvery | None
    contact_staff_id: str | None
    muted_for: MutedFor | None
    to_status: Status
    by: str
    unit_code: str | None
    staff_id: str | None
    at: datetime
    why: str


class HouseholdField(StrEnum):
    """What of a household can be looked at."""

    HEAD = "head"
    PHONE = "phone"
    DOOR = "door"
    MEMBERS = "members"
    PLACE = "place"


class RevealHousehold(RequestBody):
    """A look at who lives there (查看户情); it is recorded with the reason."""

    reason: LookReason
    fields: Annotated[tuple[HouseholdField, ...], Field(min_length=1, max_length=5)]


class RevealedHousehold(AnswerBody):
    """What was asked for, unmasked; null for what was not asked for or never given."""

    household_id: str
    head: str | None = None
    phone: str | None = None
    door: str | None = None
    members: tuple[MemberIn, ...] | None = None
    place: PlaceIn | None = None


class HouseholdLookList(PageQuery):
    """What the list of looks is narrowed to, and which page of it."""

    staff_id: Annotated[StaffId | None, Field(description="Who looked, by whichever account")] = None
    account: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=255)] | None, Field(description="Whose token it was")
    ] = None
    unit_code: Annotated[UnitCode | None, Field(description="For which unit somebody looked")] = None
    household_id: HouseholdId | None = None
    looked_from: Annotated[Moment | None, Field(description="Looked at this time or later")] = None
    looked_to: Annotated[Moment | None, Field(description="Looked before this time")] = None


class HouseholdLookItem(AnswerBody):
    """One look at who lives somewhere (查看记录). What was seen stands in no record."""

    look_id: str
    at: datetime
    account: str
    staff_id: str | None
    staff_name: Annotated[str | None, Field(description="As the register of people has it; null where it knows nobody")]
    unit_code: str | None
    household_id: str
    fields: Annotated[
        list[str], Field(description="head, phone, door, members, place; note:<field> of what is for few (敏感情况)")
    ]
    reason: str
