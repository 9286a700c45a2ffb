"""How far a round has come by its stages (走访批次), and who went before theirs.

Posts are those held on the day of the visit, by what the register of people says of it now. Whoever never held one of a
stage before the last goes with the last. So only what the others did is read, added up between the few days on which
their posts change; the last stage has the rest of what was visited.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.pack.areas import area_prefix
from libs.common.pack.schema import VisitOrder, VisitRules
from libs.common.security.policy import Scope
from libs.common.visits.counting import View
from services.intake.rounds.actions.opening import may_see
from services.intake.rounds.actions.stages import days_of_change, leading_terms, posts_in, stages_of
from services.intake.rounds.domain import TermsOfStage, is_early, stage_of
from services.intake.rounds.queries.figures import find_round, reached_before, turns_before, turns_led, whole_of
from services.intake.rounds.schemas import EarlyTurn, RoundStages, StageQuery, StageRow
from services.intake.rounds.tables import VisitRound

MOST_EARLY = 200


@dataclass(frozen=True, slots=True)
class _Reached:
    """By stage how many households its people reached, how many of them early, and the first of those."""

    visited: Mapping[str, int]
    early: Mapping[str, int]
    turns: Sequence[EarlyTurn]


async def stages(session: Session, scope: Scope, round_id: str, query: StageQuery) -> RoundStages:
    """How many households each stage reached, and which before it began; NotFound."""
    row = await find_round(session, round_id)
    if row is None or not may_see(scope, row) or (query.area_code is not None and not scope.covers(query.area_code)):
        raise NotFound
    prefix = scope.area_prefix if query.area_code is None else area_prefix(query.area_code)
    found = stages_of(row)
    async with session.snapshot():
        whole = await whole_of(session, round_id, View.THEN, prefix)
        reached = await _reached(session, row, found, prefix, _visited(whole)) if found else _Reached({}, {}, ())
    order = _order(session.packs.current(session.now).directory.pack.visits, row.visit_order)
    names = {} if order is None else {stage.code: (stage.name, stage.name_en) for stage in order.stages}
    return RoundStages(
        round_id=round_id,
        visit_order=row.visit_order,
        order_name=None if order is None else order.name,
        order_name_en=None if order is None else order.name_en,
        households=whole.households,
        visited=_visited(whole),
        stages=[_row(stage, names.get(stage.code), reached) for stage in found],
        early=[*reached.turns],
        early_households=sum(reached.early.values()),
    )


def _visited(whole: Any) -> int:
    return int(whole.reached + whole.refused)


async def _reached(
    session: Session, row: VisitRound, found: Sequence[TermsOfStage], prefix: str, whole: int
) -> _Reached:
    sorting, last = _Sorting(session, row, found), found[-1]
    visited, early, ahead = Counter[str](), Counter[str](), dict[tuple[str, int], TermsOfStage]()
    in_time = dict[tuple[str, int], int]()
    for people, span, households in await turns_led(session, row.round_id, prefix, sorting.leaders, sorting.begins):
        stage, is_before = sorting.stage_of(people, span)
        if stage is last:
            continue
        visited[stage.code] += households
        if is_before:
            early[stage.code] += households
            ahead[people, span] = stage
        elif sorting.begins[span - 1] < last.from_day:
            in_time[people, span] = households
    visited[last.code] = whole - visited.total()
    early[last.code] = (
        await reached_before(session, row.round_id, prefix, last.from_day) - early.total() - sum(in_time.values())
    )
    turns = await turns_before(session, row.round_id, prefix, last.from_day, sorting.begins, [*in_time], MOST_EARLY)
    return _Reached(
        visited, early, [_early(turn, ahead.get((turn.people, sorting.span_of(turn.day)), last)) for turn in turns]
    )


class _Sorting:
    """Sorts people into stages. Within a span of days, from one that begins until the next does, nobody's posts change.

    Only posts of stages before the last are looked at: whoever holds none of them goes with the last. Few hold them.
    """

    def __init__(self, session: Session, row: VisitRound, found: Sequence[TermsOfStage]) -> None:
        self._found, self._posts = found, posts_in(session)
        leading = leading_terms(session, found)
        self.leaders = [*leading]
        """Whoever had, has or will have a post of a stage before the last."""
        self._leading = frozenset(leading)
        from_days = (stage.from_day for stage in found)
        self.begins = sorted({row.begins_on, *from_days, *days_of_change(session, row, leading)})
        """The first days of the spans."""
        self._known: dict[tuple[frozenset[str], int], tuple[TermsOfStage, bool]] = {}

    def stage_of(self, people: str, span: int) -> tuple[TermsOfStage, bool]:
        """With which stage they went, and whether that was before it began."""
        leading = self._leading.intersection(people.split())
        known = self._known.get((leading, span))
        if known is None:
            day = self.begins[span - 1]
            posts = [self._posts(one, day) for one in leading]
            known = self._known[leading, span] = stage_of(self._found, posts), is_early(self._found, posts, day)
        return known

    def span_of(self, day: date) -> int:
        """In which span a day is."""
        return bisect_right(self.begins, day)


def _early(turn: Any, stage: TermsOfStage) -> EarlyTurn:
    told = {"on": turn.day, "staff_ids": turn.people.split(), "households": turn.households}
    return EarlyTurn(**told, stage=stage.code, begins_on=stage.from_day)


def _order(rules: VisitRules, code: str | None) -> VisitOrder | None:
    return next((order for order in rules.orders if order.code == code), None)


def _row(stage: TermsOfStage, names: tuple[str, str] | None, reached: _Reached) -> StageRow:
    name, name_en = names or (None, None)
    return StageRow(
        stage=stage.code,
        name=name,
        name_en=name_en,
        posts=sorted(stage.posts),
        from_day=stage.from_day,
        visited=reached.visited.get(stage.code, 0),
        early=reached.early.get(stage.code, 0),
    )
