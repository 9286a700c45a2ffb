"""People as they are entered and shown."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from libs.common.pack.schema import AreaLevel, LimitSetting
from libs.common.security.masking import mask_text
from libs.common.security.phones import NotAPhone, normalised_phone
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import (
    AnswerBody,
    AreaCode,
    LookReason,
    Moment,
    RequestBody,
    ShortText,
    StaffId,
    UnitCode,
    fault,
)
from services.dispatch.cases.schemas import Inside

MOST_TERMS = 20
EXPORT = "export"


def _is_no_word_of_the_address(text: str) -> str:
    if text == EXPORT:
        raise fault("word_of_the_address", "is a word of the address of the table", "与导出地址冲突")
    return text


def _is_phone(text: str) -> str:
    try:
        normalised_phone(text)
    except NotAPhone:
        raise fault("not_a_phone", "must be a phone number", "须为电话号码") from None
    return text


def _is_nothing_but_a_name(text: str) -> str:
    """It travels as it stands, so whatever else the rules of masking find in it stays out."""
    if mask_text(text) != text:
        raise fault("more_than_a_name", "must be a name alone, without a number or an address", "仅限姓名，不得含号码")
    return text


NewStaffId = Annotated[StaffId, AfterValidator(_is_no_word_of_the_address)]
StaffName = Annotated[
    ShortText,
    AfterValidator(_is_nothing_but_a_name),
    Field(description="The name (姓名), which travels (责任人公示): without a number of a person and without a home"),
]
PostCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A post of the pack (岗位)", examples=["case_worker"]),
]
PeoplePerHolder = Annotated[
    int | None,
    Field(
        description="People for each of those whose post it is, to the nearest whole number, where both are known. A"
        " stand-in and the one stood in for are one"
    ),
]
TermNumber = Annotated[int, Field(ge=1, le=32_767, description="Which of a person's terms, from 1 on (任期序号)")]


class TermIn(RequestBody):
    """A term of office (任期)."""

    post_code: PostCode
    unit_code: UnitCode
    area_code: Annotated[AreaCode | None, Field(description="Where the post is for one area, such as a grid")] = None
    begins_at: Annotated[Moment | None, Field(description="Now, unless it says so")] = None
    ends_at: Annotated[Moment | None, Field(description="The first moment after it; open without one")] = None
    stand_in_for: Annotated[StaffId | None, Field(description="Who holds the post, and is stood in for (代理)")] = None


class ContactIn(RequestBody):
    """How somebody is reached (联系方式). It is sealed in dispatch's vault, and travels in no event."""

    phone: Annotated[ShortText | None, AfterValidator(lambda text: text and _is_phone(text))] = None
    other: Annotated[ShortText | None, Field(description="Another way, such as an extension (其他联系方式)")] = None


Languages = Annotated[
    tuple[ShortText, ...], Field(max_length=10, description="Languages and dialects that somebody speaks (语言、方言)")
]


class EnterStaff(RequestBody):
    """A person who is new to the register."""

    staff_id: NewStaffId
    name: StaffName
    languages: Languages = ()
    contact: ContactIn | None = None
    terms: Annotated[tuple[TermIn, ...], Field(max_length=MOST_TERMS)] = ()


class ChangeStaff(RequestBody):
    """What is to be otherwise of a person, and nothing else; terms are entered and ended by themselves."""

    name: StaffName | None = None
    languages: Languages | None = None
    contact: Annotated[ContactIn | None, Field(description="The whole of it; null: nothing is kept any more")] = None


class EndTerm(RequestBody):
    """When a term ends."""

    at: Annotated[Moment | None, Field(description="Now, unless it says so; it may lie ahead")] = None


class StaffQuery(PageQuery):
    """People of one unit, of one post, or in office now."""

    unit_code: UnitCode | None = None
    post_code: PostCode | None = None
    in_office: Annotated[
        bool | None, Field(description="With a term that holds now, of the unit and post asked for; false: with none")
    ] = None


class CoverageQuery(PageQuery):
    """A post that is for areas, and where."""

    post_code: PostCode
    area_code: Inside = None


class HolderOut(AnswerBody):
    """Who holds the post in an area now."""

    staff_id: str
    name: str
    unit_code: str
    stand_in_for: Annotated[str | None, Field(description="Whose place it is, where this is a stand-in (代理)")]


class AreaCoverageOut(AnswerBody):
    """Of one area who holds the post there, and for how many people. Without holders it is a gap (空岗)."""

    area_code: str
    area_name: str
    people: Annotated[int | None, Field(description="How many people live there (服务人口); null: not known")]
    holders: list[HolderOut]
    people_per_holder: PeoplePerHolder


class CoverageTotals(AnswerBody):
    """All areas of the answer added up, not those of this page alone."""

    areas: int
    covered: Annotated[int, Field(description="Areas in which somebody holds the post, a stand-in too")]
    gaps: Annotated[int, Field(description="Areas in which nobody does (空岗)")]
    people: Annotated[int, Field(description="In all areas of which it is known")]
    people_covered: Annotated[int, Field(description="Of these, in the covered areas")]
    areas_without_people: Annotated[int, Field(description="Areas of which it is not known how many people live there")]
    holders: Annotated[int, Field(description="Those whose post it is; whoever has two areas counts once")]
    people_per_holder: PeoplePerHolder


class CoverageOut(Page[AreaCoverageOut]):
    """岗位覆盖: the areas that a post is for, those first in which nobody holds it."""

    post_code: str
    post_name: str
    area_level: AreaLevel
    people_per_area: Annotated[
        tuple[int, int] | None,
        Field(description="The fewest and the most people that the pack wants in one such area; null: it says nothing"),
    ]
    totals: CoverageTotals


class LookAtContact(RequestBody):
    """A look at how somebody is reached; it is recorded with the reason."""

    reason: LookReason


class LookList(PageQuery):
    """What the list of looks is narrowed to, and which page of it."""

    staff_id: Annotated[StaffId | None, Field(description="Who looked, by whichever account")] = None
    account: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=255)] | None, Field(description="Whose token it was")
    ] = None
    unit_code: Annotated[UnitCode | None, Field(description="For which unit somebody looked")] = None
    about: Annotated[StaffId | None, Field(description="Who was looked at")] = None
    looked_from: Annotated[Moment | None, Field(description="Looked at this time or later")] = None
    looked_to: Annotated[Moment | None, Field(description="Looked before this time")] = None


class LookItem(AnswerBody):
    """One look at how somebody is reached (查看记录). What was seen stands in no record."""

    look_id: str
    at: AwareDatetime
    account: str
    staff_id: str | None
    staff_name: Annotated[str | None, Field(description="As the register of people has it; null where it knows nobody")]
    unit_code: str | None
    about: str
    about_name: str | None
    reason: str


class ContactOut(AnswerBody):
    """How somebody is reached."""

    staff_id: str
    phone: str | None
    other: str | None
    languages: list[str]


class TermOut(AnswerBody):
    """任期. ``post_name`` is that of the pack in force, empty when it has the post no longer."""

    number: int
    post_code: str
    post_name: str
    unit_code: str
    area_code: str | None
    begins_at: AwareDatetime
    ends_at: AwareDatetime | None
    stand_in_for: str | None
    in_office: bool


class StaffOut(AnswerBody):
    """人员."""

    staff_id: str
    name: str
    languages: list[str]
    reachable: Annotated[bool, Field(description="Whether it is kept how to reach this person, for a reason")]
    terms: list[TermOut]
    version: int


class DutyAreaOut(AnswerBody):
    """An area for which somebody holds a post."""

    area_code: str
    area_name: str


class PersonalDutyOut(AnswerBody):
    """A row of the duty directory in force that somebody answers for by a post in office (个人权责)."""

    category_code: str
    category_name: str
    area_level: Annotated[AreaLevel, Field(description="The row covers this level, and finer ones without their own")]
    lead_unit: Annotated[str, Field(description="Where the post is held, which is who leads by the row")]
    lead_unit_name: str
    post_code: str
    post_name: str
    areas: Annotated[
        list[DutyAreaOut] | None, Field(description="Of a post that is for areas, those; null: all that the unit leads")
    ]
    limit: Annotated[LimitSetting | None, Field(description="The row's own limit; null: the ordinary ones hold")]
    basis: str
