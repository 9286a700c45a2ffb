"""Opening a collection point (设立收集点), and changing it with what it was kept."""

from datetime import date, time
from typing import Any

import uuid_utils

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import Conflict, Forbidden, Invalid, NotFound, invalid
from libs.common.events.occasion_terms import PointStep
from libs.common.events.occasions import PointKept
from libs.common.pack.visit_days import days_called
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from libs.common.security.personal_numbers import is_personal_number
from services.intake.households.actions.recording import today_of
from services.intake.points.schemas import ChangePoint, OpenPoint
from services.intake.points.tables import CollectionPoint, PointChange

MATTER = "points"
_TOLD = ("code", "kind", "name", "place", "area_code", "days", "from_day", "until_day")
_FACTS = ("kind", "name", "place", "days", "opens_at", "closes_at", "until_day")


class KnownPoint(Conflict):
    """Another point has this code."""

    type, title, title_zh = "point-known", "There is another collection point of this code", "收集点代码已存在"


async def open_point(session: Session, asked: Request, body: OpenPoint) -> CollectionPoint:
    """A new one.

    Raises:
        Forbidden: its area is out of reach. Invalid: a field is wrong; names it. KnownPoint: the code is another's.
    """
    directory = session.packs.current(session.now).directory
    area = directory.area(body.area_code)
    if not asked.scope.covers(area.code):
        raise Forbidden("This area is not in your reach", "该区域不在您的管辖范围内")
    if is_personal_number(body.code, session.now.date()):
        raise invalid("code", "looks like a phone or ID number", "形似手机号或身份证号")
    await only_writer(session, MATTER)
    if await session.one(CollectionPoint, "code", body.code, lock=False) is not None:
        raise KnownPoint
    facts = _checked(session, {name: getattr(body, name) for name in _FACTS}, body.from_day or today_of(session))
    row = session.new(
        CollectionPoint,
        point_id=str(uuid_utils.uuid7()),
        code=body.code,
        area_code=area.code,
        from_day=body.from_day or today_of(session),
        opened_at=session.now,
        updated_at=session.now,
        version=0,
        carried_over=0,
        **facts,
    )
    _step(session, asked, row, PointStep.OPEN, "")
    return row


async def change_point(session: Session, asked: Request, point_id: str, body: ChangePoint) -> CollectionPoint:
    """What the body names is otherwise. Raises as ``open_point`` does; NotFound, StaleVersion."""
    await only_writer(session, MATTER)
    row = await load_for(session, asked, point_id)
    told = {name: getattr(body, name) for name in body.model_fields_set if name in _FACTS}
    for name, value in told.items():
        if value is None and name != "until_day":
            raise invalid(name, "cannot be nothing", "不能为空")
    facts = _checked(session, {name: getattr(row, name) for name in _FACTS} | told, row.from_day)
    if all(getattr(row, name) == value for name, value in facts.items()):
        raise Invalid("Nothing would be otherwise", "没有任何变更")
    for name, value in facts.items():
        setattr(row, name, value)
    _step(session, asked, row, PointStep.CHANGE, mask_text(body.why))
    return row


async def load_for(session: Session, asked: Request, point_id: str) -> CollectionPoint:
    """The point that is to change, locked; NotFound when it is out of reach, StaleVersion when it has changed."""
    row = await session.one(CollectionPoint, "point_id", point_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    asked.check_version(row.version)
    session.now = max(session.now, row.updated_at)
    return row


def _checked(session: Session, told: dict[str, Any], from_day: date) -> dict[str, Any]:
    """The facts as the row has them. Invalid, naming what cannot be."""
    facts = told | {name: _clock(told[name]) for name in ("opens_at", "closes_at")}
    days_called(session.packs.current(session.now).directory.pack, facts["days"])
    if facts["closes_at"] <= facts["opens_at"]:
        raise invalid("closes_at", "must be after opens_at, on the same day", "须晚于 opens_at 且在同一天")
    if facts["until_day"] is not None and facts["until_day"] < from_day:
        raise invalid("until_day", f"is before its first day, {from_day}", f"早于开始日期（{from_day}）")
    return facts | {name: mask_text(facts[name]) for name in ("name", "place")}


def _clock(told: str | time) -> time:
    return time.fromisoformat(told) if isinstance(told, str) else told


def _step(session: Session, asked: Request, row: CollectionPoint, step: PointStep, why: str) -> None:
    row.version += 1
    row.updated_at = session.now
    told = {name: _plain(getattr(row, name)) for name in (*_FACTS, "code", "area_code", "from_day")}
    values = {"point_id": row.point_id, "version": row.version, "action": step, "told": told, "why": why}
    by = asked.actor
    who = {"who": by.subject, "unit_code": by.unit_code, "staff_id": by.staff_id, "at": session.now}
    session.insert(PointChange, values | who)
    session.publish(
        PointKept(
            occurred_at=session.now,
            point_id=row.point_id,
            version=row.version,
            step=step,
            why=why,
            **{name: getattr(row, name) for name in _TOLD} | {name: told[name] for name in ("opens_at", "closes_at")},
        )
    )


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value
