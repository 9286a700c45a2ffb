"""Keeping who of a team was there (考勤): by whom, and corrected with what was said before kept."""

import orjson

from libs.common.database.session import Session
from libs.common.errors import FieldError, Invalid
from libs.common.events.team_terms import AbsentFor, TeamStep
from libs.common.events.teams import AttendanceKept, TeamAbsence
from libs.common.rules.requests import Request
from libs.common.security.masking import mask_text
from services.intake.households.actions.recording import today_of
from services.intake.teams.actions.composing import load_for
from services.intake.teams.actions.recording import apply, seats_of, state_of
from services.intake.teams.domain.course import DayAttendance, TeamWord, decide
from services.intake.teams.queries import attended
from services.intake.teams.schemas import KeepAttendance
from services.intake.teams.tables import Attendance, Team


async def attend(session: Session, asked: Request, team_id: str, body: KeepAttendance) -> Team:
    """Who was there on a day. Raises Invalid, naming whoever is missing or not of the team, and NotTheirs."""
    row = await load_for(session, asked, team_id)
    before = state_of(row, await seats_of(session, team_id))
    kept = _told(body)
    last = next(iter(await attended(session, [team_id], body.on_day, body.on_day)), None)
    what = TeamWord(body.on_day, before.until_day, attendance=kept)
    if last is not None:
        absent = {one["staff_id"]: AbsentFor(one["reason"]) for one in orjson.loads(last.absent)}
        what = TeamWord(
            body.on_day,
            before.until_day,
            attendance=kept,
            corrects=DayAttendance(body.on_day, frozenset(last.present), absent),
        )
    said = decide(before, TeamStep.ATTEND, what, asked.actor, session.now, today_of(session), body.why or "")
    after = await apply(session, row, before, said)
    word = AttendanceKept(
        occurred_at=said.at,
        team_id=team_id,
        version=after.version,
        on_day=body.on_day,
        correction=0 if last is None else last.correction + 1,
        present=tuple(sorted(kept.present)),
        absent=tuple(TeamAbsence(staff_id=one, reason=kept.absent[one]) for one in sorted(kept.absent)),
        why=mask_text(said.why),
    )
    session.insert(
        Attendance,
        {
            **word.model_dump(include={"team_id", "on_day", "correction", "why"}),
            "present": [*word.present],
            "absent": [one.model_dump(mode="json") for one in word.absent],
            "who": said.by.subject,
            "unit_code": said.by.unit_code,
            "staff_id": said.by.staff_id,
            "at": said.at,
        },
    )
    session.publish(word)
    return row


def _told(body: KeepAttendance) -> DayAttendance:
    named = [("present", one) for one in body.present] + [("absent", one.staff_id) for one in body.absent]
    seen: set[str] = set()
    for field, staff_id in named:
        if staff_id in seen:
            message, message_zh = f"{staff_id} stands here twice", f"{staff_id} 重复"
            raise Invalid(message, message_zh, fields=[FieldError(field, message, message_zh)])
        seen.add(staff_id)
    return DayAttendance(body.on_day, frozenset(body.present), {one.staff_id: one.reason for one in body.absent})
