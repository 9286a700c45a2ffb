"""Every SELECT of duty rules, and of the cases that one would have settled."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from libs.common.database.session import Session
from libs.common.errors import NotFound
from libs.common.security.policy import Scope, in_area
from libs.common.web.cursors import Keyset, PageQuery
from services.dispatch.cases import queries as cases
from services.dispatch.cases.domain.terms import Status
from services.dispatch.cases.tables import Case
from services.dispatch.duty_rules.domain import DutyRuleState
from services.dispatch.duty_rules.tables import DutyRule

RULES_KEYSET = Keyset("dispatch.duty_rules", (DutyRule.proposed_at, DutyRule.rule_id), (datetime, str))
SETTLED_KEYSET = Keyset("dispatch.settled_cases", (Case.registered_at, Case.case_id), (datetime, str))


async def rule_of(session: Session, scope: Scope, rule_id: str, *, lock: bool = True) -> DutyRule:
    """The rule; NotFound when there is none in the caller's reach."""
    rule = await session.one(DutyRule, "rule_id", rule_id, lock=lock)
    if rule is None or not scope.covers(rule.area_code):
        raise NotFound("There is no such rule, or you may not see it", "职责规则不存在或无权查看")
    return rule


async def rules_in_force(session: Session) -> list[DutyRule]:
    """Those that were adopted and have not ended; there are few."""
    statement = select(DutyRule).where(col(DutyRule.state) == DutyRuleState.ADOPTED)
    return list((await session.execute(statement)).scalars())


def rules_statement(scope: Scope, state: DutyRuleState | None, page: PageQuery) -> Select[DutyRule]:
    """The rules in the caller's reach, newest first."""
    conditions = [scope.predicate(col(DutyRule.area_code), col(DutyRule.lead_unit), accused_columns=None)]
    if state is not None:
        conditions.append(col(DutyRule.state) == state)
    return RULES_KEYSET.cut(select(DutyRule).where(*conditions), page)


async def list_rules(session: Session, scope: Scope, state: DutyRuleState | None, page: PageQuery) -> list[DutyRule]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(rules_statement(scope, state, page))).scalars())


def settled_statement(scope: Scope, rule: DutyRule, since: datetime, page: PageQuery) -> Select[Case]:
    """The cases registered since then that the rule would have settled, newest first."""
    conditions = [*_settles(rule, since), cases.within(scope, col(Case.lead_unit))]
    return SETTLED_KEYSET.cut(select(Case).where(*conditions), page)


async def list_settled(session: Session, statement: Select[Case]) -> list[Case]:
    """The rows of a page, and one more when there is a next."""
    return list((await session.execute(statement)).scalars())


async def counted(session: Session, rule: DutyRule, since: datetime) -> tuple[int, int, int, int]:
    """Of these cases how many are open and how many closed; how many were given back, and how many sent back."""
    closed = col(Case.status) == Status.CLOSED
    counts = (
        func.count().filter(~closed),
        func.count().filter(closed),
        func.count().filter(col(Case.returns) > 0),
        func.count().filter(col(Case.round) > 1),
    )
    found = await session.execute(select(*counts).select_from(Case).where(*_settles(rule, since)))
    opened, ended, returned, dissatisfied = map(int, found.one())
    return opened, ended, returned, dissatisfied


def _settles(rule: DutyRule, since: datetime) -> list[ColumnElement[bool]]:
    """As ``SettledDuty.settles`` has it; its own case is no other."""
    conditions = [
        col(Case.category_code) >= rule.category_code,
        col(Case.category_code) < rule.category_code + ":",
        col(Case.registered_at) >= since,
        col(Case.case_id) != rule.case_id,
        *in_area(col(Case.area_code), rule.area_code),
    ]
    if rule.words:
        told = func.lower(col(Case.title) + " " + col(Case.text))
        conditions.append(or_(*(told.contains(word.lower(), autoescape=True) for word in rule.words)))
    return conditions
