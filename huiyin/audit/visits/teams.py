"""Teams and who of them was there, as their events make them (I6), and who may follow whom (I5)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import orjson

from huiyin.audit.case import INTAKE, CaseView
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.rows.comparing import Columns, Json, WantedRows, by_whom
from huiyin.audit.snapshot import Snapshot
from libs.common.events.team_terms import TeamStep
from libs.common.events.teams import AttendanceKept, TeamChanged, TeamDissolved, TeamEvent, TeamFormed
from libs.common.rules.machine import Refused
from services.intake.teams.domain.composition import Member
from services.intake.teams.domain.course import NOBODY, Guide, Said, Seat, State, TeamWord, evolve

TABLES = {
    "team": "",
    "team_member": "staff_id, from_day",
    "team_change": "version",
    "attendance": "on_day, correction",
}
"""Every table of intake with rows about a team, and the order of its rows."""
_STEPS = {
    TeamFormed: TeamStep.FORM,
    TeamChanged: TeamStep.CHANGE,
    TeamDissolved: TeamStep.DISSOLVE,
    AttendanceKept: TeamStep.ATTEND,
}
_BOTH = """
    SELECT one.team_id, other.team_id AS other, one.staff_id, greatest(one.from_day, other.from_day) AS on_day
    FROM intake.team_member AS one JOIN intake.team_member AS other ON other.staff_id = one.staff_id
        AND other.team_id > one.team_id AND other.from_day <= one.until_day AND one.from_day <= other.until_day
    ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class _Step:
    """A step, and the team before and after it."""

    event: TeamEvent
    before: State
    after: State
    holds_from: date
    problems: tuple[str, ...]


def check_team(view: CaseView, findings: Findings) -> None:
    """The steps of one team, in order."""
    steps = list(_steps(view))
    findings.checked[Invariant.HISTORY] += bool(steps)
    for one in steps:
        for problem in one.problems:
            message = f"event of version {one.event.version} ({type(one.event).__name__}): {problem}"
            findings.violated(Invariant.HISTORY, view.case_id, INTAKE, message)


async def check_apart(cut: Snapshot, findings: Findings) -> None:
    """Nobody is in two teams on one day."""
    async for rows in cut.stream(_BOTH):
        for row in rows:
            message = f"team_member: {row['staff_id']} is in team {row['other']}, too, on {row['on_day']}"
            findings.violated(Invariant.HISTORY, row["team_id"], INTAKE, message)


def rows_wanted(view: CaseView) -> Iterator[WantedRows]:
    """What should stand in each table that has rows about a team."""
    steps = list(_steps(view))
    yield WantedRows(INTAKE, "team", ("team_id",), [_team(steps)] if steps else [])
    seats = steps[-1].after.seats if steps else ()
    members = [{"team_id": view.case_id, **asdict(seat)} for seat in seats]
    yield WantedRows(INTAKE, "team_member", ("staff_id", "from_day"), members)
    yield WantedRows(INTAKE, "team_change", ("version",), [_change(one) for one in steps])
    kept = [_attendance(one) for one in view.of(INTAKE, AttendanceKept)]
    yield WantedRows(INTAKE, "attendance", ("on_day", "correction"), kept)


def _steps(view: CaseView) -> Iterator[_Step]:
    state, said_of = State(), dict[date, int]()
    for event in view.of(INTAKE, TeamEvent):
        after, day, problems = _taken(state, event)
        if isinstance(event, AttendanceKept):
            problems += tuple(_of_attendance(state, event, said_of.get(event.on_day, -1)))
            said_of[event.on_day] = event.correction
        yield _Step(event, state, after, day, problems)
        state = after


def _taken(state: State, event: TeamEvent) -> tuple[State, date, tuple[str, ...]]:
    """The team after an event, from which day, and what was not allowed: of words that make it, one as told."""
    words = list(_words(state, event))
    told, step = _seats(event), _STEPS[type(event)]
    problems = () if event.version == state.version + 1 else (f"has version {event.version} behind {state.version}",)
    made = []
    for word in words:
        try:
            made.append(evolve(state, Said(step, event.occurred_at, word)))
        except Refused:
            return state, word.holds_from, (*problems, f"{step} follows {state.status or 'nothing'}")
    after = next((one for one in made if told is None or one.seats == told), None)
    if after is None:
        return made[0], words[0].holds_from, (*problems, "the seats that it tells are not what it makes of them")
    return after, words[0].holds_from, problems


def _words(state: State, event: TeamEvent) -> Iterator[TeamWord]:
    """What was asked for, as far as an event tells: all seats after it, and not which members were named."""
    match event:
        case TeamFormed():
            members = tuple(Member(seat.staff_id, seat.part) for seat in event.seats)
            yield TeamWord(event.from_day, event.until_day, members, Guide(event.guide_staff_id, event.guide))
        case TeamChanged():
            named = [seat for seat in event.seats if seat.from_day <= event.holds_from <= seat.until_day]
            members = tuple(Member(seat.staff_id, seat.part) for seat in named)
            guide = Guide(event.guide_staff_id, event.guide)
            yield TeamWord(event.holds_from, event.until_day, members, guide)
            yield TeamWord(event.holds_from, event.until_day, None, guide)
        case TeamDissolved():
            yield TeamWord(event.holds_from, state.until_day, guide=state.guide)
        case AttendanceKept():
            yield TeamWord(event.on_day, state.until_day)
        case _:
            yield TeamWord(state.from_day, state.until_day, guide=NOBODY)


def _seats(event: TeamEvent) -> tuple[Seat, ...] | None:
    if not isinstance(event, TeamFormed | TeamChanged | TeamDissolved):
        return None
    seats = (Seat(one.staff_id, one.part, one.from_day, one.until_day) for one in event.seats)
    return tuple(sorted(seats, key=lambda seat: (seat.from_day, seat.staff_id)))


def _of_attendance(state: State, event: AttendanceKept, before: int) -> Iterator[str]:
    if event.correction != before + 1:
        yield f"is word {event.correction} of {event.on_day} behind {before}"
    if {*event.present} | {one.staff_id for one in event.absent} != {one.staff_id for one in state.on(event.on_day)}:
        yield f"tells of others than were in the team on {event.on_day}"
    if event.by_staff is not None and event.by_staff in event.present:
        yield "who was there said so"


def _team(steps: Sequence[_Step]) -> Columns:
    first, last = steps[0].event, steps[-1]
    state = last.after
    return {
        "team_id": first.team_id,
        "rule": first.rule if isinstance(first, TeamFormed) else None,
        "area_code": first.area_code if isinstance(first, TeamFormed) else None,
        "status": state.status,
        "from_day": state.from_day,
        "until_day": state.until_day,
        "dissolved_from": state.dissolved_from,
        "guide_staff_id": state.guide.staff_id,
        "guide": state.guide.words,
        "formed_at": first.occurred_at,
        "updated_at": last.event.occurred_at,
        "version": state.version,
    }


def _change(one: _Step) -> Columns:
    event, after = one.event, one.after
    who, unit_code, staff_id = by_whom(event)
    return {
        "team_id": event.team_id,
        "version": after.version,
        "action": _STEPS[type(event)],
        "from_status": one.before.status,
        "to_status": after.status,
        "holds_from": one.holds_from,
        "until_day": after.until_day,
        "seats": Json(orjson.loads(orjson.dumps([asdict(seat) for seat in after.seats]))),
        "guide_staff_id": after.guide.staff_id,
        "guide": after.guide.words,
        "who": who,
        "unit_code": unit_code,
        "staff_id": staff_id,
        "at": event.occurred_at,
        "why": event.why if isinstance(event, TeamFormed | TeamChanged | TeamDissolved | AttendanceKept) else "",
    }


def _attendance(event: AttendanceKept) -> Columns:
    who, unit_code, staff_id = by_whom(event)
    return {
        "team_id": event.team_id,
        "on_day": event.on_day,
        "correction": event.correction,
        "present": list(event.present),
        "absent": Json([one.model_dump(mode="json") for one in event.absent]),
        "who": who,
        "unit_code": unit_code,
        "staff_id": staff_id,
        "at": event.occurred_at,
        "why": event.why,
    }
