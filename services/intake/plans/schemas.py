"""Plans of visits as they are asked for and shown."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from libs.common.web.cursors import PageQuery
from libs.common.web.fields import AnswerBody, AreaCode, Day, Flag, LookReason, RequestBody, Uuid
from libs.common.web.printing import SheetForm
from services.intake.rounds.schemas import RoundId
from services.intake.teams.schemas import TeamId

MOST_DAYS = 200
MOST_TEAMS = 500

PlanId = Annotated[Uuid, Field(description="Plan id (计划编号), a UUID in lower case")]
Days = Annotated[
    tuple[Day, ...], Field(min_length=1, max_length=MOST_DAYS, description="On which teams go out, none before today")
]


class TurnIn(RequestBody):
    """A team that does not go out on a day, though it could."""

    on: Day
    team_id: TeamId


Without = Annotated[
    tuple[TurnIn, ...],
    Field(max_length=MOST_TEAMS, description="Who is ill or called away: these turns take nobody (缺勤班次)"),
]
Teams = Annotated[
    tuple[TeamId, ...],
    Field(max_length=MOST_TEAMS, description="Of these teams; of every one that goes out there, where it names none"),
]


class MakePlan(RequestBody):
    """A plan of a round (走访排期): every household that is still to be visited, to one team on one day."""

    round_id: RoundId
    area_code: Annotated[AreaCode | None, Field(description="Only this part of the round's area")] = None
    days: Days
    team_ids: Teams = ()
    without: Without = ()
    preview: Annotated[Flag, Field(description="Only tell what it would come to; nothing is kept (预览)")] = False


class PlanAgain(RequestBody):
    """The same again for what is not done yet (重新排期): what was visited stays with whom and when it was."""

    days: Days
    team_ids: Teams = ()
    without: Without = ()
    preview: Annotated[Flag, Field(description="Only tell what it would come to; nothing is kept (预览)")] = False


class TurnOut(AnswerBody):
    """A team on a day (班次)."""

    on: Day
    team_id: str
    households: Annotated[int, Field(description="In all, those that were reached included")]
    reached: int


class PlanOut(AnswerBody):
    """A plan of a round."""

    plan_id: str | None
    round_id: str
    area_code: str
    households: int
    left_out: Annotated[int, Field(description="To whom no team comes, or only before the gap has passed (未排户数)")]
    fewest: Annotated[int, Field(description="Households of the smallest turn that is still to come")]
    most: Annotated[int, Field(description="And of the largest")]
    turns: list[TurnOut]
    not_yet: Annotated[
        list[TurnIn], Field(description="Told as it is made: turns that take nobody, before their stage (批次未到)")
    ] = Field(default_factory=list)
    made_at: datetime
    version: int


class PlanQuery(PageQuery):
    """Which plans, the newest first: of one round, or of all."""

    round_id: RoundId | None = None


class PlanItem(AnswerBody):
    """A plan in a list, without its turns."""

    plan_id: str
    round_id: str
    area_code: str
    left_out: int
    made_at: datetime
    version: int


class SheetQuery(PageQuery):
    """Whose list, of which day."""

    on: Day
    team_id: TeamId


class PrintQuery(RequestBody):
    """Whose sheet, of which day, as what."""

    on: Day
    team_id: TeamId
    format: SheetForm = SheetForm.HTML


class PrintInClear(PrintQuery):
    """The same with heads and doors, and why they are needed: each household is a look on the record."""

    reason: LookReason


class PlannedItem(AnswerBody):
    """A household on a team's list of a day (走访单), in walking order. Who lives there is looked at with a reason."""

    place: int
    household_id: str
    household_no: str | None
    area_code: str
    household_class: HouseholdClass
    kinds: list[str]
    contact_staff_id: str | None
    outcome: Annotated[VisitOutcome | None, Field(description="What came of it in this round")]
    last_visited_on: date | None
