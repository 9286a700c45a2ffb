"""A team's course (工作队变动): its steps, who is in it on which days, and who may say that somebody was there.

A team goes out on every day from its first to its last. A change holds from a day on: who was in it before stays there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from libs.common.errors import FieldError, Invalid, invalid
from libs.common.events.team_terms import AbsentFor, TeamStep
from libs.common.rules import machine
from libs.common.rules.machine import Actor, Label, Machine, NotTheirs, Transition
from services.intake.teams.domain.composition import Member

LONGEST_DAYS = 366
"""Days of one team, the first and the last included."""
_DAY = timedelta(days=1)


class Status(StrEnum):
    """Where a team stands (队伍状态)."""

    FORMED = "formed"
    DISSOLVED = "dissolved"


class Party(StrEnum):
    """Whose step it is."""

    KEEPER = "keeper"


STATUSES: Mapping[Status, Label] = {
    Status.FORMED: ("已组队", "formed"),
    Status.DISSOLVED: ("已解散", "dissolved"),
}
ACTIONS: Mapping[TeamStep, Label] = {
    TeamStep.FORM: ("组队", "form"),
    TeamStep.CHANGE: ("变更", "change"),
    TeamStep.DISSOLVE: ("解散", "dissolve"),
    TeamStep.ATTEND: ("考勤", "keep who was there"),
}
_T = Transition[Status, TeamStep, Party, []]
TEAMS: Machine[Status, TeamStep, Party, []] = Machine(
    steps=(
        _T(TeamStep.FORM, None, Status.FORMED, Party.KEEPER),
        _T(TeamStep.CHANGE, Status.FORMED, Status.FORMED, Party.KEEPER),
        _T(TeamStep.DISSOLVE, Status.FORMED, Status.DISSOLVED, Party.KEEPER),
        *_T.each((Status.FORMED, Status.DISSOLVED), TeamStep.ATTEND, Party.KEEPER),
    ),
    statuses=STATUSES,
    actions=ACTIONS,
    people=tuple(Party),
    ends=(Status.DISSOLVED,),
    after_the_end=(TeamStep.ATTEND,),
    noun="the team",
    not_begun=("未组队", "not formed yet"),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in a team, and the days on which, both included."""

    staff_id: str
    part: str
    from_day: date
    until_day: date

    def covers(self, day: date) -> bool:
        """Whether the person is in the team then."""
        return self.from_day <= day <= self.until_day


@dataclass(frozen=True, slots=True)
class Guide:
    """引导员: who leads a team to the doors; one of the staff, or somebody of the village in words."""

    staff_id: str | None = None
    words: str = ""


NOBODY = Guide()


@dataclass(frozen=True, slots=True)
class State:
    """All that the rules know of a team. ``dissolved_from`` is its first day without it."""

    status: Status | None = None
    from_day: date = date.min
    until_day: date = date.min
    dissolved_from: date | None = None
    seats: tuple[Seat, ...] = ()
    guide: Guide = NOBODY
    version: int = 0

    def on(self, day: date) -> tuple[Seat, ...]:
        """Who is in it on a day; nobody when it does not go out."""
        return tuple(seat for seat in self.seats if seat.covers(day))


@dataclass(frozen=True, slots=True)
class DayAttendance:
    """考勤: who of a team was there on a day, and why the others were not."""

    on_day: date
    present: frozenset[str]
    absent: Mapping[str, AbsentFor]


@dataclass(frozen=True, slots=True)
class TeamWord:
    """What a step brings: who makes up the team from a day on, None for who does anyway; its last day and its guide; of
    an attendance what was kept.
    """

    holds_from: date
    until_day: date
    members: tuple[Member, ...] | None = None
    guide: Guide = NOBODY
    attendance: DayAttendance | None = None
    corrects: DayAttendance | None = None
    """What was said last of the same day."""


Said = machine.Said[TeamStep, TeamWord]


def decide(state: State, step: TeamStep, what: TeamWord, by: Actor, at: datetime, today: date, why: str = "") -> Said:
    """The step, as it is said. ``today`` is the place's day.

    Raises:
        OutOfTurn: it is not possible as the team stands.
        Invalid: of days that cannot be; nothing would be otherwise; no reason for what is over.
        NotTheirs: who was in a team on days that are over is not said by one of those concerned.
    """
    TEAMS.step(state.status, step)
    if step is TeamStep.ATTEND:
        _check_attendance(state, what, by, today)
        _check_correction(what, why)
        return machine.Said(step, at, what, by, why)
    if step is not TeamStep.FORM:
        _check_day(state, what.holds_from)
    if step is not TeamStep.DISSOLVE:
        _check_days(state if step is TeamStep.CHANGE else None, what)
    said: Said = machine.Said(step, at, what, by, why)
    after = evolve(state, said)
    if replace(after, version=state.version) == state:
        raise _nothing_new()
    if what.holds_from < today and step is not TeamStep.FORM and not why:
        raise invalid("why", "is needed for days that are over", "变更以前日期须说明理由")
    if by.staff_id is not None and by.staff_id in _changed_before(state, after, today):
        raise NotTheirs(
            "Whether you were in a team on a day that is over is for somebody else to say",
            "以前日期本人是否在队须由他人办理",
        )
    return said


def _nothing_new() -> Invalid:
    """The refusal of a step by which nothing would be otherwise."""
    return Invalid("Nothing would be otherwise", "没有任何变更")


def evolve(state: State, said: Said) -> State:
    """What a team is by a step."""
    what = said.what
    after = replace(state, status=TEAMS.step(state.status, said.action).target, version=state.version + 1)
    if said.action is TeamStep.ATTEND:
        return after
    before = tuple(_cut(state.seats, what.holds_from))
    if said.action is TeamStep.DISSOLVE:
        last = max(what.holds_from - _DAY, state.from_day)
        return replace(after, seats=before, dissolved_from=what.holds_from, until_day=last)
    first = state.from_day if state.version else what.holds_from
    if what.members is None:
        seats = tuple(_until(state, what.until_day))
    else:
        new = (Seat(one.staff_id, one.part, what.holds_from, what.until_day) for one in what.members)
        seats = _joined(before, new)
    return replace(after, from_day=first, until_day=what.until_day, seats=seats, guide=what.guide)


def _until(state: State, last: date) -> Iterator[Seat]:
    """The seats of a team with another last day: whoever is in it on its last day stays until that."""
    for seat in _cut(state.seats, last + _DAY):
        yield replace(seat, until_day=last) if seat.until_day == state.until_day else seat


def _cut(seats: Collection[Seat], day: date) -> Iterator[Seat]:
    """The seats as they are before a day."""
    for seat in seats:
        if seat.from_day < day:
            yield replace(seat, until_day=min(seat.until_day, day - _DAY))


def _joined(before: Sequence[Seat], new: Iterator[Seat]) -> tuple[Seat, ...]:
    """Whoever stays in the same part has one seat, and not two that meet."""
    joined = [*before]
    for seat in new:
        met = next((old for old in before if _meets(old, seat)), None)
        if met is not None:
            joined.remove(met)
        joined.append(seat if met is None else replace(seat, from_day=met.from_day))
    return tuple(sorted(joined, key=lambda seat: (seat.from_day, seat.staff_id)))


def _meets(old: Seat, new: Seat) -> bool:
    return (old.staff_id, old.part, old.until_day + _DAY) == (new.staff_id, new.part, new.from_day)


def _check_day(state: State, day: date) -> None:
    if not state.from_day <= day <= state.until_day:
        message = f"must be a day of the team, {state.from_day} to {state.until_day}"
        raise invalid("holds_from", message, f"须在队伍起止日期内（{state.from_day} 至 {state.until_day}）")


def _check_days(state: State | None, what: TeamWord) -> None:
    first = what.holds_from if state is None else state.from_day
    if what.until_day < what.holds_from:
        raise invalid("until_day", "is before the first day", "早于开始日期")
    if (what.until_day - first).days >= LONGEST_DAYS:
        message = f"would make it {LONGEST_DAYS} days or more: form another team for the days after"
        raise invalid("until_day", message, f"队伍起止不得超过 {LONGEST_DAYS} 天")


def _changed_before(before: State, after: State, today: date) -> frozenset[str]:
    """Who was, or was not, in the team on a day that is over, as it would be said from now on."""

    def over(state: State) -> set[Seat]:
        return {*_cut(state.seats, today)}

    return frozenset(seat.staff_id for seat in over(before) ^ over(after))


def _check_attendance(state: State, what: TeamWord, by: Actor, today: date) -> None:
    kept = what.attendance
    assert kept is not None  # noqa: S101 - the step is made with it
    members = {seat.staff_id for seat in state.on(kept.on_day)}
    if kept.on_day > today:
        raise invalid("on_day", "lies ahead", "日期晚于今天")
    if not members:
        raise invalid("on_day", "is no day on which the team goes out", "该日队伍不出队")
    told = kept.present | kept.absent.keys()
    wrong = [
        *(
            FieldError("present", f"{one} is absent, too", f"{one} 同时列为缺勤")
            for one in kept.present & {*kept.absent}
        ),
        *(FieldError("present", f"{one} is not told of", f"缺少 {one}") for one in sorted(members - told)),
        *(
            FieldError("present", f"{one} is not in the team then", f"{one} 当日不在队")
            for one in sorted(told - members)
        ),
    ]
    if wrong:
        raise Invalid(wrong[0].message, wrong[0].message_zh, fields=wrong)
    if by.staff_id in kept.present:
        raise NotTheirs("That you were there is for somebody else to say", "本人出勤须由他人登记")


def _check_correction(what: TeamWord, why: str) -> None:
    if what.corrects is None:
        return
    if what.corrects == what.attendance:
        raise _nothing_new()
    if not why:
        raise invalid("why", "is needed where it corrects what was said before", "更正考勤须说明理由")
