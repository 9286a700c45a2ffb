"""The ledger of contact persons as it is asked for, shown and changed."""

from typing import Annotated

from pydantic import Field

from libs.common.events.household_terms import HouseholdClass
from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Flag, Reason, RequestBody, StaffId
from services.intake.households.schemas import HoldsFrom, HouseholdId

MOST_MOVED = 2_000
MOST_PEOPLE = 500

Preview = Annotated[Flag, Field(description="Only tell what it would come to; nothing changes (预览)")]


class ContactLedgerQuery(PageQuery):
    """Of which area, and which people of the ledger; totals are of the whole area all the same."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    staff_id: StaffId | None = None
    over: Annotated[bool | None, Field(description="true: those who have more than the pack lets one person have")] = (
        None
    )
    in_office: Annotated[
        bool | None, Field(description="false: those who have left, whose households need somebody else (离任未交接)")
    ] = None


class HeldPost(AnswerBody):
    """A post in office of somebody (在任岗位); names as the pack in force has them, null where it has none."""

    post_code: str
    post_name: str | None
    unit_code: str
    unit_name: str | None
    area_code: str | None


class ContactPersonOut(AnswerBody):
    """One person of the ledger (包保人), with the households that count: neither muted nor merged into another."""

    staff_id: str
    name: Annotated[str | None, Field(description="As the register of people has it")]
    posts: list[HeldPost]
    in_office: Annotated[bool, Field(description="Whether the person holds a post that looks after households now")]
    households: Annotated[int, Field(description="Within your reach, and of the area asked for")]
    by_class: dict[HouseholdClass, int]
    everywhere: Annotated[int, Field(description="In all areas together, by which the pack's limit goes")]
    over: Annotated[bool, Field(description="More than the pack lets one person have (超出包保上限)")]


class HouseholdShare(AnswerBody):
    """A share of households, exact: what is printed never says all of them while one is missing."""

    numerator: int
    denominator: int
    text: Annotated[str, Field(examples=["99.9 %"])]


class ContactTotals(AnswerBody):
    """All households that count, of the area asked for: ``households`` is the sum of the next three."""

    households: int
    with_contact: Annotated[int, Field(description="Somebody in office looks after it")]
    contact_left: Annotated[int, Field(description="Whoever looked after it is in office no more")]
    without_contact: int
    coverage: Annotated[HouseholdShare, Field(description="包保覆盖率: with_contact of households")]
    people: Annotated[int, Field(description="People in office who have one or more")]
    fewest: Annotated[int | None, Field(description="That one of these people has, here")]
    most: Annotated[int | None, Field(description="That one of these people has, here")]


class ContactLedgerOut(Page[ContactPersonOut]):
    """The ledger (包保台账), by staff id."""

    most_per_contact: Annotated[int | None, Field(description="How many one person has at most, as the pack says")]
    totals: ContactTotals


class AssignContacts(RequestBody):
    """Households, by their ids or all those of a person, get another contact person, or none."""

    household_ids: Annotated[tuple[HouseholdId, ...] | None, Field(min_length=1, max_length=MOST_MOVED)] = None
    from_staff_id: Annotated[StaffId | None, Field(description="Instead of ids: all that this person has")] = None
    area_code: Annotated[AreaCode | None, Field(description="Beside from_staff_id: those of this area alone")] = None
    to_staff_id: Annotated[StaffId | None, Field(description="Who looks after them from now on; null: nobody")]
    holds_from: HoldsFrom = None
    why: Reason | None = None
    preview: Preview = False


class EvenOut(RequestBody):
    """Every household of an area that counts gets one of these people, each as many as the others, or one more."""

    area_code: AreaCode
    staff_ids: Annotated[tuple[StaffId, ...], Field(min_length=2, max_length=MOST_PEOPLE)]
    holds_from: HoldsFrom = None
    why: Reason | None = None
    preview: Preview = False


class LoadChange(AnswerBody):
    """What somebody has before and after: of an area that is evened out, the households there; else everywhere."""

    staff_id: str
    name: str | None
    before: int
    after: int


class AssignedOut(AnswerBody):
    """What changed hands, or would; ``unchanged`` was so already."""

    moved: int
    unchanged: int
    preview: bool
    loads: list[LoadChange]


class EvenedOut(AssignedOut):
    """The same, of an area that was evened out (均等分配)."""

    households: int
    people: int
    fewest: int
    most: int
