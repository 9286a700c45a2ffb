"""Proposing a duty rule from a ruling, trying it, deciding on it, ending it; and finding the one that holds."""

from typing import Any

import uuid_utils

from libs.common.database.session import Session
from libs.common.errors import NotFound, invalid
from libs.common.events.duty_rules import (
    DutyRuleDecided,
    DutyRuleEnded,
    DutyRuleEvent,
    DutyRuleProposed,
    DutyRuleTried,
)
from libs.common.rules.machine import OutOfTurn
from libs.common.rules.requests import Request
from libs.common.rules.steps import move, seen_of
from libs.common.security.masking import mask_text
from services.dispatch.cases.queries import visible_case
from services.dispatch.cases.tables import Case
from services.dispatch.disputes.domain import ArbitrationState
from services.dispatch.disputes.queries import sessions_of
from services.dispatch.disputes.tables import ArbitrationSession
from services.dispatch.duty_rules import domain, queries
from services.dispatch.duty_rules.domain import SettledDuty
from services.dispatch.duty_rules.schemas import DecideRule, DutyRuleOut, EndRule, ProposeRule, TryRule
from services.dispatch.duty_rules.tables import DutyRule

_INFO = "dispatch.duty_rules"


async def propose(session: Session, asked: Request, body: ProposeRule) -> DutyRuleOut:
    """Whoever may proposes what was ruled for other cases, too; the unit is that of the ruling."""
    await visible_case(session, asked.scope, body.case_id)
    ruling = await _ruling(session, body.case_id, body.arbitration)
    if ruling.state is not ArbitrationState.RULED or ruling.lead_unit is None:
        raise OutOfTurn("It was not ruled on", "该次裁定尚未作出")
    directory = session.packs.current(session.now).directory
    directory.category(body.category_code)
    directory.area(body.area_code)
    if not asked.scope.covers(body.area_code):
        raise invalid("area_code", "is not in your own area", "不在本人辖区内")
    event = DutyRuleProposed(
        case_id=body.case_id,
        occurred_at=session.now,
        rule_id=str(uuid_utils.uuid7()),
        arbitration=ruling.version,
        category_code=body.category_code,
        area_code=body.area_code,
        words=tuple(map(mask_text, body.words)),
        lead_unit=ruling.lead_unit,
        support_units=tuple(ruling.support_units),
        basis=mask_text(body.basis),
        by=asked.actor.subject,
        by_unit=asked.actor.unit_code,
        by_staff=asked.actor.staff_id,
    )
    rule = domain.proposed(event)
    named = {name: getattr(rule, name) for name in rule.__slots__}
    lists = {"words": list(rule.words), "support_units": list(rule.support_units)}
    row = session.new(DutyRule, **(named | lists))
    session.publish(event)
    return shown(row)


async def try_out(session: Session, asked: Request, rule_id: str, body: TryRule) -> DutyRuleOut:
    """How many cases it would have settled since then, and what became of these, is shown and kept."""
    row = await _rule(session, asked, rule_id)
    asked.check_version(row.version)
    domain.check_tried(seen_of(SettledDuty, row))
    opened, closed, returned, dissatisfied = await queries.counted(session, row, body.since)
    counts: dict[str, Any] = {"open": opened, "closed": closed, "returned": returned, "dissatisfied": dissatisfied}
    said = DutyRuleTried(**_of(session, row, asked), since=body.since, **counts)
    return _said(session, row, said)


async def decide(session: Session, asked: Request, rule_id: str, body: DecideRule) -> DutyRuleOut:
    """Another person than who proposed it, of none of the units that disputed, adopts or refuses it."""
    row = await _rule(session, asked, rule_id)
    disputing = (await _ruling(session, row.case_id, row.arbitration)).units
    domain.check_decides(seen_of(SettledDuty, row), disputing, asked.actor, session.now)
    asked.check_version(row.version)
    effective_from = body.effective_from or session.now
    domain.check_effective(effective_from, session.now)
    since = effective_from if body.approved else None
    said: dict[str, Any] = {"approved": body.approved, "effective_from": since, "note": mask_text(body.note)}
    return _said(session, row, DutyRuleDecided(**_of(session, row, asked), **said))


async def end(session: Session, asked: Request, rule_id: str, body: EndRule) -> DutyRuleOut:
    """It settles nothing from now on; what it gave to units stays given."""
    row = await _rule(session, asked, rule_id)
    asked.check_version(row.version)
    domain.check_ends(seen_of(SettledDuty, row))
    return _said(session, row, DutyRuleEnded(**_of(session, row, asked), note=mask_text(body.note)))


async def settled_by(session: Session, case: Case) -> SettledDuty | None:
    """The rule by which this case is settled now."""
    if case.category_code is None:
        return None
    rules: list[SettledDuty] | None = session.info.get(_INFO)
    if rules is None:
        # Once a transaction: a batch of registrations reads them together.
        rules = session.info[_INFO] = [seen_of(SettledDuty, row) for row in await queries.rules_in_force(session)]
    text = f"{case.title} {case.text}"
    return domain.narrowest(rules, case.category_code, case.area_code, text, session.now)


def shown(row: DutyRule) -> DutyRuleOut:
    """The rule as it is answered."""
    return DutyRuleOut.model_validate(row, from_attributes=True)


async def _rule(session: Session, asked: Request, rule_id: str) -> DutyRule:
    """The rule, with the case under whose key it speaks, both locked."""
    row = await queries.rule_of(session, asked.scope, rule_id)
    await session.one(Case, "case_id", row.case_id)
    return row


async def _ruling(session: Session, case_id: str, number: int) -> ArbitrationSession:
    found = next((row for row in await sessions_of(session, case_id) if row.version == number), None)
    if found is None:
        raise NotFound("The case has no such arbitration", "该件没有该次裁定")
    return found


def _of(session: Session, row: DutyRule, asked: Request) -> dict[str, Any]:
    by = {"by": asked.actor.subject, "by_unit": asked.actor.unit_code, "by_staff": asked.actor.staff_id}
    return by | {"case_id": row.case_id, "occurred_at": session.now, "rule_id": row.rule_id}


def _said(session: Session, row: DutyRule, event: DutyRuleEvent) -> DutyRuleOut:
    before = seen_of(SettledDuty, row)
    move(row, before, domain.evolve(before, event))
    session.publish(event)
    return shown(row)
