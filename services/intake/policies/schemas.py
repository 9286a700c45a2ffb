"""Policies that households may be owed, as they are listed, answered and counted."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.common.events.household_terms import PolicyAnswer
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Reason, RequestBody
from services.intake.households.schemas import HouseholdId
from services.intake.households.tables import PolicyStatus

PolicyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"),
    Field(description="A policy of the pack (帮扶政策)", examples=["orphan_allowance"]),
]


class AnswerPolicy(RequestBody):
    """What became of a policy for a household (政策落实)."""

    answer: PolicyAnswer
    on_day: Annotated[Day | None, Field(description="Of what was granted or said; today unless it says so")] = None
    why: Annotated[Reason | None, Field(description="Needed unless it was granted")] = None


class PolicyQuery(PageQuery):
    """Which, and which page of them."""

    status: Annotated[PolicyStatus | None, Field(description="due: nobody has said anything yet")] = None
    policy: PolicyCode | None = None
    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None
    household_id: HouseholdId | None = None


class CountQuery(RequestBody):
    """Of which area."""

    area_code: Annotated[AreaCode | None, Field(description="Of this area and all inside it")] = None


class PolicyItem(AnswerBody):
    """A policy that fits a household since one of its steps, and what became of it."""

    household_id: str
    area_code: str
    version: Annotated[int, Field(description="The step of the household by which it fits")]
    policy: str
    policy_name: Annotated[str | None, Field(description="As the pack in force has it; null where it has it no more")]
    policy_name_en: str | None
    holds_from: date
    matched_at: datetime
    status: PolicyStatus
    answered_on: date | None
    answered_at: datetime | None
    staff_id: str | None
    why: Annotated[str, Field(description="Masked")]


class PolicyCount(AnswerBody):
    """How many of one policy stand where."""

    policy: str
    policy_name: str | None
    policy_name_en: str | None
    matched: int
    due: int
    granted: int
    explained: int
    not_applicable: int


class PolicyCounts(AnswerBody):
    """By policy how many households were matched with it, and what became of that; each step counts for itself."""

    area_code: str | None
    policies: list[PolicyCount]


class PoliciesOut(AnswerBody):
    """What a household has of a policy by now."""

    household_id: str
    items: list[PolicyItem]
