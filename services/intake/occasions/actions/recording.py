"""An occasion's record with its cases, in one transaction (活动登记); corrected, with the old kept (活动更正)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from libs.common.database.session import Session
from libs.common.errors import Conflict, Invalid, NotFound, invalid
from libs.common.events.occasion_terms import OccasionStep
from libs.common.events.occasions import OccasionKept, RaisedAtOccasion, print_of_words
from libs.common.events.visit_terms import MatterEnd
from libs.common.rules.requests import Request
from libs.common.security.vault import Vault
from libs.common.time.moments import local_day
from services.intake.cases.actions.drafts import check_unit
from services.intake.cases.actions.register import register
from services.intake.households.actions.recording import today_of
from services.intake.occasions.actions.preparing import ReadyOccasion, hidden_in
from services.intake.occasions.actions.showing import shown
from services.intake.occasions.domain import RecordedBy, check_corrector
from services.intake.occasions.schemas import CorrectOccasion, OccasionOut, RecordOccasion
from services.intake.occasions.tables import Occasion, OccasionChange, OccasionMatter
from services.intake.points.actions.manning import open_days
from services.intake.points.domain import PointHours
from services.intake.points.tables import CollectionPoint
from services.intake.raised.actions.checking import check_times, check_workers
from services.intake.requesters.actions import own_words_of
from services.intake.requesters.domain import Own

_FIELDS = tuple(name for name in CorrectOccasion.model_fields if name != "why")
_WORDS = ("place", "topic")


class KnownOccasion(Conflict):
    """This id is another occasion's."""

    type, title, title_zh = "occasion-known", "There is another occasion of this id", "该编号的活动已存在，内容不同"


async def record(session: Session, asked: Request, ready: ReadyOccasion) -> OccasionOut:
    """An occasion that was. The same id again is answered with the occasion that is there.

    Raises:
        Invalid: somebody held no post when it began. KnownOccasion: the id is another's.
    """
    body = ready.body
    known = await session.one(Occasion, "occasion_id", ready.occasion_id)
    if known is not None:
        if not asked.scope.covers(known.area_code) or not _is_same(known, body):
            raise KnownOccasion
        return await shown(session, asked.scope, known)
    check_workers(session, body.staff_ids, body.started_at)
    row = _new(session, asked, ready)
    _step(session, asked, row, OccasionStep.RECORD, {}, "", _keep_matters(session, ready))
    for draft in ready.drafts.values():
        await register(session, draft, asked.scope)
    return await shown(session, asked.scope, row, new=True)


async def correct(
    session: Session, asked: Request, occasion_id: str, body: CorrectOccasion, vault: Vault, *, oversees: bool
) -> OccasionOut:
    """Its record says otherwise from now on.

    Raises:
        NotFound: it is out of reach. NotTheirs: it is not the caller's to correct, or not any more.
        Invalid: a field is wrong, or nothing would be otherwise.
    """
    row = await session.one(Occasion, "occasion_id", occasion_id)
    if row is None or not asked.scope.covers(row.area_code):
        raise NotFound
    asked.check_version(row.version)
    session.now = max(session.now, row.recorded_at)
    by = RecordedBy(tuple(row.staff_ids), row.entered_by, row.entered_on)
    check_corrector(by, asked.actor, today_of(session), oversees=oversees)
    whose = await _who_raised(session, vault, occasion_id)
    values = _checked(session, row, body, whose)
    before = {name: getattr(row, name) for name in _FIELDS if getattr(row, name) != values[name]}
    if not before:
        raise Invalid("Nothing would be otherwise", "没有任何变更")
    point = None
    if row.point_id is not None:
        point = await session.one(CollectionPoint, "point_id", row.point_id, lock=False)
    for name, value in (values | _when(session, point, values["started_at"], values["ended_at"])).items():
        setattr(row, name, value)
    _step(session, asked, row, OccasionStep.CORRECT, before, hidden_in(whose, body.why))
    return await shown(session, asked.scope, row)


def _is_same(row: Occasion, body: RecordOccasion) -> bool:
    return (row.kind, row.point_id, row.started_at) == (body.kind, body.point_id, body.started_at)


def _new(session: Session, asked: Request, ready: ReadyOccasion) -> Occasion:
    body, point = ready.body, ready.venue.point
    place = body.place if point is None else point.place
    return session.new(
        Occasion,
        occasion_id=ready.occasion_id,
        kind=body.kind,
        point_id=body.point_id,
        area_code=ready.venue.area_code,
        started_at=body.started_at,
        ended_at=body.ended_at,
        place=ready.hidden_in(place or ""),
        topic=ready.hidden_in(body.topic or ""),
        staff_ids=[*body.staff_ids],
        unit_codes=[*dict.fromkeys(body.unit_codes)],
        citizens=body.citizens,
        entered_by=asked.actor.person,
        entered_on=today_of(session),
        recorded_at=session.now,
        version=0,
        carried_over=0,
        **_when(session, point, body.started_at, body.ended_at),
    )


def _when(session: Session, point: CollectionPoint | None, started: datetime, ended: datetime) -> dict[str, Any]:
    """The place's day, and whether it kept to the point's hours: outside them is noted, and not refused."""
    zone = session.packs.current(session.now).directory.calendar().time_zone
    day, at_hours = local_day(started, zone), None
    if point is not None:
        opens = bool(open_days(session, point, day, day))
        hours = PointHours(point.opens_at, point.closes_at)
        at_hours = hours.kept_by(started.astimezone(zone), ended.astimezone(zone), opens=opens)
    return {"day": day, "at_hours": at_hours}


def _keep_matters(session: Session, ready: ReadyOccasion) -> Sequence[RaisedAtOccasion]:
    """Each, and what is told of it."""
    told = []
    for number, matter in enumerate(ready.body.matters, start=1):
        draft, explained = ready.drafts.get(number), matter.what is MatterEnd.EXPLAINED
        row = session.new(
            OccasionMatter,
            occasion_id=ready.occasion_id,
            number=number,
            ended=matter.what,
            kind=matter.kind,
            category_code=matter.category_code,
            text=ready.hidden_in(matter.text) if explained else None,
            answer=ready.hidden_in(matter.answer or "") if explained else None,
            case_id=None if draft is None else draft.event.case_id,
        )
        told.append(
            RaisedAtOccasion(
                number=number,
                end=row.ended,
                kind=row.kind,
                category_code=row.category_code,
                case_id=row.case_id,
                words=print_of_words(row.text, row.answer) if explained else None,
            )
        )
    return told


async def _who_raised(session: Session, vault: Vault, occasion_id: str) -> list[Own]:
    """Who raised what became a case there, to be hidden in what is written of it later."""
    matters = await session.rows(OccasionMatter, "occasion_id", occasion_id, lock=False)
    case_ids = [one.case_id for one in matters if one.case_id is not None]
    return [await own_words_of(session, vault, case_id, keeps_places=True) for case_id in case_ids]


def _checked(session: Session, row: Occasion, body: CorrectOccasion, whose: Sequence[Own]) -> dict[str, Any]:
    """The row's values by the correction. Invalid, naming what cannot be."""
    told = {name: getattr(body, name) for name in body.model_fields_set if name in _FIELDS}
    for name, value in told.items():
        if value is None:
            raise invalid(name, "cannot be nothing", "不能为空")
    values = {name: getattr(row, name) for name in _FIELDS} | told
    check_times(session.now, values["started_at"], values["ended_at"])
    if {"staff_ids", "started_at"} & told.keys():
        check_workers(session, values["staff_ids"], values["started_at"])
    directory = session.packs.current(session.now).directory
    for place, code in enumerate(told.get("unit_codes", ())):
        check_unit(directory, f"unit_codes/{place}", code)
    masked = {name: hidden_in(whose, told[name]) for name in _WORDS if name in told}
    lists = {name: [*dict.fromkeys(values[name])] for name in ("staff_ids", "unit_codes")}
    return values | masked | lists


def _step(
    session: Session,
    asked: Request,
    row: Occasion,
    step: OccasionStep,
    before: Mapping[str, Any],
    why: str,
    matters: Sequence[RaisedAtOccasion] = (),
) -> None:
    row.version += 1
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in before.items()}
    session.insert(
        OccasionChange,
        {
            "occasion_id": row.occasion_id,
            "version": row.version,
            "action": step,
            "before": plain,
            "who": asked.actor.subject,
            "unit_code": asked.actor.unit_code,
            "staff_id": asked.actor.staff_id,
            "at": session.now,
            "why": why,
        },
    )
    told = {name: getattr(row, name) for name in OccasionKept.model_fields if name in Occasion.model_fields}
    session.publish(OccasionKept(**told, occurred_at=session.now, step=step, matters=tuple(matters), why=why))
