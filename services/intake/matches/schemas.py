"""Resources and needs as they are matched and shown."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from libs.common.web.cursors import Page, PageQuery
from libs.common.web.fields import AnswerBody, Reason, RequestBody, Uuid
from services.intake.households.schemas import HouseholdId, Word
from services.intake.matches.domain import MatchStatus, Near

MatchId = Annotated[Uuid, Field(description="Match id (对接编号), a UUID in lower case")]


class CandidateQuery(PageQuery):
    """How near, and which page of them."""

    near: Annotated[Near, Field(description="In its own village, or in the others of its town")] = Near.VILLAGE
    resource: Annotated[Word | None, Field(description="Who has this to give; else whatever fits")] = None


class FitOut(AnswerBody):
    """A resource that fits needs of the household."""

    resource: str
    resource_name: str
    needs: Annotated[list[str], Field(description="Kinds of household, and topics of its visits of half a year")]


class CandidateItem(AnswerBody):
    """A household that has something that fits, with nothing of who lives there."""

    household_id: str
    household_no: str | None
    area_code: str
    area_name: str
    resources: Annotated[list[str], Field(description="Of what it has, what fits")]
    contact_staff_id: str | None


class Candidates(Page[CandidateItem]):
    """What fits, and who has it, within your reach."""

    fits: list[FitOut]


class ConfirmMatch(RequestBody):
    """What a person confirms (确认对接): never does anything follow by itself."""

    giver_id: HouseholdId
    resource: Word
    need: Annotated[Word, Field(description="A kind of this household, or a topic of its visits, that it fits")]
    why: Reason | None = None


class EndMatch(RequestBody):
    """解除对接: it fits no more, or never did."""

    why: Reason


class MatchOut(AnswerBody):
    """A resource of one household for a need of another, as a person confirmed it."""

    match_id: str
    household_id: str
    giver_id: Annotated[str | None, Field(description="null: it is out of your reach")]
    resource: str
    need: str
    status: MatchStatus
    confirmed_at: datetime
    staff_id: str | None
    why: Annotated[str, Field(description="Masked")]
    ended_at: datetime | None
    ended_why: Annotated[str, Field(description="Masked")]
