"""Plans as they are answered: what each turn has, and a team's list of a day."""

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope
from libs.common.visits.placing import NEVER
from libs.common.web.cursors import Page, decode_cursor, encode_cursor
from services.intake.households.actions.recording import today_of
from services.intake.plans.actions.making import Material
from services.intake.plans.domain.planning import PlannedTurns
from services.intake.plans.queries import BY_PLAN, Sheet, list_plans, sheet, turns_of
from services.intake.plans.schemas import PlanItem, PlannedItem, PlanOut, PlanQuery, SheetQuery, TurnIn, TurnOut
from services.intake.plans.tables import VisitPlan

_SHEET = "intake.plan_sheet"


async def find(session: Session, scope: Scope, plan_id: str) -> VisitPlan:
    """The plan; NotFound when it is out of reach."""
    row = await session.one(VisitPlan, "plan_id", plan_id, lock=False)
    if row is None or not scope.covers(row.area_code):
        raise NotFound
    return row


async def one(session: Session, scope: Scope, plan_id: str) -> PlanOut:
    """A plan with its turns; NotFound."""
    row = await find(session, scope, plan_id)
    turns = [
        TurnOut(on=turn.on_day, team_id=turn.team_id, households=turn.households, reached=turn.reached)
        for turn in await turns_of(session, row)
    ]
    coming = [turn.households for turn in turns if turn.on >= today_of(session)]
    return PlanOut(
        plan_id=row.plan_id,
        round_id=row.round_id,
        area_code=row.area_code,
        households=sum(turn.households for turn in turns),
        left_out=row.left_out,
        fewest=min(coming, default=0),
        most=max(coming, default=0),
        turns=turns,
        made_at=row.made_at,
        version=row.version,
    )


def previewed(session: Session, material: Material, planned: PlannedTurns) -> PlanOut:
    """What a plan would come to; nothing of what is done already stands in it."""
    loads = {(turn.on, turn.team): len(households) for turn, households in planned.turns.items()}
    before = material.before
    return PlanOut(
        plan_id=None if before is None else before.plan_id,
        round_id=material.round.round_id,
        area_code=material.area_code,
        households=sum(loads.values()),
        left_out=len(planned.left),
        fewest=min(loads.values()),
        most=max(loads.values()),
        turns=[
            TurnOut(on=on, team_id=team_id, households=load, reached=0) for (on, team_id), load in sorted(loads.items())
        ],
        not_yet=not_yet(material),
        made_at=session.now,
        version=0 if before is None else before.version,
    )


def not_yet(material: Material) -> list[TurnIn]:
    """Turns that take nobody, since their stage of the round has not begun."""
    return [TurnIn(on=turn.on, team_id=turn.team) for turn in material.not_yet]


async def page(session: Session, scope: Scope, query: PlanQuery) -> Page[PlanItem]:
    """A page of plans."""
    rows = await list_plans(session, scope, query.round_id, query)
    return BY_PLAN.page(rows, query.limit, lambda row: PlanItem.model_validate(row, from_attributes=True))


async def sheet_page(session: Session, scope: Scope, plan_id: str, query: SheetQuery) -> Page[PlannedItem]:
    """A team's list of a day, in walking order."""
    which = Sheet(await find(session, scope, plan_id), query.on, query.team_id)
    after = 0 if query.cursor is None else int(str(decode_cursor(_SHEET, query.cursor, [int])[0]))
    rows = await sheet(session, which, after, query.limit)
    items = [
        PlannedItem(
            **{name: getattr(row, name) for name in PlannedItem.model_fields if name != "last_visited_on"},
            last_visited_on=None if row.last_visited_on == NEVER else row.last_visited_on,
        )
        for row in rows[: query.limit]
    ]
    following = encode_cursor(_SHEET, [items[-1].place]) if len(rows) > query.limit else None
    return Page(items=items, next_cursor=following)
