"""Duty rules: proposed from a ruling, tried, decided, ended; and the cases that one would have settled."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.common.database.session import Session
from libs.common.rules.requests import Request
from libs.common.web.cursors import Page
from libs.common.web.fields import Uuid
from libs.common.web.headers import IdempotencyKey, IfMatch
from services.dispatch.cases.api import asked, item
from services.dispatch.cases.schemas import WorkItem
from services.dispatch.cases.tables import Case
from services.dispatch.duty_rules import actions, queries
from services.dispatch.duty_rules.schemas import (
    DecideRule,
    DutyRuleOut,
    EndRule,
    ProposeRule,
    RulesQuery,
    SettledQuery,
    TryRule,
)
from services.dispatch.duty_rules.tables import DutyRule
from services.dispatch.rights import DecidesRule, ProposesRule, ReadsTriage

router = APIRouter(prefix="/v1/duty-rules", tags=["duty rules"])


@router.get("", response_model=Page[DutyRuleOut])
async def list_duty_rules(query: Annotated[RulesQuery, Query()], door: ReadsTriage) -> Response:
    """Duty rules (职责规则) in the caller's area, newest first."""
    rows = await door.read(lambda session: queries.list_rules(session, door.scope, query.state, query))
    return door.answer(queries.RULES_KEYSET.page(rows, query.limit, actions.shown))


@router.get("/{rule_id}", response_model=DutyRuleOut)
async def read_duty_rule(rule_id: Uuid, door: ReadsTriage) -> Response:
    """One rule, with the figures of its last dry run."""

    async def read(session: Session) -> DutyRule:
        return await queries.rule_of(session, door.scope, rule_id, lock=False)

    return door.answer(actions.shown(await door.read(read)))


@router.get("/{rule_id}/cases", response_model=Page[WorkItem])
async def list_settled_cases(rule_id: Uuid, query: Annotated[SettledQuery, Query()], door: ReadsTriage) -> Response:
    """The cases that it would have settled, open and past, each as it stands now: given back, sent back, closed."""

    async def settled(session: Session) -> list[Case]:
        rule = await queries.rule_of(session, door.scope, rule_id, lock=False)
        return await queries.list_settled(session, queries.settled_statement(door.scope, rule, query.since, query))

    rows = await door.read(settled)
    return door.answer(queries.SETTLED_KEYSET.page(rows, query.limit, partial(item, door)))


@router.post("", response_model=DutyRuleOut, status_code=201)
async def propose_duty_rule(body: ProposeRule, door: ProposesRule, once: IdempotencyKey) -> Response:
    """拟定职责规则: what was ruled in one case is to settle others like it. The unit is that of the ruling."""
    request = Request(door.actor, door.scope)
    return await door.write(lambda session: actions.propose(session, request, body), once, keys=[body.case_id])


@router.post("/{rule_id}/trial", response_model=DutyRuleOut)
async def try_duty_rule(
    rule_id: Uuid, body: TryRule, door: ProposesRule, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """规则试算: which cases it would have settled is counted and kept; nothing is adopted without. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.try_out(session, request, rule_id, body), once)


@router.post("/{rule_id}/decision", response_model=DutyRuleOut)
async def decide_duty_rule(
    rule_id: Uuid, body: DecideRule, door: DecidesRule, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """规则审定: by another person than who proposed it, of none of the units that disputed. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.decide(session, request, rule_id, body), once)


@router.post("/{rule_id}/end", response_model=DutyRuleOut)
async def end_duty_rule(
    rule_id: Uuid, body: EndRule, door: DecidesRule, expected: IfMatch, once: IdempotencyKey
) -> Response:
    """规则废止: cases that come from now on are routed without it. Needs If-Match."""
    request = asked(door, expected)
    return await door.write(lambda session: actions.end(session, request, rule_id, body), once)
