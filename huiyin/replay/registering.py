"""Registering a row (登记), at the moment at which the citizen spoke."""

from datetime import datetime
from typing import Any

from huiyin.office import errands
from huiyin.office.people import CallRefused, Person
from huiyin.replay.planning import arrive
from huiyin.replay.rows import Reason, RowRefusal
from huiyin.replay.stage import Life, Stage
from libs.common.events.terms import Channel
from libs.common.security.phones import NotAPhone, normalised_phone
from libs.common.security.principal import Role
from services.dispatch.routing.domain.choosing import Choice, by_rule

_CONFLICT = 409
_DESKS = 3


async def register(stage: Stage, life: Life, at: datetime) -> None:
    """Register it by the hotline or in a visit; a row that has its case from an earlier run is left alone."""
    key = (life.row.source, life.row.number)
    channel = _channel(life)
    try:
        receipt = await _registrar(stage, life, channel).do(errands.register(_body(stage, life, at)))
    except CallRefused as refused:
        known = refused.problem.get("case_id")
        if refused.status == _CONFLICT and known:
            stage.journal.known_before[key] = known
        else:
            stage.journal.refused.append(
                RowRefusal(life.row.place, life.row.number, Reason.REFUSED_AT_DOOR, _said(refused))
            )
        return
    life.case_id = receipt["case_id"]
    stage.journal.registered[key] = life.case_id
    life.lead_unit = unit_by_rule(stage, life.category_code, life.area_code)
    life.done_at = life.row.closed_at
    arrive(stage, life, at)


def unit_by_rule(stage: Stage, category_code: str | None, area_code: str) -> str | None:
    """The unit that the duty directory gives it to, as the unit itself knows; None when a dispatcher has to choose."""
    choice = by_rule(stage.directory, 0, category_code, area_code)
    return choice.lead_unit if isinstance(choice, Choice) else None


def _channel(life: Life) -> Channel:
    if life.row.channel is not None:
        return life.row.channel
    return Channel.HOTLINE if life.habits.by_hotline() else Channel.VISIT


def _registrar(stage: Stage, life: Life, channel: Channel) -> Person:
    """The desk, where the place has it write down numbers of this source; else the source itself, whose they are."""
    role = Role.VISITOR if channel is Channel.VISIT else Role.OPERATOR
    if life.row.source in stage.directory.pack.desk_sources:
        return stage.person(role, str(life.index % _DESKS + 1))
    return stage.people.person(life.row.source, role, Role.INTEGRATOR)


def _body(stage: Stage, life: Life, at: datetime) -> dict[str, Any]:
    row = life.row
    body: dict[str, Any] = {
        "channel": _channel(life),
        "kind": stage.classifier.kind(row),
        "area_code": life.area_code,
        "title": row.title,
        "text": row.text,
        "occurred_at": at,
        "source_system": row.source,
        "source_no": row.number,
    }
    if life.category_code is not None:
        body["category_code"] = life.category_code
    requester = {name: value for name, value in (("name", row.name), ("phone", _phone(row.phone))) if value}
    if requester:
        body["requester"] = requester
    return body


def _phone(text: str) -> str | None:
    """The number when it is one; a wrong one is left out, since the complaint is none the worse for it."""
    try:
        return normalised_phone(text)
    except NotAPhone:
        return None


def _said(refused: CallRefused) -> str:
    fields = refused.problem.get("fields") or ()
    named = "; ".join(f"{field.get('field')}: {field.get('message')}" for field in fields)
    return named or str(refused)
