"""How far a round has come by its stages (走访批次), and who went before theirs."""

from collections.abc import Sequence

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.areas import area_prefix
from libs.common.pack.schema import VisitOrder, VisitRules
from libs.common.security.policy import Scope
from libs.common.visits.counting import View
from services.intake.rounds.actions.opening import may_see
from services.intake.rounds.actions.stages import posts_in, stages_of
from services.intake.rounds.domain import TermsOfStage, is_early, stage_of
from services.intake.rounds.queries.figures import find_round, reached_turns, whole_of
from services.intake.rounds.schemas import EarlyTurn, RoundStages, StageQuery, StageRow

MOST_EARLY = 200


async def stages(session: Session, scope: Scope, round_id: str, query: StageQuery) -> RoundStages:
    """How many households each stage reached, and which before it began; NotFound."""
    row = await find_round(session, round_id)
    if row is None or not may_see(scope, row) or (query.area_code is not None and not scope.covers(query.area_code)):
        raise NotFound
    prefix = scope.area_prefix if query.area_code is None else area_prefix(query.area_code)
    async with session.snapshot():
        whole = await whole_of(session, round_id, View.THEN, prefix)
        turns = await reached_turns(session, round_id, prefix)
    found, posts = stages_of(row), posts_in(session)
    visited, early = dict.fromkeys((stage.code for stage in found), 0), list[EarlyTurn]()
    for turn in turns if found else ():
        people = [posts(one, turn.day) for one in turn.staff_ids]
        stage = stage_of(found, people)
        visited[stage.code] += turn.households
        if is_early(found, people, turn.day):
            told = {"on": turn.day, "staff_ids": turn.staff_ids, "households": turn.households}
            early.append(EarlyTurn(**told, stage=stage.code, begins_on=stage.from_day))
    order = _order(session.packs.current(session.now).directory.pack.visits, row.visit_order)
    names = {} if order is None else {stage.code: (stage.name, stage.name_en) for stage in order.stages}
    return RoundStages(
        round_id=round_id,
        visit_order=row.visit_order,
        order_name=None if order is None else order.name,
        order_name_en=None if order is None else order.name_en,
        households=whole.households,
        visited=whole.reached + whole.refused,
        stages=[_row(stage, names.get(stage.code), visited[stage.code], early) for stage in found],
        early=early[:MOST_EARLY],
        early_households=sum(turn.households for turn in early),
    )


def _order(rules: VisitRules, code: str | None) -> VisitOrder | None:
    return next((order for order in rules.orders if order.code == code), None)


def _row(stage: TermsOfStage, names: tuple[str, str] | None, visited: int, early: Sequence[EarlyTurn]) -> StageRow:
    name, name_en = names or (None, None)
    return StageRow(
        stage=stage.code,
        name=name,
        name_en=name_en,
        posts=sorted(stage.posts),
        from_day=stage.from_day,
        visited=visited,
        early=sum(turn.households for turn in early if turn.stage == stage.code),
    )
